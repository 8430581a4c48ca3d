//! The addresses that calls use which are given none, as the tables and settings write them.

use super::place::Place;
use crate::syntax::interpolation::closing_brace;

/// The address of a call that is given none: its parts in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefaultAddress {
    /// The parts; none where the call needs an address.
    pub parts: Vec<DefaultPart>,
}

/// A part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultPart {
    /// A text.
    Text(String),
    /// `${PORT:-8080}`: what a variable says, and the rest where it is empty or not set.
    Variable(String, DefaultAddress),
    /// `${receiver.Env|GO_ENV=development?127.0.0.1:0.0.0.0}`: one of two texts.
    Either(Box<Either>),
    /// `?`: something that is not followed.
    Unknown,
}

/// One of two texts, by what a value or a variable says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Either {
    /// The value that is looked at first.
    pub place: Place,
    /// The variable that counts where that is empty.
    pub variable: String,
    /// What they are compared with; the first text counts where both are empty, too.
    pub word: String,
    /// The text where they say the word.
    pub then: String,
    /// The text where they do not.
    pub otherwise: String,
}

impl DefaultAddress {
    /// Reads `:8080`, `?`, `:${PORT:-8080}`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == "?" {
            return Self { parts: vec![DefaultPart::Unknown] };
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(end) = closing_brace(rest.as_bytes(), start + 1) else { break };
            if start > 0 {
                parts.push(DefaultPart::Text(rest[..start].to_owned()));
            }
            parts.push(DefaultPart::parse(&rest[start + 2..end]));
            rest = &rest[end + 1..];
        }
        if !rest.is_empty() {
            parts.push(DefaultPart::Text(rest.to_owned()));
        }
        Self { parts }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The variables that decide it.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        self.parts.iter().flat_map(DefaultPart::variables).collect()
    }
}

impl DefaultPart {
    fn variables(&self) -> Vec<&str> {
        match self {
            Self::Variable(name, rest) => [vec![name.as_str()], rest.variables()].concat(),
            Self::Either(it) => vec![it.variable.as_str()],
            Self::Text(_) | Self::Unknown => Vec::new(),
        }
    }

    /// Reads what stands between the braces.
    fn parse(text: &str) -> Self {
        if let Some((name, rest)) = text.split_once(":-") {
            return Self::Variable(name.to_owned(), DefaultAddress::parse(rest));
        }
        Either::parse(text).map_or(Self::Unknown, |it| Self::Either(Box::new(it)))
    }
}

impl Either {
    fn parse(text: &str) -> Option<Self> {
        let (subject, rest) = text.split_once('=')?;
        let (place, variable) = subject.split_once('|')?;
        let (word, texts) = rest.split_once('?')?;
        let (then, otherwise) = texts.split_once(':')?;
        let [variable, word, then, otherwise] = [variable, word, then, otherwise].map(str::to_owned);
        Some(Self { place: Place::parse(place)?, variable, word, then, otherwise })
    }
}

#[cfg(test)]
mod tests {
    use super::{DefaultAddress, DefaultPart};

    #[test]
    fn a_default_is_made_of_texts_and_variables() {
        let text = |it: &str| DefaultPart::Text(it.to_owned());
        let parts = |it: &str| DefaultAddress::parse(it).parts;
        assert_eq!(parts(""), []);
        assert_eq!(parts("localhost:6379"), [text("localhost:6379")]);
        assert_eq!(parts("?"), [DefaultPart::Unknown]);
        let port = DefaultPart::Variable("PORT".to_owned(), DefaultAddress { parts: vec![text("8080")] });
        assert_eq!(parts(":${PORT:-8080}"), [text(":"), port]);
        let nested = "${ADDR:-${receiver.Env|GO_ENV=development?127.0.0.1:0.0.0.0}}:${PORT:-3000}";
        let nested = DefaultAddress::parse(nested);
        assert_eq!(nested.variables(), ["ADDR", "GO_ENV", "PORT"]);
        let [DefaultPart::Variable(_, host), _, _] = &nested.parts[..] else { panic!("{nested:?}") };
        let [DefaultPart::Either(host)] = &host.parts[..] else { panic!("{host:?}") };
        assert_eq!(
            (host.place.fields.as_slice(), host.word.as_str()),
            (&["Env".to_owned()][..], "development")
        );
        assert_eq!((host.then.as_str(), host.otherwise.as_str()), ("127.0.0.1", "0.0.0.0"));
        // What nobody can read is not guessed.
        assert_eq!(parts("${PORT}"), [DefaultPart::Unknown]);
        assert_eq!(parts("${PORT"), [text("${PORT")]);
    }
}
