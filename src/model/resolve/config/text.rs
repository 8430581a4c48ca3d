//! The text that a decoder reads: of which file it is, and what it says of a key.

use std::rc::Rc;

use super::file::Answer;
use super::tag::{Key, key_of};
use crate::facts::catalogue::{DataRole, Naming};
use crate::facts::configuration::Configuration;
use crate::facts::dotenv::Dotenv;
use crate::facts::go::{Callee, Field, Value};
use crate::facts::join_path;
use crate::model::go::entry_of;
use crate::model::resolve::{Evaluator, Frame, Outcome};
use crate::source::{Confidence, Span, Text};

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextSource {
    /// A file that the program opens.
    File {
        /// Its path as the program names it; `None` when that is not known.
        path: Option<String>,
        /// Whether variables of the environment are put in.
        expands: bool,
    },
    /// A file of the project that is part of the binary, by its path in the project.
    Embedded {
        /// Its path.
        path: String,
        /// Whether variables of the environment are put in.
        expands: bool,
    },
    /// Anything else.
    Unknown,
}

/// What a file says.
#[derive(Clone, Copy, Debug)]
pub(super) enum FileText<'w> {
    /// Nested values.
    Tree(&'w Configuration),
    /// Variables.
    Variables(&'w Dotenv),
}

/// A file that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'w> {
    /// What it says.
    pub text: FileText<'w>,
    /// How sure it is that the program reads this very file.
    pub confidence: Confidence,
    /// Whether variables of the environment are put in.
    pub expands: bool,
}

/// What comes of reading a file.
#[derive(Clone, Debug)]
pub(super) enum ReadFile<'w> {
    /// It was read.
    Read(Reading<'w>),
    /// There is none.
    Absent,
    /// It cannot be told, for this reason.
    Unknown(String),
}

impl<'w> Evaluator<'w> {
    /// Where the text of a value comes from.
    pub(super) fn text_source(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> TextSource {
        let Some(depth) = depth.checked_sub(1) else { return TextSource::Unknown };
        if let Value::Name { package, name } = value
            && let Some(owner) = self.packages.import(self.package_of(frame), package)
            && let Some(embedded) =
                self.packages.declaration(owner, &name.value).and_then(|it| it.embedded.as_ref())
        {
            let path = join_path(&self.packages.package(owner).directory, &embedded.value);
            return path.map_or(TextSource::Unknown, |path| TextSource::Embedded { path, expands: false });
        }
        let head = self.head(value, frame, depth);
        let Value::Call { callee, arguments, .. } = head.value else {
            let same = std::ptr::eq(head.value, value);
            return if same { TextSource::Unknown } else { self.text_source(head.value, &head.frame, depth) };
        };
        let (package, function) = (self.package_of(&head.frame), self.function_of(&head.frame));
        let targets = self.packages.targets(package, function, callee);
        let Some(entry) = entry_of(&targets).and_then(|it| it.data) else { return TextSource::Unknown };
        let Some(argument) = arguments.get(entry.argument) else {
            let path = Some(entry.default).filter(|it| !it.is_empty()).map(str::to_owned);
            return match path {
                Some(_) => TextSource::File { path, expands: false },
                None => TextSource::Unknown,
            };
        };
        match entry.role {
            DataRole::File => {
                let path = self.path_text(argument, &head.frame, depth);
                TextSource::File { path, expands: false }
            }
            DataRole::Embedded => {
                let path = self.path_text(argument, &head.frame, depth);
                let folder = match &**callee {
                    Callee::Method { receiver, .. } => self.declaring_folder(receiver, &head.frame),
                    _ => None,
                };
                match folder.zip(path).and_then(|(folder, path)| join_path(folder, &path)) {
                    Some(path) => TextSource::Embedded { path, expands: false },
                    None => TextSource::Unknown,
                }
            }
            DataRole::Environment | DataRole::Value => TextSource::Unknown,
            DataRole::Same => self.text_source(argument, &head.frame, depth),
            DataRole::Expand => match self.text_source(argument, &head.frame, depth) {
                TextSource::File { path, .. } => TextSource::File { path, expands: true },
                TextSource::Embedded { path, .. } => TextSource::Embedded { path, expands: true },
                TextSource::Unknown => TextSource::Unknown,
            },
        }
    }

    /// The folder of the package that declares the variable that a value names.
    fn declaring_folder(&self, value: &'w Value, frame: &Frame<'w>) -> Option<&'w str> {
        let Value::Name { package, .. } = value else { return None };
        let owner = self.packages.import(self.package_of(frame), package)?;
        Some(&self.packages.package(owner).directory)
    }

    /// The text of a path; `None` when it is not wholly known.
    pub(super) fn path_text(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Option<String> {
        let outcome = self.inner(value, frame, depth);
        let known = outcome.unknown.is_none() && outcome.confidence > Confidence::Possible;
        known.then(|| outcome.text.as_str().to_owned()).filter(|it| !it.is_empty())
    }

    /// Reads what a decoder gets.
    pub(super) fn read_source(&self, source: &TextSource) -> ReadFile<'w> {
        match source {
            TextSource::File { path: Some(path), expands } => self.read_file(path, *expands),
            TextSource::File { path: None, .. } => {
                ReadFile::Unknown("a configuration file decides whose path is not known".to_owned())
            }
            TextSource::Embedded { path, expands } => match self.file_text(path, None) {
                Some(text) => {
                    ReadFile::Read(Reading { text, confidence: Confidence::Proven, expands: *expands })
                }
                None => ReadFile::Unknown(format!("`{path}` was not read")),
            },
            TextSource::Unknown => {
                ReadFile::Unknown("a configuration decides that is not followed".to_owned())
            }
        }
    }

