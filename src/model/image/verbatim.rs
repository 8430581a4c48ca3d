//! Variables in the words of an exec form, which no shell reads:
//! <https://docs.docker.com/reference/dockerfile/#variable-substitution>.

use crate::facts::catalogue::{Dollar, program};
use crate::source::{Confidence, Span, Spanned, Text};

/// `$NAME` in a word that reaches its program as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnexpandedVariable {
    /// The variable's name, at the whole of `$NAME` or `${NAME:-default}`.
    pub name: Spanned<String>,
    /// The program that gets the word; `None` when the word names the program.
    pub program: Option<String>,
    /// The flag whose value it stands in, by its name: `port` of `--port=$PORT` and of `--port $PORT`.
    pub flag: Option<String>,
    /// How sure that nothing expands it.
    pub confidence: Confidence,
}

/// The variables in the words of a command that are as sure to stay as `confidence` says.
/// `written` are the instructions or keys that the words stand in.
pub(super) fn variables(words: &[Text], confidence: Confidence, written: &[Span]) -> Vec<UnexpandedVariable> {
    let Some((first, arguments)) = words.split_first() else { return Vec::new() };
    let found = |word: &Text, before: &str, program: Option<&str>| {
        let flag = flag_of(word.as_str(), before);
        let found = references(word.as_str()).into_iter().filter_map(|(name, range)| {
            Some(UnexpandedVariable {
                name: Spanned::new(name.to_owned(), word.slice(range).cover()?),
                program: program.map(str::to_owned),
                flag: flag.map(str::to_owned),
                confidence,
            })
        });
        // A value that Compose put in may hold a dollar sign of its own.
        let is_written_here = |it: &UnexpandedVariable| written.iter().any(|at| at.file == it.name.span.file);
        found.filter(is_written_here).collect::<Vec<_>>()
    };
    let name = name_of(first);
    let mut out = found(first, "", None);
    let before = words.iter().map(Text::as_str);
    out.extend(arguments.iter().zip(before).flat_map(|(it, before)| found(it, before, Some(name))));
    out
}

/// The name of the flag that has `word`, or a part of it, for its value.
fn flag_of<'t>(word: &'t str, before: &'t str) -> Option<&'t str> {
    let flag = |it: &'t str| it.strip_prefix('-').map(|it| it.trim_start_matches('-'));
    match flag(word) {
        Some(it) => it.split_once('=').map(|(name, _)| name),
        None => flag(before).filter(|it| !it.contains('=')),
    }
}

/// The variables of a command that is run directly, by what is known of its program. What only reads
/// like a script may be anything.
#[must_use]
pub fn of_program(words: &[Text], written: Span) -> Vec<UnexpandedVariable> {
    let Some(confidence) = certainty(words) else { return Vec::new() };
    let mut out = variables(words, confidence, &[written]);
    if let Some(entry) = program(name_of(&words[0])).filter(|it| it.dollar == Dollar::Harmless) {
        let decides = |at: usize| {
            let word = words[at].as_str();
            let before = words[at - 1].as_str();
            entry.deciding.contains(&before) || entry.deciding.iter().any(|it| word.starts_with(it))
        };
        let deciding: Vec<_> = (1..words.len()).filter(|at| decides(*at)).collect();
        let stands_in =
            |span: Span| deciding.iter().any(|at| words[*at].cover().is_some_and(|it| it.contains(span)));
        out.retain(|it| stands_in(it.name.span));
    }
    out
}

/// How sure it is that the program leaves `$NAME` as it is; `None` when it may not.
pub(super) fn certainty(words: &[Text]) -> Option<Confidence> {
    let first = words.first()?;
    let name = name_of(first);
    if words.iter().any(|it| SHELLS.contains(&name_of(it))) {
        return None;
    }
    if !references(first.as_str()).is_empty() {
        return Some(Confidence::Proven);
    }
    match program(name).map(|it| it.dollar) {
        Some(Dollar::Own) => None,
        Some(Dollar::Verbatim | Dollar::Harmless) => Some(Confidence::Proven),
        None if may_be_script(name) => None,
        None => Some(Confidence::Likely),
    }
}

