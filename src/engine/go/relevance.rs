//! Which function bodies can have to do with the network, told by names alone.
//!
//! A body is relevant when it mentions something of the catalogue, or a function whose body is relevant:
//! so every chain of calls from `main` to a listener is read. With it come the bodies that make values
//! which relevant ones use. Names stand for whatever bears them, so too much is read rather than
//! too little.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{File, Folders};
use crate::facts::catalogue::{Wrappers, go as catalogue, names_server, starts_server};
use crate::facts::go::{
    Before, Head, Mention, Outline, OutlinedFunction, import_names, outline, sets_for_others,
};
use crate::facts::{Selections, folder_of};

/// What a mention may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key<'t> {
    /// A function of the package in a folder.
    Function(&'t str, &'t str),
    /// A method of some type.
    Method(&'t str),
    /// A composite literal of a type of the package in a folder.
    Literal(&'t str, &'t str),
}

/// A function of a project: file and index in its outline.
type At = (usize, usize);

/// One file with its names.
struct Outlined<'t> {
    folder: &'t str,
    outline: Outline<'t>,
    imports: FxHashMap<String, &'t str>,
    /// The packages that its package imports, without versions, whose methods a table knows.
    neighbours: FxHashSet<&'static str>,
    /// The types of the tables that its package names, or gets from a function that it names.
    visible: FxHashSet<(&'static str, &'static str)>,
    configures: bool,
}

/// What the names in the files of a project tell.
pub(super) struct Relevance {
    /// The byte ranges of each file that need not be parsed: the insides of irrelevant function bodies. `None` for
    /// a file that need not be parsed at all, as those that are not needed.
    pub(super) irrelevant: Vec<Option<Vec<Range<usize>>>>,
    /// Who reads the fields of structs.
    pub(super) selections: Selections,
}

/// Reads the names in the files that are `needed`.
pub(super) fn judge(
    files: &[File<'_>],
    heads: &[Head],
    needed: &[bool],
    folders: &Folders<'_>,
    wrappers: &Wrappers,
) -> Relevance {
    let outlined: Vec<Option<Outlined<'_>>> = files
        .par_iter()
        .zip(heads)
        .zip(needed)
        .map(|((file, head), needed)| needed.then(|| Outlined::new(file, head)))
        .collect();
    let outlined = with_neighbours(outlined, folders);
    let declared = Declared::new(&outlined);
    let functions: Vec<Vec<Vec<Key<'_>>>> = outlined
        .par_iter()
        .map(|file| file.as_ref().map(|file| file.links(folders, &declared)).unwrap_or_default())
        .collect();
    let triggered: Vec<Vec<bool>> = outlined
        .par_iter()
        .map(|file| file.as_ref().map(|file| file.triggers(folders, wrappers)).unwrap_or_default())
        .collect();
    let relevant = Closure::new(&outlined, &functions, &declared, folders).run(&triggered);
    let unread = |(index, file): (usize, Option<Outlined<'_>>)| {
        let file = file?;
        let functions = file.outline.functions.iter().enumerate();
        let left_out = functions.filter(|(at, _)| !relevant.contains(&(index, *at)));
        let left_out: Vec<_> = left_out.map(|(_, it)| it.body.clone()).collect();
        let nothing_left = left_out.len() == file.outline.functions.len();
        // Types and descriptors that programs write are long, and no address is in them.
        if file.outline.generated && nothing_left { None } else { Some(left_out) }
    };
    let selections = declared.selections(&outlined);
    Relevance { irrelevant: outlined.into_iter().enumerate().map(unread).collect(), selections }
}

/// Adds to each file what the other files of its package import and mention, and what the packages that it
/// imports do: the type of a field may come from there.
fn with_neighbours<'t>(
    mut outlined: Vec<Option<Outlined<'t>>>,
    folders: &Folders<'t>,
) -> Vec<Option<Outlined<'t>>> {
    let mut packages: FxHashMap<&str, FxHashSet<&'static str>> = FxHashMap::default();
    let mut types: FxHashMap<&str, FxHashSet<(&'static str, &'static str)>> = FxHashMap::default();
    for file in outlined.iter().flatten() {
        packages.entry(file.folder).or_default().extend(&file.neighbours);
        types.entry(file.folder).or_default().extend(&file.visible);
    }
    for file in outlined.iter_mut().flatten().filter(|it| !it.outline.generated) {
        let imported: FxHashSet<&str> = file.imports.values().flat_map(|it| folders.find(it)).collect();
        for folder in imported.into_iter().chain([file.folder]) {
            file.neighbours.extend(packages.get(folder).into_iter().flatten());
            file.visible.extend(types.get(folder).into_iter().flatten());
        }
    }
    outlined
}

