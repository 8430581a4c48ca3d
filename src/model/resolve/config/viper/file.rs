//! The configuration files that viper reads:
//! <https://github.com/spf13/viper#reading-config-files>.

use super::ViperCall;
use super::key::Viper;
use crate::facts::go::Call;
use crate::model::resolve::config::file::Answer;
use crate::model::resolve::config::text::{Changes, FileText, Hidden, ReadFile, Reading};
use crate::model::resolve::{Evaluator, Outcome};
use crate::source::{Confidence, Span};

/// The endings that are tried for a name, in this order:
/// <https://github.com/spf13/viper/blob/master/viper.go>, `SupportedExts`.
const ENDINGS: &[&str] =
    &["json", "toml", "yaml", "yml", "properties", "props", "prop", "hcl", "tfvars", "dotenv", "env", "ini"];

impl Evaluator<'_> {
    /// The file that a `ReadInConfig` looks for and certainly does not find.
    #[must_use]
    pub fn file_that_viper_lacks(&self, call: &Call) -> Option<String> {
        let read = self.bindings()?.viper.iter().find(|it| it.call.span == call.span)?;
        let viper = self.viper_of(read.instance.clone())?;
        self.begin();
        let is_absent =
            viper.is_made(read, 16) == Some(true) && matches!(viper.read_of(read, 16), ReadFile::Absent);
        let said = |said: Result<Option<String>, ()>| said.ok().flatten().filter(|it| !it.is_empty());
        is_absent.then(|| {
            let path = said(viper.path_before(read, 16));
            let name = || said(viper.said_before(read, "SetConfigName", 16));
            path.or_else(name).unwrap_or_else(|| "config".into())
        })
    }
}

