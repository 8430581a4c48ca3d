//! Which files make one Compose project, and what they say together.

use rustc_hash::{FxHashMap, FxHashSet};

use super::chosen::{Calls, Needs, run_at_once};
use super::folder_of;
use super::load::{self, Loaded, LoadedBy};
use super::variables::{Variables, dotenv};
use crate::facts::compose::{self, ComposeFile, Document, Service, Value};
use crate::facts::kind::without_sample;
use crate::facts::tree::Tree;
use crate::facts::{Facts, Lookup, join_path};
use crate::model::{Chosen, ComposeFault, Composition, FaultBasis};
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
    /// What Compose refuses.
    pub(super) faults: Vec<ComposeFault>,
    /// Services that wait for each other, as [`load::cycle`] tells them.
    pub(super) cycle: Vec<Spanned<String>>,
    /// What `${VARIABLE}` means.
    pub(super) variables: Variables,
    /// Why the project may hold more.
    pub(super) incomplete: Option<String>,
    /// See [`Composition::chosen`](crate::model::Composition::chosen).
    pub(super) chosen: Option<Chosen>,
    /// The names of the stacks as which they are deployed, as they are written.
    pub(super) stacks: Vec<String>,
    /// Whether something calls Compose with them.
    pub(super) is_called: bool,
    /// See [`Composition::is_only_stack`].
    pub(super) is_only_stack: bool,
    /// Whether nothing does without more files that are not known.
    pub(super) has_unknown_layers: bool,
    /// Services that nothing starts, since calls only build their images.
    pub(super) only_built: FxHashSet<String>,
    /// Services that could not be read in full, and why.
    pub(super) incomplete_services: FxHashMap<String, String>,
}

impl Composition {
    /// Whether its first file has a name that Compose looks for by itself.
    #[must_use]
    pub fn has_base_name(&self) -> bool {
        let name = self.paths.first().and_then(|it| it.rsplit('/').next());
        name.is_some_and(|it| BASE_NAMES.contains(&it))
    }
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
    let called = index.called(&groups);
    let layers = called.iter().flat_map(|it| it.files.iter().skip(1)).copied();
    let layers: FxHashSet<FileId> = layers.filter(|it| used.contains(it)).collect();
    let mut astray: FxHashSet<FileId> = FxHashSet::default();
    for Called { folder, files, is_astray } in called {
        used.extend(files.iter().copied());
        astray.extend(files.first().filter(|_| is_astray));
        match groups.iter_mut().find(|it| it.1 == files) {
            Some(group) => group.0 = folder,
            None => groups.push((folder, files, true)),
        }
    }
    for (file, _) in &facts.compose {
        let part_of_another = index.included.contains(file) || index.extended.contains(file);
        // Where a sample was copied, the copy counts.
        if used.contains(file) || part_of_another || is_sample(facts, *file) {
            continue;
        }
        groups.push((folder_of(facts, *file).to_owned(), vec![*file], false));
    }
    groups.sort_by(|a, b| facts.path(a.1[0]).cmp(facts.path(b.1[0])));
    let mut out = Vec::new();
    for (folder, files, default) in groups {
        let variables = Variables::of_folder(facts, &folder);
        let (project, _) = load_project(&index, folder, &files, variables);
        let doubt = match files[..] {
            [only] if layers.contains(&only) => Some("a call of Compose merges it into another project"),
            [first, ..] if astray.contains(&first) => {
                Some("the folder that its paths count from is not known")
            }
            _ => None,
        };
        let project = judged(&index, project, default, doubt);
        if !project.document.services.is_empty() {
            out.push(project);
        }
    }
    out
}

/// Files with which Compose is called.
struct Called {
    /// The folder that their paths count from.
    folder: String,
    files: Vec<FileId>,
    /// Whether they count from another one, which is not known.
    is_astray: bool,
}

/// The Compose files of all projects.
pub(super) struct Index<'a> {
    pub(super) facts: &'a Facts,
    by_id: FxHashMap<FileId, &'a ComposeFile>,
    by_path: FxHashMap<&'a str, FileId>,
    /// The files that each includes, and those that its `extends: file:` name.
    parts: FxHashMap<FileId, Vec<FileId>>,
    /// Files that another file includes, or that `extends: file:` names and whose name is none of
    /// Compose's own: parts of another project.
    included: FxHashSet<FileId>,
    extended: FxHashSet<FileId>,
}

