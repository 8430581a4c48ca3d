//! Which functions a program may run, told by names.
//!
//! The answer is an over-approximation: a method that is called on something whose type does not
//! show may be any method of that name, and a function that is mentioned is a function that runs.

use rustc_hash::{FxHashMap, FxHashSet};

use super::world::{FunctionId, PackageId, Packages, Targets, TypeRef};
use crate::facts::catalogue::go as catalogue;
use crate::facts::go::{Call, Callee, Function, Premise, Value};
use crate::source::{FileId, Span};

/// The functions that a program may run, and who calls them.
#[derive(Debug, Default)]
pub struct Reachable<'a> {
    /// In the order in which they were met, `main` first.
    pub functions: Vec<FunctionId>,
    /// What reads `.env` files into the environment.
    pub dotenv_loads: Vec<DotenvLoad<'a>>,
    /// The packages of the project that are built in.
    pub packages: FxHashSet<PackageId>,
    members: FxHashSet<FunctionId>,
    /// Those that others than calls lead to: `main`, `init`, functions that are handed on.
    mentioned: FxHashSet<FunctionId>,
    /// Of these the ones whose name is handed on.
    values: FxHashSet<FunctionId>,
    /// Calls that are not run, by their place.
    left_out: FxHashSet<Span>,
    callers: Callers<'a>,
    /// Those of them that show the type of what the method is called on.
    shown_callers: Callers<'a>,
}

/// The calls that may run a function, with the functions they stand in.
type Callers<'a> = FxHashMap<FunctionId, Vec<(FunctionId, &'a Call)>>;

impl<'a> Reachable<'a> {
    /// What the `main` in `file` of `package` may run. Other files with a `main` of their own are
    /// other programs of the same folder (`go run one.go`).
    #[must_use]
    pub fn new(packages: &Packages<'a>, package: PackageId, file: FileId) -> Self {
        let others = packages.package(package).mains().map(|(id, _)| id).filter(|id| *id != file);
        let mut walk = Walk {
            packages,
            others: others.collect(),
            pending: Vec::new(),
            out: Self { packages: packages.closure(package), ..Self::default() },
        };
        let mut closure: Vec<_> = walk.out.packages.iter().copied().collect();
        closure.sort_unstable();
        walk.start("main", package);
        for id in closure {
            walk.start("init", id);
            for (file_id, file) in &packages.package(id).files {
                if walk.others.contains(file_id) {
                    continue;
                }
                for import in &file.imports {
                    let entry = catalogue().find(&import.path.value, "", "").and_then(|it| it.dotenv);
                    walk.out.dotenv_loads.extend(entry.map(|it| DotenvLoad {
                        call: None,
                        files: it.files,
                        over: it.over,
                    }));
                }
                for declaration in &file.declarations {
                    walk.mentions(id, None, &declaration.value, 16);
                }
            }
        }
        while let Some(function) = walk.pending.pop() {
            walk.visit(function);
        }
        walk.out
    }

    /// Whether the program may run `function`.
    #[must_use]
    pub fn contains(&self, function: FunctionId) -> bool {
        self.members.contains(&function)
    }

    /// Whether a call of a function that the program runs is certainly not run.
    #[must_use]
    pub fn leaves_out(&self, call: &Call) -> bool {
        self.left_out.contains(&call.span)
    }

    /// Whether a function is handed on as a value, so that others may call it than are known. Methods of a
    /// value that goes to another module are not: that module knows few of them, and gives them what is its own.
    #[must_use]
    pub fn is_value(&self, function: FunctionId) -> bool {
        self.values.contains(&function)
    }

    /// The calls that are certainly not run. `is_left_out` is asked once for each premise in a function.
    #[must_use]
    pub fn left_out(
        &self,
        packages: &Packages<'a>,
        is_left_out: impl Fn(FunctionId, &'a Premise) -> bool,
    ) -> FxHashSet<Span> {
        let mut left_out: FxHashSet<Span> = FxHashSet::default();
        for id in &self.functions {
            let mut known: FxHashMap<*const Premise, bool> = FxHashMap::default();
            for call in &packages.function(*id).function.calls {
                let mut chain = std::iter::successors(call.premise.as_deref(), |it| it.outer.as_deref());
                let is_out = |it: &'a Premise| {
                    *known.entry(std::ptr::from_ref(it)).or_insert_with(|| is_left_out(*id, it))
                };
                if chain.any(is_out) {
                    left_out.insert(call.span);
                }
            }
        }
        left_out
    }