impl<'t> Outlined<'t> {
    fn new((_, path, text): &File<'t>, head: &'t Head) -> Self {
        let imports = import_names(head);
        let configures = imports.values().any(|it| catalogue().configures(it));
        let outline = outline(text);
        let neighbours = imports.values().filter_map(|it| catalogue().known_package(it)).collect();
        let mut visible = FxHashSet::default();
        for mention in &outline.mentions {
            if let Before::Name(qualifier) = mention.before
                && let Some(path) = imports.get(qualifier)
            {
                visible.extend(catalogue().types_behind(path, mention.name));
            }
        }
        Self { folder: folder_of(path), outline, imports, neighbours, visible, configures }
    }

    fn mentions(&self, function: &OutlinedFunction<'t>) -> &[Mention<'t>] {
        &self.outline.mentions[function.mentions.clone()]
    }

    /// For each function whether its body itself does something with the network or configuration.
    fn triggers(&self, folders: &Folders<'t>, wrappers: &Wrappers) -> Vec<bool> {
        let functions = self.outline.functions.iter();
        functions
            .map(|it| {
                let starts = it.receiver.is_none() && matches!(it.name, "main" | "init");
                let acts = |it: &Mention<'t>| wrappers.has_name(it.name) || self.is_trigger(it, folders);
                starts || self.configures || self.mentions(it).iter().any(acts)
            })
            .collect()
    }

    fn is_trigger(&self, mention: &Mention<'t>, folders: &Folders<'t>) -> bool {
        // `server.Addr = address`, wherever the server is made.
        if mention.assigned && catalogue().is_address_field(mention.name) {
            return true;
        }
        let package = match mention.before {
            Before::Nothing => return false,
            // A parameter that somebody else's server comes in: `func run(server *platform.HTTPServer)`.
            Before::Name(name) if names_server(name) && starts_server(mention.name) => return true,
            Before::Name(name) => self.imports.get(name),
            Before::Expression => None,
        };
        let Some(package) = package else {
            return self.may_be_method(mention.name) || may_listen(mention.name);
        };
        let known = catalogue().find(package, "", mention.name);
        let literal = mention.literal && catalogue().knows_type(package, mention.name);
        literal
            || sets_for_others(package, mention.name)
            || known.is_some_and(|it| it.acts() || it.result.is_some())
            || (may_listen(mention.name) && folders.find(package).is_empty())
    }

    /// Whether a type that the package may use has a method of that name which does something.
    fn may_be_method(&self, name: &str) -> bool {
        let Some(bearers) = catalogue().bearers(name) else { return false };
        bearers.iter().any(|(package, type_name)| {
            self.neighbours.contains(package) && {
                // The type of a router may come from another package, by a field; that of a client is near.
                let anywhere = !self.outline.generated && !catalogue().dials_only(package, type_name, name);
                anywhere || self.visible.contains(&(*package, *type_name))
            }
        })
    }

    /// For each function what its body mentions of the project, the last entry is what stands outside
    /// of functions.
    fn links(&self, folders: &Folders<'t>, declared: &Declared<'t>) -> Vec<Vec<Key<'t>>> {
        let mut found: FxHashMap<&str, Vec<&'t str>> = FxHashMap::default();
        let mut keys = |mentions: &[Mention<'t>]| -> Vec<Key<'t>> {
            let mut keys = Vec::new();
            for mention in mentions {
                self.keys(mention, folders, declared, &mut found, &mut keys);
            }
            keys
        };
        let mut all: Vec<Vec<Key<'t>>> =
            self.outline.functions.iter().map(|it| keys(self.mentions(it))).collect();
        let mut outside = Vec::new();
        let mut at = 0;
        for function in &self.outline.functions {
            outside.extend(keys(&self.outline.mentions[at..function.mentions.start]));
            at = function.mentions.end;
        }
        outside.extend(keys(&self.outline.mentions[at..]));
        all.push(outside);
        all
    }

