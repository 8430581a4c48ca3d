//! viper: which instance a call speaks to, and what it gives to fields and calls.

mod file;
mod key;

use std::rc::Rc;

use self::key::Viper;
use super::Ask;
use super::decode::Decode;
use super::text::keys_of;
use crate::facts::catalogue::without_version;
use crate::facts::go::{Call, Callee, Value};
use crate::model::go::{FunctionId, Targets, TypeRef};
use crate::model::resolve::{Evaluator, Frame, Outcome};
use crate::source::Span;

const PACKAGE: &str = "github.com/spf13/viper";

/// A call of viper.
#[derive(Debug)]
pub(super) struct ViperCall<'w> {
    function: FunctionId,
    call: &'w Call,
    instance: Instance,
}

/// What a call of viper speaks to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Instance {
    /// The one of the package.
    Global,
    /// The one that this call makes.
    Made(Span),
    /// One that cannot be told.
    Unknown,
}

impl<'w> ViperCall<'w> {
    fn name(&self) -> &'w str {
        self.call.callee.name()
    }

    fn argument(&self, index: usize) -> Option<&'w Value> {
        self.call.arguments.get(index)
    }

    fn frame(&self) -> Rc<Frame<'w>> {
        Rc::new(Frame::Function { function: self.function, call: None })
    }
}

impl<'w> Evaluator<'w> {
    pub(super) fn gather_viper(&self) -> Vec<ViperCall<'w>> {
        let mut out = Vec::new();
        for function in &self.reachable.functions {
            let calls = self.packages.listed_calls(*function);
            for call in calls.filter(|it| !self.reachable.leaves_out(it)) {
                let path = match self.packages.targets_of(*function, call) {
                    Targets::Imported(path, _) | Targets::ExternalMethod(TypeRef::External(path, _), _) => {
                        path
                    }
                    _ => continue,
                };
                if without_version(path) == PACKAGE {
                    let frame = Rc::new(Frame::Function { function: *function, call: None });
                    let (instance, _) = self.viper_instance(&call.callee, &frame, 16);
                    out.push(ViperCall { function: *function, call, instance });
                }
            }
        }
        // With one instance there is no question which one is meant.
        let mut known = out.iter().map(|it| &it.instance).filter(|it| **it != Instance::Unknown);
        if let Some(first) = known.next().cloned()
            && known
                .all(|it| *it == first || matches!((it, &first), (Instance::Global, _)) && !uses_global(&out))
        {
            out.iter_mut().for_each(|it| it.instance = first.clone());
        }
        out
    }

    /// What a callee of viper speaks to, and the key that stands before all keys (`Sub("server")`).
    fn viper_instance(&self, callee: &'w Callee, frame: &Rc<Frame<'w>>, depth: u32) -> (Instance, String) {
        let Callee::Method { receiver, .. } = callee else { return (Instance::Global, String::new()) };
        let nothing = (Instance::Unknown, String::new());
        let Some(depth) = self.less(depth, 1) else { return nothing };
        let head = self.head(receiver, frame, depth);
        let Value::Call { callee, arguments, span } = head.value else { return nothing };
        match callee.name() {
            "New" | "NewWithOptions" => (Instance::Made(*span), String::new()),
            "GetViper" => (Instance::Global, String::new()),
            "Sub" => {
                let (instance, before) = self.viper_instance(callee, &head.frame, depth);
                let key = arguments.first().map(|it| self.inner(it, &head.frame, depth));
                match key.filter(|it| it.unknown.is_none()) {
                    Some(key) => (instance, format!("{before}{}.", key.text.as_str())),
                    None => nothing,
                }
            }
            _ => nothing,
        }
    }

    /// The viper that a call speaks to, with the calls that speak to it too.
    fn viper_of(&self, instance: Instance) -> Option<Viper<'_, 'w>> {
        let all = &self.bindings()?.viper;
        let instance = match instance {
            // The calls know when there is only one.
            Instance::Unknown => all.first().map(|it| it.instance.clone())?,
            it => it,
        };
        let calls: Vec<_> = all.iter().filter(|it| it.instance == instance).collect();
        (instance != Instance::Unknown).then_some(Viper { evaluator: self, calls })
    }

    /// The result of a call of viper that reads a key.
    pub(super) fn viper_result(
        &self,
        callee: &'w Callee,
        arguments: &'w [Value],
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        if !callee.name().starts_with("Get") || callee.name() == "GetViper" {
            return None;
        }
        let key = self.text(arguments.first()?, frame, depth);
        if key.unknown.is_some() {
            return Some(key);
        }
        let (instance, before) = self.viper_instance(callee, frame, depth.min(16));
        let key = format!("{before}{}", key.text.as_str()).to_lowercase();
        let nothing = || Outcome::hole("nothing sets this key", Some(span));
        let mut outcome = match (self.viper_of(instance), self.less(depth, 4)) {
            (Some(viper), Some(depth)) => viper.get(&key, false, span, depth).unwrap_or_else(nothing),
            _ => Outcome::hole("it is not known which of several vipers is asked", Some(span)),
        };
        outcome.via.insert(0, span);
        Some(match callee.name() {
            "GetInt" | "GetInt32" | "GetInt64" | "GetUint" | "GetUint8" | "GetUint16" | "GetUint32"
            | "GetUint64" => outcome.cast_integer(span),
            _ => outcome,
        })
    }

    /// What viper gives to the field at the end of `path`.
    pub(super) fn by_viper(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, path, frame, span, depth, .. } = *ask;
        let (instance, mut key) = self.viper_instance(&decode.call.callee, frame, depth.min(16));
        if let Some(at) = decode.entry.at {
            let prefix = self.inner(decode.call.arguments.get(at)?, frame, depth.min(16));
            if prefix.unknown.is_some() {
                return Some(prefix);
            }
            key.push_str(prefix.text.as_str());
            if !path.is_empty() && !key.is_empty() {
                key.push('.');
            }
        }
        key.push_str(&keys_of(path, self.viper_tag(decode), decode.entry.naming)?.join("."));
        match (self.viper_of(instance), self.less(depth, 4)) {
            (Some(viper), Some(depth)) => {
                let found = viper.get(&key.to_lowercase(), true, span, depth);
                if found.is_none() && (viper.lacks_file(depth) || !viper.is_filled()) {
                    ask.leaves_open.set(true);
                }
                found
            }
            _ => Some(Outcome::hole("it is not known which of several vipers is asked", Some(span))),
        }
    }

    /// The struct tag that counts; an option may name another:
    /// `viper.Unmarshal(&c, func(it *mapstructure.DecoderConfig) { it.TagName = "yaml" })`.
    fn viper_tag(&self, decode: &Decode<'w>) -> &'w str {
        let function = self.packages.function(decode.function).function;
        let mut names = function.field_writes.iter().filter(|it| it.field.value == "TagName");
        match names.next().map(|it| &it.value) {
            Some(Value::Literal(name)) => &name.value,
            _ => decode.entry.tag,
        }
    }
}

/// Whether any call speaks to the instance of the package, other than to make another one.
fn uses_global(calls: &[ViperCall<'_>]) -> bool {
    let makes = |it: &ViperCall<'_>| {
        matches!(
            it.name(),
            "New" | "NewWithOptions" | "ExperimentalBindStruct" | "EnvKeyReplacer" | "KeyDelimiter"
        )
    };
    calls.iter().any(|it| it.instance == Instance::Global && !makes(it))
}
