//! Configuration libraries: struct tags that name variables, and viper.

mod dotenv;
mod file;

pub(super) use dotenv::ProcessVariable;

use std::rc::Rc;

use super::{Active, Evaluator, Frame, Outcome};
use crate::facts::catalogue::without_version;
use crate::facts::go::{Call, Value};
use crate::facts::{Facts, Lookup};
use crate::model::go::TypeRef;
use crate::source::{Confidence, Span, Spanned, Text};

/// Libraries that fill structs from the environment: import path, tag of the name, tag of the
/// default.
const TAG_LIBRARIES: &[(&str, &str, &str)] = &[
    // <https://github.com/caarlos0/env#tags>
    ("github.com/caarlos0/env", "env", "envDefault"),
    // <https://github.com/kelseyhightower/envconfig#usage>
    ("github.com/kelseyhightower/envconfig", "envconfig", "default"),
    // <https://github.com/ilyakaznacheev/cleanenv#supported-types-and-tags>
    ("github.com/ilyakaznacheev/cleanenv", "env", "env-default"),
    // <https://github.com/sethvargo/go-envconfig>: `env:"PORT, default=8080"`
    ("github.com/sethvargo/go-envconfig", "env", ""),
];

/// Tags by which a decoder of configuration files finds fields, and a word in the import path of
/// such a decoder.
const FILE_TAGS: &[(&str, &str)] = &[
    ("koanf", "koanf"),
    ("toml", "toml"),
    ("yaml", "yaml"),
    ("mapstructure", "viper"),
    ("mapstructure", "mapstructure"),
    ("hcl", "hcl"),
    ("ini", "ini"),
];

/// Where the configuration files of a program may be.
#[derive(Clone, Debug, Default)]
pub struct ConfigFiles<'w> {
    /// The facts of the project.
    pub facts: Option<&'w Facts>,
    /// Folders that become the working directory: of the program and of its module.
    pub directories: Vec<&'w str>,
}