    fn keys(
        &self,
        mention: &Mention<'t>,
        folders: &Folders<'t>,
        declared: &Declared<'t>,
        found: &mut FxHashMap<&'t str, Vec<&'t str>>,
        keys: &mut Vec<Key<'t>>,
    ) {
        let name = mention.name;
        let own = |folder: &'t str, keys: &mut Vec<Key<'t>>| {
            if declared.functions.contains_key(&(folder, name)) {
                keys.push(Key::Function(folder, name));
            }
            if declared.types.contains_key(&(folder, name)) {
                keys.push(Key::Literal(folder, name));
            }
        };
        match mention.before {
            Before::Nothing => own(self.folder, keys),
            Before::Name(qualifier) if self.imports.contains_key(qualifier) => {
                let Some(path) = self.imports.get(qualifier) else { return };
                let known = keys.len();
                for folder in found.entry(path).or_insert_with(|| folders.find(path)) {
                    own(folder, keys);
                }
                // A variable may have the name of a package: `func send(alert *alert.Alert) { alert.Text() }`.
                if keys.len() == known && declared.methods.contains_key(name) {
                    keys.push(Key::Method(name));
                }
            }
            Before::Name(_) | Before::Expression => {
                if declared.methods.contains_key(name) {
                    keys.push(Key::Method(name));
                }
            }
        }
    }
}

/// Names by which a framework that no table knows may listen.
fn may_listen(name: &str) -> bool {
    let exact =
        ["Listen", "Serve", "ServeTLS", "StartServer", "RunServer", "StartHTTPServer", "StartGRPCServer"];
    name.starts_with("ListenAnd") || exact.contains(&name)
}

/// What a project declares.
#[derive(Default)]
struct Declared<'t> {
    functions: FxHashMap<(&'t str, &'t str), Vec<At>>,
    methods: FxHashMap<&'t str, Vec<At>>,
    /// Struct types: file and index.
    types: FxHashMap<(&'t str, &'t str), At>,
    /// Struct types by the names in them, which are those of their fields.
    types_by_field: FxHashMap<&'t str, Vec<(&'t str, &'t str)>>,
}

impl<'t> Declared<'t> {
    fn new(files: &[Option<Outlined<'t>>]) -> Self {
        let mut it = Self::default();
        for (index, file) in files.iter().enumerate().filter_map(|(index, it)| Some((index, it.as_ref()?))) {
            for (at, function) in file.outline.functions.iter().enumerate() {
                match function.receiver {
                    Some(_) => it.methods.entry(function.name).or_default().push((index, at)),
                    None => it.functions.entry((file.folder, function.name)).or_default().push((index, at)),
                }
            }
            for (at, declared) in file.outline.types.iter().enumerate() {
                it.types.insert((file.folder, declared.name), (index, at));
                for mention in &file.outline.mentions[declared.mentions.clone()] {
                    it.types_by_field.entry(mention.name).or_default().push((file.folder, declared.name));
                }
            }
        }
        it
    }
}

impl Declared<'_> {
    /// For each field that a function may fill which mentions the environment, the folders that select it.
    fn selections(&self, files: &[Option<Outlined<'_>>]) -> Selections {
        let filled = files.par_iter().flatten().flat_map_iter(|file| {
            let reads = |it: &Mention<'_>| it.name.contains("env") || it.name.contains("Env");
            let functions = file.outline.functions.iter().map(|it| file.mentions(it));
            let names = functions.filter(move |it| it.iter().any(reads)).flatten();
            let names = names.filter(|it| it.assigned || it.before == Before::Nothing).map(|it| it.name);
            names.filter(|it| self.types_by_field.contains_key(it))
        });
        let filled: FxHashSet<&str> = filled.collect();
        let selected = files.par_iter().flatten().flat_map_iter(|file| {
            let selections =
                file.outline.mentions.iter().filter(|it| it.before != Before::Nothing && !it.assigned);
            selections.map(|it| it.name).filter(|it| filled.contains(it)).map(|it| (it, file.folder))
        });
        let selected: FxHashSet<(&str, &str)> =
            if filled.is_empty() { FxHashSet::default() } else { selected.collect() };
        let mut out: Selections = filled.iter().map(|it| ((*it).to_owned(), Vec::new())).collect();
        for (name, folder) in selected {
            out.entry(name.to_owned()).or_default().push(folder.to_owned());
        }
        out
    }
}

struct Closure<'c, 't> {
    files: &'c [Option<Outlined<'t>>],
    links: &'c [Vec<Vec<Key<'t>>>],
    declared: &'c Declared<'t>,
    folders: &'c Folders<'t>,
    /// Which functions mention a key.
    mentioned_by: FxHashMap<Key<'t>, Vec<At>>,
    relevant: FxHashSet<At>,
    /// Types whose fields relevant functions may read.
    carriers: FxHashSet<(&'t str, &'t str)>,
    pending: Vec<At>,
}