impl<'a> Index<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        let by_path = facts.compose.iter().map(|(file, _)| (facts.path(*file), *file)).collect();
        let by_id = facts.compose.iter().map(|(file, it)| (*file, it)).collect();
        let mut out = Self {
            facts,
            by_id,
            by_path,
            parts: FxHashMap::default(),
            included: FxHashSet::default(),
            extended: FxHashSet::default(),
        };
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
                let included: Vec<_> = included.filter_map(&mut find).collect();
                let extended = document.services.iter().filter_map(|it| it.extends.as_ref()?.file.as_ref());
                let extended: Vec<_> = extended.filter_map(&mut find).collect();
                out.parts.entry(*file).or_default().extend(included.iter().chain(&extended));
                out.included.extend(included);
                out.extended.extend(extended);
            }
        }
        out.extended.retain(|it| !BASE_NAMES.contains(&name_of(facts, *it)));
        out
    }

    /// Adds to a list of files those that they include or extend, and so on.
    pub(super) fn add_parts(&self, files: &mut Vec<FileId>) {
        let mut at = 0;
        while let Some(file) = files.get(at) {
            let parts = self.parts.get(file).into_iter().flatten();
            let new: Vec<_> = parts.filter(|it| !files.contains(it)).copied().collect();
            files.extend(new);
            at += 1;
        }
    }

    pub(super) fn compose(&self, file: FileId) -> Option<&'a ComposeFile> {
        self.by_id.get(&file).copied()
    }

    /// The Compose file at a path that is relative to the project's root.
    pub(super) fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    pub(super) fn find_in(&self, folder: &str, name: &str) -> Option<FileId> {
        self.find(join_path(folder, name)?.as_str())
    }

    /// The name of the project of these files in the folder at the absolute path `folder`.
    pub(super) fn project_name(&self, files: &[FileId], folder: &str, variables: &Variables) -> String {
        if let Lookup::Set(name) = variables.lookup("COMPOSE_PROJECT_NAME") {
            return name.as_str().to_owned();
        }
        let documents = files.iter().filter_map(|it| self.compose(*it)).flat_map(|it| &it.documents);
        let written =
            documents.filter_map(|it| it.name.as_ref()).filter_map(|it| variables.text(it)).next_back();
        let written = written.map(|it| normalised_name(it.as_str())).filter(|it| !it.is_empty());
        written.unwrap_or_else(|| normalised_name(folder.rsplit('/').next().unwrap_or_default()))
    }

    /// The lists of files with which Compose is called and that `groups` does not have: those of several
    /// files, and those whose paths count from another folder than that of the first file.
    fn called(&self, groups: &[(String, Vec<FileId>, bool)]) -> Vec<Called> {
        let mut out: Vec<Called> = Vec::new();
        for (caller, calls) in &self.facts.compose_calls {
            for call in calls.iter().filter(|it| !it.has_unknown_layers) {
                let find = |start: &String| -> Option<Called> {
                    let files =
                        call.files.iter().map(|it| self.find_in(start, it)).collect::<Option<Vec<_>>>()?;
                    let own = folder_of(self.facts, *files.first()?);
                    let Some(named) = &call.project_directory else {
                        return Some(Called { folder: own.to_owned(), files, is_astray: false });
                    };
                    let named = Some(named).filter(|it| !it.contains(['$', '<', '{', '(']));
                    let folder = named.and_then(|it| join_path(start, it));
                    let is_astray = folder.is_none();
                    Some(Called { folder: folder.unwrap_or_else(|| own.to_owned()), files, is_astray })
                };
                if call.is_below_variable || call.files.is_empty() {
                    continue;
                }
                let starts = call.starts(folder_of(self.facts, *caller));
                let Some(it) = starts.iter().find_map(find) else { continue };
                let is_elsewhere = it.is_astray || it.folder != folder_of(self.facts, it.files[0]);
                let is_of_group = groups.iter().any(|group| group.1 == it.files);
                let is_new = (it.files.len() > 1 && !is_of_group) || is_elsewhere;
                if is_new && !out.iter().any(|other| other.files == it.files) {
                    out.push(it);
                }
            }
        }
        out
    }

    /// Whether a call of Compose lays what is not known over just these files.
    fn is_under_unknown_layers(&self, files: &[FileId]) -> bool {
        let all = self.facts.compose_calls.iter();
        let mut all = all.flat_map(|(by, calls)| calls.iter().map(move |it| (*by, it)));
        all.any(|(by, it)| it.has_unknown_layers && self.files_of(by, it).is_some_and(|it| it == files))
    }

    /// What `docker compose up` reads in `folder`.
    pub(super) fn default_files(&self, folder: &str) -> Vec<FileId> {
        let named = join_path(folder, ".env").and_then(|it| dotenv(self.facts, &it));
        if let Some(files) = named.and_then(|it| self.named_files(it, folder)) {
            return files;
        }
        let first = |names: &[&str]| names.iter().find_map(|it| self.find_in(folder, it));
        let Some(base) = first(&BASE_NAMES).or_else(|| self.sample_in(folder)) else { return Vec::new() };
        std::iter::once(base).chain(first(&OVERRIDE_NAMES)).collect()
    }

    /// What people copy to be the base file of `folder`.
    fn sample_in(&self, folder: &str) -> Option<FileId> {
        let samples =
            self.facts.compose.iter().map(|(file, _)| *file).filter(|it| is_sample(self.facts, *it));
        samples.into_iter().find(|it| folder_of(self.facts, *it) == folder)
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
        list.as_str().split(separator).map(|it| self.find_in(folder, it.trim())).collect()
    }
}