impl<'w> Evaluator<'w> {
    /// A field that a struct tag binds to a variable, in a program that calls such a library.
    pub(super) fn configured_field(&self, of: TypeRef<'w>, field: &str, span: Span) -> Option<Outcome> {
        let structure = self.packages.structure(of)?;
        let tag = structure.fields.iter().find(|it| it.name.value == field)?.tag.as_ref()?;
        if let Some(key) = tag_value(tag, "mapstructure").filter(|_| self.imports("github.com/spf13/viper")) {
            return self.viper_field(key.value.split(',').next().unwrap_or_default(), span);
        }
        let (_, name_key, default_key) = TAG_LIBRARIES
            .iter()
            .find(|(path, key, _)| tag_value(tag, key).is_some() && self.imports(path))?;
        let written = tag_value(tag, name_key)?;
        let mut parts = written.value.split(',');
        let name = parts.next().unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            return Some(Outcome::hole("the variable's name is made by a library", Some(span)));
        }
        if name_key == &"envconfig" {
            // envconfig tries PREFIX_NAME before NAME, and the prefix is not followed.
            let prefixed = self.setting.environment.variables.keys();
            if prefixed.filter(|it| it.ends_with(&format!("_{name}"))).count() > 0 {
                return Some(Outcome::hole("a prefixed variable may win", Some(span)));
            }
        }
        let default = if default_key.is_empty() {
            written.value.find("default=").map(|at| {
                let start = at + "default=".len();
                Text::new(written.value[start..].to_owned(), written.span.slice(start..written.value.len()))
            })
        } else {
            tag_value(tag, default_key).map(Text::from)
        };
        let has_default = default.is_some();
        let outcome = self.variable_of_environment(&name, tag.span, true, || default.map(Outcome::known));
        // cleanenv may read a file before the environment; without a variable the file decides.
        let by_default = outcome.text.span().is_none_or(|it| tag.span.contains(it));
        if by_default && self.imports("github.com/ilyakaznacheev/cleanenv") {
            return Some(Outcome::hole("a configuration file may decide", Some(span)));
        }
        if by_default && !has_default && outcome.unknown.is_none() {
            return None;
        }
        Some(outcome)
    }

    /// The result of a configuration library's call, when it is one.
    pub(super) fn configured(
        &self,
        path: &str,
        name: &str,
        arguments: &'w [Value],
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        if path != "github.com/spf13/viper" || !name.starts_with("Get") {
            return None;
        }
        let key = self.text(arguments.first()?, frame, depth);
        if key.unknown.is_some() {
            return Some(key);
        }
        Some(self.viper(key.text.as_str(), span, depth))
    }

    /// Whether a decoder of a configuration file may fill a field, whatever the code sets first.
    pub(super) fn is_filled_by_file(&self, of: TypeRef<'w>, field: &str) -> bool {
        let Some(structure) = self.packages.structure(of) else { return false };
        let field = structure.fields.iter().find(|it| it.name.value == field);
        let Some(tag) = field.and_then(|it| it.tag.as_ref()) else { return false };
        FILE_TAGS.iter().any(|(key, word)| {
            tag_value(tag, key).is_some() && self.import_paths().any(|it| it.contains(word))
        })
    }

    fn imports(&self, path: &str) -> bool {
        self.import_paths().any(|it| without_version(it).starts_with(path))
    }

    fn import_paths(&self) -> impl Iterator<Item = &'w str> {
        let packages = self.reachable.packages.iter().map(|it| self.packages.package(*it));
        packages.flat_map(|it| &it.files).flat_map(|(_, file)| &file.imports).map(|it| it.path.value.as_str())
    }

    /// A field that `viper.Unmarshal` fills from a flat key; `None` when that is not how it is
    /// filled.
    fn viper_field(&self, key: &str, span: Span) -> Option<Outcome> {
        let unmarshals = self.viper_calls().any(|(_, call)| call.callee.name() == "Unmarshal");
        // A key of a nested struct is longer than its tag says.
        let (_, by_env_file) = self.viper_file();
        (unmarshals && by_env_file).then(|| self.viper(key, span, 16))
    }

    /// A key of viper: the environment, then a file, then the default:
    /// <https://github.com/spf13/viper#why-viper>.
    fn viper(&self, key: &str, span: Span, depth: u32) -> Outcome {
        let Some(depth) = depth.checked_sub(4) else {
            return Outcome::hole("it is too far from its source", Some(span));
        };
        let mut default = None;
        let mut variable = None;
        let (mut automatic, mut replaces) = (false, false);
        let mut prefix = String::new();
        for (frame, call) in self.viper_calls() {
            let text = |index: usize| call.arguments.get(index).map(|it| self.text(it, &frame, depth));
            let is_key = || text(0).is_some_and(|it| it.text.as_str().eq_ignore_ascii_case(key));
            match call.callee.name() {
                "AutomaticEnv" => automatic = true,
                "SetEnvKeyReplacer" => replaces = true,
                "BindPFlags" | "ReadRemoteConfig" => {
                    return Outcome::hole("viper's bindings are not followed", Some(span));
                }
                "BindPFlag" | "Set" if is_key() => {
                    return Outcome::hole("viper's bindings are not followed", Some(span));
                }
                // The prefix may be a key itself, which no prefix was set for when it was read.
                "SetEnvPrefix" => match self.viper_prefix(call, &frame, depth) {
                    Some(it) => prefix = it,
                    None => return Outcome::hole("viper's prefix is not known", Some(span)),
                },
                "BindEnv" if is_key() => match text(1) {
                    Some(it) if it.unknown.is_none() => variable = Some(it.text.as_str().to_owned()),
                    Some(_) => return Outcome::hole("viper's bindings are not followed", Some(span)),
                    None => automatic = true,
                },
                "SetDefault" if is_key() => default = call.arguments.get(1).map(|it| (it, Rc::clone(&frame))),
                _ => {}
            }
        }
        let separator = if prefix.is_empty() { "" } else { "_" };
        let made = format!("{prefix}{separator}{key}").to_uppercase();
        let made = if replaces { made.replace(['.', '-'], "_") } else { made };
        let variable = variable.or(automatic.then_some(made));
        if let Some(name) = variable {
            let environment = self.setting.environment;
            let set = environment
                .get(&name)
                .is_some_and(|it| it.value.as_ref().is_none_or(|it| !it.as_str().is_empty()));
            if set || environment.incomplete.is_some() {
                return self.variable_of_environment(&name, span, true, || None);
            }
        }
        match self.viper_file() {
            (Some(path), true) => match self.env_file_entry(&path, key) {
                Some(mut outcome) => {
                    outcome.via.insert(0, span);
                    return outcome;
                }
                None if default.is_none() => {
                    return Outcome::hole("the configuration file does not set it", Some(span));
                }
                None => {}
            },
            (None, false) => {}
            _ => return Outcome::hole("a configuration file decides", Some(span)),
        }
        match default {
            Some((value, frame)) => {
                let mut outcome = self.inner(value, &frame, depth);
                outcome.via.insert(0, span);
                outcome
            }
            None => Outcome::hole("nothing sets this key", Some(span)),
        }
    }

    /// The argument of `SetEnvPrefix`; none while that argument itself is looked up.
    fn viper_prefix(&self, call: &'w Call, frame: &Rc<Frame<'w>>, depth: u32) -> Option<String> {
        let argument = call.arguments.first()?;
        let key = Active::Field(std::ptr::from_ref(argument));
        if self.active.borrow().contains(&key) {
            return Some(String::new());
        }
        self.active.borrow_mut().push(key);
        let outcome = self.text(argument, frame, depth);
        self.active.borrow_mut().retain(|it| *it != key);
        outcome.unknown.is_none().then(|| outcome.text.as_str().to_owned())
    }

    fn viper_calls(&self) -> impl Iterator<Item = (Rc<Frame<'w>>, &'w Call)> {
        self.reachable.functions.iter().flat_map(|function| {
            let it = self.packages.function(*function);
            let uses = it.file.imports.iter().any(|it| it.path.value == "github.com/spf13/viper");
            let calls = if uses { it.function.calls.as_slice() } else { &[] };
            calls.iter().map(|call| (Rc::new(Frame::Function { function: *function, call: None }), call))
        })
    }

    /// The name of the file that viper reads, when it reads one, and whether it is a `.env` file.
    fn viper_file(&self) -> (Option<String>, bool) {
        let (mut name, mut kind, mut reads) = (None, String::new(), false);
        for (frame, call) in self.viper_calls() {
            let first = || {
                let outcome = self.text(call.arguments.first()?, &frame, 12);
                outcome.unknown.is_none().then(|| outcome.text.as_str().to_owned())
            };
            match call.callee.name() {
                "ReadInConfig" | "MergeInConfig" | "ReadConfig" => reads = true,
                "SetConfigName" | "SetConfigFile" => name = first(),
                "SetConfigType" => kind = first().unwrap_or_default(),
                _ => {}
            }
        }
        match name {
            _ if !reads => (None, false),
            Some(name) if name.ends_with(".env") => (Some(name), true),
            Some(name) if kind == "env" || kind == "dotenv" => (Some(format!("{name}.env")), true),
            name => (name.or(Some(String::new())), false),
        }
    }

    /// What a `.env` file of that name beside the program or its module sets. It is likely, not
    /// certain, that this file is the one in the image.
    fn env_file_entry(&self, name: &str, key: &str) -> Option<Outcome> {
        let file::Answer::File { path, brought_by, .. } = self.find_file(name) else { return None };
        let file = self.setting.files.dotenv(&path, brought_by)?;
        let entry = file.entries.iter().rev().find(|it| it.name.value.eq_ignore_ascii_case(key))?;
        let text = match &entry.value {
            None => return Some(Outcome::hole("the configuration file gives no value", Some(entry.span))),
            Some(value) => match value.expand(&mut |_| Lookup::Unresolved(String::new())) {
                Ok(text) => text,
                Err(at) => return Some(Outcome::hole("a variable in the file is not known", Some(at.span))),
            },
        };
        Some(Outcome { confidence: Confidence::Likely, ..Outcome::known(text) })
    }
}

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
