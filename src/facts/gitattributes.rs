//! Which line ends git gives files: <https://git-scm.com/docs/gitattributes#_eol>.

use super::dockerignore::fits;

/// The facts of one `.gitattributes`.
#[derive(Clone, Debug, Default)]
pub struct GitAttributes {
    /// A pattern, and whether what fits it has line feeds, in the order of the file.
    lines: Vec<(String, bool)>,
}

/// Reads one file.
#[must_use]
pub fn read(text: &str) -> GitAttributes {
    let mut out = GitAttributes::default();
    for line in text.lines().map(str::trim).filter(|it| !it.starts_with('#')) {
        let mut words = line.split_whitespace();
        let Some(pattern) = words.next() else { continue };
        for attribute in words {
            match attribute {
                "eol=lf" => out.lines.push((pattern.to_owned(), true)),
                "eol=crlf" | "-eol" | "!eol" | "-text" | "binary" => {
                    out.lines.push((pattern.to_owned(), false))
                }
                _ => {}
            }
        }
    }
    out
}

impl GitAttributes {
    /// Whether the file at `path`, seen from the folder of the attributes, has line feeds in the
    /// repository; `None` when they do not say. Of lines that fit, the last decides.
    #[must_use]
    pub fn gives_line_feeds(&self, path: &str) -> Option<bool> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let matches = |pattern: &str| match pattern.trim_end_matches('/').contains('/') {
            true => fits(pattern.trim_start_matches('/'), path),
            false => fits(pattern, name),
        };
        self.lines.iter().rev().find(|(pattern, _)| matches(pattern)).map(|(_, line_feeds)| *line_feeds)
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_last_line_that_fits_decides() {
        let it =
            read("# all\r\n* text=auto\r\n*.sh text eol=lf\r\nwin/*.sh eol=crlf\r\n/a/**/x.sh -text\r\n");
        assert_eq!(it.gives_line_feeds("deploy/run.sh"), Some(true));
        assert_eq!(it.gives_line_feeds("win/run.sh"), Some(false));
        assert_eq!(it.gives_line_feeds("a/b/c/x.sh"), Some(false));
        assert_eq!(it.gives_line_feeds("run"), None);
    }
}
