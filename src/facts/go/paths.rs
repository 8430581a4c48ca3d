//! Texts of Go source that may be paths of HTTP requests.

use memchr::memmem;

use crate::source::{FileId, Span, Spanned};

/// Longer ones are no paths that somebody asks for.
const LONGEST: usize = 64;

/// The literals of `text` that hold a path and nothing else, `"/health"`, with the span between the quotes. Whoever
/// compares the path of a request with one answers it without a route.
#[must_use]
pub fn path_literals(file: FileId, text: &str) -> Vec<Spanned<String>> {
    let of_quote = |quote: &'static str, open: &'static str| {
        memmem::find_iter(text.as_bytes(), open).filter_map(move |at| {
            let start = at + quote.len();
            let length = text.as_bytes()[start..].iter().take(LONGEST).position(|it| !is_of_path(*it))?;
            let end = start + length;
            let is_whole = length > 1 && text[end..].starts_with(quote);
            is_whole.then(|| Spanned::new(text[start..end].to_owned(), Span::new(file, start, end)))
        })
    };
    of_quote("\"", "\"/").chain(of_quote("`", "`/")).collect()
}

fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/_-.~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_literals_of_their_own() {
        let paths = |text: &str| {
            let found = path_literals(FileId(0), text);
            found.iter().map(|it| (it.value.clone(), it.span.start)).collect::<Vec<_>>()
        };
        assert_eq!(paths("if r.URL.Path == \"/health\" {"), [("/health".to_owned(), 18)]);
        assert_eq!(paths("x(`/api/v1/ready`)"), [("/api/v1/ready".to_owned(), 3)]);
        for text in ["\"/\"", "\"/a b\"", "\"/users/:id\"", "\"GET /health\"", "\"/open", "'/'"] {
            assert_eq!(paths(text), [], "{text}");
        }
    }
}
