//! What the code of each function leads to, worked out once for all programs that run it.

use std::sync::OnceLock;

use super::network::entry_of;
use super::reachable::DotenvLoad;
use super::world::{FunctionId, PackageId, Packages, Targets, TypeRef};
use crate::facts::catalogue::go as catalogue;
use crate::facts::go::{Call, Callee, Function, GoFile, Value};
use crate::source::FileId;

/// What code leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lead<'a> {
    /// A call.
    Call(&'a Call),
    /// A function that is handed on as a value.
    Value(FunctionId),
    /// The same of any method of this name.
    ValueNamed(&'a str),
    /// A function that is run.
    Run(FunctionId),
    /// The same of any method of this name.
    RunNamed(&'a str),
    /// A method of a value that goes to another module, which may call it.
    HandedOut(FunctionId),
    /// Something that reads `.env` files.
    DotEnv(DotenvLoad<'a>),
}

/// What code leads to, in the order in which it is written.
type InOrder<'a> = Box<[Lead<'a>]>;

/// What each function leads to, and what the initial values and imports of each package do, worked out when it is
/// first asked for.
#[derive(Debug)]
pub struct Leads<'a> {
    functions: Vec<OnceLock<InOrder<'a>>>,
    packages: Vec<OnceLock<Vec<(FileId, InOrder<'a>)>>>,
}

impl<'a> Leads<'a> {
    /// Those of the functions of `packages`.
    #[must_use]
    pub fn new(packages: &Packages<'a>) -> Self {
        Self {
            functions: packages.functions.iter().map(|_| OnceLock::new()).collect(),
            packages: packages.packages.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    pub(super) fn of_function(&self, packages: &Packages<'a>, id: FunctionId) -> &[Lead<'a>] {
        self.functions[id.0 as usize].get_or_init(|| {
            let mut gatherer = Gatherer::new(packages, packages.function(id).package);
            gatherer.function(id);
            gatherer.out.into()
        })
    }

    /// What the initial values of variables and the imports of a package lead to, by file.
    pub(super) fn of_package(&self, packages: &Packages<'a>, id: PackageId) -> &[(FileId, InOrder<'a>)] {
        self.packages[id.0 as usize].get_or_init(|| {
            let of_file =
                |(file_id, file): &(FileId, &'a GoFile)| {
                    let mut gatherer = Gatherer::new(packages, id);
                    for import in &file.imports {
                        let entry = catalogue().find(&import.path.value, "", "").and_then(|it| it.dotenv);
                        gatherer.out.extend(entry.map(|it| {
                            Lead::DotEnv(DotenvLoad { call: None, files: it.files, over: it.over })
                        }));
                    }
                    file.declarations.iter().for_each(|it| gatherer.mentions(None, &it.value, 16));
                    (*file_id, gatherer.out.into())
                };
            packages.package(id).files.iter().map(of_file).collect()
        })
    }
}

struct Gatherer<'p, 'a> {
    packages: &'p Packages<'a>,
    package: PackageId,
    out: Vec<Lead<'a>>,
}

impl<'p, 'a> Gatherer<'p, 'a> {
    fn new(packages: &'p Packages<'a>, package: PackageId) -> Self {
        Self { packages, package, out: Vec::new() }
    }

    fn function(&mut self, id: FunctionId) {
        let it = self.packages.function(id);
        for call in &it.function.calls {
            self.call(id, it.function, call);
        }
        let function = Some(it.function);
        for values in &it.function.returns {
            values.iter().for_each(|value| self.mentions(function, value, 16));
        }
        for write in &it.function.field_writes {
            self.mentions(function, &write.value, 16);
        }
        for (_, value) in &it.function.variable_writes {
            self.mentions(function, value, 16);
        }
        it.function.literals.iter().for_each(|value| self.mentions(function, value, 16));
    }

    fn call(&mut self, id: FunctionId, function: &'a Function, call: &'a Call) {
        self.out.push(Lead::Call(call));
        let targets = self.packages.targets_of(id, call);
        let external = match targets {
            Targets::Own(_) | Targets::Interface(..) | Targets::Method(..) => false,
            Targets::Imported(path, name) => {
                let entry = catalogue().find(path, "", name).and_then(|it| it.dotenv);
                let load =
                    entry.map(|it| DotenvLoad { call: Some((id, call)), files: it.files, over: it.over });
                self.out.extend(load.map(Lead::DotEnv));
                true
            }
            Targets::ExternalMethod(..) => true,
        };
        if let Callee::Method { receiver, .. } = &call.callee {
            self.mentions(Some(function), receiver, 16);
        }
        for argument in run_here(targets, &call.arguments) {
            self.mentions(Some(function), argument, 16);
            if external {
                self.hand_out(Some(function), argument);
            }
        }
    }

    /// A value of a type of the project goes to another module, which may call its methods.
    fn hand_out(&mut self, function: Option<&'a Function>, value: &'a Value) {
        if let Some(TypeRef::Own(owner, name)) = self.packages.type_of(self.package, function, value) {
            self.out.extend(self.packages.methods_of(owner, name).into_iter().map(Lead::HandedOut));
        }
    }

    /// Functions that a value names, or calls on the way.
    fn mentions(&mut self, function: Option<&'a Function>, value: &'a Value, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let mut each = |parts: &'a [Value]| parts.iter().for_each(|it| self.mentions(function, it, depth));
        match value {
            Value::Name { package: path, name } => {
                if let Some(owner) = self.packages.import(self.package, path) {
                    let named = self.packages.functions_named(owner, &name.value);
                    self.out.extend(named.iter().copied().map(Lead::Value));
                }
            }
            Value::Field { receiver, field, .. } => {
                self.mentions(function, receiver, depth);
                let lead = match self.packages.type_of(self.package, function, receiver) {
                    Some(TypeRef::Own(owner, name)) => {
                        match self.packages.method(owner, name, &field.value) {
                            Some(method) => Some(Lead::Value(method)),
                            // An interface has no fields.
                            None if self.packages.structure(TypeRef::Own(owner, name)).is_none() => {
                                Some(Lead::ValueNamed(&field.value))
                            }
                            None => None,
                        }
                    }
                    Some(TypeRef::External(..)) => None,
                    None => Some(Lead::ValueNamed(&field.value)),
                };
                self.out.extend(lead);
            }
            Value::Struct { fields, type_name, .. } => {
                let own = type_name.as_ref().map(|it| self.packages.type_ref(self.package, it));
                for (_, it) in fields {
                    self.mentions(function, it, depth);
                    if matches!(own, Some(TypeRef::External(..))) {
                        self.hand_out(function, it);
                    }
                }
            }
            Value::Call { callee, arguments, .. } => {
                let targets = self.packages.targets(self.package, function, callee);
                run_here(&targets, arguments).for_each(|it| self.mentions(function, it, depth));
                match targets {
                    Targets::Own(targets) => self.out.extend(targets.into_iter().map(Lead::Run)),
                    Targets::Interface(_, name) | Targets::Method(_, name) => {
                        self.out.push(Lead::RunNamed(name));
                    }
                    _ => arguments.iter().for_each(|it| self.hand_out(function, it)),
                }
            }
            Value::Choice(arms, _) => {
                arms.iter().for_each(|it| self.mentions(function, &it.value, depth));
            }
            Value::List(parts, _) | Value::FirstNonEmpty(parts, _) | Value::Concat(parts) => each(parts),
            Value::Result { call, .. } | Value::Filled { call, .. } | Value::Element { of: call, .. } => {
                self.mentions(function, call, depth)
            }
            Value::Format { arguments, .. } => each(arguments),
            _ => {}
        }
    }
}

/// The arguments without the function whose name alone is sent: a process that registered it runs it. What is called
/// to make that argument stands among the calls anyway.
fn run_here<'a>(targets: &Targets<'_>, arguments: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    let by_name = entry_of(targets).and_then(|it| it.by_name);
    arguments.iter().enumerate().filter(move |(index, _)| Some(*index) != by_name).map(|(_, it)| it)
}
