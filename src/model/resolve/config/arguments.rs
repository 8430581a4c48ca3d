//! Libraries that fill structs from the command line, by struct tags.

use std::rc::Rc;

use super::Ask;
use super::tag::of_field;
use super::variable::split_words;
use crate::facts::catalogue::{DecodeEntry, FlagRules, FlagSyntax, Naming, Takes, without_version};
use crate::facts::go::Field;
use crate::model::ProcessVariable;
use crate::model::go::Targets;
use crate::model::resolve::{Evaluator, Frame, Outcome};
use crate::source::{Span, Spanned, Text};

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
    /// What the program tells `kong.DefaultEnvars`.
    pub(super) fn gather_kong_prefixes(&self) -> Vec<Option<String>> {
        let mut out = Vec::new();
        for function in &self.reachable.functions {
            let calls = self.packages.listed_calls(*function);
            for call in calls.filter(|it| it.callee.name() == "DefaultEnvars") {
                let Targets::Imported(path, _) = self.packages.targets_of(*function, call) else { continue };
                if without_version(path) == "github.com/alecthomas/kong" {
                    let frame = Rc::new(Frame::Function { function: *function, call: None });
                    let prefix = call.arguments.first().map(|it| self.inner(it, &frame, 16));
                    let known = prefix.filter(|it| it.unknown.is_none());
                    out.push(known.map(|it| it.text.as_str().to_owned()));
                }
            }
        }
        out
    }

    /// What the command line gives to the field at the end of `path`; `None` when it leaves it as it is.
    pub(super) fn by_arguments(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, path, span, .. } = *ask;
        let mut flag = flag_of(decode.entry, path)?;
        if decode.entry.naming == Naming::Kong && flag.variables.is_empty() {
            for prefix in self.bindings().map(|it| it.kong_prefixes.as_slice()).unwrap_or_default() {
                let Some(prefix) = prefix else { return ask.hole("its variable is not known") };
                flag.variables.extend(flag.names.first().map(|it| default_variable(prefix, it)));
            }
        }
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

/// The variable of a flag that names none itself, as `kong.DefaultEnvars` has it: words and numbers of prefix and name
/// with underscores between them. <https://pkg.go.dev/github.com/alecthomas/kong#DefaultEnvars>
fn default_variable(prefix: &str, flag: &str) -> String {
    let mut words = vec![String::new()];
    let mut before = None;
    for letter in flag.chars() {
        let is_number = letter.is_ascii_digit();
        if !letter.is_alphanumeric() || before.is_some_and(|it| it != is_number) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            before = Some(is_number);
            words.last_mut().into_iter().for_each(|it| it.push(letter));
        } else {
            before = None;
        }
    }
    let words = words.iter().flat_map(|it| split_words(it)).filter(|it| !it.is_empty());
    let all = Some(prefix.to_owned()).filter(|it| !it.is_empty()).into_iter().chain(words);
    all.collect::<Vec<_>>().join("_").to_uppercase()
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
    let default = || of_field(field, entry.default).map(Text::from);
    let bound = |names: Vec<String>, variables: Vec<String>| {
        let names: Vec<_> = names.into_iter().filter(|it| !it.is_empty()).collect();
        (!names.is_empty()).then(|| BoundFlag { names, variables, default: default(), span })
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
            // Where there is a tag `kong` it says all.
            let said = |field: &Field, key: &str| match of_field(field, "kong") {
                Some(all) => kong_part(&all, key),
                None => of_field(field, key).map(Text::from),
            };
            let text =
                |key: &str| said(field, key).map(|it| it.as_str().to_owned()).filter(|it| !it.is_empty());
            if said(field, "arg").is_some() || said(field, "cmd").is_some() {
                return None;
            }
            let above = |key: &str| -> String {
                around.iter().filter_map(|it| said(it, key)).map(|it| it.as_str().to_owned()).collect()
            };
            let own = || split_words(&field.name.value).join("-").to_lowercase();
            let long = above("prefix") + &text("name").unwrap_or_else(own);
            let variables = text("env").unwrap_or_default();
            let variables = variables.split(',').map(str::trim).filter(|it| !it.is_empty());
            let variables = variables.map(|it| above("envprefix") + it).collect();
            let names = std::iter::once(long).chain(text("short")).collect();
            Some(BoundFlag { names, variables, default: said(field, entry.default), span })
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

/// What a tag `kong:"name='listen',default=':8080'"` says of a key: commas stand between its parts, and quotes around
/// what has some itself. <https://github.com/alecthomas/kong#supported-tags>
fn kong_part(tag: &Spanned<String>, wanted: &str) -> Option<Text> {
    let text = tag.value.as_str();
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].find(['=', ',']).map_or(text.len(), |it| at + it);
        let key = text[at..end].trim();
        let has_value = text[end..].starts_with('=');
        let start = end + usize::from(has_value);
        let (from, to, next) = match text[start..].strip_prefix('\'').filter(|_| has_value) {
            Some(rest) => {
                let length = rest.find('\'')?;
                let to = start + 1 + length;
                (start + 1, to, text[to..].find(',').map_or(text.len(), |it| to + it))
            }
            None if has_value => {
                let to = text[start..].find(',').map_or(text.len(), |it| start + it);
                (start, to, to)
            }
            None => (start, start, start),
        };
        if key == wanted {
            let verbatim = tag.span.len() == text.len();
            let span = if verbatim { tag.span.slice(from..to) } else { tag.span };
            return Some(Text::new(&text[from..to], span));
        }
        at = next + 1;
    }
    None
}
