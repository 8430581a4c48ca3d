//! What may stand in a project without being committed: what git ignores, submodules, and what scripts, Makefiles and
//! instructions for people fetch or make.

use super::dockerignore::fits;
use super::kind::Kind;

/// Why a file that is not there may be there all the same.
#[derive(Clone, Debug, Default)]
pub struct Uncommitted {
    /// Patterns of `.gitignore` files and paths of submodules, without folders.
    patterns: Vec<String>,
    /// Lines that fetch or make files.
    lines: Vec<String>,
}

/// What makes, fetches or moves a file.
const MAKERS: &[&str] = &[
    "clone",
    "cp ",
    "curl",
    "envsubst",
    "generate",
    "mkdir",
    "mv ",
    "rsync",
    "submodule",
    "tar ",
    "unzip",
    "wget",
];

impl Uncommitted {
    /// Adds what one file says.
    pub fn add(&mut self, kind: Kind, text: &str) {
        match kind {
            Kind::Gitignore => {
                let lines = text.lines().map(str::trim);
                let lines = lines.filter(|it| !it.is_empty() && !it.starts_with(['#', '!']));
                self.patterns.extend(lines.filter_map(last_part));
            }
            Kind::Gitmodules => {
                let paths =
                    text.lines().filter_map(|it| it.trim().strip_prefix("path")?.trim().strip_prefix('='));
                self.patterns.extend(paths.filter_map(|it| last_part(it.trim())));
            }
            Kind::Script
            | Kind::Makefile
            | Kind::Justfile
            | Kind::Taskfile
            | Kind::WindowsScript
            | Kind::Pipeline
            | Kind::Readme => {
                // In prose `>` is a quotation, an arrow, or the end of `<name>`.
                let redirects = |line: &str| kind != Kind::Readme && line.contains('>');
                let makes = |line: &&str| redirects(line) || MAKERS.iter().any(|it| line.contains(it));
                let made = text.lines().filter(makes);
                self.lines.extend(made.map(str::to_owned));
            }
            _ => {}
        }
    }

    /// Whether something may stand at `path`, or at a folder above it, that is not committed. Told by names alone: a
    /// path of which that cannot be excluded may be there.
    #[must_use]
    pub fn may_hold(&self, path: &str) -> bool {
        path.split('/').any(|name| {
            let is_made = || self.lines.iter().any(|line| names(line, name));
            // Of tools, or written by others: these folders are not walked.
            let is_foreign = || matches!(name, "vendor" | "node_modules" | "third_party" | "testdata");
            name.starts_with('.')
                || is_foreign()
                || self.patterns.iter().any(|it| fits(it, name))
                || (!COMMON.contains(&name) && is_made())
        })
    }
}

/// Names that are in such lines for other reasons.
const COMMON: &[&str] = &[".", "Dockerfile", "app", "build", "cmd", "docker", "src"];

fn last_part(pattern: &str) -> Option<String> {
    let name =
        pattern.trim_end_matches("/*").trim_end_matches("/**").trim_end_matches('/').rsplit('/').next()?;
    // A pattern for everything below a folder says nothing of one name.
    (!name.is_empty() && !matches!(name, "*" | "**")).then(|| name.to_owned())
}

/// Whether a text has the name as a word.
pub(super) fn names(text: &str, name: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-');
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !behind.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_committed_may_be_there() {
        let mut it = Uncommitted::default();
        it.add(Kind::Gitignore, "# builds\n/dist/\n*.local.Dockerfile\n!keep\n");
        it.add(
            Kind::Gitmodules,
            "[submodule \"ui\"]\n\tpath = services/ui\n\turl = https://example.com/ui\n",
        );
        it.add(Kind::Readme, "git clone https://example.com/shop-web\nThe mailer sends mail.\n");
        for path in
            ["dist/x", "a.local.Dockerfile", "services/ui/Dockerfile", "shop-web", "vendor/x", ".cache/a"]
        {
            assert!(it.may_hold(path), "{path}");
        }
        for path in ["keep", "mailer/Dockerfile", "shop", "Dockerfile"] {
            assert!(!it.may_hold(path), "{path}");
        }
    }
}
