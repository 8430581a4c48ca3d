//! Elements of lists and maps.

use std::rc::Rc;

use super::config::Bound;
use super::{Evaluator, Frame, Outcome};
use crate::facts::go::{Callee, Value};
use crate::model::ProcessVariable;
use crate::source::{Span, Spanned};

/// What is known of the elements that an expression may mean.
pub(super) enum Elements<'w> {
    /// One of these, each with where it stands.
    Of(Vec<(&'w Value, Rc<Frame<'w>>)>),
    /// A part of what a list came to as text.
    Text(Outcome),
    /// Nothing.
    Unknown(Outcome),
}

/// What a variadic parameter is given.
enum Variadic<'w> {
    /// These arguments, and where they stand.
    Given(&'w [Value], Rc<Frame<'w>>),
    /// What a call says that is not singled out.
    CallerDecides,
}

impl<'w> Evaluator<'w> {
    pub(super) fn element(
        &self,
        of: &'w Value,
        key: Option<&'w Value>,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        match self.elements_of(of, key, span, frame, depth) {
            Elements::Of(values) => {
                let outcomes = values.iter().map(|(value, frame)| self.text(value, frame, depth));
                self.one_of(outcomes.collect(), "it is another one in each round of a loop", span, None)
            }
            Elements::Text(outcome) | Elements::Unknown(outcome) => outcome,
        }
    }

    /// The elements of a list or map that `key` names; all of them without a key.
    pub(super) fn elements_of(
        &self,
        of: &'w Value,
        key: Option<&'w Value>,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Elements<'w> {
        let hole = |needs_caller: bool| {
            let reason = match key {
                Some(_) => "it is an element of a list or map",
                None => "it is another one in each round of a loop",
            };
            Elements::Unknown(Outcome { needs_caller, ..Outcome::hole(reason, Some(span)) })
        };
        let key = match key {
            Some(key) => {
                let key = self.text(key, frame, depth);
                if let Some(unknown) = &key.unknown {
                    return match hole(key.needs_caller) {
                        Elements::Unknown(it) => Elements::Unknown(it.from(unknown.input)),
                        it => it,
                    };
                }
                Some(key.text.as_str().to_owned())
            }
            None => None,
        };
        if let Some(variadic) = self.variadic_arguments(of, frame) {
            let Variadic::Given(arguments, outside) = variadic else { return hole(true) };
            let chosen: Vec<_> = match &key {
                Some(key) => key.parse().ok().and_then(|at: usize| arguments.get(at)).into_iter().collect(),
                None => arguments.iter().collect(),
            };
            let found: Vec<_> = chosen.into_iter().map(|it| (it, Rc::clone(&outside))).collect();
            return if found.is_empty() { hole(false) } else { Elements::Of(found) };
        }
        let head = self.head(of, frame, depth);
        let chosen: Vec<&'w Value> = match (head.value, &key) {
            (Value::List(parts, _), None) => parts.iter().collect(),
            (Value::List(parts, _), Some(key)) => {
                key.parse().ok().and_then(|at: usize| parts.get(at)).into_iter().collect()
            }
            (Value::Struct { type_name: None, fields, .. }, None) => {
                fields.iter().map(|(_, it)| it).collect()
            }
            (Value::Struct { type_name: None, fields, .. }, Some(key)) => {
                fields.iter().rev().find(|(it, _)| it.value == *key).map(|(_, it)| it).into_iter().collect()
            }
            (Value::Call { callee, .. }, Some(key)) if is_environment(callee) => {
                return Elements::Text(self.variable_of_environment(key, span, false, || None));
            }
            (Value::Call { .. }, Some(key))
                if let Some(outcome) = self.in_variable_file(head.value, key, &head.frame, depth) =>
            {
                return Elements::Text(outcome);
            }
            _ => {
                if let Some(found) = self.element_of_text(of, key.as_deref(), frame, depth) {
                    return found;
                }
                let made = self.only_map(of, key.as_deref(), frame, depth);
                return made.map_or_else(|| hole(self.waits_for_caller(&head)), |it| Elements::Of(vec![it]));
            }
        };
        if chosen.is_empty() {
            return hole(false);
        }
        Elements::Of(chosen.into_iter().map(|it| (it, Rc::clone(&head.frame))).collect())
    }

    /// The element of a map in a field that only one place of the program sets, and no configuration:
    /// `service.config.Addresses["web"]`.
    fn only_map(
        &self,
        of: &'w Value,
        key: Option<&str>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<(&'w Value, Rc<Frame<'w>>)> {
        let (key, depth) = (key?, self.less(depth, 4)?);
        let Value::Field { receiver, field, .. } = of else { return None };
        let made = self.deep_head(of, frame, depth);
        let Value::Struct { type_name: None, fields, .. } = made.value else { return None };
        if let Some(of) = self.type_at(receiver, frame)
            && !matches!(
                self.bound_field(receiver, of, Spanned::new(field.value.as_str(), field.span), frame, depth),
                Bound::No
            )
        {
            return None;
        }
        let (_, value) = fields.iter().rev().find(|(it, _)| it.value == key)?;
        Some((value, made.frame))
    }

    /// Whether a map that the program writes out has a key; `None` when that cannot be told, an error when a
    /// caller could tell more.
    pub(super) fn has_element(
        &self,
        of: &'w Value,
        key: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Result<Option<bool>, ()> {
        let key = self.text(key, frame, depth);
        let head = self.head(of, frame, depth);
        if key.needs_caller || self.waits_for_caller(&head) {
            return Err(());
        }
        if let Value::Call { callee, .. } = head.value
            && is_environment(callee)
            && key.unknown.is_none()
        {
            return Ok(match self.process_variable(key.text.as_str()) {
                ProcessVariable::Set { .. } => Some(true),
                ProcessVariable::Unset => Some(false),
                ProcessVariable::Open(_) => None,
            });
        }
        let Value::Struct { type_name: None, fields, .. } = head.value else { return Ok(None) };
        let found = fields.iter().any(|(it, _)| it.value == key.text.as_str());
        Ok(key.unknown.is_none().then_some(found))
    }

    /// An element of `strings.Split(text, ",")`, which stands for a list as its text.
    fn element_of_text(
        &self,
        of: &'w Value,
        key: Option<&str>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Elements<'w>> {
        let outcome = self.text(of, frame, depth);
        let text = outcome.text.as_str();
        if outcome.unknown.is_some() || text.is_empty() {
            return None;
        }
        let at: usize = key.unwrap_or("0").parse().ok()?;
        let only = !text.contains(',');
        let start = text.split(',').take(at).map(|it| it.len() + 1).sum::<usize>();
        let length = text.get(start..)?.split(',').next()?.len();
        (only && at == 0 || key.is_some()).then(|| {
            let text = outcome.text.slice(start..start + length);
            Elements::Text(Outcome { text, ..outcome })
        })
    }

    /// What a value is given that is a variadic parameter; `None` for any other.
    fn variadic_arguments(&self, of: &'w Value, frame: &Rc<Frame<'w>>) -> Option<Variadic<'w>> {
        let (Value::Parameter { index, .. }, Frame::Function { function, .. }) = (of, &**frame) else {
            return None;
        };
        let parameter = self.packages.function(*function).function.parameters.get(*index)?;
        if !parameter.variadic {
            return None;
        }
        Some(match self.call_of(frame) {
            Some(it) => Variadic::Given(it.arguments.get(*index..).unwrap_or_default(), Rc::clone(&it.frame)),
            None => Variadic::CallerDecides,
        })
    }

    /// Whether a variadic parameter is given nothing; `None` for any other value.
    pub(super) fn is_given_nothing(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Option<Option<bool>> {
        Some(match self.variadic_arguments(value, frame)? {
            Variadic::Given(arguments, _) => Some(arguments.is_empty()),
            Variadic::CallerDecides => None,
        })
    }
}

/// Whether it is `os.Environ`, which stands for a map into which a loop puts what it returns.
fn is_environment(callee: &Callee) -> bool {
    matches!(callee, Callee::Imported { package, name } if package == "os" && name == "Environ")
}
