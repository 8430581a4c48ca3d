//! The variables that libraries fill fields from.

use super::tag::{has_option, of_field, option};
use crate::facts::catalogue::{DecodeEntry, Naming};
use crate::facts::go::Field;
use crate::source::{Span, Text};

/// A variable that fills a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BoundVariable {
    /// The names it is looked for by, the one that wins first.
    pub names: Vec<String>,
    /// What the field is when it is not set.
    pub default: Option<Text>,
    /// Whether an empty value counts as none.
    pub empty_is_unset: bool,
    /// Whether the value names a file that holds what the field gets.
    pub is_file: bool,
    /// Whether the library gives an error where it is not set.
    pub required: bool,
    /// The tag, or the field without one.
    pub span: Span,
}

/// The variable of the field at the end of `path`, which leads from the struct that is filled;
/// `None` when the library does not fill it.
pub(super) fn variable_of(entry: &DecodeEntry, prefix: &str, path: &[&Field]) -> Option<BoundVariable> {
    let (field, around) = path.split_last()?;
    let span = field.tag.as_ref().map_or(field.name.span, |it| it.span);
    let tag = of_field(field, entry.tag);
    let default = of_field(field, entry.default).map(Text::from);
    let bound = |names: Vec<String>, default: Option<Text>, empty_is_unset: bool| BoundVariable {
        names,
        default,
        empty_is_unset,
        is_file: false,
        required: false,
        span,
    };
    let is_true =
        |key: &str| of_field(field, key).is_some_and(|it| matches!(it.value.as_str(), "true" | "1"));
    let prefixes = |key: &str| {
        let of = around.iter().filter_map(|it| of_field(it, key)).map(|it| it.value);
        format!("{prefix}{}", of.collect::<String>())
    };
    match entry.naming {
        Naming::Caarlos0 => {
            let tag = tag?;
            let name = tag.value.split(',').next().filter(|it| !it.is_empty() && *it != "-")?;
            let names = vec![format!("{}{name}", prefixes("envPrefix"))];
            let empty_is_unset = default.is_some();
            let is_file = has_option(&tag.value, "file");
            let required = has_option(&tag.value, "required") || has_option(&tag.value, "notEmpty");
            Some(BoundVariable { is_file, required, ..bound(names, default, empty_is_unset) })
        }
        Naming::Cleanenv => {
            let tag = tag?;
            let prefix = prefixes("env-prefix");
            let names = tag.value.split(',').filter(|it| !it.is_empty());
            let names = names.map(|it| format!("{prefix}{it}")).collect();
            let required = is_true("env-required");
            Some(BoundVariable { required, ..bound(names, default, false) })
        }
        Naming::GoEnvconfig => {
            let tag = tag?;
            let name = tag.value.split(',').next().map(str::trim).filter(|it| !it.is_empty())?;
            let of_struct = |it: &&Field| option(&of_field(it, entry.tag)?, "prefix", false);
            let prefix: String =
                around.iter().filter_map(of_struct).map(|it| it.as_str().trim().to_owned()).collect();
            let names = vec![format!("{prefix}{name}")];
            let required = has_option(&tag.value, "required");
            Some(BoundVariable { required, ..bound(names, option(&tag, "default", true), false) })
        }
        Naming::Envconfig => {
            let mut key = prefix.to_owned();
            for it in around.iter().filter(|it| !it.embedded) {
                key = joined(&key, &own_key(it, entry.tag));
            }
            let mut names = vec![joined(&key, &own_key(field, entry.tag))];
            // The name in the tag is tried without a prefix too.
            names.extend(tag.map(|it| it.value.to_uppercase()).filter(|it| !it.is_empty()));
            names.dedup();
            Some(BoundVariable { required: is_true("required"), ..bound(names, default, false) })
        }
        _ => None,
    }
}

fn joined(prefix: &str, key: &str) -> String {
    let whole = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}_{key}") };
    whole.to_uppercase()
}

/// The key of a field in envconfig, without what is in front of it:
/// <https://github.com/kelseyhightower/envconfig/blob/master/envconfig.go>, `gatherInfo`.
fn own_key(field: &Field, tag: &str) -> String {
    if let Some(name) = of_field(field, tag).filter(|it| !it.value.is_empty()) {
        return name.value;
    }
    let splits = of_field(field, "split_words").is_some_and(|it| matches!(it.value.as_str(), "true" | "1"));
    if splits { split_words(&field.name.value).join("_") } else { field.name.value.clone() }
}

