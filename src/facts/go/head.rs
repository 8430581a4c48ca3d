//! The head of a Go file, read without a parser: enough to know which files to parse.

use memchr::memmem;

use super::Import;
use crate::source::{FileId, Span, Spanned};

/// Package clause, imports and what decides whether the file is built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The package clause.
    pub package: Option<Spanned<String>>,
    /// Import specifications.
    pub imports: Vec<Import>,
    /// The expression of a `//go:build` line, else what the `// +build` lines come to.
    pub constraint: Option<Spanned<String>>,
    /// `main` in `func main()` of a `package main`.
    pub main: Option<Span>,
    /// Offset behind the imports.
    pub end: usize,
}

/// Reads the head of `text`.
#[must_use]
pub fn scan(file: FileId, text: &str) -> Head {
    let mut head = Head::default();
    let mut scanner = Scanner { text, at: 0 };
    if text.starts_with('\u{feff}') {
        scanner.at = '\u{feff}'.len_utf8();
    }
    // The `// +build` lines above the last empty line, and those below it, which count for nothing.
    let (mut old_lines, mut below): (Vec<Spanned<&str>>, Vec<Spanned<&str>>) = (Vec::new(), Vec::new());
    loop {
        let end_of_last = scanner.at;
        scanner.skip_space();
        let start = scanner.at;
        if text[end_of_last..start].matches('\n').count() > 1 {
            old_lines.append(&mut below);
        }
        if let Some(comment) = scanner.comment() {
            if let Some(expression) = comment.strip_prefix("//go:build ") {
                let at = start + comment.len() - expression.len();
                let expression = expression.trim_end();
                let span = Span::new(file, at, at + expression.len());
                head.constraint = Some(Spanned::new(expression.to_owned(), span));
            } else if head.package.is_none()
                && let Some(tags) =
                    comment.strip_prefix("//").and_then(|it| it.trim_start().strip_prefix("+build "))
            {
                let at = start + comment.len() - tags.len();
                below.push(Spanned::new(tags, Span::new(file, at, at + tags.trim_end().len())));
            }
            continue;
        }
        match scanner.word() {
            "package" => {
                scanner.skip_space_and_comments();
                let at = scanner.at;
                let name = scanner.word();
                if name.is_empty() {
                    break;
                }
                let span = Span::new(file, at, scanner.at);
                head.package = Some(Spanned::new(name.to_owned(), span));
            }
            "import" => scanner.imports(file, &mut head.imports),
            "" if scanner.rest().starts_with(';') => scanner.at += 1,
            _ => {
                scanner.at = start;
                break;
            }
        }
    }
    if head.constraint.is_none() {
        head.constraint = expression_of(&old_lines);
    }
    head.end = scanner.at;
    if head.package.as_ref().is_some_and(|it| it.value == "main") {
        head.main = find_main(file, text, head.end);
    }
    head
}

/// `// +build` lines as one expression: of the words of a line one must hold, all tags of a word, and all lines.
/// Modules of Go 1.18 or newer ignore such lines; who has left one there does not want the file built either.
/// <https://pkg.go.dev/cmd/go#hdr-Build_constraints>
fn expression_of(lines: &[Spanned<&str>]) -> Option<Spanned<String>> {
    let first = lines.first()?;
    let word = |it: &str| format!("({})", it.replace(',', " && "));
    let line = |it: &str| it.split_whitespace().map(word).collect::<Vec<_>>().join(" || ");
    let all: Vec<String> = lines.iter().map(|it| format!("({})", line(it.value))).collect();
    Some(Spanned::new(all.join(" && "), first.span))
}

/// The tags of a build: <https://pkg.go.dev/cmd/go#hdr-Build_constraints>.
#[derive(Clone, Copy, Debug)]
pub enum BuildTags<'t> {
    /// These, besides what the system and the toolchain satisfy by themselves.
    These(&'t [String]),
    /// Whatever somebody may ask for.
    Any,
}

