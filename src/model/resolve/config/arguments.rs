//! Libraries that fill structs from the command line, by struct tags.

use super::Ask;
use super::tag::of_field;
use super::variable::split_words;
use crate::facts::catalogue::{DecodeEntry, FlagRules, FlagSyntax, Naming, Takes};
use crate::facts::go::Field;
use crate::model::ProcessVariable;
use crate::model::resolve::{Evaluator, Outcome};
use crate::source::{Span, Text};

/// A flag that fills a field.
#[derive(Debug)]
struct BoundFlag {
    /// Its names without dashes.
    names: Vec<String>,
    /// The variables that count when it is not given; the first that is set wins.
    variables: Vec<String>,
    /// What the field is otherwise.
    default: Option<Text>,
    /// The tag, or the field without one.
    span: Span,
}

impl<'w> Evaluator<'w> {
    /// What the command line gives to the field at the end of `path`; `None` when it leaves it as it is.
    pub(super) fn by_arguments(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, path, span, .. } = *ask;
        let flag = flag_of(decode.entry, path)?;
        let syntax = match decode.entry.naming {
            Naming::Kong => FlagSyntax::PosixVerbatim,
            Naming::GoArg => FlagSyntax::GoCommands,
            _ => FlagSyntax::Posix,
        };
        let rules = FlagRules { takes: Takes::Word, syntax, empty_is_unset: false };
        let unset = |it: &String| matches!(self.process_variable(it), ProcessVariable::Unset);
        let nothing_else = flag.default.is_none() && flag.variables.iter().all(unset);
        if nothing_else && self.gives(&flag.names, rules) == Some(false) {
            return None;
        }
        Some(self.flag_or(&flag.names, rules, flag.span, || match &flag.default {
            None if nothing_else => Outcome::hole("the command line is not known", Some(span)),
            default => {
                let default = default.clone().unwrap_or_else(|| Text::new("", flag.span));
                self.first_set(&flag.variables, flag.span, rules.empty_is_unset, || Outcome::known(default))
            }
        }))
    }
}

/// The flag of the field at the end of `path`, which leads from the struct that is filled; `None` when the
/// library makes no flag of it.
fn flag_of(entry: &DecodeEntry, path: &[&Field]) -> Option<BoundFlag> {
    let (field, around) = path.split_last()?;
    let span = field.tag.as_ref().map_or(field.name.span, |it| it.span);
    let tag = |key: &str| of_field(field, key).map(|it| it.value).filter(|it| !it.is_empty());
    let before = |key: &str, separator: &str| {
        let parts = around.iter().filter_map(|it| of_field(it, key)).filter(|it| !it.value.is_empty());
        parts.map(|it| it.value + separator).collect::<String>()
    };
    let default = of_field(field, entry.default).map(Text::from);
    let bound = |names: Vec<String>, variables: Vec<String>| {
        let names: Vec<_> = names.into_iter().filter(|it| !it.is_empty()).collect();
        (!names.is_empty()).then_some(BoundFlag { names, variables, default, span })
    };
    match entry.naming {
        // <https://pkg.go.dev/github.com/jessevdk/go-flags#hdr-Available_field_tags>
        Naming::GoFlags => {
            let long = tag("long").map(|it| before("namespace", ".") + &it);
            let variable = tag("env").map(|it| before("env-namespace", "_") + &it);
            bound(long.into_iter().chain(tag("short")).collect(), variable.into_iter().collect())
        }
        // <https://github.com/alecthomas/kong#supported-tags>
        Naming::Kong => {
            let has = |key: &str| of_field(field, key).is_some();
            if has("arg") || has("cmd") || has("kong") {
                return None;
            }
            let own = || split_words(&field.name.value).join("-").to_lowercase();
            let long = before("prefix", "") + &tag("name").unwrap_or_else(own);
            let variables = tag("env").unwrap_or_default();
            let variables = variables.split(',').map(str::trim).filter(|it| !it.is_empty());
            let variables = variables.map(|it| before("envprefix", "") + it).collect();
            bound(std::iter::once(long).chain(tag("short")).collect(), variables)
        }
        // <https://pkg.go.dev/github.com/alexflint/go-arg#hdr-Tags>
        Naming::GoArg => {
            let written = of_field(field, "arg");
            let parts: Vec<&str> = written.iter().flat_map(|it| it.value.split(',')).map(str::trim).collect();
            if parts.iter().any(|it| matches!(*it, "-" | "positional") || it.starts_with("subcommand")) {
                return None;
            }
            let named = parts.iter().filter(|it| it.starts_with('-')).map(|it| it.trim_start_matches('-'));
            let mut names: Vec<String> = named.map(str::to_owned).collect();
            if !parts.iter().any(|it| it.starts_with("--")) {
                names.push(field.name.value.to_lowercase());
            }
            let reads = parts.iter().find_map(|it| match it.split_once(':') {
                Some(("env", name)) => Some(name.to_owned()),
                None if *it == "env" => Some(field.name.value.to_uppercase()),
                _ => None,
            });
            bound(names, reads.into_iter().collect())
        }
        _ => None,
    }
}
