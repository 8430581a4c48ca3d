//! The text that a decoder reads: of which file it is, and what it says of a key.

use std::rc::Rc;

use super::decode::ANY_ELEMENT;
use super::file::Answer;
use super::tag::{Key, key_of};
use crate::facts::catalogue::{DataRole, Input, Naming};
use crate::facts::configuration::Configuration;
use crate::facts::dotenv::Dotenv;
use crate::facts::go::{Callee, Field, Value};
use crate::facts::kind::is_sample_of;
use crate::facts::{folder_of, join_path};
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
        /// What the program does to its text.
        changes: Changes,
    },
    /// A file of the project that is part of the binary, by its path in the project.
    Embedded {
        /// Its path.
        path: String,
        /// What the program does to its text.
        changes: Changes,
    },
    /// Anything else.
    Unknown,
}

/// What a program does to the text of a file before it decodes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Whether variables of the environment are put in.
    pub expands: bool,
    /// The texts that are replaced by others, wherever they stand.
    pub replaced: Vec<String>,
    /// Whether the text is changed in other ways, which are not followed.
    pub others: bool,
}

impl TextSource {
    /// A file that the program opens and reads as it is.
    pub(super) fn file(path: Option<String>) -> Self {
        Self::File { path, changes: Changes::default() }
    }

    /// A file of the binary that is read as it is.
    fn embedded(path: String) -> Self {
        Self::Embedded { path, changes: Changes::default() }
    }

    /// The same, changed further.
    fn changed(mut self, change: impl FnOnce(&mut Changes)) -> Self {
        match &mut self {
            Self::File { changes, .. } | Self::Embedded { changes, .. } => change(changes),
            Self::Unknown => {}
        }
        self
    }
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
#[derive(Clone, Debug)]
pub(super) struct Reading<'w> {
    /// What it says.
    pub text: FileText<'w>,
    /// How sure it is that the program reads this very file.
    pub confidence: Confidence,
    /// What the program does to its text.
    pub changes: Changes,
}

/// What comes of reading a file.
#[derive(Clone, Debug)]
pub(super) enum ReadFile<'w> {
    /// It was read.
    Read(Reading<'w>),
    /// It is not in the project, which has a sample of it; and why it cannot be told what it says.
    Sample(Reading<'w>, Hidden),
    /// There is none.
    Absent,
    /// It cannot be told.
    Unknown(Hidden),
}

impl<'w> ReadFile<'w> {
    /// A file that is not in the project, which perhaps has a sample of it.
    pub(super) fn unseen(sample: Option<FileText<'w>>, changes: Changes, hidden: Hidden) -> Self {
        match sample {
            Some(text) => Self::Sample(Reading { text, confidence: Confidence::Possible, changes }, hidden),
            None => Self::Unknown(hidden),
        }
    }
}

/// Why it cannot be told what a configuration says.
#[derive(Clone, Debug)]
pub(super) struct Hidden {
    reason: String,
    /// What brings it, where that is not the project.
    input: Option<Input>,
}

impl Hidden {
    /// A configuration that the project has, or of which nobody knows where it comes from.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), input: None }
    }

    /// One that the project does not have.
    pub(super) fn outside(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), input: Some(Input::Configuration) }
    }

    /// What a value is that it decides.
    pub(super) fn hole(&self, span: Span) -> Outcome {
        Outcome::hole(&self.reason, Some(span)).from(self.input)
    }
}

