//! Words of a shell that stand for a folder of the machine it runs on: `$(pwd)`, `$(dirname "$0")`,
//! `$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)`, `$(git rev-parse --show-toplevel)`.

use std::ops::Range;

use crate::syntax::shell::{self as syntax, Connective, Part, Simple, Statement, Word};

/// The variable with the working directory:
/// <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/sh.html>.
pub const WORKING_FOLDER: &str = "PWD";

/// Stands, where the name of a variable does, for the folder of the script that runs.
pub const SCRIPT_FOLDER: &str = "0%/*";

/// Stands, where the name of a variable does, for the root of the repository.
pub const REPOSITORY_FOLDER: &str = "git rev-parse --show-toplevel";

/// Variables that pipelines set to the root of the repository:
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>,
/// <https://docs.gitlab.com/ci/variables/predefined_variables/>,
/// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>.
pub const REPOSITORY_VARIABLES: &[&str] = &["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"];

/// A part of a folder's path.
pub(super) enum Piece {
    /// The folder of that variable.
    Variable(&'static str),
    /// `/`.
    Slash,
    /// What is written there, as the shell reads it; a place in the word.
    Word(Word, Range<usize>),
}

/// The parts of the folder that `text`, a word that only a run can tell, stands for; `None` for anything else.
pub(super) fn read(text: &str) -> Option<Vec<Piece>> {
    if let Some(expansion) = text.strip_prefix("${").and_then(|it| it.strip_suffix("%/*}")) {
        return is_script(expansion).then(|| vec![Piece::Variable(SCRIPT_FOLDER)]);
    }
    let inside = match text.strip_prefix("$(").and_then(|it| it.strip_suffix(')')) {
        Some(inside) => 2..2 + inside.len(),
        None => 1..1 + text.strip_prefix('`')?.strip_suffix('`')?.len(),
    };
    let written = &text[inside.clone()];
    let tree = syntax::parse(written);
    let [statement] = &tree.statements[..] else { return None };
    match statement {
        Statement::List(first, Connective::And, second) => {
            let (entered, shown) = (command(first)?, command(second)?);
            is_pwd(shown, written).then_some(())?;
            let [program, folder] = &operands(entered, written)[..] else { return None };
            (literal(program)? == "cd").then(|| below_working_folder(folder, inside))
        }
        _ => {
            let simple = command(statement)?;
            if is_pwd(simple, written) {
                return Some(vec![Piece::Variable(WORKING_FOLDER)]);
            }
            let words = operands(simple, written);
            if words.iter().map(|it| literal(it)).eq([Some("git"), Some("rev-parse")])
                && simple.words.iter().any(|it| literal(it) == Some("--show-toplevel"))
            {
                return Some(vec![Piece::Variable(REPOSITORY_FOLDER)]);
            }
            let [program, path] = &words[..] else { return None };
            match literal(program)? {
                "dirname" if is_script_path(&written[path.range.clone()]) => {
                    Some(vec![Piece::Variable(SCRIPT_FOLDER)])
                }
                "realpath" | "readlink" if !is_script_path(&written[path.range.clone()]) => {
                    Some(below_working_folder(path, inside))
                }
                _ => None,
            }
        }
    }
}

/// A path that is relative to the working directory, or is none.
fn below_working_folder(path: &Word, inside: Range<usize>) -> Vec<Piece> {
    let is_relative = matches!(path.parts.first(), Some(Part::Literal(it, _)) if !it.starts_with('/'));
    let word = Piece::Word(path.clone(), inside);
    if is_relative { vec![Piece::Variable(WORKING_FOLDER), Piece::Slash, word] } else { vec![word] }
}

fn command(statement: &Statement) -> Option<&Simple> {
    match statement {
        Statement::Simple(it) if it.assignments.is_empty() => Some(it),
        Statement::Redirected(it, _) => command(it),
        _ => None,
    }
}

fn is_pwd(simple: &Simple, written: &str) -> bool {
    matches!(&operands(simple, written)[..], [program] if literal(program) == Some("pwd"))
}

/// The program and its arguments without flags.
fn operands<'s>(simple: &'s Simple, written: &str) -> Vec<&'s Word> {
    simple.words.iter().filter(|it| !written[it.range.clone()].starts_with('-')).collect()
}

fn literal(word: &Word) -> Option<&str> {
    match &word.parts[..] {
        [Part::Literal(text, _)] => Some(text),
        _ => None,
    }
}

/// `"$0"`, or the real path of that.
fn is_script_path(word: &str) -> bool {
    let word = word.trim_matches('"');
    let inner = word.strip_prefix("$(").and_then(|it| it.strip_suffix(')'));
    let real = inner.and_then(|it| it.strip_prefix("realpath ").or_else(|| it.strip_prefix("readlink -f ")));
    let word = real.map_or(word, |it| it.trim_start_matches("-- ").trim_matches(['"', ' ']));
    let name = word.strip_prefix("${").and_then(|it| it.strip_suffix('}')).or_else(|| word.strip_prefix('$'));
    name.is_some_and(is_script)
}

/// Whether a variable holds the path of the script.
fn is_script(name: &str) -> bool {
    matches!(name, "0" | "BASH_SOURCE" | "BASH_SOURCE[0]" | "BASH_SOURCE:-$0" | "BASH_SOURCE[0]:-$0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Option<String> {
        let piece = |it: Piece| match it {
            Piece::Variable(name) => format!("<{name}>"),
            Piece::Slash => "/".to_owned(),
            Piece::Word(word, inside) => text[inside][word.range].to_owned(),
        };
        Some(read(text)?.into_iter().map(piece).collect())
    }

    #[test]
    fn a_folder_is_known_by_how_people_ask_for_it() {
        let cases = [
            ("$(pwd)", Some("<PWD>")),
            ("`pwd -P`", Some("<PWD>")),
            ("$(dirname \"$0\")", Some("<0%/*>")),
            ("$(dirname $0)", Some("<0%/*>")),
            ("$(dirname -- \"${BASH_SOURCE[0]}\")", Some("<0%/*>")),
            ("$(dirname \"$(readlink -f \"$0\")\")", Some("<0%/*>")),
            ("${BASH_SOURCE[0]%/*}", Some("<0%/*>")),
            (
                "$(cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\" > /dev/null 2>&1 && pwd)",
                Some("\"$(dirname \"${BASH_SOURCE[0]}\")/..\""),
            ),
            ("$(cd .. && pwd)", Some("<PWD>/..")),
            ("$(realpath ./conf)", Some("<PWD>/./conf")),
            ("$(dirname \"$1\")", None),
            ("$(realpath \"$0\")", None),
            ("$(cd x || pwd)", None),
            ("$(git rev-parse --show-toplevel)", Some("<git rev-parse --show-toplevel>")),
            ("$(git rev-parse --show-toplevel 2>/dev/null)", Some("<git rev-parse --show-toplevel>")),
            ("$(git rev-parse HEAD)", None),
            ("$(git -C sub rev-parse --show-toplevel)", None),
            ("$(date)", None),
            ("$(pwd; ls)", None),
            ("$1", None),
            ("`", None),
        ];
        for (text, expected) in cases {
            assert_eq!(show(text).as_deref(), expected, "{text}");
        }
    }
}
