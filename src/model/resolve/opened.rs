//! What of a program code that is not followed may set: a library that nobody knows gets the configuration to fill it,
//! flags take their values from the environment, variables are set before they are read.

use rustc_hash::FxHashSet;

use super::{Active, Evaluator, Outcome};
use crate::facts::catalogue::{Source, go as catalogue};
use crate::facts::go::{Call, Callee, Value, fills_by_name, is_standard};
use crate::model::go::{FunctionId, Targets, TypeRef};

/// Parts of names by which functions say that they give values to flags; others define or read them.
const SETS_FLAGS: &[&str] = &["env", "load", "parse", "process"];

/// Methods by which reflection sets a field: <https://pkg.go.dev/reflect#Value.Set>.
const SETS: &[&str] = &["Set", "SetBool", "SetFloat", "SetInt", "SetString", "SetUint"];

/// Packages with flags: <https://pkg.go.dev/flag>, <https://pkg.go.dev/github.com/spf13/pflag>.
const FLAGS: &[&str] = &["flag", "github.com/spf13/pflag"];

/// What may have other values than the code shows.
#[derive(Debug, Default)]
pub(super) struct Opened<'w> {
    structs: FxHashSet<TypeRef<'w>>,
    flags: bool,
    variables: FxHashSet<&'w str>,
    /// Whether variables of names that are not known are set.
    any_variable: bool,
}

impl<'w> Evaluator<'w> {
    /// The outcome for a field of a struct of type `of` that code of the project sets.
    pub(super) fn unless_filled(&self, of: TypeRef<'w>, outcome: Outcome) -> Outcome {
        match self.opened().is_some_and(|it| it.structs.contains(&of)) {
            true => Self::assumed(outcome),
            false => outcome,
        }
    }

    /// The outcome for a flag that the command line does not give.
    pub(super) fn unless_set_as_flag(&self, outcome: Outcome) -> Outcome {
        if self.opened().is_some_and(|it| it.flags) { Self::assumed(outcome) } else { outcome }
    }

    /// The outcome for a variable of the environment, which the workload sets or does not.
    pub(super) fn unless_set_by_program(&self, name: &str, is_set: bool, outcome: Outcome) -> Outcome {
        let sets = |it: &Opened<'w>| it.variables.contains(name) || it.any_variable && !is_set;
        if self.opened().is_some_and(sets) { Self::assumed(outcome) } else { outcome }
    }

    fn opened(&self) -> Option<&Opened<'w>> {
        self.gathered(&self.opened, Active::Opened, || self.gather_opened())
    }

    fn gather_opened(&self) -> Opened<'w> {
        let mut out = Opened::default();
        for id in &self.reachable.functions {
            let calls = || self.packages.setting_calls(*id);
            for call in calls().filter(|it| !self.reachable.leaves_out(it)) {
                self.open_by(*id, call, &mut out);
            }
            if calls().any(looks_by_reflection) && self.sets_by_reflection(*id) {
                for (caller, call) in self.reachable.callers(*id) {
                    self.open_structs(*caller, call, &mut out);
                }
            }
        }
        out
    }

    fn open_by(&self, id: FunctionId, call: &'w Call, out: &mut Opened<'w>) {
        let name = call.callee.name();
        if let Callee::Imported { package, name } = &call.callee
            && (package.as_str(), name.as_str()) == ("os", "Setenv")
        {
            match call.arguments.first() {
                Some(Value::Literal(text)) => _ = out.variables.insert(&text.value),
                _ => out.any_variable = true,
            }
            return;
        }
        if !may_set(call) {
            return;
        }
        let (path, of) = match self.packages.targets_of(id, call) {
            Targets::Imported(path, _) => (*path, ""),
            Targets::ExternalMethod(TypeRef::External(path, of), _) => (*path, *of),
            // What a function of another module made.
            Targets::Method(own, _) if own.is_empty() => ("?", "?"),
            _ => return,
        };
        let entry = self.packages.entry(id, call);
        if entry.and_then(|it| it.decode.as_ref()).is_some_and(|it| it.source == Source::Data) {
            self.open_structs(id, call, out);
            return;
        }
        match name {
            "Set" => out.flags |= FLAGS.contains(&path),
            "SetArgs" => out.flags |= of == "Command",
            _ if is_standard(path) || FLAGS.contains(&path) || entry.is_some() => {}
            _ => {
                out.flags |= self.may_set_flags(id, call, path, of);
                if !catalogue().configures(path) {
                    self.open_structs(id, call, out);
                }
            }
        }
    }

    /// Whether a function of another module may give values to flags: it gets a set of them, or is that of a package for
    /// flags, `flagenv.Parse()`.
    fn may_set_flags(&self, id: FunctionId, call: &'w Call, path: &str, of: &str) -> bool {
        let name = call.callee.name().to_ascii_lowercase();
        let it = self.packages.function(id);
        let is_flags = |value: &'w Value| {
            let of = self.packages.type_of(it.package, Some(it.function), value);
            matches!(of, Some(TypeRef::External(path, "FlagSet")) if FLAGS.contains(&path))
        };
        let package = path.rsplit('/').next().unwrap_or(path);
        SETS_FLAGS.iter().any(|it| name.contains(it))
            && (call.arguments.iter().any(is_flags)
                || call.arguments.is_empty() && of.is_empty() && package.contains("flag"))
    }

    /// The structs of the project among the arguments of a call, and what is in them.
    fn open_structs(&self, id: FunctionId, call: &'w Call, out: &mut Opened<'w>) {
        let it = self.packages.function(id);
        for argument in &*call.arguments {
            let of = self.packages.type_of(it.package, Some(it.function), argument);
            if let Some(of @ TypeRef::Own(..)) = of
                && !out.structs.contains(&of)
            {
                out.structs.extend(self.nested(of).into_keys());
            }
        }
    }

    /// Whether the package of a function sets fields by reflection.
    fn sets_by_reflection(&self, id: FunctionId) -> bool {
        let package = self.packages.function(id).package;
        self.reachable.functions.iter().any(|other| {
            let other = self.packages.function(*other);
            let sets = |call: &Call| SETS.contains(&call.callee.name());
            other.package == package && other.function.calls.iter().any(sets)
        })
    }
}

/// Whether a call may give values to what other code reads, by its name.
pub(in crate::model) fn may_set(call: &Call) -> bool {
    let name = call.callee.name();
    matches!(name, "Set" | "SetArgs" | "Setenv") || fills_by_name(name)
}

/// Whether a call looks by reflection at what its function is given.
pub(in crate::model) fn looks_by_reflection(call: &Call) -> bool {
    let reflects = |value: &Value| match value {
        Value::Call { callee, arguments, .. } => {
            matches!(&**callee, Callee::Imported { package, .. } if package == "reflect")
                && arguments.iter().any(|it| matches!(it, Value::Parameter { .. }))
        }
        _ => false,
    };
    matches!(&call.callee, Callee::Method { receiver, .. } if receiver.any(&reflects))
}