/// Whether a file of this name and constraint is part of a Linux build with these tags; tests are not.
#[must_use]
pub fn is_built(path: &str, constraint: Option<&str>, tags: BuildTags<'_>) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".go").unwrap_or(name);
    // The go command ignores files that begin with `_` or `.`.
    if stem.ends_with("_test") || name.starts_with(['_', '.']) {
        return false;
    }
    // `foo_linux.go`, `foo_windows_amd64.go`: a name that is nothing but a system is none.
    let mut parts = stem.split('_').skip(1).collect::<Vec<_>>();
    if parts.last().is_some_and(|it| ARCHITECTURES.contains(it)) {
        parts.pop();
    }
    let system = parts.last().filter(|it| SYSTEMS.contains(it));
    if system.is_some_and(|it| *it != "linux") {
        return false;
    }
    constraint.is_none_or(|it| Constraint { rest: it, tags, depth: 0 }.any().may_hold)
}

/// <https://go.dev/src/internal/syslist/syslist.go>, `KnownOS`.
const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// <https://go.dev/src/internal/syslist/syslist.go>, `KnownArch`, those that Go still builds.
const ARCHITECTURES: &[&str] = &[
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
    "riscv64", "s390x", "wasm",
];

fn find_main(file: FileId, text: &str, from: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let found = memmem::find_iter(&bytes[from..], b"func main(").map(|it| it + from);
    let start = found.into_iter().find(|at| *at == 0 || bytes[at - 1] == b'\n')? + "func ".len();
    Some(Span::new(file, start, start + "main".len()))
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn skip_space_and_comments(&mut self) {
        loop {
            self.skip_space();
            if self.comment().is_none() {
                return;
            }
        }
    }

    /// The comment here, without its line's end.
    fn comment(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let length = if rest.starts_with("//") {
            memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            memmem::find(rest.as_bytes(), b"*/").map_or(rest.len(), |it| it + 2)
        } else {
            return None;
        };
        self.at += length;
        Some(&rest[..length])
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn imports(&mut self, file: FileId, found: &mut Vec<Import>) {
        self.skip_space_and_comments();
        if !self.rest().starts_with('(') {
            found.extend(self.import(file, false));
            return;
        }
        self.at += 1;
        loop {
            self.skip_space_and_comments();
            match self.rest().as_bytes().first() {
                Some(b')') => {
                    self.at += 1;
                    return;
                }
                Some(b';') => self.at += 1,
                _ => match self.import(file, true) {
                    Some(import) => found.push(import),
                    None => return,
                },
            }
        }
    }

    fn import(&mut self, file: FileId, grouped: bool) -> Option<Import> {
        let alias = match self.rest().as_bytes().first()? {
            b'.' => {
                self.at += 1;
                Some(".".to_owned())
            }
            b'"' | b'`' => None,
            _ => Some(self.word().to_owned()),
        };
        self.skip_space_and_comments();
        let rest = self.rest();
        let quote = rest.chars().next().filter(|it| matches!(it, '"' | '`'))?;
        let length = rest[1..].find(quote)?;
        let path = rest[1..=length].to_owned();
        let span = Span::new(file, self.at, self.at + length + 2);
        self.at += length + 2;
        Some(Import { alias, path: Spanned::new(path, span), grouped })
    }
}

/// A `//go:build` expression, evaluated for `linux`, `amd64` and the tags of a build.
struct Constraint<'t> {
    rest: &'t str,
    tags: BuildTags<'t>,
    depth: u32,
}

/// Whether a part of a constraint may hold, and whether it may not: both where somebody may ask for a tag.
#[derive(Clone, Copy)]
struct Holds {
    may_hold: bool,
    may_fail: bool,
}

impl Holds {
    fn or(self, other: Self) -> Self {
        Self { may_hold: self.may_hold || other.may_hold, may_fail: self.may_fail && other.may_fail }
    }

    fn negated(self) -> Self {
        Self { may_hold: self.may_fail, may_fail: self.may_hold }
    }

    fn and(self, other: Self) -> Self {
        self.negated().or(other.negated()).negated()
    }
}

