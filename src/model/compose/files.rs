//! Which files make one Compose project, and what they say together.

use rustc_hash::{FxHashMap, FxHashSet};

use super::variables::{Variables, dotenv};
use super::{folder_of, merge};
use crate::facts::compose::{ComposeFile, Document, Include, Service, Value, Words};
use crate::facts::{Facts, Lookup, join_path};
use crate::source::{FileId, Spanned};

/// One Compose project: its files merged, variables not expanded yet.
#[derive(Debug)]
pub(super) struct ProjectFiles {
    /// The files, base first, included and extended ones behind.
    pub(super) files: Vec<FileId>,
    /// Folder of the base file.
    pub(super) folder: String,
    /// Everything merged.
    pub(super) document: Document,
    /// What `${VARIABLE}` means.
    pub(super) variables: Variables,
    /// The folder that relative paths of a file count from.
    pub(super) folders: FxHashMap<FileId, String>,
    /// Why the project may hold more.
    pub(super) incomplete: Option<String>,
    /// Services that could not be read in full, and why.
    pub(super) incomplete_services: FxHashMap<String, String>,
}

/// In the order in which Compose looks for them:
/// <https://github.com/compose-spec/compose-go/blob/main/cli/options.go>.
const BASE_NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// `extends` of `extends`, `include` of `include`: longer chains are cycles.
const MAX_DEPTH: usize = 16;

/// Every Compose project, in the order of paths.
pub(super) fn projects(facts: &Facts) -> Vec<ProjectFiles> {
    let index = Index::new(facts);
    let mut groups: Vec<(String, Vec<FileId>, bool)> = Vec::new();
    let mut used: FxHashSet<FileId> = FxHashSet::default();
    let mut folders: Vec<&str> = facts.compose.iter().map(|(file, _)| folder_of(facts, *file)).collect();
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        let mut files = index.default_files(folder);
        files.retain(|it| !index.included.contains(it));
        if files.is_empty() {
            continue;
        }
        used.extend(files.iter().copied());
        groups.push((folder.to_owned(), files, true));
    }
    for (file, _) in &facts.compose {
        let part_of_another = index.included.contains(file) || index.extended.contains(file);
        if used.contains(file) || part_of_another {
            continue;
        }
        groups.push((folder_of(facts, *file).to_owned(), vec![*file], false));
    }
    groups.sort_by(|a, b| facts.path(a.1[0]).cmp(facts.path(b.1[0])));
    let mut out = Vec::new();
    for (folder, files, default) in groups {
        let project = Loader::load(&index, folder, files, default);
        if !project.document.services.is_empty() {
            out.push(project);
        }
    }
    out
}

struct Index<'a> {
    facts: &'a Facts,
    by_path: FxHashMap<&'a str, FileId>,
    /// Files that another file includes, or that `extends: file:` names and whose name is none of
    /// Compose's own: parts of another project.
    included: FxHashSet<FileId>,
    extended: FxHashSet<FileId>,
}

impl<'a> Index<'a> {
    fn new(facts: &'a Facts) -> Self {
        let by_path = facts.compose.iter().map(|(file, _)| (facts.path(*file), *file)).collect();
        let mut out = Self { facts, by_path, included: FxHashSet::default(), extended: FxHashSet::default() };
        for (file, compose) in &facts.compose {
            let folder = folder_of(facts, *file);
            let mut variables: Option<Variables> = None;
            let mut find = |path: &Value| {
                let variables = variables.get_or_insert_with(|| Variables::of_folder(facts, folder));
                let path = join_path(folder, variables.text(path)?.as_str())?;
                out.by_path.get(path.as_str()).copied().filter(|it| it != file)
            };
            for document in &compose.documents {
                let included = document.includes.iter().flat_map(|it| &it.paths);
                out.included.extend(included.filter_map(&mut find));
                let extended = document.services.iter().filter_map(|it| it.extends.as_ref()?.file.as_ref());
                out.extended.extend(extended.filter_map(&mut find));
            }
        }
        out.extended.retain(|it| !BASE_NAMES.contains(&name_of(facts, *it)));
        out
    }

