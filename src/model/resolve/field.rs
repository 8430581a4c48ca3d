//! Fields: `cfg.Server.Port`, wherever the struct was filled.

use std::rc::Rc;

use super::call::receiver_of;
use super::config::{Bound, Certain};
use super::element::Elements;
use super::format::join_host_port;
use super::memory::Placed;
use super::{Active, Evaluator, Frame, Outcome};
use crate::facts::catalogue::go as catalogue;
use crate::facts::go::{Arm, Condition, Value, is_number};
use crate::model::go::{Targets, TypeRef};
use crate::source::{Confidence, Span, Spanned, Text};

/// Why a field is not known of which the program has no value, and one of a struct that does not show.
const NOTHING: &str = "nothing sets the field";
const SEVERAL: &str = "it is set in several places";
const NO_STRUCT: &str = "the struct was not found";

/// What a value turns out to be when names, parameters and calls are followed: no text is made.
pub struct Head<'w> {
    /// The value.
    pub value: &'w Value,
    /// Where it stands.
    pub frame: Rc<Frame<'w>>,
}

impl<'w> Evaluator<'w> {
    pub(super) fn field(
        &self,
        whole: &'w Value,
        receiver: &'w Value,
        field: &'w Spanned<String>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let outcome = self.once(whole, || self.field_within(whole, receiver, field, frame, depth));
        outcome.unwrap_or_else(|| Outcome::hole("it depends on itself", Some(field.span)))
    }

    fn field_within(
        &self,
        whole: &'w Value,
        receiver: &'w Value,
        field: &'w Spanned<String>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let head = self.head(receiver, frame, depth);
        let of =
            self.type_at(receiver, frame).or_else(|| self.type_at(head.value, &head.frame)).or_else(|| {
                let Value::Field { receiver_type: Some(shown), .. } = whole else { return None };
                Some(self.packages.type_ref(self.package_of(frame), shown))
            });
        let of = self.converted_from(of, &head, &field.value).or(of);
        if of == Some(TypeRef::External("net/url", "URL")) && field.value == "Host" {
            return self.part_of_url(receiver, "host", field.span, frame, depth);
        }
        let field = Spanned::new(field.value.as_str(), field.span);
        let outcome = self.field_of(of, receiver, &head, field, frame, depth);
        if outcome.unknown.as_ref().is_some_and(|it| it.reason == NOTHING)
            && let Some(found) = self.field_of_only_struct(receiver, field.value, frame, depth)
        {
            return found;
        }
        match outcome.unknown.as_ref().is_some_and(|it| it.reason == NOTHING || it.reason == NO_STRUCT) {
            true => self.traced_from(outcome, whole, frame, depth),
            false => outcome,
        }
    }

    /// A field of a struct without a type of its own that only one place of the program makes: `h.Config.Client.URL`.
    fn field_of_only_struct(
        &self,
        receiver: &'w Value,
        field: &str,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        let depth = self.less(depth, 4)?;
        let made = self.deep_head(receiver, frame, depth);
        let Value::Struct { type_name: None, fields, .. } = made.value else { return None };
        let (_, value) = fields.iter().rev().find(|(it, _)| it.value == field)?;
        Some(self.inner(value, &made.frame, depth))
    }

