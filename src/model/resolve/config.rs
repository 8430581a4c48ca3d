//! Configuration libraries: struct tags that name variables, and viper.

use std::rc::Rc;

use super::{Evaluator, Frame, Outcome};
use crate::facts::go::Value;
use crate::model::go::TypeRef;
use crate::source::{Span, Spanned, Text};

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

impl<'w> Evaluator<'w> {
    /// A field that a struct tag binds to a variable, in a program that calls such a library.
    pub(super) fn configured_field(&self, of: TypeRef<'w>, field: &str, span: Span) -> Option<Outcome> {
        let structure = self.packages.structure(of)?;
        let tag = structure.fields.iter().find(|it| it.name.value == field)?.tag.as_ref()?;
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

    fn imports(&self, path: &str) -> bool {
        self.reachable.packages.iter().any(|it| {
            let files = &self.packages.package(*it).files;
            files
                .iter()
                .flat_map(|(_, file)| &file.imports)
                .any(|it| crate::facts::catalogue::without_version(&it.path.value) == path)
        })
    }

    /// A key of viper: the environment, then a file, then the default:
    /// <https://github.com/spf13/viper#why-viper>.
    fn viper(&self, key: &str, span: Span, depth: u32) -> Outcome {
        let mut default = None;
        let mut automatic = false;
        let mut replaces = false;
        let mut by_file = false;
        for function in &self.reachable.functions {
            for call in &self.packages.function(*function).function.calls {
                let frame = Rc::new(Frame::Function { function: *function, call: None });
                let argument = |index: usize| call.arguments.get(index);
                match call.callee.name() {
                    "AutomaticEnv" => automatic = true,
                    "SetEnvKeyReplacer" => replaces = true,
                    "SetEnvPrefix" | "BindEnv" | "BindPFlag" | "BindPFlags" => {
                        return Outcome::hole("viper's bindings are not followed", Some(span));
                    }
                    "ReadInConfig" | "MergeInConfig" | "ReadConfig" => by_file = true,
                    "SetDefault" | "Set" => {
                        let Some(name) = argument(0).map(|it| self.text(it, &frame, depth)) else { continue };
                        if name.text.as_str().eq_ignore_ascii_case(key) {
                            default = argument(1).map(|it| (it, frame));
                        }
                    }
                    _ => {}
                }
            }
        }
        let variable = key.to_uppercase();
        let variable = if replaces { variable.replace(['.', '-'], "_") } else { variable };
        let set = self.setting.environment.get(&variable).is_some();
        if automatic && (set || self.setting.environment.incomplete.is_some()) {
            return self.variable_of_environment(&variable, span, true, || None);
        }
        match default {
            _ if by_file => Outcome::hole("a configuration file decides", Some(span)),
            Some((value, frame)) => {
                let mut outcome = self.inner(value, &frame, depth);
                outcome.via.insert(0, span);
                outcome
            }
            None => Outcome::hole("nothing sets this key", Some(span)),
        }
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
