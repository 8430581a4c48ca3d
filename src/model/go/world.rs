//! Every Go package of a project, with what each name in it means.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::known_call::{KnownCall, know_calls};
use super::modules::{Module, modules};
use super::network::entry_of;
use super::noted_values::NotedValues;
use crate::facts::catalogue::{GoEntry, Wrappers, structure};
use crate::facts::go::{
    BuildTags, Callee, Declaration, FieldWrite, Function, GoFile, Struct, TypeName, Value, is_built,
};
use crate::facts::{Facts, Selections, folder_of};
use crate::source::{FileId, Span};

/// Names one package of a [`Packages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageId(pub u32);

/// Names one function or method of a [`Packages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// The files of one folder that a Linux build takes and that share a package clause.
#[derive(Debug)]
pub struct Package<'a> {
    /// Folder relative to the project root, `.` for the root.
    pub directory: String,
    /// The name in the package clause.
    pub name: &'a str,
    /// Import path; empty when no go.mod is above it.
    pub import_path: String,
    /// Folder of the go.mod above it, if any.
    pub module_directory: Option<String>,
    /// Its files.
    pub files: Vec<(FileId, &'a GoFile)>,
    /// The packages of the project that it imports, by import path.
    pub(super) imports: FxHashMap<&'a str, PackageId>,
}

/// A function with where it stands.
#[derive(Clone, Copy, Debug)]
pub struct FunctionInPackage<'a> {
    /// The package.
    pub package: PackageId,
    /// The file.
    pub file: &'a GoFile,
    /// The file's id.
    pub file_id: FileId,
    /// The function.
    pub function: &'a Function,
}

/// A named type, wherever it was mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeRef<'a> {
    /// Of a package of the project.
    Own(PackageId, &'a str),
    /// Of another module: import path and name.
    External(&'a str, &'a str),
}

/// What a call may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets<'a> {
    /// Functions of the project.
    Own(Vec<FunctionId>),
    /// A function of another module: import path and name.
    Imported(&'a str, &'a str),
    /// A method of a type of another module.
    ExternalMethod(TypeRef<'a>, &'a str),
    /// A method of an interface of the project; the functions are the project's methods of that name.
    Interface(Arc<Vec<FunctionId>>, &'a str),
    /// The same of something whose type does not show, so that it need be none of them.
    Method(Arc<Vec<FunctionId>>, &'a str),
}

/// Assignments to fields, each with the function that it stands in.
type FieldWrites<'a> = Vec<(FunctionId, &'a FieldWrite)>;

/// All packages of a project, and what their names mean.
#[derive(Debug, Default)]
pub struct Packages<'a> {
    pub(super) modules: Vec<Module>,
    pub(super) sources: FxHashSet<FileId>,
    pub(super) packages: Vec<Package<'a>>,
    pub(super) functions: Vec<FunctionInPackage<'a>>,
    /// What is known of the calls in each function.
    pub(super) known_calls: Vec<Box<[KnownCall<'a>]>>,
    pub(super) scopes: Vec<Scope<'a>>,
    pub(super) methods_by_name: FxHashMap<&'a str, Arc<Vec<FunctionId>>>,
    pub(super) literals: FxHashMap<TypeRef<'a>, Vec<(FunctionId, &'a Value)>>,
    pub(super) declared_literals: FxHashMap<TypeRef<'a>, Vec<(PackageId, &'a Value)>>,
    pub(super) field_writes: FxHashMap<&'a str, FieldWrites<'a>>,
    /// Those of which it shows to what type they assign, by field and type.
    writes_to: FxHashMap<&'a str, FxHashMap<TypeRef<'a>, FieldWrites<'a>>>,
    pub(super) noted_values: NotedValues<'a>,
    /// Who reads the fields of structs.
    pub(super) selections: Option<&'a Selections>,
    pub(super) wrappers: Option<&'a Wrappers>,
    /// The functions of the project that the settings name.
    pub(super) wrapped: FxHashMap<FunctionId, &'a GoEntry>,
}