/// What reads its argument as a script.
const SHELLS: &[&str] =
    &["ash", "bash", "busybox", "cmd", "cmd.exe", "dash", "ksh", "powershell", "pwsh", "sh", "zsh"];

fn name_of(word: &Text) -> &str {
    word.as_str().rsplit('/').next().unwrap_or_default()
}

/// A script, or a flag of an entrypoint that stands elsewhere.
fn may_be_script(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, it)| it);
    name.is_empty()
        || name.starts_with('-')
        || name.contains("entrypoint")
        || extension
            .is_some_and(|it| matches!(it, "sh" | "bash" | "py" | "js" | "rb" | "pl" | "php" | "ps1" | "bat"))
}

/// The variables that a shell would expand, by name and place. Those in lower case are most often
/// something else (nginx's own variables, a password), and so is a dollar sign behind a letter.
fn references(text: &str) -> Vec<(&str, std::ops::Range<usize>)> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices('$') {
        let before = text[..at].chars().next_back();
        let behind = &text[at + 1..];
        let braced = behind.starts_with('{');
        let start = at + 1 + usize::from(braced);
        let length = text[start..].bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count();
        let name = &text[start..start + length];
        let upper = name.starts_with(|it: char| it.is_ascii_uppercase())
            && !name.contains(|it: char| it.is_ascii_lowercase());
        let end = match (braced, text[start + length..].chars().next()) {
            (false, _) => start + length,
            (true, Some('}' | ':' | '-' | '+' | '?')) => match text[start..].find('}') {
                Some(close) => start + close + 1,
                None => continue,
            },
            (true, _) => continue,
        };
        let free = match before {
            Some('\\' | '$') => false,
            Some(it) => braced || !it.is_alphanumeric(),
            None => true,
        };
        if upper && free {
            out.push((name, at..end));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn what_a_shell_would_expand() {
        let names = |text| {
            references(text).into_iter().map(|(name, at)| format!("{name} {}", &text[at])).collect::<Vec<_>>()
        };
        assert_eq!(names("--port=${PORT}"), ["PORT ${PORT}"]);
        assert_eq!(names("http://$HOST:${PORT:-80}/x"), ["HOST $HOST", "PORT ${PORT:-80}"]);
        for text in
            ["$port", "p$WORD", "\\$PORT", "$$PORT", "${PORT", "$(PORT)", "$1", "${request_uri}", "cost: 5$"]
        {
            assert_eq!(names(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_program_decides_what_a_dollar_means() {
        let span = Span::new(FileId(0), 0, 400);
        let found = |words: &[&str]| {
            let words: Vec<_> = words
                .iter()
                .enumerate()
                .map(|(at, it)| Text::new(*it, Span::new(FileId(0), at * 40, at * 40 + it.len())))
                .collect();
            of_program(&words, span).into_iter().map(|it| (it.name.value, it.confidence)).collect::<Vec<_>>()
        };
        let port = |confidence| vec![("PORT".to_owned(), confidence)];
        assert_eq!(found(&["curl", "-f", "http://localhost:$PORT/"]), port(Confidence::Proven));
        assert_eq!(found(&["/srv/server", "${PORT}"]), port(Confidence::Likely));
        assert_eq!(found(&["pg_isready", "-U", "$POSTGRES_USER", "-p", "$PORT"]), port(Confidence::Proven));
        assert_eq!(found(&["mysqladmin", "ping", "-u$MYSQL_USER"]), []);
        for first in ["java", "sh", "/docker-entrypoint.sh", "--flag", "run.py"] {
            assert_eq!(found(&[first, "$PORT"]), [], "{first}");
        }
    }
}
