//! go-zero's `conf.Load`: <https://go-zero.dev/docs/tutorials/go-zero/configuration/overview>. A variable that
//! a tag names wins over the file, and a default holds where the file says nothing.

use super::Ask;
use super::decode::data_of;
use super::tag::{has_option, is_exact, of_field, option};
use super::text::{Changes, ReadFile, TextSource, keys_of};
use crate::facts::catalogue::AnyVariable;
use crate::facts::go::{Field, Value};
use crate::model::ProcessVariable;
use crate::model::go::entry_of;
use crate::model::resolve::{Evaluator, Frame, Outcome};
use crate::source::{Span, Text};

impl<'w> Evaluator<'w> {
    /// What go-zero gives to the field at the end of `path`; `None` when it leaves it as it is.
    pub(super) fn by_go_zero(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, path, frame, span, depth, .. } = *ask;
        let name = data_of(decode.entry, decode.call)?;
        let source = TextSource::File {
            path: self.path_text(name, frame, depth.min(16)),
            changes: Changes {
                expands: decode.call.arguments.iter().any(|it| self.puts_variables_in(it, frame)),
                ..Changes::default()
            },
        };
        let read = self.read_source(&source);
        let in_file = self.in_go_zero_file(&read, ask);
        let tag = of_field(path.last()?, decode.entry.tag);
        let default = tag.as_ref().and_then(|it| option(it, "default", false)).map(|it| placed(it, span));
        let default = default.filter(|_| !is_left_out(&read, ask));
        let below = in_file.or_else(|| default.map(Outcome::known));
        match tag.as_ref().and_then(|it| option(it, "env", false)) {
            Some(name) => {
                let unset = matches!(self.process_variable(name.as_str()), ProcessVariable::Unset);
                if unset && below.is_none() {
                    return None;
                }
                let read = name.span().unwrap_or(span);
                Some(self.variable_of_environment(name.as_str(), read, true, || below))
            }
            None => below,
        }
    }

    /// What the file says; a field with `inherit` takes what stands one level up where its own level says
    /// nothing, and so on.
    fn in_go_zero_file(&self, read: &ReadFile<'w>, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let (path, entry) = (ask.path, ask.decode.entry);
        let at = |path: &[&'w Field]| self.by_text(read, &Ask { path, ..*ask }, entry.tag, entry.naming);
        let inherits =
            |it: &&Field| of_field(it, entry.tag).is_some_and(|tag| has_option(&tag.value, "inherit"));
        at(path).or_else(|| {
            let from = path.iter().position(inherits)?;
            (0..from).rev().find_map(|level| at(&[&path[..level], &path[from..]].concat()))
        })
    }

    /// Whether an option has variables of the environment put into the file: `conf.UseEnv()`.
    fn puts_variables_in(&self, argument: &'w Value, frame: &Frame<'w>) -> bool {
        let Value::Call { callee, .. } = argument else { return false };
        entry_of(&self.targets(callee, frame)).and_then(|it| it.any_variable) == Some(AnyVariable::Text)
    }
}

/// Whether the file leaves out a struct on the way that is optional: its fields get no defaults then
/// (`processNamedFieldWithoutValue` in <https://github.com/zeromicro/go-zero/blob/master/core/mapping/unmarshaler.go>).
fn is_left_out(read: &ReadFile<'_>, ask: &Ask<'_, '_>) -> bool {
    let (ReadFile::Read(reading) | ReadFile::Sample(reading, _)) = read else { return false };
    let entry = ask.decode.entry;
    let is_optional =
        |it: &Field| of_field(it, entry.tag).is_some_and(|it| has_option(&it.value, "optional"));
    (1..ask.path.len()).map(|it| &ask.path[..it]).any(|path| {
        let keys = keys_of(path, entry.tag, entry.naming);
        let is_absent = || keys.is_some_and(|it| !reading.text.has_element(&it, is_exact(entry.naming)));
        path.last().is_some_and(|it| is_optional(it)) && is_absent()
    })
}

/// A default, at its place; one of a library stands nowhere but in what reads it.
fn placed(default: Text, read: Span) -> Text {
    match default.span().is_some_and(|it| it.is_empty()) {
        true => Text::new(default.as_str().to_owned(), read),
        false => default,
    }
}
