//! A Compose project as `docker compose config` prints it:
//! <https://docs.docker.com/reference/cli/docker/compose/config/>.

use rustc_hash::{FxHashMap, FxHashSet};

use super::environment::environment;
use super::files::{Index, ProjectFiles, load_project};
use super::load::{each, is_active, single_ports, to_sequence};
use super::variables::Variables;
use super::{Setting, commands, paths};
use crate::facts::compose::{Service, Words};
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::facts::{Facts, Lookup};
use crate::model::{Command, ComposeFault, FaultBasis, Period};
use crate::source::{Span, Spanned, Text};

/// Which files are merged, and what the shell adds that does it.
#[derive(Clone, Debug, Default)]
pub struct ConfigRequest {
    /// The files of `-f`, relative to the project's root; when empty, those that Compose finds in
    /// `folder`.
    pub files: Vec<String>,
    /// The folder in which Compose is started, relative to the project's root; `.` is the root.
    pub folder: String,
    /// The project's root, absolute.
    pub root: String,
    /// The variables of the shell; no others are set.
    pub variables: Vec<(String, String)>,
}

/// The project of these files, merged and normalised, with absolute paths.
///
/// # Errors
/// Why Compose refuses it.
pub fn config(facts: &Facts, request: &ConfigRequest) -> Result<Tree, Vec<ComposeFault>> {
    let index = Index::new(facts);
    let mut files = Vec::new();
    for path in &request.files {
        let Some(file) = index.find(path) else {
            return Err(vec![nothing(format!("there is no Compose file `{path}`"))]);
        };
        files.push(file);
    }
    if files.is_empty() {
        files = index.default_files(&request.folder);
    }
    let Some(first) = files.first() else {
        return Err(vec![nothing(format!("there is no Compose file in `{}`", request.folder))]);
    };
    let folder = match request.files.is_empty() {
        true => request.folder.clone(),
        false => super::folder_of(facts, *first).to_owned(),
    };
    let shell = request.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
    let mut variables = Variables::of_shell(facts, &folder, shell);
    let absolute = paths::join(&request.root, if folder == "." { "" } else { &folder });
    let name = index.project_name(&files, &absolute, &variables);
    variables.set("COMPOSE_PROJECT_NAME", &name);
    let (project, mut tree) = load_project(&index, folder, &files, variables);
    let printer = Printer { facts, project: &project, root: &request.root, name: &name };
    printer.print(&mut tree)
}

fn nothing(message: String) -> ComposeFault {
    let span = Span::new(crate::source::FileId(0), 0, 0);
    ComposeFault { message, span, basis: FaultBasis::Surroundings, call: None }
}

struct Printer<'a> {
    facts: &'a Facts,
    project: &'a ProjectFiles,
    root: &'a str,
    name: &'a str,
}