impl<'c, 't> Closure<'c, 't> {
    fn new(
        files: &'c [Option<Outlined<'t>>],
        links: &'c [Vec<Vec<Key<'t>>>],
        declared: &'c Declared<'t>,
        folders: &'c Folders<'t>,
    ) -> Self {
        let mut mentioned_by: FxHashMap<Key<'t>, Vec<At>> = FxHashMap::default();
        for (file, functions) in links.iter().enumerate() {
            let Some(outlined) = &files[file] else { continue };
            let bodies = functions.iter().take(outlined.outline.functions.len());
            for (at, keys) in bodies.enumerate() {
                for key in keys {
                    mentioned_by.entry(*key).or_default().push((file, at));
                }
            }
        }
        let (relevant, carriers, pending) = (FxHashSet::default(), FxHashSet::default(), Vec::new());
        Self { files, links, declared, folders, mentioned_by, relevant, carriers, pending }
    }

    fn run(mut self, triggered: &[Vec<bool>]) -> FxHashSet<At> {
        for (file, functions) in triggered.iter().enumerate() {
            for at in (0..functions.len()).filter(|at| functions[*at]) {
                self.add((file, at));
            }
        }
        self.add_chains();
        self.carry_fields(triggered);
        self.add_values();
        self.relevant
    }

    fn add(&mut self, at: At) {
        if self.relevant.insert(at) {
            self.pending.push(at);
        }
    }

    fn function(&self, (file, at): At) -> Option<(&'c Outlined<'t>, &'c OutlinedFunction<'t>)> {
        let outlined = self.files[file].as_ref()?;
        Some((outlined, outlined.outline.functions.get(at)?))
    }

    fn add_mentioners(&mut self, key: Key<'t>) {
        for at in self.mentioned_by.get(&key).cloned().unwrap_or_default() {
            self.add(at);
        }
    }

    /// Adds what leads to relevant functions, and notes the types of their receivers and parameters.
    fn add_chains(&mut self) {
        while let Some(at) = self.pending.pop() {
            let Some((outlined, function)) = self.function(at) else { continue };
            if let Some(owner) = function.receiver {
                self.carry(outlined.folder, owner, 0);
                // Who makes one may hand it to a framework that calls its methods.
                self.add_mentioners(Key::Literal(outlined.folder, owner));
            }
            for mention in &outlined.outline.mentions[function.signature.clone()] {
                self.carry_mention(outlined, mention, 0);
            }
            if let Some(key) = key_of(outlined, function) {
                self.add_mentioners(key);
            }
        }
    }

    fn carry(&mut self, folder: &'t str, name: &'t str, depth: usize) {
        let Some((file, at)) = self.declared.types.get(&(folder, name)).copied() else { return };
        if depth > 2 || !self.carriers.insert((folder, name)) {
            return;
        }
        let Some(outlined) = &self.files[file] else { return };
        for mention in &outlined.outline.mentions[outlined.outline.types[at].mentions.clone()] {
            self.carry_mention(outlined, mention, depth + 1);
        }
    }

    fn carry_mention(&mut self, file: &Outlined<'t>, mention: &Mention<'t>, depth: usize) {
        match mention.before {
            Before::Nothing => self.carry(file.folder, mention.name, depth),
            Before::Name(qualifier) => {
                let Some(path) = file.imports.get(qualifier) else { return };
                for folder in self.folders.find(path) {
                    self.carry(folder, mention.name, depth);
                }
            }
            Before::Expression => {}
        }
    }

    /// Notes the types whose fields stand in functions that do something themselves: in
    /// `config := load(); http.ListenAndServe(config.Address, nil)` the type of `config`.
    fn carry_fields(&mut self, triggered: &[Vec<bool>]) {
        for (file, functions) in triggered.iter().enumerate() {
            let Some(outlined) = &self.files[file] else { continue };
            let acting = outlined.outline.functions.iter().zip(functions).filter(|(_, acts)| **acts);
            let mentions = acting.flat_map(|(function, _)| outlined.mentions(function));
            let fields: FxHashSet<&str> =
                mentions.filter(|it| it.before != Before::Nothing).map(|it| it.name).collect();
            let imported = outlined.imports.values().flat_map(|it| self.folders.find(it));
            let near: FxHashSet<&str> = imported.chain([outlined.folder]).collect();
            for field in fields {
                for (folder, name) in self.declared.types_by_field.get(field).into_iter().flatten() {
                    if near.contains(folder) {
                        self.carry(folder, name, 0);
                    }
                }
            }
        }
    }

    /// Adds the functions that make the values which relevant ones use: texts, numbers, and the
    /// fields of carriers.
    fn add_values(&mut self) {
        for (folder, name) in self.carriers.clone() {
            self.add_mentioners(Key::Literal(folder, name));
        }
        for (file, outlined) in self.files.iter().enumerate() {
            for (at, function) in outlined.iter().flat_map(|it| it.outline.functions.iter().enumerate()) {
                if self.sets_carrier(file, function) {
                    self.add((file, at));
                }
            }
        }
        self.pending = self.relevant.iter().copied().collect();
        let mut used: FxHashSet<Key<'t>> = FxHashSet::default();
        for (file, outlined) in self.files.iter().enumerate() {
            let outside = outlined.iter().flat_map(|it| self.links[file].get(it.outline.functions.len()));
            used.extend(outside.flatten());
        }
        let mut keys: Vec<Key<'t>> = used.iter().copied().collect();
        loop {
            for key in keys.drain(..) {
                let targets = match key {
                    Key::Function(folder, name) => self.declared.functions.get(&(folder, name)),
                    Key::Method(name) => self.declared.methods.get(name),
                    Key::Literal(..) => None,
                };
                for target in targets.cloned().unwrap_or_default() {
                    if self.makes_value(target) {
                        self.add(target);
                    }
                }
            }
            let Some(at) = self.pending.pop() else { return };
            keys.extend(self.links[at.0][at.1].iter().filter(|it| used.insert(**it)));
            // What a constructor is given ends up in a field.
            if let Some((outlined, function)) = self.function(at)
                && self.makes_carrier(outlined, function)
                && let Some(key) = key_of(outlined, function)
            {
                self.add_mentioners(key);
            }
        }
    }

    /// Whether a method of a carrier, or a function that is given one, assigns to a field.
    fn sets_carrier(&self, file: usize, function: &OutlinedFunction<'t>) -> bool {
        let Some(outlined) = &self.files[file] else { return false };
        if !outlined.mentions(function).iter().any(|it| it.assigned) {
            return false;
        }
        let given = &outlined.outline.mentions[function.signature.start..function.results];
        function.receiver.is_some_and(|owner| self.carriers.contains(&(outlined.folder, owner)))
            || given.iter().any(|it| self.is_carrier(outlined, it))
    }

    fn makes_carrier(&self, outlined: &Outlined<'t>, function: &OutlinedFunction<'t>) -> bool {
        let results = &outlined.outline.mentions[function.results..function.signature.end];
        results.iter().any(|it| self.is_carrier(outlined, it))
    }

    fn is_carrier(&self, outlined: &Outlined<'t>, mention: &Mention<'t>) -> bool {
        match mention.before {
            Before::Nothing => self.carriers.contains(&(outlined.folder, mention.name)),
            Before::Name(qualifier) => outlined.imports.get(qualifier).is_some_and(|path| {
                let folders = self.folders.find(path);
                folders.iter().any(|it| self.carriers.contains(&(*it, mention.name)))
            }),
            Before::Expression => false,
        }
    }

    /// Whether a function's result can be an address, a part of one, or hold one. What programs write makes no
    /// addresses.
    fn makes_value(&self, at: At) -> bool {
        let Some((outlined, function)) = self.function(at) else { return false };
        let results = &outlined.outline.mentions[function.results..function.signature.end];
        let any_type = &outlined.outline.mentions[function.type_parameters.clone()];
        let is_value = |it: &Mention<'t>| match it.before {
            Before::Nothing => {
                matches!(
                    it.name,
                    "string" | "byte" | "int" | "int32" | "int64" | "uint" | "uint16" | "uint32"
                ) || any_type.iter().any(|parameter| parameter.name == it.name)
            }
            Before::Name(qualifier) => {
                let path = outlined.imports.get(qualifier);
                path.is_some_and(|it| catalogue().knows_package(it))
            }
            Before::Expression => false,
        };
        !outlined.outline.generated && results.iter().any(|it| is_value(it) || self.is_carrier(outlined, it))
    }
}

/// What others call a function by; `main` and `init` nobody calls.
fn key_of<'t>(outlined: &Outlined<'t>, function: &OutlinedFunction<'t>) -> Option<Key<'t>> {
    match function.receiver {
        Some(_) => Some(Key::Method(function.name)),
        None if matches!(function.name, "main" | "init") => None,
        None => Some(Key::Function(outlined.folder, function.name)),
    }
}