    /// The same without some calls, and the functions that only they lead to.
    #[must_use]
    pub fn without(&self, left_out: FxHashSet<Span>) -> Self {
        let mut callees: FxHashMap<FunctionId, Vec<FunctionId>> = FxHashMap::default();
        for (callee, callers) in &self.callers {
            for (caller, _) in callers.iter().filter(|(_, call)| !left_out.contains(&call.span)) {
                callees.entry(*caller).or_default().push(*callee);
            }
        }
        let is_called = |id: &FunctionId| !self.callers(*id).is_empty();
        let begins = |id: &&FunctionId| self.mentioned.contains(id) || !is_called(id);
        let mut members: FxHashSet<FunctionId> = self.functions.iter().filter(begins).copied().collect();
        let mut pending: Vec<_> = members.iter().copied().collect();
        while let Some(id) = pending.pop() {
            pending.extend(callees.get(&id).into_iter().flatten().filter(|it| members.insert(**it)));
        }
        let runs =
            |caller: FunctionId, call: &Call| members.contains(&caller) && !left_out.contains(&call.span);
        let still = |callers: &Callers<'a>| {
            let callers = callers.iter().map(|(callee, callers)| {
                let callers = callers.iter().filter(|(caller, call)| runs(*caller, call));
                (*callee, callers.copied().collect())
            });
            callers.collect()
        };
        Self {
            functions: self.functions.iter().copied().filter(|it| members.contains(it)).collect(),
            callers: still(&self.callers),
            shown_callers: still(&self.shown_callers),
            mentioned: self.mentioned.clone(),
            values: self.values.clone(),
            packages: self.packages.clone(),
            dotenv_loads: self.dotenv_loads.clone(),
            members,
            left_out,
        }
    }

    /// The calls that may run `function`, with the functions they stand in.
    #[must_use]
    pub fn callers(&self, function: FunctionId) -> &[(FunctionId, &'a Call)] {
        self.callers.get(&function).map_or(&[], Vec::as_slice)
    }

    /// As [`Reachable::callers`], without calls of a method of something whose type does not show
    /// (`response.Header.Get`), unless there are no others.
    #[must_use]
    pub fn likely_callers(&self, function: FunctionId) -> &[(FunctionId, &'a Call)] {
        match self.shown_callers.get(&function) {
            Some(callers) if !callers.is_empty() => callers,
            _ => self.callers(function),
        }
    }
}

/// Something that reads `.env` files into the environment of the process.
#[derive(Clone, Copy, Debug)]
pub struct DotenvLoad<'a> {
    /// The call, and the function that it stands in; `None` for an import that does it.
    pub call: Option<(FunctionId, &'a Call)>,
    /// The first argument that is a path.
    pub files: usize,
    /// Whether what a file sets wins over what the environment has.
    pub over: bool,
}

struct Walk<'p, 'a> {
    packages: &'p Packages<'a>,
    others: FxHashSet<FileId>,
    pending: Vec<FunctionId>,
    out: Reachable<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn start(&mut self, name: &str, package: PackageId) {
        for id in self.packages.functions_named(package, name) {
            self.hand_on(*id);
        }
    }

    /// Reaches a function that others than calls lead to.
    fn hand_on(&mut self, id: FunctionId) {
        self.out.values.insert(id);
        self.out.mentioned.insert(id);
        self.reach(id);
    }

    fn reach(&mut self, id: FunctionId) {
        let it = self.packages.function(id);
        let belongs = self.out.packages.contains(&it.package) && !self.others.contains(&it.file_id);
        if belongs && self.out.members.insert(id) {
            self.out.functions.push(id);
            self.pending.push(id);
        }
    }

    fn visit(&mut self, id: FunctionId) {
        let it = self.packages.function(id);
        let (package, function) = (it.package, it.function);
        for call in &function.calls {
            self.call(id, package, function, call);
        }
        let function = Some(function);
        for values in &it.function.returns {
            values.iter().for_each(|value| self.mentions(package, function, value, 16));
        }
        for write in &it.function.field_writes {
            self.mentions(package, function, &write.value, 16);
        }
        for (_, value) in &it.function.variable_writes {
            self.mentions(package, function, value, 16);
        }
        it.function.literals.iter().for_each(|value| self.mentions(package, function, value, 16));
    }

    fn call(&mut self, id: FunctionId, package: PackageId, function: &'a Function, call: &'a Call) {
        let packages = self.packages;
        let (targets, external): (&[FunctionId], bool) = match packages.targets_of(id, call) {
            Targets::Own(targets) | Targets::Interface(targets, _) | Targets::Method(targets, _) => {
                (targets, false)
            }
            Targets::Imported(path, name) => {
                let entry = catalogue().find(path, "", name).and_then(|it| it.dotenv);
                self.out.dotenv_loads.extend(entry.map(|it| DotenvLoad {
                    call: Some((id, call)),
                    files: it.files,
                    over: it.over,
                }));
                (&[], true)
            }
            Targets::ExternalMethod(..) => (&[], true),
        };
        let is_guess = matches!(packages.targets_of(id, call), Targets::Method(..));
        let by_name = is_guess || matches!(packages.targets_of(id, call), Targets::Interface(..));
        for target in targets.iter().copied().filter(|it| !by_name || takes_as_many(packages, *it, call)) {
            self.reach(target);
            if self.out.contains(target) {
                self.out.callers.entry(target).or_default().push((id, call));
                if !is_guess {
                    self.out.shown_callers.entry(target).or_default().push((id, call));
                }
            }
        }
        if let Callee::Method { receiver, .. } = &call.callee {
            self.mentions(package, Some(function), receiver, 16);
        }
        for argument in &*call.arguments {
            self.mentions(package, Some(function), argument, 16);
            if external {
                self.hand_out(package, Some(function), argument);
            }
        }
    }

    /// A value of a type of the project goes to another module, which may call its methods.
    fn hand_out(&mut self, package: PackageId, function: Option<&'a Function>, value: &'a Value) {
        if let Some(TypeRef::Own(owner, name)) = self.packages.type_of(package, function, value) {
            for method in self.packages.methods_of(owner, name) {
                self.out.mentioned.insert(method);
                self.reach(method);
            }
        }
    }

    /// Functions that a value names, or calls on the way.
    fn mentions(&mut self, package: PackageId, function: Option<&'a Function>, value: &'a Value, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let each = |walk: &mut Self, parts: &'a [Value]| {
            parts.iter().for_each(|it| walk.mentions(package, function, it, depth));
        };
        match value {
            Value::Name { package: path, name } => {
                if let Some(owner) = self.packages.import(package, path) {
                    let named = self.packages.functions_named(owner, &name.value).to_vec();
                    named.into_iter().for_each(|it| self.hand_on(it));
                }
            }
            Value::Field { receiver, field, .. } => {
                self.mentions(package, function, receiver, depth);
                let callee = self.packages.type_of(package, function, receiver);
                match callee {
                    Some(TypeRef::Own(owner, name)) => {
                        if let Some(method) = self.packages.method(owner, name, &field.value) {
                            self.hand_on(method);
                        } else if self.packages.structure(TypeRef::Own(owner, name)).is_none() {
                            let named = self.packages.methods_named(&field.value).to_vec();
                            named.into_iter().for_each(|it| self.hand_on(it));
                        }
                    }
                    Some(TypeRef::External(..)) => {}
                    None => {
                        let named = self.packages.methods_named(&field.value).to_vec();
                        named.into_iter().for_each(|it| self.hand_on(it));
                    }
                }
            }
            Value::Struct { fields, type_name, .. } => {
                let own = type_name.as_ref().map(|it| self.packages.type_ref(package, it));
                for (_, it) in fields {
                    self.mentions(package, function, it, depth);
                    if matches!(own, Some(TypeRef::External(..))) {
                        self.hand_out(package, function, it);
                    }
                }
            }
            Value::Call { callee, arguments, .. } => {
                each(self, arguments);
                match self.packages.targets(package, function, callee) {
                    Targets::Own(targets) => targets.into_iter().for_each(|it| self.reach(it)),
                    Targets::Interface(targets, _) | Targets::Method(targets, _) => {
                        targets.into_iter().for_each(|it| self.reach(it));
                    }
                    _ => arguments.iter().for_each(|it| self.hand_out(package, function, it)),
                }
            }
            Value::Choice(arms, _) => {
                arms.iter().for_each(|it| self.mentions(package, function, &it.value, depth));
            }
            Value::List(parts, _) | Value::FirstNonEmpty(parts, _) | Value::Concat(parts) => {
                each(self, parts)
            }
            Value::Result { call, .. } | Value::Filled { call, .. } | Value::Element { of: call, .. } => {
                self.mentions(package, function, call, depth)
            }
            Value::Format { arguments, .. } => each(self, arguments),
            _ => {}
        }
    }
}

/// Whether a function takes as many arguments as a call gives.
fn takes_as_many(packages: &Packages<'_>, function: FunctionId, call: &Call) -> bool {
    let parameters = &packages.function(function).function.parameters;
    let variadic = parameters.last().is_some_and(|it| it.variadic);
    variadic || parameters.len() == call.arguments.len()
}