impl Printer<'_> {
    fn print(&self, tree: &mut Tree) -> Result<Tree, Vec<ComposeFault>> {
        if !self.project.faults.is_empty() {
            return Err(self.project.faults.clone());
        }
        if let Some(reason) = &self.project.incomplete {
            return Err(vec![nothing(reason.clone())]);
        }
        if tree.as_map().is_none_or(<[TreeEntry]>::is_empty) {
            return Err(vec![nothing("there is nothing in the Compose file".to_owned())]);
        }
        let profiles = self.project.profiles();
        let profiles: FxHashSet<&str> = profiles.iter().map(String::as_str).collect();
        if let Some(first) = self.project.cycle.first() {
            let message = format!("`{}` waits for itself, be it through others", first.value);
            return Err(vec![ComposeFault {
                message,
                span: first.span,
                basis: FaultBasis::Project,
                call: None,
            }]);
        }
        let mut services = tree.take("services").unwrap_or_default();
        let typed: FxHashMap<&str, &Service> = self
            .project
            .document
            .services
            .iter()
            .filter_map(|it| Some((it.name.as_ref()?.value.as_str(), it)))
            .collect();
        let mut faults = Vec::new();
        if let Some(entries) = services.as_map_mut() {
            entries.retain(|it| is_active(&it.value, &profiles));
            for entry in entries {
                let service = typed.get(entry.key.value.as_str());
                let Some(service) = service else { continue };
                self.service(&mut entry.value, service, &mut faults);
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut out = Tree::map(Vec::new(), tree.span);
        set(&mut out, "name", Tree::implied(self.name, tree.span));
        for section in ["networks", "volumes", "configs", "secrets"] {
            let mut resources = tree.take(section).unwrap_or_default();
            if resources.is_null() {
                resources = Tree::map(Vec::new(), tree.span);
            }
            self.resources(&mut resources, section, &services);
            set(&mut out, section, resources);
        }
        set(&mut out, "services", services);
        for extension in tree.as_map().unwrap_or_default().iter().filter(|it| it.key.value.starts_with("x-"))
        {
            set(&mut out, &extension.key.value, extension.value.clone());
        }
        self.absolute(&mut out);
        Ok(out)
    }

    /// The resources that services use, each with its name.
    fn resources(&self, tree: &mut Tree, section: &str, services: &Tree) {
        let used = used_names(services, section);
        let span = tree.span;
        if section == "networks" && used.contains("default") && tree.get("default").is_none() {
            set(tree, "default", Tree { kind: TreeKind::Null, span });
        }
        let Some(entries) = tree.as_map_mut() else { return };
        entries.retain(|it| used.contains(&it.key.value));
        for entry in entries {
            if entry.value.is_null() {
                entry.value = Tree::map(Vec::new(), span);
            }
            if entry.value.get("name").is_none_or(Tree::is_null) {
                let external = entry.value.get("external").and_then(Tree::as_bool) == Some(true);
                let key = &entry.key.value;
                let name = if external { key.clone() } else { format!("{}_{key}", self.name) };
                set(&mut entry.value, "name", Tree::implied(&name, span));
            }
            each(&mut entry.value, "driver_opts.*", &mut text);
            // The content of a config or secret that a variable holds.
            if let Some(variable) = entry.value.get("environment").and_then(Tree::as_text).cloned() {
                let found = self.project.variables.lookup(variable.as_str());
                if let (Lookup::Set(text), "configs") = (found, section) {
                    set(&mut entry.value, "content", Tree::text(text, span));
                }
            }
        }
    }

    fn service(&self, tree: &mut Tree, typed: &Service, faults: &mut Vec<ComposeFault>) {
        let span = tree.span;
        for key in ["env_file", "label_file", "extends"] {
            let _ = tree.take(key);
        }
        if let Some(entries) = tree.as_map_mut() {
            entries.retain(|it| !it.key.value.starts_with("x-"));
        }
        if tree.get("pull_policy").and_then(Tree::as_text).is_some_and(|it| it.as_str() == "if_not_present") {
            set(tree, "pull_policy", Tree::implied("missing", span));
        }
        for file in typed.env_files.iter().filter(|it| it.required) {
            let path = self.project.variables.partly(&file.path);
            if super::variables::dotenv(self.facts, path.as_str()).is_none() {
                let message = format!("there is no file `{}`", path.as_str());
                faults.push(ComposeFault {
                    message,
                    span: file.path.span,
                    basis: FaultBasis::Surroundings,
                    call: None,
                });
            }
        }
        let environment = environment(self.facts, self.project, typed);
        let mut variables: Vec<_> = environment.variables.iter().collect();
        variables.sort_by_key(|(name, _)| name.as_str());
        let mut map = Tree::map(Vec::new(), span);
        for (name, variable) in variables {
            let value = variable.value.clone();
            let value = value.map_or(Tree { kind: TreeKind::Null, span }, |it| Tree::text(it, span));
            set(&mut map, name, value);
        }
        set(tree, "environment", map);
        self.words(tree, "command", typed.command.as_ref());
        self.words(tree, "entrypoint", typed.entrypoint.as_ref());
        self.networks(tree);
        self.dependencies(tree);
        if let Some(build) = tree.get_mut("build").filter(|it| it.as_map().is_some()) {
            if build.get("dockerfile").is_none() && build.get("dockerfile_inline").is_none() {
                set(build, "dockerfile", Tree::implied("Dockerfile", span));
            }
            if let Some(args) = build.get_mut("args") {
                *args = self.arguments(args);
            }
        }
        if let TreeKind::List(items) = &mut tree.get_mut("ports").map_or(TreeKind::Null, |it| it.kind.clone())
        {
            let ports = items.iter().flat_map(single_ports).map(port).collect();
            set(tree, "ports", Tree { kind: TreeKind::List(ports), span });
        }
        if let Some(test) = tree.get_mut("healthcheck").and_then(|it| it.get_mut("test"))
            && let TreeKind::Text(text) = &test.kind
        {
            let shell = Tree::implied("CMD-SHELL", span);
            test.kind = TreeKind::List(vec![shell, Tree::text(text.clone(), span)]);
        }
        for path in [
            "healthcheck.interval",
            "healthcheck.timeout",
            "healthcheck.start_period",
            "healthcheck.start_interval",
            "stop_grace_period",
        ] {
            each(tree, path, &mut duration);
        }
        if let Some(hosts) = tree.get_mut("extra_hosts") {
            let mut items: Vec<Tree> = to_sequence(hosts).into_iter().map(host).collect();
            items.sort_by_cached_key(|it| it.as_text().map(|it| it.as_str().to_owned()));
            hosts.kind = TreeKind::List(items);
        }
        for labels in ["labels", "build.labels"] {
            each(tree, labels, &mut |it| *it = mapping(it));
        }
        each(tree, "volumes.*.target", &mut |it| {
            if let TreeKind::Text(text) = &it.kind {
                it.kind = TreeKind::Text(Text::new(paths::clean(text.as_str()), it.span));
            }
        });
        each(tree, "secrets.*", &mut |it| {
            if let Some(source) =
                it.get("source").and_then(Tree::as_text).filter(|_| it.get("target").is_none())
            {
                let target = Tree::implied(&format!("/run/secrets/{}", source.as_str()), it.span);
                set(it, "target", target);
            }
        });
        for mounts in ["configs.*.mode", "secrets.*.mode", "build.secrets.*.mode"] {
            each(tree, mounts, &mut file_mode);
        }
        if let Some(tmpfs) = tree.get_mut("tmpfs") {
            tmpfs.kind = TreeKind::List(to_sequence(tmpfs));
        }
        for texts in ["expose.*", "volumes.*.tmpfs.size"] {
            each(tree, texts, &mut text);
        }
    }

    fn words(&self, tree: &mut Tree, key: &str, words: Option<&Words>) {
        let span = tree.span;
        if let Setting::Set(Command::Exec(words), _) = commands::command(words, &self.project.variables) {
            let items = words.into_iter().map(|it| Tree::text(it, span)).collect();
            set(tree, key, Tree { kind: TreeKind::List(items), span });
        }
    }

    fn networks(&self, tree: &mut Tree) {
        let span = tree.span;
        if tree.get("network_mode").is_some() || tree.get("provider").is_some() {
            return;
        }
        if tree.get("networks").and_then(Tree::as_map).is_none_or(<[TreeEntry]>::is_empty) {
            let mut networks = Tree::map(Vec::new(), span);
            set(&mut networks, "default", Tree { kind: TreeKind::Null, span });
            set(tree, "networks", networks);
        }
    }

    /// What a service needs by its links and the namespaces that it shares.
    fn dependencies(&self, tree: &mut Tree) {
        let span = tree.span;
        let mut needed: Vec<(String, bool)> = Vec::new();
        for link in tree.get("links").and_then(Tree::as_list).unwrap_or_default() {
            let Some(text) = link.as_text() else { continue };
            needed.push((text.as_str().split(':').next().unwrap_or_default().to_owned(), true));
        }
        for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
            let value = tree.get(key).and_then(Tree::as_text);
            let other = value.and_then(|it| it.as_str().strip_prefix("service:"));
            needed.extend(other.map(|it| (it.to_owned(), true)));
        }
        for from in tree.get("volumes_from").and_then(Tree::as_list).unwrap_or_default() {
            let Some(text) = from.as_text().filter(|it| !it.as_str().starts_with("container:")) else {
                continue;
            };
            needed.push((text.as_str().split(':').next().unwrap_or_default().to_owned(), false));
        }
        let mut all = tree.take("depends_on").unwrap_or_default();
        if all.is_null() {
            all = Tree::map(Vec::new(), span);
        }
        for (name, restart) in needed {
            if all.get(&name).is_none() {
                let mut it = Tree::map(Vec::new(), span);
                set(&mut it, "condition", Tree::implied("service_started", span));
                set(&mut it, "required", Tree { kind: TreeKind::Bool(true), span });
                set(&mut it, "restart", Tree { kind: TreeKind::Bool(restart), span });
                set(&mut all, &name, it);
            }
        }
        set(tree, "depends_on", all);
    }

    /// Arguments of a build; those that nothing sets are left out.
    fn arguments(&self, tree: &Tree) -> Tree {
        let mut out = Tree::map(Vec::new(), tree.span);
        for item in to_sequence(tree) {
            let Some(text) = item.as_text() else { continue };
            let (name, value) = match text.as_str().split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None => match self.project.variables.lookup(text.as_str()) {
                    Lookup::Set(value) => (text.as_str(), value.as_str().to_owned()),
                    _ => continue,
                },
            };
            set(&mut out, name, Tree::implied(&value, item.span));
        }
        out
    }

    fn absolute(&self, tree: &mut Tree) {
        match &mut tree.kind {
            TreeKind::Path(text) => {
                let home = self.project.variables.lookup("HOME");
                let path = match (text.as_str().strip_prefix('~'), home) {
                    (Some(rest), Lookup::Set(home)) => paths::clean(&format!("{}/{rest}", home.as_str())),
                    _ => paths::join(self.root, text.as_str()),
                };
                tree.kind = TreeKind::Text(Text::new(path, tree.span));
            }
            TreeKind::List(items) => items.iter_mut().for_each(|it| self.absolute(it)),
            TreeKind::Map(entries) => entries.iter_mut().for_each(|it| self.absolute(&mut it.value)),
            _ => {}
        }
    }
}

