//! What Compose refuses of files that have the right shape.

use rustc_hash::{FxHashMap, FxHashSet};

use super::pattern::visit;
use super::{Fault, Faults};
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::model::compose::commands;
use crate::model::{AtOnce, ComposeFault, FaultBasis, Period};
use crate::source::{Span, Spanned};

/// Writes down what Compose takes for granted where it decides about paths.
pub(super) fn set_defaults(tree: &mut Tree) {
    for service in tree.get_mut("services").and_then(Tree::as_map_mut).into_iter().flatten() {
        let Some(entries) = service.value.as_map_mut() else { continue };
        for build in entries.iter_mut().filter(|it| it.key.value == "build") {
            if build.value.get("context").is_none() {
                let key = Spanned::new("context".to_owned(), build.key.span);
                build.value.set(&key, Tree::implied(".", build.key.span));
            }
        }
    }
}

/// <https://github.com/compose-spec/compose-go/blob/main/validation/validation.go> and the types that
/// values are decoded into.
pub(super) fn values(tree: &Tree, faults: &mut Faults) {
    for volume in entries(tree, "volumes") {
        external_alone(volume, faults);
    }
    file_objects(tree, "configs", &["file", "environment", "content"], faults);
    file_objects(tree, "secrets", &["file", "environment"], faults);
    visit(tree, "services.*.environment.[]", &mut |it| {
        let Some(text) = it.as_text().filter(|_| !it.is_unknown()) else { return };
        let name = text.as_str().split('=').next().unwrap_or_default();
        if name.ends_with(char::is_whitespace) {
            let message = format!("the variable `{}` ends with a blank", name.trim_end());
            faults.push(Fault::of_value(message, it.span, text));
        }
    });
    for path in [
        "services.*.healthcheck.interval",
        "services.*.healthcheck.timeout",
        "services.*.healthcheck.start_period",
        "services.*.healthcheck.start_interval",
        "services.*.stop_grace_period",
    ] {
        visit(tree, path, &mut |it| {
            let Some(text) = it.as_text().filter(|_| !it.is_unknown()) else { return };
            if Period::parse(text.as_str()).is_none() {
                let message = format!("`{}` is no duration: `30s` or `1m30s` is one", text.as_str());
                faults.push(Fault::of_value(message, it.span, text));
            }
        });
    }
    for path in [
        "services.*.command",
        "services.*.entrypoint",
        "services.*.post_start.*.command",
        "services.*.pre_stop.*.command",
    ] {
        // What is not known of it is taken for text without quotes, as it is where the variable is not set.
        visit(tree, path, &mut |it| {
            let Some(text) = it.as_text() else { return };
            if let Err(refusal) = commands::split(text) {
                let fault = Fault::of_value(refusal.reason.to_owned(), it.span, text);
                let span = text.span_of(refusal.range).unwrap_or(it.span);
                faults.push(Fault { span, ..fault });
            }
        });
    }
    visit(tree, "services.*.ports.*.host_ip", &mut |it| {
        let Some(text) = it.as_text().filter(|_| !it.is_unknown()) else { return };
        if text.as_str().parse::<std::net::IpAddr>().is_err() {
            let message = format!("`{}` is no IP address", text.as_str());
            faults.push(Fault::of_value(message, it.span, text));
        }
    });
}

fn entries<'t>(tree: &'t Tree, section: &str) -> &'t [TreeEntry] {
    tree.get(section).and_then(Tree::as_map).unwrap_or_default()
}

fn external_alone(volume: &TreeEntry, faults: &mut Faults) {
    if volume.value.get("external").and_then(Tree::as_bool) != Some(true) {
        return;
    }
    let more = volume.value.as_map().unwrap_or_default().iter();
    let more = more.filter(|it| !matches!(it.key.value.as_str(), "name" | "external"));
    for entry in more.filter(|it| !it.key.value.starts_with("x-")) {
        let message = format!("an external volume is there already: `{}` cannot be set", entry.key.value);
        faults.push(Fault::written(message, entry.key.span));
    }
}

