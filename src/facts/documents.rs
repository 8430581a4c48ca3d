//! The YAML documents of a file, or of a text in a file, as plain values.

use super::tree::{self, Content};
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::yaml;

/// A text and the YAML documents that it holds.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// The whole text.
    pub text: Text,
    /// Its documents.
    pub documents: Vec<Content>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// Reads a file.
#[must_use]
pub fn read(file: FileId, text: &str) -> Documents {
    let stream = yaml::parse(file, text);
    Documents {
        text: Text::new(text, Span::new(file, 0, text.len())),
        documents: stream.documents.iter().map(|it| tree::read(it)).collect(),
        errors: stream.errors,
    }
}

/// Reads a text that stands in a file, as the patches in a kustomization do.
#[must_use]
pub fn embedded(text: &Text) -> Documents {
    let Documents { documents, errors, .. } = read(FileId(0), text.as_str());
    let place = |it: Spanned<String>| Spanned { span: text.place(it.span), ..it };
    let documents = documents.into_iter().map(|it| Content {
        tree: it.tree.within(text),
        replaced: it.replaced,
        faults: it.faults.into_iter().map(place).collect(),
    });
    Documents {
        text: text.clone(),
        documents: documents.collect(),
        errors: errors.into_iter().map(place).collect(),
    }
}
