//! Quotes, escapes and variables in the words of a Dockerfile.

use std::ops::Range;

use super::Template;
use crate::facts::Dialect;
use crate::source::Joined;

/// The word `text[range]` with quotes and escapes removed; between single quotes no variable is
/// expanded (<https://docs.docker.com/reference/dockerfile/#environment-replacement>).
pub(super) fn template(text: &Joined, range: Range<usize>, escape: char) -> Template {
    let mut out = Template::default();
    let word = &text.as_str()[range.clone()];
    // The run of characters that stand for themselves began here.
    let mut run = range.start;
    let mut quote = None;
    let mut characters = word.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let here = range.start + at;
        let next = here + character.len_utf8();
        match (quote, character) {
            (None, '\'' | '"') => {
                expand(text, run..here, &mut out);
                quote = Some(character);
                run = next;
            }
            (Some('\''), '\'') => {
                out.push_literal(text.text(run..here));
                quote = None;
                run = next;
            }
            (Some('"'), '"') => {
                expand(text, run..here, &mut out);
                quote = None;
                run = next;
            }
            (None | Some('"'), _) if character == escape => {
                let Some((_, escaped)) = characters.peek().copied() else { continue };
                // Between double quotes the escape stands for itself before an ordinary character.
                if quote.is_some() && !matches!(escaped, '"' | '$') && escaped != escape {
                    continue;
                }
                expand(text, run..here, &mut out);
                characters.next();
                let behind = next + escaped.len_utf8();
                out.push_literal(text.text(next..behind));
                run = behind;
            }
            (_, '$') if quote != Some('\'') && characters.peek().is_some_and(|it| it.1 == '{') => {
                // Quotes between braces belong to the default.
                skip_braces(&mut characters);
            }
            _ => {}
        }
    }
    match quote {
        Some('\'') => out.push_literal(text.text(run..range.end)),
        _ => expand(text, run..range.end, &mut out),
    }
    out
}

fn skip_braces(characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>) {
    let mut depth = 0_usize;
    for (_, character) in characters.by_ref() {
        match character {
            '{' => depth += 1,
            '}' if depth <= 1 => return,
            '}' => depth -= 1,
            _ => {}
        }
    }
}

fn expand(text: &Joined, range: Range<usize>, out: &mut Template) {
    if !range.is_empty() {
        out.append(Template::parse(&text.text(range), Dialect::Dockerfile));
    }
}