fn file_objects(tree: &Tree, section: &str, keys: &[&str], faults: &mut Faults) {
    for object in entries(tree, section) {
        let has = |key: &str| object.value.get(key).is_some();
        let said = keys.iter().filter(|it| has(it)).count();
        let list = keys.join("`, `");
        if said > 1 {
            let message = format!("only one of `{list}` can be set");
            faults.push(Fault::written(message, object.key.span));
        } else if said == 0 && !has("driver") && !has("external") {
            let message = format!("`{}` needs one of `{list}`", object.key.value);
            faults.push(Fault::consistency(message, object.key.span));
        }
    }
}

/// Who loads the files of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model::compose) enum LoadedBy {
    /// Docker Compose.
    Compose,
    /// `docker stack deploy`, which ignores `container_name`, `depends_on`, `links`, `network_mode` and more:
    /// <https://github.com/docker/cli/blob/v28.5.1/cli/compose/types/types.go>.
    Swarm,
}

/// Whether the services of a whole project fit together:
/// <https://github.com/compose-spec/compose-go/blob/main/loader/validate.go>. Of services whose profile
/// is not active Compose says nothing, and the names of containers it compares only of those that it starts together:
/// <https://github.com/docker/compose/blob/v2.40.3/pkg/compose/create.go>.
pub(in crate::model::compose) fn consistency(
    tree: &Tree,
    profiles: &FxHashSet<&str>,
    known: &[ComposeFault],
    run_at_once: &dyn Fn([&str; 2]) -> AtOnce,
    by: LoadedBy,
) -> Vec<ComposeFault> {
    let services = entries(tree, "services");
    let active = |it: &TreeEntry| is_active(&it.value, profiles);
    let mut judge = Judge {
        all: services.iter().map(|it| (it.key.value.as_str(), active(it))).collect(),
        tree,
        by,
        faults: Vec::new(),
    };
    let mut containers: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    // A service that has not even the right shape is told of once.
    let is_told = |it: &&TreeEntry| !known.iter().any(|fault| it.span.contains(fault.span));
    for service in services.iter().filter(|it| active(it)).filter(is_told) {
        judge.service(service);
        let name = service.value.get("container_name").filter(|it| !it.is_unknown());
        let Some(text) = name.and_then(Tree::as_text).filter(|it| !it.as_str().is_empty()) else { continue };
        let bearers = containers.entry(text.as_str()).or_default();
        let own = service.key.value.as_str();
        if bearers.iter().any(|it| run_at_once([it, own]) == AtOnce::Certainly) {
            let message = format!("another service has the `container_name` `{}` too", text.as_str());
            judge.refuse(message, name.map_or(service.key.span, |it| it.span));
        }
        bearers.push(own);
    }
    judge.faults
}

/// Services that wait for each other, so that none of them ever starts: each where the one before it,
/// and for the first the last, says that it needs it.
pub(in crate::model::compose) fn cycle(tree: &Tree, profiles: &FxHashSet<&str>) -> Vec<Spanned<String>> {
    let services = entries(tree, "services");
    let active = services.iter().filter(|it| is_active(&it.value, profiles));
    let dependencies: FxHashMap<&str, Vec<(&str, Span)>> =
        active.map(|it| (it.key.value.as_str(), dependencies_of(&it.value))).collect();
    let mut done: FxHashSet<&str> = FxHashSet::default();
    let mut starts = services.iter().map(|it| (it.key.value.as_str(), it.key.span));
    let found = starts.find_map(|it| find_cycle(it, &dependencies, &mut Vec::new(), &mut done));
    found.unwrap_or_default()
}

/// Whether a service runs when these profiles are active.
pub(in crate::model::compose) fn is_active(service: &Tree, profiles: &FxHashSet<&str>) -> bool {
    let own = service.get("profiles").and_then(Tree::as_list).unwrap_or_default();
    let named = |it: &Tree| it.as_text().is_some_and(|it| profiles.contains(it.as_str()));
    own.is_empty() || profiles.contains("*") || own.iter().any(named)
}

