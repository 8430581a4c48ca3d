//! Which functions a program may run, told by names.
//!
//! The answer is an over-approximation: a method that is called on something whose type does not
//! show may be any method of that name, and a function that is mentioned is a function that runs.

use rustc_hash::{FxHashMap, FxHashSet};

use super::callers::{Caller, Callers, Noted, takes_as_many};
use super::function_set::FunctionSet;
use super::leads::{Lead, Leads};
use super::world::{FunctionId, PackageId, Packages, Targets};
use crate::facts::go::{Call, Premise, Value};
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
    members: FunctionSet,
    /// Those that others than calls lead to: `main`, `init`, functions that are handed on.
    mentioned: FunctionSet,
    /// Of these the ones whose name is handed on.
    values: FunctionSet,
    /// Of these the ones that functions hand on, and not only variables of packages, which nothing may use.
    handed_on: FunctionSet,
    /// Those that `init` functions register, so that somebody chooses one by a name.
    registered: FxHashSet<FunctionId>,
    /// Calls that are not run, by their place.
    left_out: FxHashSet<Span>,
    callers: Callers<'a>,
}

impl<'a> Reachable<'a> {
    /// What the `main` in `file` of `package` may run. Other files with a `main` of their own are
    /// other programs of the same folder (`go run one.go`).
    #[must_use]
    pub fn new(packages: &Packages<'a>, leads: &Leads<'a>, package: PackageId, file: FileId) -> Self {
        let others = packages.package(package).mains().map(|(id, _)| id).filter(|id| *id != file);
        let mut walk = Walk {
            packages,
            others: others.collect(),
            pending: Vec::new(),
            named: FxHashSet::default(),
            called: FxHashSet::default(),
            calls: Noted::default(),
            out: Self { packages: packages.closure(package), ..Self::default() },
        };
        let mut closure: Vec<_> = walk.out.packages.iter().copied().collect();
        closure.sort_unstable();
        walk.start("main", package);
        for id in closure {
            walk.start("init", id);
            for (file_id, of_file) in leads.of_package(packages, id) {
                if !walk.others.contains(file_id) {
                    of_file.iter().for_each(|it| walk.follow(None, it));
                }
            }
        }
        while let Some(id) = walk.pending.pop() {
            leads.of_function(packages, id).iter().for_each(|it| walk.follow(Some(id), it));
        }
        let Walk { calls, mut out, .. } = walk;
        let functions = out.functions.iter().map(|it| (*it, packages.function(*it).function));
        out.callers = Callers::new(functions, &calls);
        out.registered = out.registered(packages);
        out
    }

    /// What functions named `init` give to calls of a `Register...`.
    fn registered(&self, packages: &Packages<'a>) -> FxHashSet<FunctionId> {
        let inits = self.functions.iter().filter(|it| packages.function(**it).function.name.value == "init");
        let calls = inits.flat_map(|id| {
            let it = packages.function(*id);
            it.function.calls.iter().map(move |call| (it.package, call))
        });
        let registers = calls.filter(|(_, call)| call.callee.name().starts_with("Register"));
        let given = registers.flat_map(|(package, call)| call.arguments.iter().map(move |it| (package, it)));
        let named = given.filter_map(|(package, it)| match it {
            Value::Name { package: path, name } => {
                Some(packages.functions_named(packages.import(package, path)?, &name.value))
            }
            _ => None,
        });
        named.flatten().copied().collect()
    }

    /// Whether only registered functions lead to `function`: whoever chooses another one never runs it.
    #[must_use]
    pub fn is_of_registered(&self, packages: &Packages<'a>, function: FunctionId) -> bool {
        let mut seen = FxHashSet::default();
        let mut pending = vec![function];
        if self.registered.is_empty() {
            return false;
        }
        while let Some(id) = pending.pop() {
            let is_registered = self.registered.contains(&id);
            let name = packages.function(id).function.name.value.as_str();
            // By another name it is what was registered that is called.
            let counts = |call: &Call| !is_registered || call.callee.name() == name;
            let callers = self.callers(id).iter().filter(|(_, call)| counts(call)).map(|it| it.0);
            let mut callers = callers.peekable();
            if callers.peek().is_none() && !is_registered {
                return false;
            }
            pending.extend(callers.filter(|it| seen.insert(*it)));
        }
        true
    }

    /// Whether the program may run `function`.
    #[must_use]
    pub fn contains(&self, function: FunctionId) -> bool {
        self.members.contains(function)
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
        self.values.contains(function)
    }