    /// Reads the file that the program names by `path`.
    pub(super) fn read_file(&self, path: &str, expands: bool) -> ReadFile<'w> {
        match self.find_file(path) {
            Answer::File { path, brought_by, confidence } => match self.file_text(&path, brought_by) {
                Some(text) => {
                    // Variable files are often changed by hand where the image is built.
                    let by_hand = matches!(text, FileText::Variables(_));
                    let most = if by_hand { Confidence::Likely } else { Confidence::Proven };
                    ReadFile::Read(Reading { text, confidence: confidence.min(most), expands })
                }
                None => ReadFile::Unknown(format!("the configuration file `{path}` was not read")),
            },
            Answer::Embedded(file, brought_by) => match self.setting.files.embedded(file, brought_by) {
                Some(it) => {
                    let (text, confidence) = (FileText::Tree(it), Confidence::Proven);
                    ReadFile::Read(Reading { text, confidence, expands })
                }
                None => ReadFile::Unknown(format!("the configuration file `{path}` was not read")),
            },
            Answer::Absent => ReadFile::Absent,
            Answer::Unknown => ReadFile::Unknown(format!("the configuration file `{path}` decides")),
        }
    }

    /// What `godotenv.Read()` has for a key; `None` for any other map.
    pub(in crate::model::resolve) fn in_variable_file(
        &self,
        map: &'w Value,
        key: &str,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        let source = self.text_source(map, frame, depth.min(16));
        if source == TextSource::Unknown {
            return None;
        }
        match self.read_source(&source) {
            ReadFile::Read(reading @ Reading { text: FileText::Variables(_), .. }) => {
                // What a map does not have is empty.
                let nothing = Text::new("", map.span()?);
                let text = reading.text.get(&[key.to_owned()], true).unwrap_or(nothing);
                Some(self.value_in(&reading, text))
            }
            ReadFile::Unknown(reason) => Some(Outcome::hole(&reason, map.span())),
            ReadFile::Read(_) | ReadFile::Absent => None,
        }
    }

    /// The facts of a file of the project.
    pub(super) fn file_text(&self, path: &str, brought_by: Option<Span>) -> Option<FileText<'w>> {
        let files = self.setting.files;
        let tree = files.configuration(path, brought_by).map(FileText::Tree);
        tree.or_else(|| files.dotenv(path, brought_by).map(FileText::Variables))
    }

    /// The value that a file gives to a key, as the program gets it.
    pub(super) fn value_in(&self, reading: &Reading<'w>, text: Text) -> Outcome {
        let confidence = reading.confidence;
        if reading.expands
            && let Some(span) = text.cover()
        {
            let outcome = self.expanded(Outcome::known(text), span);
            return Outcome { confidence: outcome.confidence.min(confidence), ..outcome };
        }
        // Who writes a variable means it to be replaced, by means that are not followed.
        if text.as_str().contains("${") {
            return Outcome::hole("a variable in the configuration file is not known", text.span());
        }
        Outcome { confidence, ..Outcome::known(text) }
    }
}

impl<'w> FileText<'w> {
    /// The value at a path of keys, each with the case in which it is written; a list is its elements
    /// with commas.
    pub(super) fn get(self, keys: &[String], exact: bool) -> Option<Text> {
        let same = |a: &str, b: &str| if exact { a == b } else { a.eq_ignore_ascii_case(b) };
        match self {
            Self::Tree(it) => {
                let fits = |path: &[String]| path.iter().zip(keys).all(|(a, b)| same(a, b));
                it.value(keys.len(), fits)
            }
            Self::Variables(it) => {
                let [key] = keys else { return None };
                let entry = it.entries.iter().rev().find(|it| same(&it.name.value, key))?;
                super::dotenv::value_of(it, &entry.name.value)
            }
        }
    }

    /// As [`FileText::get`], by keys with dots between them, in any case.
    pub(super) fn get_dotted(self, key: &str) -> Option<Text> {
        match self {
            Self::Tree(it) => {
                // A key of the file may have dots of its own.
                let depth = |path: &[String]| {
                    (1..=path.len()).find(|end| path[..*end].join(".").eq_ignore_ascii_case(key))
                };
                let end = it.leaves.iter().find_map(|leaf| depth(&leaf.path))?;
                it.value(end, |path| depth(path) == Some(end))
            }
            Self::Variables(_) => self.get(&[key.to_owned()], false),
        }
    }
}

/// The keys of a path of fields; `None` when one of them is left out.
pub(super) fn keys_of(path: &[&Field], tag: &str, naming: Naming) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    for field in path {
        match key_of(field, tag, naming) {
            Key::Named(name) => keys.push(name),
            Key::Inline => {}
            Key::Skipped => return None,
        }
    }
    Some(keys)
}