    fn compose(&self, file: FileId) -> Option<&'a ComposeFile> {
        let facts: &'a Facts = self.facts;
        facts.compose.iter().find(|(id, _)| *id == file).map(|(_, it)| it)
    }

    fn find(&self, folder: &str, name: &str) -> Option<FileId> {
        self.by_path.get(join_path(folder, name)?.as_str()).copied()
    }

    /// What `docker compose up` reads in `folder`.
    fn default_files(&self, folder: &str) -> Vec<FileId> {
        let named = join_path(folder, ".env").and_then(|it| dotenv(self.facts, &it));
        if let Some(files) = named.and_then(|it| self.named_files(it, folder)) {
            return files;
        }
        let first = |names: &[&str]| names.iter().find_map(|it| self.find(folder, it));
        let Some(base) = first(&BASE_NAMES) else { return Vec::new() };
        std::iter::once(base).chain(first(&OVERRIDE_NAMES)).collect()
    }

    /// `COMPOSE_FILE=a.yml:b.yml` of the `.env`, when all of them are there.
    fn named_files(&self, env: &crate::facts::dotenv::Dotenv, folder: &str) -> Option<Vec<FileId>> {
        let expand = |name: &str| {
            let template = env.get(name)?.value.as_ref()?;
            template.expand(&mut |it| Lookup::NotHere(it.to_owned())).ok()
        };
        let list = expand("COMPOSE_FILE").filter(|it| !it.as_str().is_empty())?;
        let separator = expand("COMPOSE_PATH_SEPARATOR");
        let separator = separator.as_ref().map_or(":", |it| it.as_str());
        list.as_str().split(separator).map(|it| self.find(folder, it.trim())).collect()
    }
}

