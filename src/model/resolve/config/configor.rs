//! configor: <https://github.com/jinzhu/configor#readme>. Defaults of struct tags come first, then the files, the first
//! of them last, then variables of the environment.

use super::Ask;
use super::decode::is_element_step;
use super::file::Answer;
use super::tag::of_field;
use super::text::{Hidden, ReadFile};
use crate::facts::catalogue::Naming;
use crate::facts::go::{Callee, Value};
use crate::model::ProcessVariable;
use crate::model::resolve::{Evaluator, Outcome};
use crate::source::Text;

impl<'w> Evaluator<'w> {
    /// What configor gives to the field at the end of `path`; `None` when it leaves it as it is.
    pub(super) fn by_configor(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let (Some(prefix), Some(environment)) =
            (self.configor_option(ask, "ENVPrefix"), self.configor_option(ask, "Environment"))
        else {
            return ask.hole("the options of a library decide");
        };
        let said = |name: &str| match self.process_variable(name) {
            ProcessVariable::Set { text: Some(text), .. } => Some(text.as_str().to_owned()),
            _ => None,
        };
        let or = |given: String, name: &str, default: &str| match given.is_empty() {
            true => said(name).filter(|it| !it.is_empty()).unwrap_or_else(|| default.to_owned()),
            false => given,
        };
        let prefix = or(prefix, "CONFIGOR_ENV_PREFIX", "Configor");
        let environment = or(environment, "CONFIGOR_ENV", "development");
        let (field, _) = ask.path.split_last()?;
        let tag = |key: &str| of_field(field, key).filter(|it| !it.value.is_empty());
        let default = tag("default").map(|it| Outcome::known(Text::from(it)));
        let below = self.in_configor_files(ask, &environment).or(default);
        let names = variables_of(ask, &prefix);
        let unset = |name: &String| matches!(self.process_variable(name), ProcessVariable::Unset);
        let Some(name) = names.iter().find(|it| !unset(it)) else {
            let required = below.is_none() && tag("required").is_some_and(|it| it.value == "true");
            return match names.last().filter(|_| required) {
                Some(name) => ask.hole(&format!("the program ends without `{name}`")),
                None => below,
            };
        };
        let read = field.tag.as_ref().map_or(field.name.span, |it| it.span);
        Some(self.variable_of_environment(name, read, true, || below))
    }

    /// An option of `configor.New(&configor.Config{...})`, empty when it is not given; `None` when it is not known.
    fn configor_option(&self, ask: &Ask<'_, 'w>, name: &str) -> Option<String> {
        let Callee::Method { receiver, .. } = &ask.decode.call.callee else { return Some(String::new()) };
        let depth = ask.depth.min(16);
        let made = self.head(receiver, ask.frame, depth);
        let Value::Call { arguments, .. } = made.value else { return None };
        let options = self.head(arguments.first()?, &made.frame, depth);
        match options.value {
            Value::Struct { fields, .. } => match fields.iter().rev().find(|(it, _)| it.value == name) {
                Some((_, value)) => {
                    let outcome = self.inner(value, &options.frame, depth);
                    outcome.unknown.is_none().then(|| outcome.text.as_str().to_owned())
                }
                None => Some(String::new()),
            },
            Value::Unknown(it) if it.reason == "it is nil" => Some(String::new()),
            _ => None,
        }
    }

    /// What the files say of a field.
    fn in_configor_files(&self, ask: &Ask<'_, 'w>, environment: &str) -> Option<Outcome> {
        let mut hidden: Option<Hidden> = None;
        // The first file is read last, so that it wins.
        for file in ask.decode.call.arguments.iter().skip(1) {
            let Some(path) = self.path_text(file, ask.frame, ask.depth.min(16)) else {
                hidden.get_or_insert(self.file_of_unknown_path("path"));
                continue;
            };
            let own = self.read_file(&path);
            let special = self.configor_variant(&path, environment);
            let found = match (&own, &special) {
                (ReadFile::Absent, None) => self.configor_variant(&path, "example"),
                _ => special,
            };
            for (path, read) in found.into_iter().chain([(path.clone(), own)]) {
                if let ReadFile::Absent = read {
                    continue;
                }
                if let ReadFile::Unknown(it) | ReadFile::Sample(_, it) = read {
                    hidden.get_or_insert(it);
                    continue;
                }
                let (tag, naming) = match path.rsplit_once('.').map_or("", |it| it.1) {
                    "toml" => ("toml", Naming::Toml),
                    "json" => ("json", Naming::Json),
                    _ => ("yaml", Naming::Yaml),
                };
                if let Some(outcome) = self.by_text(&read, ask, tag, naming) {
                    return Some(if hidden.is_some() { Self::assumed(outcome) } else { outcome });
                }
            }
        }
        hidden.map(|it| it.hole(ask.span))
    }

    /// The file `config.production.yml` beside `config.yml`, where the project brings one.
    fn configor_variant(&self, path: &str, word: &str) -> Option<(String, ReadFile<'w>)> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let variant = match name.rfind('.') {
            Some(dot) => {
                let dot = path.len() - name.len() + dot;
                format!("{}.{word}{}", &path[..dot], &path[dot..])
            }
            None => format!("{path}.{word}"),
        };
        let is_there = matches!(self.find_file(&variant), Answer::File { .. } | Answer::Embedded(..));
        is_there.then(|| self.read_file(&variant)).map(|it| (variant, it))
    }
}

/// The variables that a field is filled from, the one that wins first.
fn variables_of(ask: &Ask<'_, '_>, prefix: &str) -> Vec<String> {
    let Some((field, around)) = ask.path.split_last() else { return Vec::new() };
    if ask.path.iter().any(|it| is_element_step(it)) {
        return Vec::new();
    }
    if let Some(name) = of_field(field, "env").filter(|it| !it.value.is_empty()) {
        return vec![name.value];
    }
    let is_open = |it: &&&crate::facts::go::Field| {
        !it.embedded || of_field(it, "anonymous").is_none_or(|it| it.value != "true")
    };
    let steps = around.iter().filter(is_open).map(|it| it.name.value.as_str());
    let words =
        Some(prefix).filter(|it| *it != "-").into_iter().chain(steps).chain([field.name.value.as_str()]);
    let name = words.collect::<Vec<_>>().join("_");
    let upper = name.to_uppercase();
    vec![name, upper]
}