struct Judge<'t> {
    /// The services, and whether they are active.
    all: FxHashMap<&'t str, bool>,
    tree: &'t Tree,
    by: LoadedBy,
    faults: Faults,
}

impl<'t> Judge<'t> {
    fn service(&mut self, service: &'t TreeEntry) {
        let (name, it, span) = (service.key.value.as_str(), &service.value, service.key.span);
        let text = |key: &str| it.get(key).and_then(Tree::to_text);
        let image = text("image").is_some_and(|it| !it.as_str().is_empty());
        if !image && it.get("build").is_none_or(Tree::is_null) && it.get("provider").is_none() {
            self.refuse(format!("`{name}` has neither `image` nor `build`"), span);
        }
        if let Some(build) = it.get("build")
            && let (Some(_), Some(inline)) = (build.get("dockerfile"), build.entry("dockerfile_inline"))
        {
            let message = "`dockerfile` and `dockerfile_inline` exclude each other".to_owned();
            self.refuse(message, inline.key.span);
        }
        let networks = it.entry("networks").filter(|it| it.value.as_map().is_some_and(|it| !it.is_empty()));
        if let (Some(mode), Some(_)) = (it.entry("network_mode"), networks) {
            let message = "`network_mode` and `networks` exclude each other".to_owned();
            self.refuse(message, mode.key.span);
        }
        for network in networks.and_then(|it| it.value.as_map()).unwrap_or_default() {
            self.declared("networks", "network", &network.key.value, network.key.span);
        }
        if let Some(test) = it.get("healthcheck").and_then(|it| it.get("test")).and_then(Tree::as_list) {
            let first = test.first().filter(|it| !it.is_unknown());
            let known = |it: &str| matches!(it, "CMD" | "CMD-SHELL" | "NONE");
            if let Some(first) = first.filter(|it| !it.as_text().is_some_and(|it| known(it.as_str()))) {
                let message = "a list starts with `CMD`, `CMD-SHELL` or `NONE` here".to_owned();
                self.refuse(message, first.span);
            }
        }
        for dependency in it.get("depends_on").and_then(Tree::as_map).unwrap_or_default() {
            let required = dependency.value.get("required").and_then(Tree::as_bool) != Some(false);
            self.depends_on(&dependency.key.value, required, dependency.key.span);
        }
        for link in it.get("links").and_then(Tree::as_list).unwrap_or_default() {
            let target = link.as_text().map(|it| it.as_str().split(':').next().unwrap_or_default());
            if let Some(target) = target.filter(|_| !link.is_unknown()) {
                self.depends_on(target, true, link.span);
            }
        }
        for key in ["network_mode", "ipc", "pid"] {
            let Some(value) = it.get(key).filter(|it| !it.is_unknown()) else { continue };
            let other = value.as_text().and_then(|it| it.as_str().strip_prefix("service:"));
            if let Some(other) = other {
                self.depends_on(other, true, value.span);
            }
        }
        self.mounts(it);
        for (section, what) in [("configs", "config"), ("secrets", "secret")] {
            for mount in it.get(section).and_then(Tree::as_list).unwrap_or_default() {
                let source = mount.get("source").filter(|it| !it.is_unknown());
                if let Some(source) = source.and_then(Tree::as_text) {
                    self.declared(section, what, source.as_str(), mount.span);
                }
            }
        }
        self.scale(it);
    }

    fn scale(&mut self, it: &Tree) {
        let number = |it: &Tree| match &it.kind {
            TreeKind::Integer(text) => text.as_str().parse::<i64>().ok(),
            _ => None,
        };
        let scale = it.entry("scale");
        let replicas = it.get("deploy").and_then(|it| it.entry("replicas"));
        let (own, deployed) =
            (scale.and_then(|it| number(&it.value)), replicas.and_then(|it| number(&it.value)));
        if let (Some(a), Some(b), Some(scale)) = (own, deployed, scale)
            && a != b
        {
            let message = "`scale` and `deploy.replicas` say different numbers".to_owned();
            self.refuse(message, scale.span);
        }
        let Some((count, entry)) = own.zip(scale).or(deployed.zip(replicas)) else { return };
        if count < 0 {
            self.refuse("there cannot be less than no container".to_owned(), entry.span);
        }
        if let Some(name) = it.entry("container_name").filter(|_| count > 1) {
            self.refuse(format!("{count} containers cannot have one `container_name`"), name.key.span);
        }
    }

