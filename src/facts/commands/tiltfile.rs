//! The images that a Tiltfile builds: <https://docs.tilt.dev/api.html#api.docker_build>. A Tiltfile is Starlark, of which
//! only calls with written texts are read.

use std::ops::Range;

use crate::facts::docker_command::BuildCommand;
use crate::source::{FileId, Span, Text};

/// The functions that build an image, the name first, then the context.
const BUILDS: &[&str] = &["docker_build", "docker_build_with_restart"];

/// An argument of a call.
struct Argument<'t> {
    /// Its name, when it is given by name.
    name: Option<&'t str>,
    /// Where its text stands, or the first one of a list; `None` for anything but these.
    text: Option<Range<usize>>,
}

/// The builds of a Tiltfile, paths as from its folder.
pub(super) fn builds(file: FileId, text: &str) -> Vec<BuildCommand> {
    let tokens = tokens(text);
    let starts = |at: &usize| {
        let is_build = matches!(&tokens[*at], Token::Name(it) if BUILDS.contains(&&text[it.clone()]));
        let is_definition = at
            .checked_sub(1)
            .is_some_and(|it| matches!(&tokens[it], Token::Name(it) if &text[it.clone()] == "def"));
        is_build && !is_definition && matches!(tokens.get(at + 1), Some(Token::Sign('(')))
    };
    let calls = (0..tokens.len()).filter(starts);
    calls.filter_map(|at| build(file, text, &arguments(text, &tokens[at + 2..]))).collect()
}

fn build(file: FileId, text: &str, arguments: &[Argument<'_>]) -> Option<BuildCommand> {
    let named = |name: &str| arguments.iter().find(|it| it.name == Some(name));
    let at = |name: &str, position: usize| {
        named(name).or_else(|| arguments.get(position).filter(|it| it.name.is_none()))
    };
    let read = |it: &Argument<'_>| {
        let range = it.text.clone()?;
        Some(Text::new(&text[range.clone()], Span::new(file, range.start, range.end)))
    };
    // What its Dockerfile is would not be known.
    if named("dockerfile_contents").is_some() {
        return None;
    }
    let written = |name: &str| match named(name) {
        Some(it) => read(it).map(Some),
        None => Some(None),
    };
    Some(BuildCommand {
        tags: vec![read(at("ref", 0)?)?],
        context: read(at("context", 1)?)?,
        dockerfile: written("dockerfile")?,
        target: written("target")?,
        arguments: Vec::new(),
        started_instead: named("entrypoint").and_then(read),
    })
}

/// The arguments of a call whose opening bracket stands before `tokens`.
fn arguments<'t>(text: &'t str, tokens: &[Token]) -> Vec<Argument<'t>> {
    let mut out = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, token) in tokens.iter().enumerate() {
        let Token::Sign(sign) = token else { continue };
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                out.extend(argument(text, &tokens[start..at]));
                break;
            }
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                out.extend(argument(text, &tokens[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    out
}

/// `'text'`, `name = 'text'`, or something else; `None` for nothing.
fn argument<'t>(text: &'t str, tokens: &[Token]) -> Option<Argument<'t>> {
    let (name, value) = match tokens {
        [] => return None,
        [Token::Name(name), Token::Sign('='), value @ ..] => (Some(&text[name.clone()]), value),
        value => (None, value),
    };
    let text = match value {
        [Token::Text(range)] | [Token::Sign('['), Token::Text(range), ..] => Some(range.clone()),
        _ => None,
    };
    Some(Argument { name, text })
}

/// A part of Starlark, comments and spaces left out.
enum Token {
    Name(Range<usize>),
    /// What stands between quotes, when that is what it means: without escapes, and no prefix before the quotes.
    Text(Range<usize>),
    /// Any other character, and `?` for a text that means something else than it shows.
    Sign(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let end = at
            + match first {
                '#' => rest.find('\n').unwrap_or(rest.len()),
                '"' | '\'' => {
                    let (inner, length) = quoted(rest);
                    // `r'...'` and the like.
                    let is_prefixed = text[..at].ends_with(is_part_of_name);
                    if is_prefixed {
                        out.pop();
                    }
                    out.push(match is_prefixed || rest[inner.clone()].contains('\\') {
                        true => Token::Sign('?'),
                        false => Token::Text(at + inner.start..at + inner.end),
                    });
                    length
                }
                it if is_part_of_name(it) => {
                    let length = rest.find(|it| !is_part_of_name(it)).unwrap_or(rest.len());
                    out.push(Token::Name(at..at + length));
                    length
                }
                it => {
                    if !it.is_whitespace() {
                        out.push(Token::Sign(it));
                    }
                    it.len_utf8()
                }
            };
        at = end;
    }
    out
}

fn is_part_of_name(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

/// What stands in the quotes that `text` begins with, and the length with them: to the end where they are not closed.
fn quoted(text: &str) -> (Range<usize>, usize) {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let fence = if text.starts_with(&triple) { triple.as_str() } else { quote };
    let mut at = fence.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(fence) {
            return (fence.len()..at, at + fence.len());
        }
        let skipped = if rest.starts_with('\\') { 2 } else { 1 };
        at += rest.chars().take(skipped).map(char::len_utf8).sum::<usize>();
    }
    (fence.len()..text.len(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        let part = |it: &Option<Text>| it.as_ref().map_or("-", Text::as_str).to_owned();
        let builds = builds(FileId(0), text).into_iter();
        let one = |it: BuildCommand| {
            format!(
                "{} {} {} {}",
                it.tags[0].as_str(),
                it.context.as_str(),
                part(&it.dockerfile),
                part(&it.target)
            )
        };
        builds.map(one).collect()
    }

    #[test]
    fn calls_with_written_texts_are_builds() {
        let text = "load('ext://restart_process', 'docker_build_with_restart')\n\
                    # docker_build('old', '.')\n\
                    docker_build('shop/api', './api', only=['./api', \"./shared\"], target = \"dev\")\n\
                    docker_build_with_restart(\n  'shop/web',\n  context='.',\n  dockerfile=\"\"\"dev/web.Dockerfile\"\"\",\n  \
                    entrypoint=['sh', '-c', 'a, b'],\n)\n";
        assert_eq!(show(text), ["shop/api ./api - dev", "shop/web . dev/web.Dockerfile -"]);
    }

    #[test]
    fn what_is_not_written_is_no_build() {
        let text = "def docker_build(name, context):\n  pass\n\
                    docker_build(name, '.')\ndocker_build('a' + tag, '.')\ndocker_build('b', path)\n\
                    docker_build('c', '.', dockerfile=f)\ndocker_build(r'd', '.')\ndocker_build('e\\n', '.')\n\
                    docker_build('f', '.', dockerfile_contents='FROM scratch')\ndocker_build('g', '.'";
        assert_eq!(show(text), [""; 0]);
    }

    #[test]
    fn no_text_stops_it() {
        for text in
            ["docker_build(", "docker_build('", "'", "\"\"\"", "docker_build('\\", "é'é", "docker_build())"]
        {
            assert_eq!(show(text), [""; 0], "{text}");
        }
    }
}
