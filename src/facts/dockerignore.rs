//! Which files of a build context Docker leaves out:
//! <https://docs.docker.com/build/concepts/context/#dockerignore-files>,
//! <https://github.com/moby/patternmatcher/blob/main/patternmatcher.go>.

use super::join_path;
use crate::source::{FileId, Span, Spanned};

/// The facts of one `.dockerignore`, or of `<Dockerfile>.dockerignore`.
#[derive(Clone, Debug, Default)]
pub struct Dockerignore {
    /// Its patterns in order; of those that fit a path the last one decides.
    pub patterns: Vec<Pattern>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern, relative to the context, without a slash in front.
    pub glob: Spanned<String>,
    /// Whether `!` stands before it: what fits is not left out after all.
    pub negated: bool,
}

/// Reads one file.
#[must_use]
pub fn read(file: FileId, text: &str) -> Dockerignore {
    let mut out = Dockerignore::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() || line.starts_with('#') {
            continue;
        }
        let negated = trimmed.starts_with('!');
        let written = trimmed.trim_start_matches('!').trim();
        // A pattern is cleaned as Go's filepath.Clean does it: `./a/../b/` is `b`.
        let Some(glob) = join_path(".", written.trim_start_matches('/')) else { continue };
        let from = at + (line.len() - line.trim_start().len());
        let glob = Spanned::new(glob, Span::new(file, from, from + trimmed.len()));
        out.patterns.push(Pattern { glob, negated });
    }
    out
}

impl Dockerignore {
    /// The pattern that keeps a path, relative to the context, out of it; `None` when it is in it.
    #[must_use]
    pub fn excludes(&self, path: &str) -> Option<&Pattern> {
        let mut last = None;
        for pattern in &self.patterns {
            let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
            if parents.chain([path]).any(|it| fits(&pattern.glob.value, it)) {
                last = Some(pattern);
            }
        }
        last.filter(|it| !it.negated)
    }
}

/// Whether the whole of `path` fits a glob: `*` and `?` stop at slashes, `**` does not.
pub(super) fn fits(glob: &str, path: &str) -> bool {
    // The context itself.
    if glob == "." {
        return false;
    }
    fits_bytes(glob.as_bytes(), path.as_bytes(), &mut 10_000)
}

/// `budget` bounds what patterns with many stars may cost.
fn fits_bytes(glob: &[u8], path: &[u8], budget: &mut u32) -> bool {
    let Some(left) = budget.checked_sub(1) else { return false };
    *budget = left;
    match glob {
        [] => path.is_empty(),
        [b'*', b'*', rest @ ..] => {
            // `**/` stands for any number of whole folders.
            let (rest, whole) = match rest.strip_prefix(b"/") {
                Some(rest) => (rest, true),
                None => (rest, false),
            };
            let starts = |at: usize| !whole || at == 0 || path[at - 1] == b'/';
            rest.is_empty() || (0..=path.len()).any(|at| starts(at) && fits_bytes(rest, &path[at..], budget))
        }
        [b'*', rest @ ..] => {
            let end = path.iter().position(|it| *it == b'/').unwrap_or(path.len());
            (0..=end).any(|at| fits_bytes(rest, &path[at..], budget))
        }
        [b'?', rest @ ..] => {
            path.first().is_some_and(|it| *it != b'/') && fits_bytes(rest, &path[1..], budget)
        }
        [b'[', rest @ ..] => {
            let Some(close) = rest.iter().position(|it| *it == b']') else { return false };
            let Some((first, behind)) = path.split_first() else { return false };
            in_class(&rest[..close], *first) && fits_bytes(&rest[close + 1..], behind, budget)
        }
        [b'\\', it, rest @ ..] => path.first() == Some(it) && fits_bytes(rest, &path[1..], budget),
        [it, rest @ ..] => path.first() == Some(it) && fits_bytes(rest, &path[1..], budget),
    }
}

/// `[a-z]`, `[^0]`.
fn in_class(class: &[u8], byte: u8) -> bool {
    let (negated, class) = match class.strip_prefix(b"^") {
        Some(rest) => (true, rest),
        None => (false, class),
    };
    let mut at = 0;
    let mut found = false;
    while at < class.len() {
        match class[at..] {
            [low, b'-', high, ..] => {
                found |= (low..=high).contains(&byte);
                at += 3;
            }
            [it, ..] => {
                found |= it == byte;
                at += 1;
            }
            [] => break,
        }
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let text = "# comment\n.env\n/config/\n**/*.local.yaml\n*.md\n!README.md\ndeploy/*\n!deploy/app.yaml\nx?[0-9]\n";
        let file = read(FileId(0), text);
        let excluded = |path: &str| file.excludes(path).is_some();
        for path in
            [".env", "config/app.yaml", "a.local.yaml", "a/b/c.local.yaml", "NOTES.md", "deploy/x", "xy7"]
        {
            assert!(excluded(path), "{path}");
        }
        for path in
            ["a/.env", "configs/app.yaml", "README.md", "docs/a.md", "deploy/app.yaml", "xyz", ".envrc"]
        {
            assert!(!excluded(path), "{path}");
        }
        assert!(read(FileId(0), "**/conf\n").excludes("my-conf/a").is_none());
        assert!(read(FileId(0), "*\n!cmd\n").excludes("cmd/main.go").is_none());
        assert!(read(FileId(0), "**\n").excludes("a/b").is_some());
        assert!(read(FileId(0), ".\n").excludes("a").is_none());
        let hostile = read(FileId(0), &"*a".repeat(200));
        let _ = hostile.excludes(&"a".repeat(300));
    }
}