fn name_of(facts: &Facts, file: FileId) -> &str {
    let path = facts.path(file);
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

struct Loader<'a, 'b> {
    index: &'b Index<'a>,
    out: ProjectFiles,
}

impl<'a, 'b> Loader<'a, 'b> {
    fn load(index: &'b Index<'a>, folder: String, files: Vec<FileId>, default: bool) -> ProjectFiles {
        let variables = Variables::of_folder(index.facts, &folder);
        let mut loader = Self {
            index,
            out: ProjectFiles {
                files: Vec::new(),
                folder: folder.clone(),
                document: Document::default(),
                variables,
                folders: FxHashMap::default(),
                incomplete: None,
                incomplete_services: FxHashMap::default(),
            },
        };
        let mut merged = loader.merge_files(&files, &folder, 0);
        merged.services.retain(|it| it.name.is_some());
        loader.out.document = merged;
        loader.judge(files[0], default);
        loader.out
    }

    fn incomplete(&mut self, reason: String) {
        self.out.incomplete.get_or_insert(reason);
    }

    fn merge_files(&mut self, files: &[FileId], folder: &str, depth: usize) -> Document {
        let mut merged = Document::default();
        for file in files {
            let Some(compose) = self.index.compose(*file) else { continue };
            self.register(*file, folder);
            if !compose.errors.is_empty() {
                self.incomplete(format!("`{}` could not be read in full", self.index.facts.path(*file)));
            }
            for document in &compose.documents {
                let mut document = document.clone();
                self.extend_services(&mut document, *file);
                let includes = std::mem::take(&mut document.includes);
                merge_documents(&mut merged, document);
                for include in &includes {
                    self.include(include, folder, &mut merged, depth);
                }
            }
        }
        merged
    }

    fn register(&mut self, file: FileId, folder: &str) {
        if !self.out.files.contains(&file) {
            self.out.files.push(file);
        }
        self.out.folders.entry(file).or_insert_with(|| folder.to_owned());
    }

    fn include(&mut self, include: &Include, folder: &str, merged: &mut Document, depth: usize) {
        let find = |path: &Value| {
            let text = self.out.variables.text(path)?;
            let path = join_path(folder, text.as_str())?;
            self.index.by_path.get(path.as_str()).copied()
        };
        let files: Option<Vec<FileId>> = include.paths.iter().map(find).collect();
        let files = files.filter(|it| !it.is_empty() && depth < MAX_DEPTH);
        let Some(files) = files.filter(|files| !files.iter().any(|it| self.out.files.contains(it))) else {
            return self.incomplete("it includes a file that is not in the project".to_owned());
        };
        let own = folder_of(self.index.facts, files[0]).to_owned();
        let own = match &include.project_directory {
            Some(path) => {
                let text = self.out.variables.text(path);
                text.and_then(|it| join_path(folder, it.as_str())).unwrap_or(own)
            }
            None => own,
        };
        let env_files: Vec<String> = match include.env_files.as_slice() {
            [] => join_path(&own, ".env").into_iter().collect(),
            named => named
                .iter()
                .filter_map(|it| join_path(folder, self.out.variables.text(it)?.as_str()))
                .collect(),
        };
        for path in env_files {
            if let Some(file) = dotenv(self.index.facts, &path) {
                self.out.variables.add(file);
            }
        }
        let included = self.merge_files(&files, &own, depth + 1);
        // What the including file says of the same name wins.
        let own = std::mem::replace(merged, included);
        merge_documents(merged, own);
    }

    /// Resolves `extends:` of every service of one file.
    fn extend_services(&mut self, document: &mut Document, file: FileId) {
        for at in 0..document.services.len() {
            if document.services[at].extends.is_some() {
                let service = document.services[at].clone();
                let extended = self.extended(service, document, file, 0);
                document.services[at] = extended;
            }
        }
    }

    fn extended(&mut self, mut service: Service, document: &Document, file: FileId, depth: usize) -> Service {
        let Some(extends) = service.extends.take() else { return service };
        let name = service.name.as_ref().map(|it| it.value.clone()).unwrap_or_default();
        let base = self.extended_base(&extends, document, file, depth);
        let Some(mut base) = base.filter(|_| depth < MAX_DEPTH) else {
            let reason = "it extends a service that is not in the project".to_owned();
            self.out.incomplete_services.insert(name, reason);
            return service;
        };
        base.name.clone_from(&service.name);
        let mut alone = Document { services: vec![base], ..Document::default() };
        for path in &document.replaced {
            merge::forget(&mut alone, path);
        }
        match alone.services.pop() {
            Some(base) => merge::service(base, service),
            None => service,
        }
    }

    fn extended_base(
        &mut self,
        extends: &crate::facts::compose::Extends,
        document: &Document,
        file: FileId,
        depth: usize,
    ) -> Option<Service> {
        let name = self.out.variables.text(&extends.service)?;
        let named = |it: &&Service| it.name.as_ref().is_some_and(|it| it.value == name.as_str());
        let Some(path) = &extends.file else {
            let base = document.services.iter().find(named)?.clone();
            return Some(self.extended(base, document, file, depth + 1));
        };
        // Compose resolves the path from the folder of the file that says it.
        let folder = self.out.folders.get(&file).cloned().unwrap_or_default();
        let path = join_path(&folder, self.out.variables.text(path)?.as_str())?;
        let other = *self.index.by_path.get(path.as_str())?;
        let compose = self.index.compose(other)?;
        let found = compose.documents.iter().find(|it| it.services.iter().any(|it| named(&it)))?;
        let base = found.services.iter().find(named)?.clone();
        let own = folder_of(self.index.facts, other).to_owned();
        if other != file {
            self.register(other, &own);
        }
        Some(self.extended(base, found, other, depth + 1))
    }

    /// Whether the files can stand alone. `docker-compose.prod.yml` may be a project of its own or
    /// a layer for `-f`: what Compose would refuse alone is a layer.
    fn judge(&mut self, first: FileId, default: bool) {
        let services: FxHashSet<&str> = self
            .out
            .document
            .services
            .iter()
            .filter_map(|it| Some(it.name.as_ref()?.value.as_str()))
            .collect();
        let mut layer = None;
        let mut tweaks = Vec::new();
        for service in &self.out.document.services {
            let Some(name) = &service.name else { continue };
            let nothing = service.image.is_none() && service.build.is_none() && service.provider.is_none();
            if nothing && !self.out.incomplete_services.contains_key(&name.value) {
                tweaks.push(name.value.clone());
            }
            let missing = self.named_services(service).into_iter().find(|it| !services.contains(it.as_str()));
            if let Some(missing) = missing {
                layer.get_or_insert_with(|| format!("`{}` needs `{missing}` of another file", name.value));
            }
        }
        if let Some(name) = tweaks.first() {
            layer.get_or_insert_with(|| format!("`{name}` has neither image nor build"));
        }
        if !default {
            let alone = self.index.compose(first);
            if alone.is_some_and(|it| it.documents.iter().any(|it| !it.replaced.is_empty())) {
                layer = Some("it resets what another file says".to_owned());
            }
            if name_of(self.index.facts, first).contains("override") {
                layer = Some("it is named as an override of another file".to_owned());
            }
        }
        if let Some(name) = self.network_of_another_file() {
            layer.get_or_insert_with(|| format!("the network `{name}` is declared in another file"));
        }
        for name in tweaks {
            let reason = "it has neither image nor build".to_owned();
            self.out.incomplete_services.insert(name, reason);
        }
        if let Some(reason) = layer {
            self.incomplete(reason);
        }
    }

    /// The services that a service cannot do without.
    fn named_services(&self, service: &Service) -> Vec<String> {
        let text = |it: &Value| Some(self.out.variables.text(it)?.as_str().to_owned());
        let needed = service.depends_on.iter().filter(|it| it.required);
        let mut out: Vec<String> = needed.filter_map(|it| text(&it.service)).collect();
        let links = service.links.iter().filter_map(text);
        out.extend(links.map(|it| it.split(':').next().unwrap_or_default().to_owned()));
        let mode = service.network_mode.as_ref().and_then(text);
        out.extend(mode.and_then(|it| it.strip_prefix("service:").map(str::to_owned)));
        out
    }

    /// A network that the services name, that these files do not declare, and that another file
    /// does: one of the same folder, or one without any service, which is there for others.
    fn network_of_another_file(&self) -> Option<String> {
        let document = &self.out.document;
        let declared: FxHashSet<&str> = document.networks.iter().map(|it| it.name.value.as_str()).collect();
        let named = document.services.iter().flat_map(|it| it.networks.iter().flatten());
        let mut missing = named
            .filter_map(|it| Some(self.out.variables.text(&it.name)?.as_str().to_owned()))
            .filter(|it| it != "default" && !declared.contains(it.as_str()));
        missing.find(|name| {
            self.index.facts.compose.iter().any(|(file, compose)| {
                let near = folder_of(self.index.facts, *file) == self.out.folder;
                let for_others = compose.documents.iter().all(|it| it.services.is_empty());
                let networks = || compose.documents.iter().flat_map(|it| &it.networks);
                (near || for_others)
                    && !self.out.files.contains(file)
                    && networks().any(|it| it.name.value == *name)
            })
        })
    }
}

fn merge_documents(base: &mut Document, over: Document) {
    for path in &over.replaced {
        merge::forget(base, path);
    }
    base.name = over.name.or(base.name.take());
    base.external_volumes.extend(over.external_volumes);
    base.networks_key = over.networks_key.or(base.networks_key);
    for mut service in over.services {
        let same = |it: &&mut Service| name(it) == name(&service);
        match base.services.iter_mut().find(same) {
            Some(old) => *old = merge::service(std::mem::take(old), service),
            None => {
                let null = |it: &mut Words| matches!(it, Words::Null(_));
                service.command.take_if(null);
                service.entrypoint.take_if(null);
                base.services.push(service);
            }
        }
    }
    for network in over.networks {
        let same = |it: &crate::facts::compose::TopNetwork| it.name.value == network.name.value;
        match base.networks.iter().position(same) {
            Some(at) => base.networks[at] = merge::network(base.networks[at].clone(), network),
            None => base.networks.push(network),
        }
    }
}

fn name(service: &Service) -> Option<&String> {
    service.name.as_ref().map(|Spanned { value, .. }| value)
}