impl<'w> Viper<'_, 'w> {
    /// What the files that are read say of a key; of several the last one that says something counts.
    pub(super) fn in_files(&self, key: &str, span: Span, depth: u32) -> Option<Outcome> {
        let mut unknown = None;
        for read in self.reads(depth).iter().rev() {
            match read {
                ReadFile::Read(reading) => {
                    let Some(text) = reading.text.get_dotted(key) else { continue };
                    let found = self.evaluator.value_in(reading, text);
                    // A file over this one that somebody chooses may say something else.
                    return Some(if unknown.is_some() { Evaluator::assumed(found) } else { found });
                }
                ReadFile::Sample(reading, hidden) => match reading.text.get_dotted(key) {
                    Some(text) => return Some(self.evaluator.value_in(reading, text)),
                    None => {
                        unknown.get_or_insert_with(|| hidden.hole(span));
                    }
                },
                ReadFile::Absent => {}
                ReadFile::Unknown(hidden) => {
                    unknown.get_or_insert_with(|| hidden.hole(span));
                }
            }
        }
        unknown
    }

    /// Whether any call that is seen gives it something; a viper that is asked is filled somewhere.
    pub(super) fn is_filled(&self) -> bool {
        const ASK: &[&str] = &["New", "NewWithOptions", "Sub", "Unmarshal", "UnmarshalExact", "UnmarshalKey"];
        self.calls.iter().any(|it| !ASK.contains(&it.name()) && !it.name().starts_with("Get"))
    }

    /// Whether a file is not there that is read.
    pub(super) fn lacks_file(&self, depth: u32) -> bool {
        self.reads(depth).iter().any(|it| matches!(it, ReadFile::Absent))
    }

    /// What comes of each call that reads a file, in order.
    fn reads(&self, depth: u32) -> Vec<ReadFile<'w>> {
        let mut out = Vec::new();
        for it in &self.calls {
            let read = match it.name() {
                "ReadInConfig" | "MergeInConfig" => self.read_of(it, depth),
                "ReadConfig" | "MergeConfig" => match it.argument(0) {
                    Some(data) => {
                        let source = self.evaluator.text_source(data, &it.frame(), depth);
                        self.evaluator.read_source(&source)
                    }
                    None => continue,
                },
                "ReadRemoteConfig" | "WatchRemoteConfig" => {
                    ReadFile::Unknown(Hidden::new("a remote configuration decides"))
                }
                _ => continue,
            };
            match self.is_made(it, depth) {
                Some(true) => out.push(read),
                Some(false) => {}
                None => out.push(match read {
                    ReadFile::Read(reading) => {
                        let confidence = reading.confidence.min(Confidence::Likely);
                        ReadFile::Read(Reading { confidence, ..reading })
                    }
                    it => it,
                }),
            }
        }
        out
    }

    /// The file that a `ReadInConfig` reads, by what was said before it.
    fn read_of(&self, read: &ViperCall<'w>, depth: u32) -> ReadFile<'w> {
        let unknown = |part: &str| ReadFile::Unknown(self.evaluator.file_of_unknown_path(part));
        let file = match self.path_before(read, depth) {
            Ok(it) => it.filter(|it| !it.is_empty()),
            Err(()) => return unknown("path"),
        };
        let name = match self.said_before(read, "SetConfigName", depth) {
            Ok(it) => it.unwrap_or_else(|| "config".to_owned()),
            Err(()) => return unknown("name"),
        };
        if let Some(path) = file {
            return self.evaluator.read_file(&path);
        }
        let typed = self.calls.iter().any(|it| it.name() == "SetConfigType");
        self.search(&name, typed, depth)
    }

    /// The path that `SetConfigFile` gave before a read; a `SetConfigName` behind it makes viper forget it.
    fn path_before(&self, read: &ViperCall<'w>, depth: u32) -> Result<Option<String>, ()> {
        let last = |name: &str| {
            let here = self.calls.iter().filter(|it| it.name() == name && it.function == read.function);
            let made = here.filter(|it| self.is_made(it, depth) == Some(true));
            made.map(|it| it.call.span.start).filter(|it| *it < read.call.span.start).max()
        };
        match (last("SetConfigFile"), last("SetConfigName")) {
            (Some(path), Some(name)) if path < name => Ok(None),
            _ => self.said_before(read, "SetConfigFile", depth),
        }
    }

    /// What the calls of this name say that count for a read: the last one before it in its function, else
    /// those of other functions, which must agree. An error when it is not known.
    fn said_before(&self, read: &ViperCall<'w>, name: &str, depth: u32) -> Result<Option<String>, ()> {
        let counts = |it: &&&ViperCall<'w>| it.name() == name && self.is_made(it, depth) == Some(true);
        let open = |it: &&&ViperCall<'w>| it.name() == name && self.is_made(it, depth).is_none();
        let here =
            |it: &&&ViperCall<'w>| it.function == read.function && it.call.span.start < read.call.span.start;
        let text = |it: &ViperCall<'w>| {
            let outcome = self.text(it, 0, depth).ok_or(())?;
            match outcome.unknown.is_none() && outcome.confidence > Confidence::Possible {
                true => Ok(outcome.text.as_str().to_owned()),
                false => Err(()),
            }
        };
        // A path that somebody may give is one that nobody gives, most of the time; one that may be
        // given in one of two branches is not.
        let in_branch = self.calls.iter().filter(open).filter(here).count();
        let own: Vec<_> = self.calls.iter().filter(counts).filter(here).collect();
        if let Some(last) = own.last() {
            return if in_branch > 0 && name == "SetConfigName" { Err(()) } else { text(last).map(Some) };
        }
        if in_branch > 0 {
            return Err(());
        }
        let elsewhere = self.calls.iter().filter(counts).filter(|it| it.function != read.function);
        let mut found: Vec<String> = elsewhere.map(|it| text(it)).collect::<Result<_, _>>()?;
        found.dedup();
        match found.len() {
            0 | 1 => Ok(found.pop()),
            _ => Err(()),
        }
    }

    /// Looks for a name in the folders that were added, with every ending.
    fn search(&self, name: &str, typed: bool, depth: u32) -> ReadFile<'w> {
        let (mut uncertain, mut unseen) = (false, false);
        let (mut likely, mut sample) = (None, None);
        for it in self.calls.iter().filter(|it| it.name() == "AddConfigPath") {
            let folder = match self.text(it, 0, depth) {
                Some(outcome) if outcome.unknown.is_none() => self.evaluator.expanded(outcome, it.call.span),
                _ => {
                    uncertain = true;
                    continue;
                }
            };
            if folder.unknown.is_some() {
                uncertain = true;
                continue;
            }
            // `AddConfigPath("")` adds nothing: <https://github.com/spf13/viper/blob/v1.21.0/viper.go>.
            if folder.text.as_str().is_empty() {
                continue;
            }
            let folder = folder.text.as_str().trim_end_matches('/').to_owned();
            let endings = ENDINGS.iter().map(|ending| format!("{folder}/{name}.{ending}"));
            for path in endings.chain(typed.then(|| format!("{folder}/{name}"))) {
                match self.evaluator.find_file(&path) {
                    Answer::File { path, brought_by, confidence } => {
                        let Some(text) = self.evaluator.file_text(&path, brought_by) else { continue };
                        let by_hand = matches!(text, FileText::Variables(_));
                        let most = if by_hand { Confidence::Likely } else { Confidence::Proven };
                        let confidence = confidence.min(most);
                        let reading = Reading { text, confidence, changes: Changes::default() };
                        if confidence == Confidence::Proven || by_hand {
                            return ReadFile::Read(reading);
                        }
                        likely.get_or_insert(reading);
                    }
                    Answer::Embedded(..) => match self.evaluator.read_file(&path) {
                        ReadFile::Read(reading) => return ReadFile::Read(reading),
                        _ => uncertain = true,
                    },
                    Answer::Absent => {}
                    Answer::Unseen => {
                        unseen = true;
                        sample = sample.or_else(|| self.evaluator.sample_of(&path));
                    }
                    Answer::Unknown => uncertain = true,
                }
            }
        }
        let decides = || format!("the configuration file `{name}` decides");
        match likely {
            Some(reading) => ReadFile::Read(reading),
            None if uncertain => ReadFile::Unknown(Hidden::new(decides())),
            None if unseen => ReadFile::unseen(sample, Changes::default(), Hidden::outside(decides())),
            None => ReadFile::Absent,
        }
    }
}