impl<'w> Evaluator<'w> {
    /// Where the text of a value comes from.
    pub(super) fn text_source(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> TextSource {
        let Some(depth) = self.less(depth, 1) else { return TextSource::Unknown };
        if let Value::Name { package, name } = value
            && let Some(owner) = self.packages.import(self.package_of(frame), package)
            && let Some(embedded) =
                self.packages.declaration(owner, &name.value).and_then(|it| it.embedded.as_ref())
        {
            let path = join_path(&self.packages.package(owner).directory, &embedded.value);
            return path.map_or(TextSource::Unknown, TextSource::embedded);
        }
        let head = self.head(value, frame, depth);
        if let Value::Choice(..) | Value::FirstNonEmpty(..) = head.value {
            return self.source_of_parts(head.value, &head.frame, depth);
        }
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
                Some(_) => TextSource::file(path),
                None => TextSource::Unknown,
            };
        };
        match entry.role {
            DataRole::File => {
                let path = self.path_text(argument, &head.frame, depth);
                TextSource::file(path)
            }
            DataRole::Embedded => {
                let path = self.path_text(argument, &head.frame, depth);
                let folder = match &**callee {
                    Callee::Method { receiver, .. } => self.declaring_folder(receiver, &head.frame),
                    _ => None,
                };
                match folder.zip(path).and_then(|(folder, path)| join_path(folder, &path)) {
                    Some(path) => TextSource::embedded(path),
                    None => TextSource::Unknown,
                }
            }
            DataRole::Environment | DataRole::Value | DataRole::Status => TextSource::Unknown,
            DataRole::Same => self.text_source(argument, &head.frame, depth),
            DataRole::Expand => {
                self.text_source(argument, &head.frame, depth).changed(|it| it.expands = true)
            }
            DataRole::Replace => {
                let replaced = arguments.get(entry.argument + 1);
                let replaced = replaced.map(|it| self.inner(it, &head.frame, depth));
                let replaced = replaced.filter(|it| it.unknown.is_none() && !it.text.as_str().is_empty());
                self.text_source(argument, &head.frame, depth).changed(|changes| match replaced {
                    Some(it) => changes.replaced.push(it.text.as_str().to_owned()),
                    None => changes.others = true,
                })
            }
            DataRole::Change => self.text_source(argument, &head.frame, depth).changed(|it| it.others = true),
        }
    }

    /// Where the text comes from that is one of several, nothing excluded: another file than that of the next
    /// makes a file whose path is not known.
    fn source_of_parts(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> TextSource {
        let nothing = |it: &&&Value| {
            !matches!(it, Value::Literal(text) if text.value.is_empty())
                && !matches!(it, Value::List(parts, _) if parts.is_empty())
        };
        let parts = value.parts();
        let mut sources = parts.iter().filter(nothing).map(|it| self.text_source(it, frame, depth));
        let Some(first) = sources.next() else { return TextSource::Unknown };
        let others: Vec<_> = sources.filter(|it| *it != first).collect();
        let is_file = |it: &TextSource| matches!(it, TextSource::File { .. });
        let all_files = is_file(&first) && others.iter().all(is_file);
        match others.is_empty() {
            true => first,
            false if all_files => TextSource::file(None),
            false => TextSource::Unknown,
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
            TextSource::File { path: Some(path), changes } => self.read_changed(path, changes),
            TextSource::File { path: None, .. } => ReadFile::Unknown(self.file_of_unknown_path("path")),
            TextSource::Embedded { path, changes } => match self.file_text(path, None) {
                Some(text) => {
                    let (confidence, changes) = (Confidence::Proven, changes.clone());
                    ReadFile::Read(Reading { text, confidence, changes })
                }
                None => ReadFile::Unknown(Hidden::new(format!("`{path}` was not read"))),
            },
            TextSource::Unknown => {
                ReadFile::Unknown(Hidden::new("a configuration decides that is not followed"))
            }
        }
    }

    /// A file whose `part` (path, name) is not known: where nothing says how the program is run, whoever runs
    /// it says which one it is.
    pub(super) fn file_of_unknown_path(&self, part: &str) -> Hidden {
        let reason = format!("a configuration file decides whose {part} is not known");
        match self.environment_incomplete() {
            Some(_) => Hidden::outside(reason),
            None => Hidden::new(reason),
        }
    }

    /// Reads the file that the program names by `path`, and takes as it is.
    pub(super) fn read_file(&self, path: &str) -> ReadFile<'w> {
        self.read_changed(path, &Changes::default())
    }

    fn read_changed(&self, path: &str, changes: &Changes) -> ReadFile<'w> {
        let decides = || format!("the configuration file `{path}` decides");
        let not_read =
            || ReadFile::Unknown(Hidden::new(format!("the configuration file `{path}` was not read")));
        match self.find_file(path) {
            Answer::File { path, brought_by, confidence } => match self.file_text(&path, brought_by) {
                Some(text) => {
                    // Variable files are often changed by hand where the image is built.
                    let by_hand = matches!(text, FileText::Variables(_));
                    let most = if by_hand { Confidence::Likely } else { Confidence::Proven };
                    let (confidence, changes) = (confidence.min(most), changes.clone());
                    ReadFile::Read(Reading { text, confidence, changes })
                }
                None => not_read(),
            },
            Answer::Embedded(file, brought_by) => match self.embedded(file, brought_by) {
                Some(it) => {
                    let (text, confidence) = (FileText::Tree(it), Confidence::Proven);
                    ReadFile::Read(Reading { text, confidence, changes: changes.clone() })
                }
                None => not_read(),
            },
            Answer::Absent => ReadFile::Absent,
            Answer::Unseen => {
                ReadFile::unseen(self.sample_of(path), changes.clone(), Hidden::outside(decides()))
            }
            Answer::Unknown => ReadFile::Unknown(Hidden::new(decides())),
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
            ReadFile::Sample(reading, hidden) => {
                let text = reading.text.get(&[key.to_owned()], true);
                let found = text.map(|text| self.value_in(&reading, text));
                Some(found.unwrap_or(hidden.hole(map.span()?)))
            }
            ReadFile::Unknown(hidden) => Some(hidden.hole(map.span()?)),
            ReadFile::Read(_) | ReadFile::Absent => None,
        }
    }

    /// The file of the project that people copy to `path`, beside the program, its module or the project; `None`
    /// where there are several.
    pub(super) fn sample_of(&self, path: &str) -> Option<FileText<'w>> {
        let facts = self.files.facts?;
        // Where an absolute path leads to in the project, nobody says.
        let path = if path.starts_with('/') { path.rsplit('/').next()? } else { path };
        let name = path.rsplit('/').next()?;
        self.files.directories.iter().chain([&"."]).find_map(|directory| {
            let beside = join_path(directory, path)?;
            let folder = folder_of(&beside);
            let mut samples = facts.tree.names_in(folder).filter(|it| is_sample_of(it, name));
            let sample = samples.next().filter(|_| samples.next().is_none())?;
            self.file_text(&join_path(folder, sample)?, None)
        })
    }

    /// The facts of a file of the project.
    pub(super) fn file_text(&self, path: &str, brought_by: Option<Span>) -> Option<FileText<'w>> {
        let tree = self.configuration(path, brought_by).map(FileText::Tree);
        tree.or_else(|| self.dotenv(path, brought_by).map(FileText::Variables))
    }

    /// The value that a file gives to a key, as the program gets it.
    pub(super) fn value_in(&self, reading: &Reading<'w>, text: Text) -> Outcome {
        let confidence = reading.confidence;
        let is_changed = |it: &String| text.as_str().contains(it.as_str());
        if reading.changes.others || reading.changes.replaced.iter().any(is_changed) {
            return Outcome::hole("the program changes the text of the configuration file", text.span());
        }
        if reading.changes.expands
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

    /// Whether there is a value at a path of keys of which those that are [`ANY_ELEMENT`] stand for any.
    pub(super) fn has_element(self, keys: &[String], exact: bool) -> bool {
        let same =
            |a: &str, b: &str| b == ANY_ELEMENT || if exact { a == b } else { a.eq_ignore_ascii_case(b) };
        let Self::Tree(it) = self else { return false };
        let mut paths = it.leaves.iter().map(|it| &it.path).filter(|it| it.len() >= keys.len());
        paths.any(|path| path.iter().zip(keys).all(|(a, b)| same(a, b)))
    }

    /// The names of the elements of the list or map at a path of keys, in order.
    pub(super) fn elements(self, keys: &[String], exact: bool) -> Vec<String> {
        let same = |a: &str, b: &str| if exact { a == b } else { a.eq_ignore_ascii_case(b) };
        let Self::Tree(it) = self else { return Vec::new() };
        let mut names: Vec<String> = Vec::new();
        let paths = it.leaves.iter().map(|it| &it.path).filter(|it| it.len() > keys.len());
        for path in paths.filter(|path| path.iter().zip(keys).all(|(a, b)| same(a, b))) {
            let name = &path[keys.len()];
            if names.last() != Some(name) && !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
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
