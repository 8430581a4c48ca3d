//! Command line flags.

use std::rc::Rc;

use super::{Evaluator, Frame, Outcome};
use crate::facts::go::Value;
use crate::source::{Span, Text};

impl<'w> Evaluator<'w> {
    pub(super) fn flag(
        &self,
        name: &'w Value,
        default: &'w Value,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let name = self.text(name, frame, depth);
        if name.unknown.is_some() {
            return name;
        }
        let mut outcome = match self.setting.arguments {
            Some(arguments) => match flag_value(arguments, name.text.as_str()) {
                Some(text) => Outcome::known(text),
                None => self.text(default, frame, depth),
            },
            None => Self::assumed(self.text(default, frame, depth)),
        };
        outcome.via.insert(0, span);
        outcome
    }
}

/// The value of a flag on a command line: `-port=80`, `--port 80`; of several the last one counts.
fn flag_value(arguments: &[Text], name: &str) -> Option<Text> {
    let mut found = None;
    for (index, argument) in arguments.iter().enumerate() {
        let text = argument.as_str();
        if text == "--" {
            break;
        }
        let bare = text.strip_prefix("--").or_else(|| text.strip_prefix('-'));
        let Some(rest) = bare.and_then(|it| it.strip_prefix(name)) else { continue };
        if rest.is_empty() {
            found = arguments.get(index + 1).cloned();
        } else if rest.starts_with('=') {
            found = Some(argument.slice(text.len() - rest.len() + 1..text.len()));
        }
    }
    found
}