/// The names of one package.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    pub(super) functions: FxHashMap<&'a str, Vec<FunctionId>>,
    /// By type, then by name.
    pub(super) methods: FxHashMap<&'a str, FxHashMap<&'a str, FunctionId>>,
    pub(super) declarations: FxHashMap<&'a str, &'a Declaration>,
    pub(super) structs: FxHashMap<&'a str, &'a Struct>,
    pub(super) variable_writes: FxHashMap<&'a str, Vec<(FunctionId, &'a Value)>>,
}

impl<'a> Packages<'a> {
    /// Reads the packages out of the facts of all files, as a build with these tags takes them.
    #[must_use]
    pub fn new(facts: &'a Facts, tags: &[String]) -> Self {
        let mut packages = Self {
            modules: modules(facts),
            sources: facts.go.iter().map(|(id, _)| *id).collect(),
            selections: Some(&facts.selections),
            wrappers: Some(&facts.wrappers),
            ..Self::default()
        };
        packages.gather(facts, tags);
        packages.scopes.resize_with(packages.packages.len(), Scope::default);
        packages.link_imports();
        packages.index();
        packages.index_writes();
        packages.index_wrapped(&facts.wrappers);
        packages.noted_values = NotedValues::new(&packages);
        packages.known_calls = know_calls(&packages, &packages.functions);
        packages
    }

    /// What is known of what a call does on the network: by the project's settings, else by the tables.
    #[must_use]
    pub fn network_entry(&self, targets: &Targets<'_>) -> Option<&'a GoEntry> {
        let wrappers = self.wrappers;
        let by_settings = match targets {
            Targets::Own(functions) => functions.iter().find_map(|it| self.wrapped(*it)),
            Targets::Imported(path, name) => wrappers.and_then(|it| it.find(path, "", name)),
            Targets::ExternalMethod(TypeRef::External(path, type_name), name) => {
                wrappers.and_then(|it| it.find(path, type_name, name))
            }
            _ => None,
        };
        by_settings.or_else(|| entry_of(targets))
    }

    /// What the project's settings say of one of its own functions.
    #[must_use]
    pub fn wrapped(&self, function: FunctionId) -> Option<&'a GoEntry> {
        self.wrapped.get(&function).copied()
    }

    fn index_wrapped(&mut self, wrappers: &'a Wrappers) {
        for (index, it) in self.functions.iter().enumerate() {
            let (path, name) = (&self.package(it.package).import_path, &it.function.name.value);
            let type_name = it.function.receiver.as_ref().map_or("", |(_, of)| &of.name);
            if let Some(entry) = wrappers.find(path, type_name, name) {
                self.wrapped.insert(FunctionId(index as u32), entry);
            }
        }
    }

    /// Whether a file is one of Go source.
    #[must_use]
    pub fn is_source(&self, file: FileId) -> bool {
        self.sources.contains(&file)
    }

