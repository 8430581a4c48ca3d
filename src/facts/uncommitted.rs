//! What may stand in a project without being committed: what git ignores, submodules, and what scripts, Makefiles and
//! instructions for people fetch or make.

use super::dockerignore::fits;
use super::folder_of;
use super::kind::Kind;

/// Why a file that is not there may be there all the same.
#[derive(Clone, Debug, Default)]
pub struct Uncommitted {
    /// Names of what `.gitignore` files and lists of submodules speak of, each with the folder below which it is.
    patterns: Vec<(String, String)>,
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
    /// Adds what the file at `path` says.
    pub fn add(&mut self, path: &str, kind: Kind, text: &str) {
        let below = |name: String| (folder_of(path).to_owned(), name);
        match kind {
            Kind::Gitignore => {
                let lines = text.lines().map(str::trim);
                let lines = lines.filter(|it| !it.is_empty() && !it.starts_with(['#', '!']));
                self.patterns.extend(lines.filter_map(last_part).map(below));
            }
            Kind::Gitmodules => {
                let paths =
                    text.lines().filter_map(|it| it.trim().strip_prefix("path")?.trim().strip_prefix('='));
                self.patterns.extend(paths.filter_map(|it| last_part(it.trim())).map(below));
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
        let mut end = 0;
        path.split('/').any(|name| {
            let above = path[..end].trim_end_matches('/');
            end += name.len() + 1;
            // It says nothing of the folder that it stands in: <https://git-scm.com/docs/gitignore#_pattern_format>.
            let is_below = |folder: &str| {
                let rest = above.strip_prefix(folder);
                folder == "." || rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
            };
            let is_made = || self.lines.iter().any(|line| names(line, name));
            // Of tools, or written by others: these folders are not walked.
            let is_foreign = || matches!(name, "vendor" | "node_modules" | "third_party" | "testdata");
            name.starts_with('.')
                || is_foreign()
                || self.patterns.iter().any(|(folder, it)| is_below(folder) && fits(it, name))
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
        it.add(".gitignore", Kind::Gitignore, "# builds\n/dist/\n*.local.Dockerfile\n!keep\n");
        it.add("shop-api/.gitignore", Kind::Gitignore, "shop-api\n");
        it.add(
            ".gitmodules",
            Kind::Gitmodules,
            "[submodule \"ui\"]\n\tpath = services/ui\n\turl = https://example.com/ui\n",
        );
        it.add("README.md", Kind::Readme, "git clone https://example.com/shop-web\nThe mailer sends mail.\n");
        for path in [
            "dist/x",
            "a.local.Dockerfile",
            "services/ui/Dockerfile",
            "shop-web",
            "vendor/x",
            ".cache/a",
            "shop-api/shop-api",
            "shop-api/build/shop-api/x",
        ] {
            assert!(it.may_hold(path), "{path}");
        }
        for path in ["keep", "mailer/Dockerfile", "shop", "Dockerfile", "shop-api/Dockerfile"] {
            assert!(!it.may_hold(path), "{path}");
        }
    }
}
