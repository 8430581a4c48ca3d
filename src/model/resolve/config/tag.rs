//! Struct tags: <https://pkg.go.dev/reflect#StructTag>.

use crate::facts::catalogue::Naming;
use crate::facts::go::Field;
use crate::source::{Spanned, Text};

/// The value of `key` in a struct tag: `env:"PORT" envDefault:"8080"`.
#[must_use]
pub fn tag_value(tag: &Spanned<String>, key: &str) -> Option<Spanned<String>> {
    if key.is_empty() {
        return None;
    }
    let text = tag.value.as_str();
    for (at, _) in text.match_indices(key) {
        let before_ok = at == 0 || text[..at].ends_with([' ', '\t']);
        let Some(rest) = text[at + key.len()..].strip_prefix(":\"") else { continue };
        if !before_ok {
            continue;
        }
        let start = at + key.len() + 2;
        let end = start + rest.find('"')?;
        let span = if tag.span.len() == text.len() { tag.span.slice(start..end) } else { tag.span };
        return Some(Spanned::new(text[start..end].to_owned(), span));
    }
    None
}

/// The value of a tag of a field.
pub(super) fn of_field(field: &Field, key: &str) -> Option<Spanned<String>> {
    tag_value(field.tag.as_ref()?, key)
}

/// The value behind `option=` in a tag whose options have commas between them; `to_end` when it reaches
/// to the end of the tag, commas included.
pub(super) fn option(tag: &Spanned<String>, option: &str, to_end: bool) -> Option<Text> {
    let text = tag.value.as_str();
    let mut start = 0;
    for part in text.split(',') {
        let trimmed = part.trim_start();
        if let Some(value) = trimmed.strip_prefix(option).and_then(|it| it.strip_prefix('=')) {
            let from = start + part.len() - value.len();
            let to = if to_end { text.len() } else { start + part.len() };
            let verbatim = tag.span.len() == text.len();
            let span = if verbatim { tag.span.slice(from..to) } else { tag.span };
            return Some(Text::new(&text[from..to], span));
        }
        start += part.len() + 1;
    }
    None
}

/// Whether a tag has an option, besides the name in front.
pub(super) fn has_option(tag: &str, option: &str) -> bool {
    tag.split(',').skip(1).any(|it| it.trim() == option)
}

/// What a field is called in the file that fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A key of its own.
    Named(String),
    /// The fields of the struct stand where the struct would.
    Inline,
    /// Nothing: the field is left out.
    Skipped,
}

/// The key of a field by the rules of a decoder.
pub(super) fn key_of(field: &Field, tag: &str, naming: Naming) -> Key {
    let written = of_field(field, tag).map(|it| it.value).unwrap_or_default();
    let name = written.split(',').next().unwrap_or_default();
    if name == "-" {
        return Key::Skipped;
    }
    let inline = match naming {
        Naming::Yaml | Naming::Cleanenv => has_option(&written, "inline"),
        Naming::Mapstructure => has_option(&written, "squash"),
        // An embedded struct without a name of its own is no level.
        _ => field.embedded && name.is_empty(),
    };
    if inline {
        return Key::Inline;
    }
    if !name.is_empty() {
        return Key::Named(name.to_owned());
    }
    let own = field.name.value.as_str();
    Key::Named(if naming == Naming::Yaml { own.to_lowercase() } else { own.to_owned() })
}

/// Whether the case of keys counts.
pub(super) fn is_exact(naming: Naming) -> bool {
    matches!(naming, Naming::Yaml | Naming::Kratos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn tag(text: &str) -> Spanned<String> {
        Spanned::new(text.to_owned(), Span::new(FileId(0), 10, 10 + text.len()))
    }

    #[test]
    fn options_are_found_with_their_places() {
        let tag = tag("PORT, default=80,81, required");
        let show = |it: Option<Text>| it.map(|it| (it.as_str().to_owned(), it.span().map(|it| it.start)));
        assert_eq!(show(option(&tag, "default", false)), Some(("80".to_owned(), Some(24))));
        assert_eq!(show(option(&tag, "default", true)), Some(("80,81, required".to_owned(), Some(24))));
        assert_eq!(show(option(&tag, "prefix", true)), None);
        assert!(has_option(&tag.value, "required") && !has_option(&tag.value, "PORT"));
    }

    #[test]
    fn every_decoder_names_fields_its_own_way() {
        let field = |text: &str, embedded: bool| Field {
            name: tag("HttpPort"),
            type_name: None,
            element: None,
            tag: (!text.is_empty()).then(|| tag(text)),
            embedded,
        };
        let named = |name: &str| Key::Named(name.to_owned());
        for (text, embedded, key, naming, expected) in [
            ("", false, "yaml", Naming::Yaml, named("httpport")),
            ("yaml:\"port,omitempty\"", false, "yaml", Naming::Yaml, named("port")),
            ("yaml:\",inline\"", true, "yaml", Naming::Yaml, Key::Inline),
            ("", true, "yaml", Naming::Yaml, named("httpport")),
            ("yaml:\"-\"", false, "yaml", Naming::Yaml, Key::Skipped),
            ("yaml:\"port\"", false, "mapstructure", Naming::Mapstructure, named("HttpPort")),
            ("mapstructure:\",squash\"", true, "mapstructure", Naming::Mapstructure, Key::Inline),
            ("", true, "json", Naming::Json, Key::Inline),
            ("json:\"http\"", true, "json", Naming::Json, named("http")),
        ] {
            assert_eq!(key_of(&field(text, embedded), key, naming), expected, "{text} {naming:?}");
        }
    }
}
