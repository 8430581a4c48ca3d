//! Texts that become whole numbers.

use super::Outcome;
use crate::facts::go::IntegerType;
use crate::source::{Span, Text};

impl Outcome {
    /// The whole number that `strconv` reads in a text, in the call `span`: nothing is known of the result for a
    /// text that is none, where Go gives an error: <https://pkg.go.dev/strconv#Atoi>.
    pub(super) fn parsed_integer(self, span: Span) -> Self {
        match self.unknown.is_some() || is_decimal(self.text.as_str()) {
            true => self,
            false => self.without_text("this text is no whole number", span),
        }
    }

    /// The whole number that viper, koanf and spf13/cast make of a text, in the call `span`: 0 for a text that is
    /// none: <https://pkg.go.dev/github.com/spf13/cast#ToInt>.
    pub(super) fn cast_integer(self, span: Span) -> Self {
        let text = self.text.as_str();
        if self.unknown.is_some() || is_decimal(text) {
            return self;
        }
        // `0x1F`, `8080.0`, `1e3`, and `true` of a file, may be numbers too.
        let may_be_number = text.starts_with(|it: char| it.is_ascii_digit() || "+-.".contains(it))
            && text.chars().all(|it| it.is_ascii_alphanumeric() || "+-._".contains(it));
        if may_be_number || matches!(text, "true" | "false") {
            return self.without_text("how this text becomes a whole number is not followed", span);
        }
        let written = self.text.span().unwrap_or(span);
        Self { text: Text::new("0", written), ..self }
    }

    /// The number that a conversion to an integer type makes of a number, in the call `span`.
    pub(super) fn converted_to(self, integer: IntegerType, span: Span) -> Self {
        if self.unknown.is_some() {
            return self;
        }
        let number: Option<i128> = self.text.as_str().parse().ok().filter(|_| is_decimal(self.text.as_str()));
        match number.map(|it| (it, integer.converted(it))) {
            Some((number, converted)) if number == converted => self,
            Some((_, converted)) => {
                let written = self.text.span().unwrap_or(span);
                Self { text: Text::new(converted.to_string(), written), ..self }
            }
            None => self.without_text("how this becomes a whole number is not followed", span),
        }
    }

    /// How it was come by, with nothing known of the text.
    fn without_text(self, reason: &str, span: Span) -> Self {
        let Self { text, unknown, .. } = Self::hole(reason, Some(span));
        Self { text, unknown, ..self }
    }
}

/// Whether `strconv` takes a text for a whole number; `None` for those that the base decides.
pub(super) fn parses(text: &str) -> Option<bool> {
    let may_be_number = !text.is_empty()
        && text.chars().all(|it| it.is_ascii_alphanumeric() || "+-_".contains(it))
        && text.chars().any(|it| it.is_ascii_digit());
    match is_decimal(text) {
        true => Some(true),
        false => (!may_be_number).then_some(false),
    }
}

/// Whether a text is a whole number that keeps its text when it is written again.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text == "0" || (!digits.starts_with('0') && digits.parse::<u64>().is_ok() && !digits.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn a_text_becomes_a_number_or_is_none() {
        let span = Span::new(FileId(0), 0, 1);
        let of = |text: &str| Outcome::known(Text::new(text, span));
        let shown = |it: Outcome| it.unknown.is_none().then(|| it.text.as_str().to_owned());
        let parsed = |text| shown(of(text).parsed_integer(span));
        let cast = |text| shown(of(text).cast_integer(span));
        for number in ["0", "8080", "-1"] {
            assert_eq!((parsed(number).as_deref(), cast(number).as_deref()), (Some(number), Some(number)));
        }
        for text in ["auth:50051", "", ":8080", "eighty"] {
            assert_eq!((parsed(text), cast(text).as_deref()), (None, Some("0")), "{text}");
        }
        for text in ["0x1F", "8080.0", "true", "08"] {
            assert_eq!((parsed(text), cast(text)), (None, None), "{text}");
        }
        for (text, number) in [
            ("80", Some(true)),
            ("", Some(false)),
            ("eighty", Some(false)),
            (":80", Some(false)),
            ("080", None),
        ] {
            assert_eq!(parses(text), number, "{text}");
        }
        let port = |text| {
            let converted = IntegerType::named("uint16").map(|it| of(text).converted_to(it, span));
            converted.and_then(shown)
        };
        assert_eq!(
            (port("8080").as_deref(), port("73616").as_deref(), port("1.5")),
            (Some("8080"), Some("8080"), None)
        );
    }
}