    /// The type that a value had before it became one of type `of` with the same fields: `database.Option(cfg.Database)`.
    fn converted_from(&self, of: Option<TypeRef<'w>>, head: &Head<'w>, field: &str) -> Option<TypeRef<'w>> {
        let (of, inner) = (of?, self.type_at(head.value, &head.frame)?);
        let (shown, own) = (self.packages.structure(of)?, self.packages.structure(inner)?);
        let same =
            shown.fields.iter().map(|it| &it.name.value).eq(own.fields.iter().map(|it| &it.name.value));
        (of != inner && same && self.field_values(of, field).is_empty()).then_some(inner)
    }

    /// A field of `receiver`, whose type and head are known as far as they can be.
    pub(super) fn field_of(
        &self,
        of: Option<TypeRef<'w>>,
        receiver: &'w Value,
        head: &Head<'w>,
        field: Spanned<&'w str>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let Spanned { value: name, span } = field;
        let bound = of.map_or(Bound::No, |of| self.bound_field(receiver, of, field, frame, depth));
        let configures = !matches!(bound, Bound::No);
        if let Some(of) = of.filter(|_| configures) {
            // What code assigns behind the calls that fill the struct wins over them.
            let later = self.later_values(of, name);
            if !later.is_empty() {
                let outcomes = self.outcomes_of(later, depth);
                return self.one_of(outcomes, SEVERAL, span, None);
            }
        }
        if let Bound::Value(outcome) = bound {
            return outcome;
        }
        // The libraries whose structs are known take what nothing sets for empty.
        if let Some(of @ TypeRef::External(..)) = of
            && configures
            && self.field_values(of, name).is_empty()
        {
            return Outcome { confidence: Confidence::Likely, ..Outcome::known(Text::new("", span)) };
        }
        let untouched = matches!(bound, Bound::Untouched(Certain::Yes));
        let outcome = match of.filter(|_| untouched).and_then(|of| self.untouched_field(of, name, span)) {
            Some(zero) => zero,
            None => self.field_by_code(of, head, name, span, frame, depth),
        };
        let written = outcome.text.span().filter(|_| outcome.unknown.is_none());
        // What code sets at first, a file may change; what the environment says is looked at last.
        if let (Some(of), Some(written)) = (of, written)
            && !configures
            && self.packages.is_source(written.file)
            && self.is_filled_by_file(of, name)
        {
            return Outcome::hole("a configuration file may decide", Some(span));
        }
        match of.filter(|_| !configures) {
            Some(of) => self.unless_filled(of, outcome),
            None => outcome,
        }
    }

    /// What a field of a struct of the project is that calls fill from configurations which are known and do not
    /// mention it, and that no code sets: the zero value of its type. `None` where something may set it.
    fn untouched_field(&self, of: TypeRef<'w>, field: &str, span: Span) -> Option<Outcome> {
        let by_code = self.field_values(of, field).iter().any(|(it, _)| !self.is_source_active(it));
        if by_code || self.is_filled_elsewhere(of, field) {
            return None;
        }
        self.zero_field(of, field, span)
    }

    /// What a field is that nothing sets which can: one that is not exported is beyond every decoder and every other
    /// package.
    fn own_field_of_nobody(&self, of: TypeRef<'w>, field: &str, span: Span) -> Option<Outcome> {
        let is_own = field.starts_with(|it: char| it.is_lowercase() || it == '_');
        if !is_own || self.is_filled_elsewhere(of, field) {
            return None;
        }
        self.zero_field(of, field, span)
    }

    /// The zero value of a field of a struct of the project.
    fn zero_field(&self, of: TypeRef<'w>, field: &str, span: Span) -> Option<Outcome> {
        let structure = self.packages.structure(of).filter(|_| matches!(of, TypeRef::Own(..)))?;
        let declared = structure.fields.iter().find(|it| it.name.value == field)?;
        let declared = declared.type_name.as_ref().filter(|it| it.package.is_empty());
        let zero = match declared.map(|it| it.name.as_str()) {
            Some("bool") => "false",
            Some(_) if declared.is_some_and(is_number) => "0",
            _ => "",
        };
        Some(Outcome { confidence: Confidence::Likely, ..Outcome::known(Text::new(zero, span)) })
    }

    /// Whether calls that are not followed get the address of the field, or of a struct of the type.
    fn is_filled_elsewhere(&self, of: TypeRef<'w>, field: &str) -> bool {
        let by_field = self.packages.field_writes_to(of, field).iter().any(|(function, write)| {
            self.reachable.contains(*function) && !self.fills(&write.value, *function)
        });
        by_field || self.is_filled_from_outside(of)
    }

    /// The assignments to a field of a type that come behind the calls that fill it from configuration and
    /// are not being looked at.
    fn later_values(&self, of: TypeRef<'w>, field: &str) -> Vec<(&'w Value, Rc<Frame<'w>>)> {
        let mut out = Vec::new();
        for (function, write) in self.packages.field_writes_to(of, field) {
            if self.reachable.contains(*function)
                && self.fills(&write.value, *function)
                && !self.is_source_active(&write.value)
                && !self.is_before_configuration(of, *function, write.field.span)
            {
                out.push((&write.value, Rc::new(Frame::Function { function: *function, call: None })));
            }
        }
        out
    }

    pub(super) fn is_source_active(&self, value: &Value) -> bool {
        self.memory.is_active(Active::Source(std::ptr::from_ref(value)))
    }

    /// What several places of the program give to a field.
    pub(super) fn outcomes_of(&self, found: Vec<(&'w Value, Rc<Frame<'w>>)>, depth: u32) -> Vec<Outcome> {
        let outcomes = found.into_iter().map(|(value, frame)| {
            let key = Active::Source(std::ptr::from_ref(value));
            self.memory.during(key, || self.inner(value, &frame, depth))
        });
        outcomes.collect()
    }

    fn field_by_code(
        &self,
        of: Option<TypeRef<'w>>,
        head: &Head<'w>,
        name: &'w str,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        if let Some(inner) = self.promoting_head(of, head, name, depth) {
            let of = self.type_at(inner.value, &inner.frame);
            return self.field_by_code(of, &inner, name, span, frame, depth - 1);
        }
        if let Value::Struct { fields, .. } = head.value {
            if let Some((_, value)) = fields.iter().rev().find(|(it, _)| it.value == name) {
                let here = self.function_id(&head.frame);
                let later = of.is_some_and(|of| self.is_written_outside(of, name, here));
                let outcome = self.text(value, &head.frame, depth);
                if !later {
                    return outcome;
                }
            } else if matches!(of, Some(TypeRef::External(..))) {
                return Outcome::hole("the field is not set here", Some(span));
            }
        }
        match of {
            Some(of) => self.field_by_type(of, name, span, frame, head, depth),
            None => {
                let needs_caller = self.waits_for_caller(head);
                Outcome { needs_caller, ..Outcome::hole(NO_STRUCT, Some(span)) }
            }
        }
    }

    /// The literal of the embedded struct that `field` of `head` is promoted from, where the program shows one.
    pub(super) fn promoting_head(
        &self,
        of: Option<TypeRef<'w>>,
        head: &Head<'w>,
        field: &str,
        depth: u32,
    ) -> Option<Head<'w>> {
        let (of, depth) = (of?, self.less(depth, 1)?);
        let promoting = self.packages.promoting(of, field)?;
        let own = match head.value {
            // `s := &Server{http.Server{}}; s.Addr = addr`: the field itself is set later.
            Value::Struct { fields, .. } if fields.iter().any(|(it, _)| it.value == field) => return None,
            Value::Struct { fields, .. } => fields.iter().rev().find(|(it, _)| it.value == promoting),
            _ => None,
        };
        let (value, frame) = match own {
            Some((_, value)) => (value, Rc::clone(&head.frame)),
            None => match &*self.field_values(of, promoting) {
                [only] => only.clone(),
                _ => return None,
            },
        };
        let inner = self.head(value, &frame, depth);
        matches!(inner.value, Value::Struct { .. }).then_some(inner)
    }

    /// The values that any literal or assignment of the program gives to a field of the type; they
    /// must agree.
    pub(super) fn field_by_type(
        &self,
        of: TypeRef<'w>,
        field: &'w str,
        span: Span,
        frame: &Rc<Frame<'w>>,
        head: &Head<'w>,
        depth: u32,
    ) -> Outcome {
        let mut all = self.field_values(of, field);
        // What other literals say is not in a struct that is made here.
        if let Value::Struct { fields, .. } = head.value {
            let writes = self.packages.field_writes_to(of, field);
            let can_be = |it: &Value| {
                fields.iter().any(|(name, value)| name.value == field && it == value)
                    || writes.iter().any(|(_, write)| std::ptr::eq(it, &write.value))
            };
            all = all.iter().filter(|(value, _)| can_be(value)).cloned().collect();
        }
        // `if cfg.Port == "" { cfg.Port = "80" }` asks for what the field was before.
        let before = all.len();
        let mut found: Vec<_> =
            all.iter().filter(|(value, _)| !self.is_source_active(value)).cloned().collect();
        // Sources that ask for each other have no end of orders to be looked at in.
        if before - found.len() >= 2 && found.len() >= 2 {
            return Outcome::hole(SEVERAL, Some(span));
        }
        // What is assigned under a condition says itself what holds otherwise.
        let is_before = |it: &Value| matches!(it, Value::Field { field: it, .. } if it.value == field);
        let overriding = found.iter().position(|(value, _)| is_override(value, is_before));
        if let Some(at) = overriding {
            found = vec![found.swap_remove(at)];
        }
        if found.is_empty() && before > 0 && !self.has_tag(of, field) {
            return Outcome { confidence: Confidence::Likely, ..Outcome::known(Text::new("", span)) };
        }
        if found.is_empty()
            && before == 0
            && let Some(zero) = self.own_field_of_nobody(of, field, span)
        {
            return zero;
        }
        if found.is_empty() {
            let needs_caller = self.waits_for_caller(head);
            return Outcome { needs_caller, ..Outcome::hole(NOTHING, Some(span)) };
        }
        let decided = self.decisions.borrow().as_ref().map(Vec::len);
        let outcomes = self.outcomes_of(found, depth);
        let differ = outcomes.windows(2).any(|it| it[0].text.as_str() != it[1].text.as_str());
        let mut outcome = self.one_of(outcomes, SEVERAL, span, None);
        // The caller may tell which of several structs this one is, also of those that one function makes.
        let varies = self.decisions.borrow().as_ref().map(Vec::len) != decided;
        outcome.needs_caller |= differ && self.is_outermost(frame);
        outcome.needs_caller |= varies && overriding.is_none() && self.waits_for_caller(head);
        outcome
    }

    /// Whether something other than code may fill the field, by a struct tag.
    fn has_tag(&self, of: TypeRef<'w>, field: &str) -> bool {
        let fields = self.packages.structure(of).map(|it| it.fields.as_slice()).unwrap_or_default();
        fields.iter().any(|it| it.name.value == field && it.tag.is_some())
    }

    /// What the program's literals and assignments give to a field of a type, and where.
    fn field_values(&self, of: TypeRef<'w>, field: &str) -> Placed<'w> {
        self.memory.field_values(of, field, || self.find_field_values(of, field).into())
    }

    fn find_field_values(&self, of: TypeRef<'w>, field: &str) -> Vec<(&'w Value, Rc<Frame<'w>>)> {
        let mut found: Vec<(&'w Value, Rc<Frame<'w>>)> = Vec::new();
        let mut add = |value: &'w Value, frame: Frame<'w>| {
            if !found.iter().any(|(known, _)| std::ptr::eq(*known, value) || *known == value) {
                found.push((value, Rc::new(frame)));
            }
        };
        let field_of = |literal: &'w Value| match literal {
            Value::Struct { fields, .. } => {
                fields.iter().rev().find(|(it, _)| it.value == field).map(|(_, it)| it)
            }
            _ => None,
        };
        for (function, literal) in self.packages.literals(of) {
            if self.reachable.contains(*function)
                && let Some(value) = field_of(literal)
            {
                add(value, Frame::Function { function: *function, call: None });
            }
        }
        for (package, literal) in self.packages.declared_literals(of) {
            if self.reachable.packages.contains(package)
                && let Some(value) = field_of(literal)
            {
                add(value, Frame::Package(*package));
            }
        }
        for (function, write) in self.packages.field_writes_to(of, field) {
            if self.reachable.contains(*function) && self.fills(&write.value, *function) {
                add(&write.value, Frame::Function { function: *function, call: None });
            }
        }
        found
    }

    /// As [`Self::head`], and a field that only one place of the program sets is what it sets.
    pub fn deep_head(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Head<'w> {
        let head = self.head(value, frame, depth);
        // Each field has two ways on, so that without the bound on steps there is no end of them.
        let Some(depth) = self.less(depth, 1).filter(|_| self.steps.get() > 0) else { return head };
        let Value::Field { receiver, field, .. } = head.value else { return head };
        let receiver = self.deep_head(receiver, &head.frame, depth);
        if let Value::Struct { fields, .. } = receiver.value
            && let Some((_, value)) = fields.iter().rev().find(|(it, _)| it.value == field.value)
        {
            return self.deep_head(value, &receiver.frame, depth);
        }
        let Value::Field { receiver, .. } = head.value else { return head };
        let Some(of) = self.type_at(receiver, &head.frame) else { return head };
        match &*self.field_values(of, &field.value) {
            [(value, frame)] => self.deep_head(value, frame, depth),
            _ => head,
        }
    }

    /// Follows names, parameters, fields and calls to what a value is.
    pub(super) fn head(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Head<'w> {
        let stop = || Head { value, frame: Rc::clone(frame) };
        let Some(depth) = self.deeper(depth) else { return stop() };
        match value {
            Value::Name { package, name } => {
                let Some(owner) = self.packages.import(self.package_of(frame), package) else {
                    return stop();
                };
                let Some(declaration) = self.packages.declaration(owner, &name.value) else { return stop() };
                let writes = self.packages.variable_writes(owner, &name.value);
                let writes: Vec<_> = writes.iter().filter(|(it, _)| self.reachable.contains(*it)).collect();
                match writes[..] {
                    [] => self.head(&declaration.value, &Rc::new(Frame::Package(owner)), depth),
                    [(function, value)] => {
                        let value = made_once(value, &name.value).unwrap_or(value);
                        self.head(value, &Rc::new(Frame::Function { function: *function, call: None }), depth)
                    }
                    _ => stop(),
                }
            }
            Value::Parameter { index, .. } => match self.argument(*index, frame) {
                Ok(Some((value, bound))) => self.head(value, &bound.frame, depth),
                Ok(None) => stop(),
                Err(()) => match self.only_caller(frame) {
                    Some(frame) => self.head(value, &frame, depth),
                    None => stop(),
                },
            },
            Value::Receiver { .. } => match self.call_of(frame).and_then(|it| Some((it.receiver?, it))) {
                Some((value, bound)) => self.head(value, &bound.frame, depth),
                None => stop(),
            },
            Value::Field { receiver, field, .. } => {
                let mut head = self.head(receiver, frame, depth);
                let mut of = self.type_at(head.value, &head.frame);
                if let Some(inner) = self.promoting_head(of, &head, &field.value, depth) {
                    (of, head) = (self.type_at(inner.value, &inner.frame), inner);
                }
                let Value::Struct { fields, .. } = head.value else { return stop() };
                let set = fields.iter().rev().find(|(it, _)| it.value == field.value);
                let here = self.function_id(&head.frame);
                match set.filter(|_| !of.is_some_and(|of| self.is_written_outside(of, &field.value, here))) {
                    Some((_, value)) => self.head(value, &head.frame, depth),
                    None => stop(),
                }
            }
            Value::Call { callee, arguments, span } => {
                let (package, function) = (self.package_of(frame), self.function_of(frame));
                match self.packages.targets(package, function, callee) {
                    Targets::Own(targets) => {
                        if let ([], [value]) = (&targets[..], &**arguments)
                            && self.packages.converts(package, callee)
                        {
                            return self.head(value, frame, depth);
                        }
                        let [target] = targets[..] else { return stop() };
                        let inside = self.enter(target, arguments, receiver_of(callee), *span, frame);
                        let returns = &self.packages.function(target).function.returns;
                        let mut values = returns.iter().filter_map(|it| it.first());
                        match (values.next(), values.next()) {
                            (Some(only), None) => self.head(only, &inside, depth),
                            _ => stop(),
                        }
                    }
                    Targets::Imported(path, name) => {
                        let pure = catalogue().find(path, "", name).and_then(|it| it.pure.as_ref());
                        match pure.filter(|it| it.converts()).and_then(|it| arguments.get(it.argument)) {
                            Some(value) => self.head(value, frame, depth),
                            None => stop(),
                        }
                    }
                    Targets::ExternalMethod(TypeRef::External(path, type_name), name) => {
                        let pure = catalogue().find(path, type_name, name).and_then(|it| it.pure.as_ref());
                        let is_made_of = pure.is_some_and(|it| it.meaning == "made-of");
                        let maker = receiver_of(callee).filter(|_| is_made_of);
                        match maker.map(|it| self.head(it, frame, depth)) {
                            Some(Head { value: Value::Call { arguments, .. }, frame })
                                if let Some(value) = arguments.first() =>
                            {
                                self.head(value, &frame, depth)
                            }
                            _ => stop(),
                        }
                    }
                    _ => stop(),
                }
            }
            Value::Result { call, index, .. } => {
                let Value::Call { callee, arguments, span } = &**call else { return stop() };
                let (package, function) = (self.package_of(frame), self.function_of(frame));
                let Targets::Own(targets) = self.packages.targets(package, function, callee) else {
                    return stop();
                };
                let [target] = targets[..] else { return stop() };
                let inside = self.enter(target, arguments, receiver_of(callee), *span, frame);
                match &self.packages.function(target).function.returns[..] {
                    [only] => match only.get(*index) {
                        Some(value) => self.head(value, &inside, depth),
                        None => stop(),
                    },
                    _ => stop(),
                }
            }
            Value::Element { of, key, span } => {
                match self.elements_of(of, key.as_deref(), *span, frame, depth) {
                    Elements::Of(values) => {
                        let pick =
                            if values.len() == 1 { Some(0) } else { self.decide(*span, values.len(), None) };
                        match pick.and_then(|it| values.get(it)) {
                            Some((value, frame)) => self.head(value, frame, depth),
                            None => stop(),
                        }
                    }
                    Elements::Text(_) | Elements::Unknown(_) => stop(),
                }
            }
            Value::Filled { call, argument, .. } => match self.only_shown(call, *argument, frame) {
                Some(value) => self.head(value, frame, depth),
                None => stop(),
            },
            // One arm is left, or one is looked at.
            Value::Choice(arms, span) => {
                let (possible, default, how) = self.possible(arms, frame, depth);
                // What the only caller gives may leave one arm.
                if possible.len() > 1
                    && how.needs_caller
                    && let Some(inside) = self.only_caller(frame)
                {
                    return self.head(value, &inside, depth);
                }
                let pick = match possible.len() {
                    1 => Some(0),
                    0 => None,
                    count => self.decide(*span, count, default),
                };
                match pick.and_then(|it| possible.get(it)) {
                    Some(arm) => self.head(&arm.value, frame, depth),
                    None => stop(),
                }
            }
            _ => stop(),
        }
    }

    /// The text of a struct that is one: an address or a URL.
    pub(super) fn structure_text(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let Value::Struct { type_name, fields, span } = value else {
            return Outcome::hole("it is no text", value.span());
        };
        let find = |name: &str| fields.iter().rev().find(|(it, _)| it.value == name).map(|(_, it)| it);
        let known = type_name.as_ref().map(|it| (it.package.as_str(), it.name.as_str()));
        let mut out = Outcome::known(Text::default());
        match known {
            Some(("net", "TCPAddr" | "UDPAddr")) => {
                let host = find("IP").map(|it| self.text(it, frame, depth));
                let port = find("Port").map(|it| self.text(it, frame, depth));
                let host = host.unwrap_or_else(|| Outcome::known(Text::default()));
                let port = port.unwrap_or_else(|| Outcome::known(Text::new("0", *span)));
                return join_host_port(host, port, *span);
            }
            // As `FormatDSN` writes it: <https://github.com/go-sql-driver/mysql#dsn-data-source-name>.
            Some(("github.com/go-sql-driver/mysql", "Config")) => {
                let mut part = |field: &str, default: &str, after: &str| {
                    match find(field) {
                        Some(value) => out.append(self.text(value, frame, depth)),
                        None => out.text.push(default, *span),
                    }
                    out.text.push(after, *span);
                };
                part("User", "", ":");
                part("Passwd", "", "@");
                part("Net", "tcp", "(");
                part("Addr", "127.0.0.1:3306", ")/");
                part("DBName", "", "");
            }
            Some(("net/url", "URL")) => {
                let (Some(scheme), Some(host)) = (find("Scheme"), find("Host")) else {
                    return Outcome::hole("it is no text", Some(*span));
                };
                out.append(self.text(scheme, frame, depth));
                out.text.push("://", *span);
                out.append(self.text(host, frame, depth));
                if let Some(path) = find("Path") {
                    let path = self.text(path, frame, depth);
                    if !path.text.as_str().starts_with('/') {
                        out.text.push("/", *span);
                    }
                    out.append(path);
                }
            }
            _ => return Outcome::hole("it is no text", Some(*span)),
        }
        out
    }

    pub fn type_at(&self, value: &'w Value, frame: &Frame<'w>) -> Option<TypeRef<'w>> {
        self.packages.type_of(self.package_of(frame), self.function_of(frame), value)
    }

    pub(super) fn function_id(&self, frame: &Frame<'w>) -> Option<crate::model::go::FunctionId> {
        match frame {
            Frame::Function { function, .. } => Some(*function),
            Frame::Package(_) => None,
        }
    }

    fn is_outermost(&self, frame: &Frame<'w>) -> bool {
        matches!(frame, Frame::Function { .. }) && self.call_of(frame).is_none()
    }

    pub fn waits_for_caller(&self, head: &Head<'w>) -> bool {
        let mut at = head.value;
        while let Value::Field { receiver, .. } = at {
            at = receiver;
        }
        matches!(at, Value::Parameter { .. } | Value::Receiver { .. }) && self.is_outermost(&head.frame)
    }

    fn only_caller(&self, frame: &Frame<'w>) -> Option<Rc<Frame<'w>>> {
        let Frame::Function { function, .. } = frame else { return None };
        if self.call_of(frame).is_some() {
            return None;
        }
        match self.reachable.callers(*function) {
            [(caller, call)] if caller != function => Some(Self::frame(*function, &[(*caller, *call)])),
            _ => None,
        }
    }

    /// Whether another function than the one that made the struct assigns to the field.
    pub(super) fn is_written_outside(
        &self,
        of: TypeRef<'w>,
        field: &str,
        here: Option<crate::model::go::FunctionId>,
    ) -> bool {
        self.packages.field_writes_to(of, field).iter().any(|(function, write)| {
            Some(*function) != here
                && self.fills(&write.value, *function)
                && self.reachable.contains(*function)
        })
    }
}

/// What a function gives to a variable of its package when it is asked for the first time:
/// `if app == nil { app = New() }`.
fn made_once<'w>(value: &'w Value, name: &str) -> Option<&'w Value> {
    let is_it = |it: &Value| matches!(it, Value::Name { package, name: it } if package.is_empty() && it.value == name);
    match value {
        Value::Choice(arms, _) => match &arms[..] {
            [
                Arm { condition: Some(Condition::Failed(tested)), value },
                Arm { condition: None, value: before },
            ] if is_it(tested) && is_it(before) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a value is one under a condition, with what was there before for the rest.
pub(super) fn is_override(value: &Value, is_before: impl Fn(&Value) -> bool) -> bool {
    let conditional = matches!(value, Value::Choice(..) | Value::FirstNonEmpty(..));
    conditional && value.parts().into_iter().any(is_before)
}