    /// Whether nothing but a variable of a package names a function: `var Module = fx.Provide(NewStore)`.
    #[must_use]
    pub fn is_of_variable(&self, function: FunctionId) -> bool {
        self.values.contains(function) && !self.handed_on.contains(function)
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
                let mut chain = call.premises();
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
        for (callee, callers) in self.callers.each() {
            for (caller, _) in callers.iter().filter(|(_, call)| !left_out.contains(&call.span)) {
                callees.entry(*caller).or_default().push(callee);
            }
        }
        let is_called = |id: &FunctionId| !self.callers(*id).is_empty();
        let begins = |id: &FunctionId| self.mentioned.contains(*id) || !is_called(id);
        let mut pending: Vec<FunctionId> = self.functions.iter().copied().filter(begins).collect();
        let mut members = FunctionSet::default();
        pending.iter().for_each(|it| _ = members.insert(*it));
        while let Some(id) = pending.pop() {
            pending.extend(callees.get(&id).into_iter().flatten().filter(|it| members.insert(**it)));
        }
        let runs = |(caller, call): &Caller<'a>| members.contains(*caller) && !left_out.contains(&call.span);
        Self {
            functions: self.functions.iter().copied().filter(|it| members.contains(*it)).collect(),
            callers: self.callers.only(runs),
            mentioned: self.mentioned.clone(),
            values: self.values.clone(),
            handed_on: self.handed_on.clone(),
            registered: self.registered.clone(),
            packages: self.packages.clone(),
            dotenv_loads: self.dotenv_loads.clone(),
            members,
            left_out,
        }
    }

    /// The calls that may run `function`, with the functions they stand in.
    #[must_use]
    pub fn callers(&self, function: FunctionId) -> &[(FunctionId, &'a Call)] {
        self.callers.of(function)
    }

    /// Whether nothing but calls of a method of that name leads to a method, of something whose type does not show.
    #[must_use]
    pub fn is_called_by_name_alone(&self, function: FunctionId) -> bool {
        self.callers.shown_of(function).is_empty() && !self.callers(function).is_empty()
    }

    /// As [`Reachable::callers`], without calls of a method of something whose type does not show
    /// (`response.Header.Get`), unless there are no others.
    #[must_use]
    pub fn likely_callers(&self, function: FunctionId) -> &[(FunctionId, &'a Call)] {
        match self.callers.shown_of(function) {
            [] => self.callers(function),
            callers => callers,
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
    /// Names of methods of which all are reached.
    named: FxHashSet<&'a str>,
    /// Names of methods and numbers of arguments by which they were called.
    called: FxHashSet<(&'a str, usize)>,
    calls: Noted<'a>,
    out: Reachable<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn start(&mut self, name: &str, package: PackageId) {
        for id in self.packages.functions_named(package, name) {
            self.hand_on(*id, true);
        }
    }

    fn follow(&mut self, from: Option<FunctionId>, lead: &Lead<'a>) {
        let packages = self.packages;
        // What a variable of a package is made of is no use of it.
        let is_used = from.is_some_and(|it| !packages.function(it).function.is_initial_value());
        match *lead {
            Lead::Value(id) => self.hand_on(id, is_used),
            Lead::ValueNamed(name) => {
                packages.methods_named(name).iter().for_each(|it| self.hand_on(*it, is_used));
            }
            Lead::Run(id) => self.reach(id),
            Lead::RunNamed(name) => {
                if self.named.insert(name) {
                    packages.methods_named(name).iter().for_each(|it| self.reach(*it));
                }
            }
            Lead::HandedOut(id) => {
                self.out.mentioned.insert(id);
                self.reach(id);
            }
            Lead::DotEnv(load) => self.out.dotenv_loads.push(load),
            Lead::Call(call) => from.into_iter().for_each(|it| self.call(it, call)),
        }
    }

    /// Reaches a function that others than calls lead to.
    fn hand_on(&mut self, id: FunctionId, is_used: bool) {
        self.out.values.insert(id);
        if is_used {
            self.out.handed_on.insert(id);
        }
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

    fn call(&mut self, caller: FunctionId, call: &'a Call) {
        let packages = self.packages;
        let (targets, name, is_shown) = match packages.targets_of(caller, call) {
            Targets::Own(targets) => {
                for target in targets {
                    self.reach(*target);
                    if self.out.contains(*target) {
                        self.calls.of_function(*target, (caller, call));
                    }
                }
                return;
            }
            Targets::Interface(targets, name) => (targets, *name, true),
            Targets::Method(targets, name) => (targets, *name, false),
            Targets::Imported(..) | Targets::ExternalMethod(..) => return,
        };
        if targets.is_empty() {
            return;
        }
        self.calls.of_name(name, (caller, call), is_shown);
        if self.called.insert((name, call.arguments.len())) {
            let takes = |it: &&FunctionId| takes_as_many(packages.function(**it).function, call);
            targets.iter().filter(takes).for_each(|it| self.reach(*it));
        }
    }
}
