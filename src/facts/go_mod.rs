//! What one `go.mod` or `go.work` says.

use crate::source::{FileId, Span, Spanned};

/// The facts of one `go.mod`, or of a `go.work`, whose `use` lines are `uses`.
#[derive(Clone, Debug, Default)]
pub struct GoMod {
    /// The module path.
    pub module: Option<Spanned<String>>,
    /// The `go` directive.
    pub go: Option<Spanned<String>>,
    /// The `toolchain` directive.
    pub toolchain: Option<Spanned<String>>,
    /// Module paths with their versions that are required.
    pub requires: Vec<(Spanned<String>, Spanned<String>)>,
    /// `replace old => ./folder`: module path and folder.
    pub local_replacements: Vec<(Spanned<String>, Spanned<String>)>,
    /// `use ./folder` of a `go.work`.
    pub uses: Vec<Spanned<String>>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// Reads one `go.mod` or `go.work`: <https://go.dev/ref/mod#go-mod-file-grammar>.
#[must_use]
pub fn read(file: FileId, text: &str) -> GoMod {
    let mut out = GoMod::default();
    let mut block: Option<String> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = words(file, line, start);
        start += line.len();
        let plain: Vec<&str> = words.iter().map(|it| it.value.as_str()).collect();
        match (&block, plain.as_slice()) {
            (_, []) => {}
            (Some(_), [")"]) => block = None,
            (Some(verb), _) => directive(&verb.clone(), &words, &mut out),
            (None, [verb, "("]) => block = Some((*verb).to_owned()),
            (None, [verb, "()"]) if !verb.is_empty() => {}
            (None, [verb, ..]) => directive(verb, &words[1..], &mut out),
        }
    }
    out
}

fn directive(verb: &str, words: &[Spanned<String>], out: &mut GoMod) {
    match (verb, words) {
        ("module", [path]) => out.module = Some(path.clone()),
        ("go", [version]) => out.go = Some(version.clone()),
        ("toolchain", [name]) => out.toolchain = Some(name.clone()),
        ("require", [path, version]) => out.requires.push((path.clone(), version.clone())),
        ("use", [folder]) => out.uses.push(folder.clone()),
        ("replace", [old, rest @ ..]) => {
            let arrow = rest.iter().position(|it| it.value == "=>");
            if let Some(folder) = arrow.and_then(|at| rest.get(at + 1))
                && (folder.value.starts_with("./") || folder.value.starts_with("../"))
            {
                out.local_replacements.push((old.clone(), folder.clone()));
            }
        }
        ("exclude" | "retract" | "tool" | "godebug" | "ignore", _) => {}
        (_, [first, ..]) => {
            out.errors.push(Spanned::new(format!("`{verb}` cannot be read"), first.span));
        }
        (_, []) => {}
    }
}

/// The words of a line, quotes and the comment removed.
fn words(file: FileId, line: &str, start: usize) -> Vec<Spanned<String>> {
    // No path holds two slashes in a row, so this is a comment even without a blank before it.
    let code = line.find("//").map_or(line, |at| &line[..at]);
    code.split_whitespace()
        .map(|word| {
            let at = start + (word.as_ptr() as usize - line.as_ptr() as usize);
            let bare = word.trim_matches(['"', '`']);
            let from = at + (word.len() - word.trim_start_matches(['"', '`']).len());
            Spanned::new(bare.to_owned(), Span::new(file, from, from + bare.len()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read_in_lines_and_blocks() {
        let text = "module \"example.com/shop\" // the shop\n\ngo 1.22.3\ntoolchain go1.23.0\n\nrequire (\n\tgithub.com/a/b v1.0.0 // indirect\n)\nrequire c v2.0.0\nreplace example.com/lib => ../lib\nreplace d => e v1.0.0\n";
        let it = read(FileId(0), text);
        let module = it.module.unwrap();
        assert_eq!(
            (module.value.as_str(), &text[module.span.range()]),
            ("example.com/shop", "example.com/shop")
        );
        assert_eq!(it.go.unwrap().value, "1.22.3");
        assert_eq!(it.toolchain.unwrap().value, "go1.23.0");
        assert_eq!(it.requires.len(), 2);
        assert_eq!(it.local_replacements[0].1.value, "../lib");
        assert!(it.errors.is_empty());
        let work = read(FileId(0), "go 1.22\nuse (\n\t./a\n\t./b\n)\nuse ./c\n");
        assert_eq!(work.uses.iter().map(|it| it.value.as_str()).collect::<Vec<_>>(), ["./a", "./b", "./c"]);
    }
}
