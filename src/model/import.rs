//! How a Go file can name a package, for fixes that write Go.

use crate::facts::go::{GoFile, Import};
use crate::source::{Edit, Span};

/// A package as a file can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageName {
    /// The name in the file: the last element of the path, or the alias that the file gives it.
    pub name: String,
    /// The change that imports it; `None` when the file already does.
    pub import: Option<Edit>,
}

impl PackageName {
    /// How `file` can name the standard library's package `path`. `None` when the name is taken by
    /// another import, or when the file has no import that a new one could stand beside.
    #[must_use]
    pub fn in_file(file: &GoFile, path: &str) -> Option<Self> {
        let own_name = last_element(path);
        let already = file.imports.iter().filter(|it| it.path.value == path);
        let mut named = already.filter(|it| !matches!(it.alias.as_deref(), Some("_" | ".")));
        if let Some(import) = named.next() {
            let name = import.alias.as_deref().unwrap_or(own_name).to_owned();
            return Some(Self { name, import: None });
        }
        let taken = file
            .imports
            .iter()
            .any(|it| it.alias.as_deref().unwrap_or(last_element(&it.path.value)) == own_name);
        if taken {
            return None;
        }
        Some(Self { name: own_name.to_owned(), import: Some(insertion(&file.imports, path)?) })
    }
}

/// A new line for `path` where gofmt would sort it among the standard library's imports.
fn insertion(imports: &[Import], path: &str) -> Option<Edit> {
    // An `import "C"` belongs to the comment above it, so nothing may come between.
    let standard =
        |it: &&Import| it.path.value != "C" && !it.path.value.split('/').next().unwrap_or("").contains('.');
    let mut beside = imports.iter().filter(standard).collect::<Vec<_>>();
    beside.sort_by_key(|it| it.path.span.start);
    let before = beside.iter().rev().find(|it| it.path.value.as_str() < path);
    if let Some(import) = before {
        let end = Span { start: import.path.span.end, ..import.path.span };
        let keyword = if import.grouped { "\t" } else { "import " };
        return Some(Edit { span: end, replacement: format!("\n{keyword}\"{path}\"") });
    }
    // Behind an alias the insertion would tear the line apart.
    let first = beside.iter().find(|it| it.alias.is_none())?;
    let start = Span { end: first.path.span.start, ..first.path.span };
    let separator = if first.grouped { "\n\t" } else { "\nimport " };
    Some(Edit { span: start, replacement: format!("\"{path}\"{separator}") })
}

/// The name a package has by convention: `v2` and the like are skipped.
fn last_element(path: &str) -> &str {
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    let version =
        last.strip_prefix('v').is_some_and(|it| !it.is_empty() && it.bytes().all(|at| at.is_ascii_digit()));
    if version { elements.next().unwrap_or(last) } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Spanned};

    /// The text after the edit that imports `path`, or the name the file already gives it.
    fn import(text: &str, path: &str) -> Option<String> {
        let grouped = text.contains('(');
        let mut file = GoFile::default();
        let mut at = 0;
        for line in text.lines() {
            if let (Some(open), Some(close)) = (line.find('"'), line.rfind('"')) {
                let alias = line[..open].trim_start_matches("import").trim();
                file.imports.push(Import {
                    alias: (!alias.is_empty()).then(|| alias.to_owned()),
                    path: Spanned::new(
                        line[open + 1..close].to_owned(),
                        Span::new(FileId(0), at + open, at + close + 1),
                    ),
                    grouped,
                });
            }
            at += line.len() + 1;
        }
        let found = PackageName::in_file(&file, path)?;
        let Some(edit) = found.import else { return Some(found.name) };
        let mut out = text.to_owned();
        out.replace_range(edit.span.range(), &edit.replacement);
        Some(out)
    }

    #[test]
    fn an_import_goes_where_gofmt_sorts_it() {
        let block = "import (\n\t\"os\"\n\t\"os/signal\"\n\n\t\"github.com/gin-gonic/gin\"\n)\n";
        let after = block.replace("signal\"\n", "signal\"\n\t\"syscall\"\n");
        assert_eq!(import(block, "syscall").as_deref(), Some(after.as_str()));
        assert_eq!(
            import("import (\n\t\"net/http\"\n)\n", "log").as_deref(),
            Some("import (\n\t\"log\"\n\t\"net/http\"\n)\n")
        );
        assert_eq!(
            import("import \"net/http\"\n", "log").as_deref(),
            Some("import \"log\"\nimport \"net/http\"\n")
        );
    }

    #[test]
    fn a_name_is_used_as_the_file_has_it() {
        assert_eq!(import("import sys \"syscall\"\n", "syscall").as_deref(), Some("sys"));
        assert_eq!(import("import \"log\"\n", "log").as_deref(), Some("log"));
        assert_eq!(import("import \"example.com/log/v2\"\n", "log"), None);
        assert_eq!(import("import log \"example.com/x\"\n", "log"), None);
        assert_eq!(import("import \"example.com/x\"\n", "log"), None);
    }
}