    /// The package `id`.
    #[must_use]
    pub fn package(&self, id: PackageId) -> &Package<'a> {
        &self.packages[id.0 as usize]
    }

    /// Every package.
    pub fn iter(&self) -> impl Iterator<Item = (PackageId, &Package<'a>)> {
        self.packages.iter().enumerate().map(|(index, it)| (PackageId(index as u32), it))
    }

    /// The function `id`.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> FunctionInPackage<'a> {
        self.functions[id.0 as usize]
    }

    /// The functions (not methods) of a package that have this name; several for `init`.
    #[must_use]
    pub fn functions_named(&self, package: PackageId, name: &str) -> &[FunctionId] {
        self.scope(package).functions.get(name).map_or(&[], Vec::as_slice)
    }

    /// The method `name` of a type, embedded ones included.
    #[must_use]
    pub fn method(&self, package: PackageId, type_name: &str, name: &str) -> Option<FunctionId> {
        self.method_within(package, type_name, name, 4)
    }

    /// The methods that are declared on a type.
    #[must_use]
    pub fn methods_of(&self, package: PackageId, type_name: &str) -> Vec<FunctionId> {
        let methods = self.scope(package).methods.get(type_name);
        methods.map(|it| it.values().copied().collect()).unwrap_or_default()
    }

    /// Every method of that name.
    #[must_use]
    pub fn methods_named(&self, name: &str) -> &[FunctionId] {
        self.methods_by_name.get(name).map_or(&[], |it| it.as_slice())
    }

    /// The same, to be kept.
    fn all_methods_named(&self, name: &str) -> Arc<Vec<FunctionId>> {
        self.methods_by_name.get(name).cloned().unwrap_or_default()
    }

    /// The package constant or variable `name`.
    #[must_use]
    pub fn declaration(&self, package: PackageId, name: &str) -> Option<&'a Declaration> {
        self.scope(package).declarations.get(name).copied()
    }

    /// What is assigned to a package variable, by which function.
    #[must_use]
    pub fn variable_writes(&self, package: PackageId, name: &str) -> &[(FunctionId, &'a Value)] {
        self.scope(package).variable_writes.get(name).map_or(&[], Vec::as_slice)
    }

    /// What is assigned to a field of that name, of whatever type, by which function.
    #[must_use]
    pub fn field_writes(&self, field: &str) -> &[(FunctionId, &'a FieldWrite)] {
        self.field_writes.get(field).map_or(&[], Vec::as_slice)
    }

    /// What is assigned to a field of a type, by which function.
    #[must_use]
    pub fn field_writes_to(&self, of: TypeRef<'a>, field: &str) -> &[(FunctionId, &'a FieldWrite)] {
        let writes = self.writes_to.get(field).and_then(|it| it.get(&of));
        writes.map_or(&[], Vec::as_slice)
    }

    /// The composite literals of a type in functions.
    #[must_use]
    pub fn literals(&self, of: TypeRef<'a>) -> &[(FunctionId, &'a Value)] {
        self.literals.get(&of).map_or(&[], Vec::as_slice)
    }

    /// The composite literals of a type in the initial values of package variables.
    #[must_use]
    pub fn declared_literals(&self, of: TypeRef<'a>) -> &[(PackageId, &'a Value)] {
        self.declared_literals.get(&of).map_or(&[], Vec::as_slice)
    }

    /// The struct type, when it is one of the project, or of a library that the tables know.
    #[must_use]
    pub fn structure(&self, of: TypeRef<'a>) -> Option<&'a Struct> {
        match of {
            TypeRef::Own(package, name) => self.scope(package).structs.get(name).copied(),
            TypeRef::External(package, name) => structure(package, name),
        }
    }

    /// A type as a field of a struct of type `of` names it.
    #[must_use]
    pub fn type_in(&self, of: TypeRef<'a>, name: &'a TypeName) -> TypeRef<'a> {
        match of {
            TypeRef::Own(package, _) => self.type_ref(package, name),
            TypeRef::External(..) => TypeRef::External(&name.package, &name.name),
        }
    }

    /// The package that `path` means in a file of `from`; the empty path is `from` itself.
    #[must_use]
    pub fn import(&self, from: PackageId, path: &str) -> Option<PackageId> {
        if path.is_empty() {
            return Some(from);
        }
        self.package(from).imports.get(path).copied()
    }

    /// The packages of the project that `id` imports.
    pub fn imports(&self, id: PackageId) -> impl Iterator<Item = PackageId> {
        self.package(id).imports.values().copied()
    }

    /// A type as a file of `from` names it.
    #[must_use]
    pub fn type_ref(&self, from: PackageId, name: &'a TypeName) -> TypeRef<'a> {
        match self.import(from, &name.package) {
            Some(package) => TypeRef::Own(package, &name.name),
            None => TypeRef::External(&name.package, &name.name),
        }
    }

    /// What a callee that is named in `package` may run.
    #[must_use]
    pub fn targets(
        &self,
        package: PackageId,
        function: Option<&'a Function>,
        callee: &'a Callee,
    ) -> Targets<'a> {
        match callee {
            Callee::Own { name } => Targets::Own(self.functions_behind(package, name)),
            Callee::Imported { package: path, name } => match self.import(package, path) {
                Some(target) => Targets::Own(self.functions_behind(target, name)),
                None => Targets::Imported(path, name),
            },
            Callee::Method { receiver, receiver_type, name } => {
                if let Some(target) = self.import_named(package, receiver) {
                    return Targets::Own(self.functions_named(target, name).to_vec());
                }
                let shown = receiver_type.as_ref().map(|it| self.type_ref(package, it));
                let known = shown.or_else(|| self.type_of(package, function, receiver));
                match known {
                    Some(TypeRef::Own(owner, type_name)) => match self.method(owner, type_name, name) {
                        Some(method) => Targets::Own(vec![method]),
                        // An interface, or a method promoted from a type of another module.
                        None => match self.promoted(TypeRef::Own(owner, type_name)) {
                            Some(external) => Targets::ExternalMethod(external, name),
                            None => Targets::Interface(self.all_methods_named(name), name),
                        },
                    },
                    Some(external) => Targets::ExternalMethod(external, name),
                    None => Targets::Method(self.all_methods_named(name), name),
                }
            }
        }
    }

    /// The functions that a name calls: those of that name, or those that a variable of that name holds
    /// (`var getEnv = GetEnv`).
    fn functions_behind(&self, package: PackageId, name: &str) -> Vec<FunctionId> {
        let named = self.functions_named(package, name);
        if !named.is_empty() {
            return named.to_vec();
        }
        match self.declaration(package, name).map(|it| &it.value) {
            Some(Value::Name { package: path, name }) => match self.import(package, path) {
                Some(owner) => self.functions_named(owner, &name.value).to_vec(),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Whether a call of this name converts its argument to a type of the package: it is the name of no
    /// function and of no variable.
    #[must_use]
    pub fn converts(&self, from: PackageId, callee: &Callee) -> bool {
        let (owner, name) = match callee {
            Callee::Own { name } => (Some(from), name),
            Callee::Imported { package, name } => (self.import(from, package), name),
            Callee::Method { .. } => return false,
        };
        owner.is_some_and(|owner| {
            self.functions_named(owner, name).is_empty() && self.declaration(owner, name).is_none()
        })
    }

    /// The imported package of the project that a name means although its folder has another:
    /// `routes` for `example.com/app/routers` with `package routes`.
    fn import_named(&self, from: PackageId, value: &Value) -> Option<PackageId> {
        let Value::Name { package, name } = value else { return None };
        if !package.is_empty() || self.declaration(from, &name.value).is_some() {
            return None;
        }
        let mut named = self.imports(from).filter(|it| self.package(*it).name == name.value);
        named.next().filter(|_| named.next().is_none())
    }

    /// The packages that `start` needs, itself included.
    #[must_use]
    pub fn closure(&self, start: PackageId) -> FxHashSet<PackageId> {
        let mut seen = FxHashSet::default();
        let mut pending = vec![start];
        while let Some(id) = pending.pop() {
            if seen.insert(id) {
                pending.extend(self.imports(id));
            }
        }
        seen
    }

    fn gather(&mut self, facts: &'a Facts, tags: &[String]) {
        let mut known: FxHashMap<(String, &'a str), PackageId> = FxHashMap::default();
        for (id, file) in &facts.go {
            let path = facts.path(*id);
            let Some(name) = file.package.as_ref().map(|it| it.value.as_str()) else { continue };
            let constraint = file.constraint.as_ref().map(|it| it.value.as_str());
            let foreign =
                path.split('/').any(|it| it == "vendor" || it == "testdata" || it == "node_modules");
            if foreign || !is_built(path, constraint, BuildTags::These(tags)) {
                continue;
            }
            let directory = folder_of(path);
            let package = *known.entry((directory.to_owned(), name)).or_insert_with(|| {
                let module = self.module_of(directory);
                self.packages.push(Package {
                    directory: directory.to_owned(),
                    name,
                    import_path: module.map(|it| it.import_path(directory)).unwrap_or_default(),
                    module_directory: module.map(|it| it.directory.clone()),
                    files: Vec::new(),
                    imports: FxHashMap::default(),
                });
                PackageId(self.packages.len() as u32 - 1)
            });
            self.packages[package.0 as usize].files.push((*id, file));
        }
    }

    fn index(&mut self) {
        for index in 0..self.packages.len() {
            let package = PackageId(index as u32);
            let files = self.packages[index].files.clone();
            for (file_id, file) in files {
                self.index_file(package, file_id, file);
            }
        }
    }

    /// Sorts the assignments to fields by the type that they are of, when all types are known.
    fn index_writes(&mut self) {
        let mut found: FxHashMap<_, FxHashMap<_, FieldWrites<'a>>> = FxHashMap::default();
        for (field, writes) in &self.field_writes {
            for (id, write) in writes {
                let it = self.function(*id);
                let shown = write.receiver_type.as_ref().map(|shown| self.type_ref(it.package, shown));
                let of = shown.or_else(|| self.type_of(it.package, Some(it.function), &write.receiver));
                if let Some(of) = of {
                    found.entry(*field).or_default().entry(of).or_default().push((*id, *write));
                }
            }
        }
        self.writes_to = found;
    }

    pub(super) fn scope(&self, package: PackageId) -> &Scope<'a> {
        &self.scopes[package.0 as usize]
    }

    fn index_file(&mut self, package: PackageId, file_id: FileId, file: &'a GoFile) {
        let at = package.0 as usize;
        for it in &file.structs {
            self.scopes[at].structs.entry(&it.name.value).or_insert(it);
        }
        for it in &file.declarations {
            self.scopes[at].declarations.entry(&it.name.value).or_insert(it);
            let mut literals = Vec::new();
            struct_literals(&it.value, &mut literals, 12);
            for literal in literals {
                let Value::Struct { type_name: Some(type_name), .. } = literal else { continue };
                let of = self.type_ref(package, type_name);
                self.declared_literals.entry(of).or_default().push((package, literal));
            }
        }
        for function in &file.functions {
            let id = FunctionId(self.functions.len() as u32);
            self.functions.push(FunctionInPackage { package, file, file_id, function });
            let name = function.name.value.as_str();
            match &function.receiver {
                Some((_, type_name)) => {
                    self.scopes[at].methods.entry(&type_name.name).or_default().entry(name).or_insert(id);
                    Arc::make_mut(self.methods_by_name.entry(name).or_default()).push(id);
                }
                None => self.scopes[at].functions.entry(name).or_default().push(id),
            }
            for write in &function.field_writes {
                self.field_writes.entry(&write.field.value).or_default().push((id, write));
            }
            for (variable, value) in &function.variable_writes {
                self.scopes[at].variable_writes.entry(&variable.value).or_default().push((id, value));
            }
            for literal in &function.literals {
                let Value::Struct { type_name: Some(type_name), .. } = literal else { continue };
                let of = self.type_ref(package, type_name);
                self.literals.entry(of).or_default().push((id, literal));
            }
        }
    }
}

impl Package<'_> {
    /// The `main` in `func main()` of each file that has one; usually one file.
    pub fn mains(&self) -> impl Iterator<Item = (FileId, Span)> {
        self.files.iter().filter_map(|(id, file)| Some((*id, file.main?)))
    }
}

fn struct_literals<'a>(value: &'a Value, found: &mut Vec<&'a Value>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Struct { fields, .. } => {
            found.push(value);
            fields.iter().for_each(|(_, it)| struct_literals(it, found, depth));
        }
        Value::Choice(arms, _) => arms.iter().for_each(|it| struct_literals(&it.value, found, depth)),
        Value::List(parts, _) | Value::FirstNonEmpty(parts, _) => {
            parts.iter().for_each(|it| struct_literals(it, found, depth));
        }
        Value::Result { call: inner, .. } | Value::Element { of: inner, .. } => {
            struct_literals(inner, found, depth)
        }
        Value::Call { arguments, .. } => arguments.iter().for_each(|it| struct_literals(it, found, depth)),
        _ => {}
    }
}