    fn mounts(&mut self, it: &Tree) {
        let mut targets: FxHashSet<String> = FxHashSet::default();
        let tmpfs = it.get("tmpfs");
        for item in tmpfs.into_iter().flat_map(super::to_sequence).filter(|it| !it.is_unknown()) {
            let Some(text) = item.as_text() else { continue };
            targets.insert(text.as_str().split(':').next().unwrap_or_default().to_owned());
        }
        for volume in it.get("volumes").and_then(Tree::as_list).unwrap_or_default() {
            let text = |key: &str| volume.get(key).filter(|it| !it.is_unknown()).and_then(Tree::as_text);
            let source = text("source").map_or("", |it| it.as_str());
            if text("type").is_some_and(|it| it.as_str() == "volume") && !source.is_empty() {
                self.declared("volumes", "volume", source, volume.span);
            }
            let Some(target) = text("target") else { continue };
            if !targets.insert(target.as_str().to_owned()) {
                self.refuse(format!("something is mounted at `{}` already", target.as_str()), volume.span);
            }
        }
    }

    fn declared(&mut self, section: &str, what: &str, name: &str, span: Span) {
        let implicit = section == "networks" && name == "default";
        if implicit || self.tree.get(section).is_some_and(|it| it.get(name).is_some()) {
            return;
        }
        let message = format!("the {what} `{name}` is not declared in `{section}:` at the top");
        let basis = if section == "networks" { FaultBasis::Network } else { FaultBasis::Project };
        self.faults.push(Fault { message, span, basis, call: None });
    }

    fn depends_on(&mut self, name: &str, required: bool, span: Span) {
        match self.all.get(name) {
            Some(true) => {}
            Some(false) if !required => {}
            Some(false) => {
                let message =
                    format!("`{name}` runs only with one of its profiles, and this service without");
                self.refuse(message, span);
            }
            None => self.refuse(format!("there is no service `{name}`"), span),
        }
    }

    /// A fault that only Compose minds.
    fn refuse(&mut self, message: String, span: Span) {
        if self.by == LoadedBy::Swarm {
            return;
        }
        self.faults.push(Fault::consistency(message, span));
    }
}

fn dependencies_of(service: &Tree) -> Vec<(&str, Span)> {
    let named = service.get("depends_on").and_then(Tree::as_map).unwrap_or_default().iter();
    let links = service.get("links").and_then(Tree::as_list).unwrap_or_default().iter();
    let links = links.filter_map(|it| Some((it.as_text()?.as_str().split(':').next()?, it.span)));
    let mode = service.get("network_mode");
    let mode = mode.and_then(|it| Some((it.as_text()?.as_str().strip_prefix("service:")?, it.span)));
    named.map(|it| (it.key.value.as_str(), it.key.span)).chain(links).chain(mode).collect()
}

fn find_cycle<'t>(
    (name, needed_at): (&'t str, Span),
    dependencies: &FxHashMap<&'t str, Vec<(&'t str, Span)>>,
    chain: &mut Vec<(&'t str, Span)>,
    done: &mut FxHashSet<&'t str>,
) -> Option<Vec<Spanned<String>>> {
    if let Some(start) = chain.iter().position(|it| it.0 == name) {
        chain[start].1 = needed_at;
        return Some(chain[start..].iter().map(|it| Spanned::new(it.0.to_owned(), it.1)).collect());
    }
    // A chain of more services is no cycle that anybody wrote.
    if done.contains(name) || chain.len() > 500 {
        return None;
    }
    chain.push((name, needed_at));
    for next in dependencies.get(name).into_iter().flatten() {
        let found = find_cycle(*next, dependencies, chain, done);
        if found.is_some() {
            return found;
        }
    }
    chain.pop();
    done.insert(name);
    None
}