fn set(tree: &mut Tree, key: &str, value: Tree) {
    let span = tree.span;
    tree.set(&Spanned::new(key.to_owned(), span), value);
}

fn used_names(services: &Tree, section: &str) -> FxHashSet<String> {
    let mut out = FxHashSet::default();
    let text = |it: &Tree, key: &str| it.get(key).and_then(Tree::as_text).map(|it| it.as_str().to_owned());
    for service in services.as_map().unwrap_or_default() {
        let Some(used) = service.value.get(section) else { continue };
        match section {
            "networks" => {
                out.extend(used.as_map().unwrap_or_default().iter().map(|it| it.key.value.clone()));
            }
            "volumes" => {
                let named = used.as_list().unwrap_or_default().iter();
                let named = named.filter(|it| text(it, "type").is_some_and(|it| it == "volume"));
                out.extend(named.filter_map(|it| text(it, "source")));
            }
            _ => out.extend(used.as_list().unwrap_or_default().iter().filter_map(|it| text(it, "source"))),
        }
        if section == "secrets" {
            let build = service.value.get("build").and_then(|it| it.get("secrets")).and_then(Tree::as_list);
            out.extend(build.unwrap_or_default().iter().filter_map(|it| text(it, "source")));
        }
    }
    out
}

/// A port as it is printed.
fn port(mut tree: Tree) -> Tree {
    let span = tree.span;
    if let Some(published) = tree.get_mut("published")
        && let Some(text) = published.to_text()
    {
        published.kind = TreeKind::Text(text);
    }
    for (key, value) in [("mode", "ingress"), ("protocol", "tcp")] {
        if tree.get(key).is_none() {
            set(&mut tree, key, Tree::implied(value, span));
        }
    }
    tree
}