/// A text as the name of a project, as Compose writes it.
pub(super) fn normalised_name(text: &str) -> String {
    let lower = text.to_lowercase();
    let kept: String =
        lower.chars().filter(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_')).collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

fn services(file: &ComposeFile) -> impl Iterator<Item = &Service> {
    file.documents.iter().flat_map(|it| &it.services)
}

fn name(service: &Service) -> Option<&str> {
    Some(service.name.as_ref()?.value.as_str())
}

/// The services to which a service is linked, or whose network it has.
fn linked_services(service: &Service, variables: &Variables) -> Vec<String> {
    let text = |it: &Value| Some(variables.text(it)?.as_str().to_owned());
    let links = service.links.iter().filter_map(text);
    let links = links.map(|it| it.split(':').next().unwrap_or_default().to_owned());
    let mode = service.network_mode.as_ref().and_then(text);
    links.chain(mode.and_then(|it| it.strip_prefix("service:").map(str::to_owned))).collect()
}

fn is_sample(facts: &Facts, file: FileId) -> bool {
    without_sample(name_of(facts, file)).is_some()
}

fn name_of(facts: &Facts, file: FileId) -> &str {
    let path = facts.path(file);
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The project of these files, and all that they say.
pub(super) fn load_project(
    index: &Index<'_>,
    folder: String,
    files: &[FileId],
    variables: Variables,
) -> (ProjectFiles, Tree) {
    let called = files;
    let Loaded { tree, files, faults, incomplete, incomplete_services } =
        load::load(index, files, &folder, &variables);
    let mut document = compose::read_merged(&tree);
    document.services.retain(|it| it.name.is_some());
    let mut out = ProjectFiles {
        files,
        folder,
        document,
        faults,
        cycle: Vec::new(),
        variables,
        incomplete,
        chosen: None,
        stacks: Vec::new(),
        is_called: false,
        is_only_stack: false,
        has_unknown_layers: false,
        only_built: FxHashSet::default(),
        incomplete_services,
    };
    let calls = Calls::of(index, called);
    (out.stacks, out.is_called) = (calls.stacks(), calls.are_certain());
    out.is_only_stack = calls.only_deploy();
    out.has_unknown_layers = !calls.start_them() && index.is_under_unknown_layers(called);
    let needs = out.needs();
    out.chosen = calls.chosen(&needs);
    let profiles = out.profiles();
    out.only_built = out.only_built_by(&calls, &needs, &profiles);
    let run_at_once = |services: [&str; 2]| run_at_once(out.chosen.as_ref(), services);
    let by = if out.is_only_stack { LoadedBy::Swarm } else { LoadedBy::Compose };
    let inconsistent = |profiles: &[String]| {
        let profiles = profiles.iter().map(String::as_str).collect();
        load::consistency(&tree, &profiles, &out.faults, &run_at_once, by)
    };
    let mut faults = inconsistent(&profiles);
    // What depends on the profiles holds for certain where it holds with those of every call, and of every shell.
    let all = ["*".to_owned()];
    let of_shell = index.facts.sets_profiles.then_some(&all[..]);
    for other in calls.profiles().into_iter().chain(of_shell) {
        let others = inconsistent(&[&profiles, other].concat());
        let decided = faults.iter_mut().filter(|it| !others.contains(it));
        decided.for_each(|it| it.basis = FaultBasis::Surroundings);
    }
    if let Some(call) = calls.start() {
        let whatever_is_active = inconsistent(&all);
        let decided = faults.iter_mut().filter(|it| !whatever_is_active.contains(it));
        decided.for_each(|it| it.call = Some(call));
    }
    // In a file that could not be read in full what a service needs may stand in another one.
    let is_broken = |file: &FileId| index.compose(*file).is_some_and(|it| !it.errors.is_empty());
    if !out.files.iter().any(is_broken) && by == LoadedBy::Compose {
        out.cycle = load::cycle(&tree, &profiles.iter().map(String::as_str).collect());
    }
    out.faults.extend(faults);
    (out, tree)
}

impl ProjectFiles {
    /// What each service needs: what is started with it.
    fn needs(&self) -> Needs {
        let text = |it: &Value| Some(self.variables.text(it)?.as_str().to_owned());
        let needed = |service: &Service| {
            let awaited = service.depends_on.iter().filter_map(|it| text(&it.service));
            awaited.chain(linked_services(service, &self.variables)).collect()
        };
        let services = self.document.services.iter();
        services.filter_map(|it| Some((name(it)?.to_owned(), needed(it)))).collect()
    }

    /// The services that `calls` only build; `active`: the profiles that are so anyway.
    fn only_built_by(&self, calls: &Calls<'_>, needs: &Needs, active: &[String]) -> FxHashSet<String> {
        let text = |it: &Value| Some(self.variables.text(it)?.as_str().to_owned());
        let is_only_built = |service: &&Service| {
            let profiles: Option<Vec<String>> = service.profiles.iter().map(text).collect();
            let (Some(name), Some(profiles)) = (name(service), profiles) else { return false };
            let is_active = profiles.is_empty() || profiles.iter().any(|it| active.contains(it));
            let is_needed = || needs.values().flatten().any(|it| it == name);
            service.build.is_some() && !is_active && !is_needed() && calls.only_build(name, &profiles)
        };
        let services = self.document.services.iter().filter(is_only_built);
        services.filter_map(|it| Some(name(it)?.to_owned())).collect()
    }

    /// The profiles of `COMPOSE_PROFILES`.
    pub(super) fn profiles(&self) -> Vec<String> {
        match self.variables.lookup("COMPOSE_PROFILES") {
            Lookup::Set(text) => text.as_str().split(',').map(|it| it.trim().to_owned()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Finds out whether these files are all of their project. `doubt`: why they are not, for certain.
fn judged(index: &Index<'_>, project: ProjectFiles, default: bool, doubt: Option<&str>) -> ProjectFiles {
    let mut judge = Judge { index, out: project };
    if let Some(doubt) = doubt {
        judge.incomplete(doubt.to_owned());
    }
    judge.judge(default);
    judge.out
}

struct Judge<'a, 'b> {
    index: &'b Index<'a>,
    out: ProjectFiles,
}

impl Judge<'_, '_> {
    fn incomplete(&mut self, reason: String) {
        self.out.incomplete.get_or_insert(reason);
    }

    /// Whether the files can stand alone. `docker-compose.prod.yml` may be a project of its own or
    /// a layer for `-f`: what Compose would refuse alone is a layer.
    fn judge(&mut self, default: bool) {
        let Some(first) = self.out.files.first().copied() else { return };
        // `-f` may add what is missing here.
        if default && (self.out.incomplete.is_some() || self.has_layers() || self.needs_another_file()) {
            self.out.faults.retain(|it| it.basis != FaultBasis::Project);
        }
        let services: FxHashSet<&str> = self.out.document.services.iter().filter_map(name).collect();
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
            if alone.is_some_and(|it| it.documents.iter().any(|it| !it.content.replaced.is_empty())) {
                layer = Some("it resets what another file says".to_owned());
            }
            if name_of(self.index.facts, first).contains("override") {
                layer = Some("it is named as an override of another file".to_owned());
            }
            if let Some(name) = self.context_of_another_file(first) {
                layer.get_or_insert_with(|| format!("another file says what `{name}` is built from"));
            }
        }
        if let Some(fault) = self.out.faults.iter().find(|it| it.basis == FaultBasis::Project && !default) {
            layer.get_or_insert_with(|| fault.message.clone());
            self.out.faults.retain(|it| it.basis != FaultBasis::Project);
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

    /// A service whose Dockerfile is not in the folder of `file`, which names no context for it, while a file
    /// beside it names another folder.
    fn context_of_another_file(&self, file: FileId) -> Option<&str> {
        let facts = self.index.facts;
        let path = |it: &Value| join_path(&self.out.folder, self.out.variables.text(it)?.as_str());
        let beside: Vec<_> = facts
            .compose
            .iter()
            .filter(|(other, _)| *other != file && folder_of(facts, *other) == self.out.folder)
            .flat_map(|(_, it)| services(it))
            .collect();
        let own = services(self.index.compose(file)?).find(|service| {
            let build = service.build.as_ref().filter(|it| it.context.is_none());
            let dockerfile = build.and_then(|it| path(it.dockerfile.as_ref()?));
            let contexts = beside.iter().filter(|it| name(it).is_some() && name(it) == name(service));
            let mut contexts = contexts.filter_map(|it| path(it.build.as_ref()?.context.as_ref()?));
            dockerfile.is_some_and(|it| !facts.tree.has_file(&it)) && contexts.any(|it| it != self.out.folder)
        })?;
        name(own)
    }

    /// Whether there is a file that may be merged with these: one beside them, or one with a service of
    /// the same name.
    fn has_layers(&self) -> bool {
        let facts = self.index.facts;
        let own: FxHashSet<&str> = self.out.document.services.iter().filter_map(name).collect();
        let is_other = |file: FileId| !self.out.files.contains(&file) && !is_sample(facts, file);
        facts.compose.iter().filter(|(file, _)| is_other(*file)).any(|(file, compose)| {
            let services = compose.documents.iter().flat_map(|it| &it.services);
            folder_of(facts, *file) == self.out.folder || services.filter_map(name).any(|it| own.contains(it))
        })
    }

    /// Whether a service needs one that these files do not hold and another file does: a program or a
    /// person may merge them with `-f`.
    fn needs_another_file(&self) -> bool {
        let own: FxHashSet<&str> = self.out.document.services.iter().filter_map(name).collect();
        let needed = self.out.document.services.iter().flat_map(|it| self.named_services(it));
        let missing: FxHashSet<String> = needed.filter(|it| !own.contains(it.as_str())).collect();
        let elsewhere = self.index.facts.compose.iter().filter(|(file, _)| !self.out.files.contains(file));
        let mut elsewhere = elsewhere.flat_map(|(_, it)| &it.documents).flat_map(|it| &it.services);
        !missing.is_empty() && elsewhere.any(|it| name(it).is_some_and(|it| missing.contains(it)))
    }

    /// The services that a service cannot do without.
    fn named_services(&self, service: &Service) -> Vec<String> {
        let text = |it: &Value| Some(self.out.variables.text(it)?.as_str().to_owned());
        let needed = service.depends_on.iter().filter(|it| it.required);
        needed
            .filter_map(|it| text(&it.service))
            .chain(linked_services(service, &self.out.variables))
            .collect()
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