impl Constraint<'_> {
    fn any(&mut self) -> Holds {
        let mut holds = self.all();
        while self.take("||") {
            holds = holds.or(self.all());
        }
        holds
    }

    fn all(&mut self) -> Holds {
        let mut holds = self.not();
        while self.take("&&") {
            holds = holds.and(self.not());
        }
        holds
    }

    fn not(&mut self) -> Holds {
        let mut is_negated = false;
        while self.take("!") {
            is_negated = !is_negated;
        }
        self.depth += 1;
        let inner = if self.depth < 50 && self.take("(") {
            let inner = self.any();
            self.take(")");
            inner
        } else {
            self.tag()
        };
        self.depth -= 1;
        if is_negated { inner.negated() } else { inner }
    }

    fn tag(&mut self) -> Holds {
        let end = self.rest.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '.');
        let (tag, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let is_of_system =
            matches!(tag, "linux" | "unix" | "amd64" | "gc" | "cgo") || tag.starts_with("go1.");
        let is_of_another = SYSTEMS.contains(&tag) || ARCHITECTURES.contains(&tag);
        match self.tags {
            BuildTags::Any if !is_of_system && !is_of_another => Holds { may_hold: true, may_fail: true },
            BuildTags::These(tags) if tags.iter().any(|it| it == tag) => {
                Holds { may_hold: true, may_fail: false }
            }
            _ => Holds { may_hold: is_of_system, may_fail: !is_of_system },
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_without_a_parser() {
        let text = "// Licence\n\n//go:build linux && !cgo\n\n/* doc */ package main\n\nimport \"fmt\"\nimport (\n\t// web\n\thttp \"net/http\" // here\n\t_ `embed`\n\t. \"a/b\"\n)\n\nfunc main() {}\n";
        let head = scan(FileId(0), text);
        let imports = head.imports.iter().map(|it| (it.alias.as_deref(), it.path.value.as_str()));
        assert_eq!(
            imports.collect::<Vec<_>>(),
            [(None, "fmt"), (Some("http"), "net/http"), (Some("_"), "embed"), (Some("."), "a/b")]
        );
        assert_eq!(head.package.unwrap().value, "main");
        assert_eq!(head.constraint.unwrap().value, "linux && !cgo");
        assert_eq!(&text[head.main.unwrap().range()], "main");
        for broken in ["", "package", "import (", "import \"", "/*", "package main\nimport (\n\"a\nfunc"] {
            let _ = scan(FileId(0), broken);
        }
    }

    #[test]
    fn old_constraints_count_above_an_empty_line() {
        let constraint = |text: &str| scan(FileId(0), text).constraint.map(|it| it.value);
        let two = "//+build linux,!cgo darwin\n// +build tool\n\npackage main\n";
        assert_eq!(constraint(two).unwrap(), "((linux && !cgo) || (darwin)) && ((tool))");
        assert_eq!(constraint("// +build tool\n// Package x\npackage x\n"), None);
        assert_eq!(constraint("package x\n\n// +build tool\n\nvar a int\n"), None);
        assert_eq!(constraint("//go:build a\n// +build b\n\npackage x\n").unwrap(), "a");
        for (text, built) in
            [("tool", false), ("!tool", true), ("linux,amd64", true), ("windows linux", true)]
        {
            let text = format!("// +build {text}\n\npackage main\n");
            assert_eq!(
                is_built("a.go", constraint(&text).as_deref(), BuildTags::These(&[])),
                built,
                "{text}"
            );
        }
    }

    #[test]
    fn files_of_other_systems_are_left_out() {
        for (path, constraint, built) in [
            ("a/server.go", None, true),
            ("server_windows.go", None, false),
            ("server_linux_arm64.go", None, true),
            ("windows.go", None, true),
            ("server_test.go", None, false),
            ("a.go", Some("ignore"), false),
            ("a.go", Some("!windows && (linux || darwin)"), true),
            ("a.go", Some("integration || e2e"), false),
        ] {
            assert_eq!(is_built(path, constraint, BuildTags::These(&[])), built, "{path} {constraint:?}");
        }
    }

    #[test]
    fn the_tags_of_a_build_count() {
        let tags = ["prod".to_owned(), "netgo".to_owned()];
        for (constraint, built, may_be_built) in [
            ("prod", true, true),
            ("!prod", false, true),
            ("prod && !netgo", false, true),
            ("dev || netgo", true, true),
            ("(dev || prod) && linux", true, true),
            ("prod && windows", false, false),
            ("dev && !linux", false, false),
            ("!(dev || darwin)", true, true),
        ] {
            let with = |it| is_built("a.go", Some(constraint), it);
            assert_eq!(
                (with(BuildTags::These(&tags)), with(BuildTags::Any)),
                (built, may_be_built),
                "{constraint}"
            );
        }
        assert!(!is_built("a_windows.go", Some("prod"), BuildTags::Any));
    }
}