/// The words of a name in camel case: `HTTPPort` is `HTTP` and `Port`.
pub(super) fn split_words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|it| letters.get(it));
        let after = letters.get(index + 1);
        let starts = letter.is_uppercase()
            && before.is_some_and(|it| !it.is_uppercase() || after.is_some_and(|it| !it.is_uppercase()));
        if starts {
            words.push(std::mem::take(&mut word));
        }
        word.push(*letter);
    }
    words.push(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::catalogue::{Source, Target, go as catalogue};
    use crate::source::{FileId, Spanned};

    fn entry(package: &str, function: &str) -> &'static DecodeEntry {
        catalogue().find(package, "", function).and_then(|it| it.decode.as_ref()).unwrap()
    }

    /// The names of the variable of the last field and its default, by `name tag` of each field.
    fn names(entry: &DecodeEntry, prefix: &str, fields: &[(&str, &str)]) -> String {
        let spanned = |text: &str| Spanned::new(text.to_owned(), Span::new(FileId(0), 0, text.len()));
        let fields: Vec<Field> = fields
            .iter()
            .map(|(name, tag)| Field {
                name: spanned(name.trim_start_matches('+')),
                type_name: None,
                element: None,
                tag: (!tag.is_empty()).then(|| spanned(tag)),
                embedded: name.starts_with('+'),
            })
            .collect();
        let path: Vec<&Field> = fields.iter().collect();
        match variable_of(entry, prefix, &path) {
            Some(it) => {
                let default = it.default.map(|it| format!("={}", it.as_str())).unwrap_or_default();
                format!("{}{default}", it.names.join("|"))
            }
            None => "none".to_owned(),
        }
    }

    #[test]
    fn every_library_has_its_names() {
        let env = entry("github.com/caarlos0/env/v11", "Parse");
        assert!(env.source == Source::Environment && env.target != Target::Result);
        assert_eq!(names(env, "", &[("Port", "env:\"PORT,required\" envDefault:\"80\"")]), "PORT=80");
        let nested = [("DB", "envPrefix:\"DB_\""), ("Host", "env:\"HOST\"")];
        assert_eq!(names(env, "APP_", &nested), "APP_DB_HOST");
        assert_eq!(names(env, "", &[("Port", "")]), "none");

        let envconfig = entry("github.com/kelseyhightower/envconfig", "Process");
        assert_eq!(names(envconfig, "shop", &[("Port", "default:\"80\"")]), "SHOP_PORT=80");
        assert_eq!(
            names(envconfig, "shop", &[("Port", "envconfig:\"http_port\"")]),
            "SHOP_HTTP_PORT|HTTP_PORT"
        );
        assert_eq!(names(envconfig, "", &[("Port", "envconfig:\"HTTP_PORT\"")]), "HTTP_PORT");
        assert_eq!(names(envconfig, "", &[("HTTPPort", "split_words:\"true\"")]), "HTTP_PORT");
        assert_eq!(names(envconfig, "", &[("MultiWordVar", "split_words:\"true\"")]), "MULTI_WORD_VAR");
        assert_eq!(names(envconfig, "app", &[("Database", ""), ("Host", "")]), "APP_DATABASE_HOST");
        assert_eq!(names(envconfig, "app", &[("+Server", ""), ("Host", "")]), "APP_HOST");

        let cleanenv = entry("github.com/ilyakaznacheev/cleanenv", "ReadEnv");
        let nested = [("DB", "env-prefix:\"DB_\""), ("Host", "env:\"HOST,ADDR\" env-default:\"db\"")];
        assert_eq!(names(cleanenv, "", &nested), "DB_HOST|DB_ADDR=db");

        let sethvargo = entry("github.com/sethvargo/go-envconfig", "Process");
        let nested = [("DB", "env:\", prefix=DB_\""), ("Host", "env:\"HOST, default=a,b\"")];
        assert_eq!(names(sethvargo, "", &nested), "DB_HOST=a,b");
    }
}