/// `name=address`, whichever separator is written.
fn host(tree: Tree) -> Tree {
    let Some(text) = tree.as_text() else { return tree };
    let pair = text.as_str().split_once('=').or_else(|| text.as_str().split_once(':'));
    let Some((name, address)) = pair else { return tree };
    let address = address.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(address);
    Tree::implied(&format!("{name}={address}"), tree.span)
}

/// `[key=value]` as `{key: value}`.
fn mapping(tree: &Tree) -> Tree {
    let mut out = Tree::map(Vec::new(), tree.span);
    for item in to_sequence(tree) {
        let Some(text) = item.as_text() else { continue };
        let (name, value) = text.as_str().split_once('=').unwrap_or((text.as_str(), ""));
        set(&mut out, name, Tree::implied(value, item.span));
    }
    out
}

/// A number as a text.
fn text(tree: &mut Tree) {
    if let Some(text) = tree.to_text() {
        tree.kind = TreeKind::Text(text);
    }
}

/// The mode of a file, in octal digits.
fn file_mode(tree: &mut Tree) {
    let mode = match &tree.kind {
        TreeKind::Integer(text) => text.as_str().parse::<u32>().ok(),
        TreeKind::Text(text) => u32::from_str_radix(text.as_str(), 8).ok(),
        _ => None,
    };
    if let Some(mode) = mode {
        *tree = Tree::implied(&format!("0{mode:o}"), tree.span);
    }
}

/// As Go prints a duration: `1m0s`.
fn duration(tree: &mut Tree) {
    let Some(period) = tree.as_text().and_then(|it| Period::parse(it.as_str())) else { return };
    *tree = Tree::implied(&period.to_go(), tree.span);
}
