//! The variables of a container: `envFrom`, `env`, and those that Kubernetes sets for each Service.

use rustc_hash::FxHashSet;

use super::{Cluster, PodPlan, expansion, share_namespace};
use crate::facts::helm::is_hole;
use crate::facts::kubernetes::{Container, Content, Object, VariableValue};
use crate::model::{Environment, Origin, Variable};
use crate::source::{FileId, Spanned, Text};

/// The environment of a container, without its image's own. `env` wins over `envFrom`, and of the
/// entries of `envFrom` the last:
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables>.
pub(super) fn environment(cluster: &Cluster<'_>, plan: &PodPlan<'_>, container: &Container) -> Environment {
    let mut out = Environment::default();
    if plan.object.group == "serving.knative.dev" {
        out.variables.insert("PORT".to_owned(), knative_port(plan, container));
    }
    // The service of the cluster itself is there for every pod.
    for variable in service_variables("kubernetes", [(443, "TCP")].into_iter()) {
        let value = Variable { value: None, span: plan.object.kind.span, origin: Origin::ServiceLink };
        out.variables.insert(variable, value);
    }
    // Manifests of many versions say the same of a Service.
    let mut seen = FxHashSet::default();
    for (object, service) in &cluster.services {
        let Some(name) = object.name.as_ref().filter(|_| share_namespace(object, plan.object)) else {
            continue;
        };
        let ports = || service.ports.iter().map(|it| (it.port.value, it.protocol.as_str()));
        if !seen.insert((name.value.as_str(), ports().collect::<Vec<_>>())) {
            continue;
        }
        for variable in service_variables(&name.value, ports()) {
            let value = Variable { value: None, span: name.span, origin: Origin::ServiceLink };
            out.variables.insert(variable, value);
        }
    }
    for source in &container.environment_from {
        let name = source.name.as_ref().map_or("", |it| it.as_str());
        let object = cluster.named(plan, if source.secret { "Secret" } else { "ConfigMap" }, name);
        let mut set = |key: &Spanned<String>, value: Option<Text>| {
            let variable = Variable { value, span: key.span, origin: Origin::EnvFile };
            out.variables.insert(format!("{}{}", source.prefix, key.value), variable);
        };
        let object = object.map(|(_, it)| &it.content);
        let is_open = match object {
            Some(Content::ConfigMap(data)) => data.iter().any(|it| is_hole(&it.key.value)),
            Some(Content::Secret(keys)) => keys.iter().any(|it| is_hole(&it.value)),
            _ => true,
        };
        match object {
            Some(Content::ConfigMap(data)) => {
                for it in data {
                    set(&it.key, Some(it.value.clone()).filter(|it| !expansion::is_filled_in(it.as_str())));
                }
            }
            Some(Content::Secret(keys)) => keys.iter().for_each(|key| set(key, None)),
            _ => {}
        }
        if is_open {
            let who =
                if name.is_empty() { "what is filled in later".to_owned() } else { format!("`{name}`") };
            out.incomplete.get_or_insert_with(|| format!("{who} may set variables"));
        }
    }
    for variable in &container.environment {
        let value = match &variable.value {
            VariableValue::Text(text) if expansion::is_filled_in(text.as_str()) => None,
            VariableValue::Text(text) => expansion::expand(text, &out),
            VariableValue::ConfigMap(map, key) => cluster.config_value(plan, map.as_str(), key.as_str()),
            VariableValue::Elsewhere => None,
        };
        let value = Variable { value, span: variable.span, origin: Origin::Workload };
        out.variables.insert(variable.name.value.clone(), value);
    }
    if let Some(reason) = cluster.doubt(plan) {
        out.incomplete.get_or_insert(reason);
    }
    out
}

/// Knative tells a container on which port to listen, by default 8080:
/// <https://github.com/knative/specs/blob/main/specs/serving/runtime-contract.md#inbound-network-connectivity>.
fn knative_port(plan: &PodPlan<'_>, container: &Container) -> Variable {
    let declared = container.ports.first().map(|it| &it.port);
    let (port, span) = declared.map_or((8080, plan.object.kind.span), |it| (it.value, it.span));
    Variable { value: Some(Text::new(port.to_string(), span)), span, origin: Origin::Workload }
}

impl<'a> Cluster<'a> {
    /// The object of that kind and name which a pod means: of several the one in its own manifest,
    /// else the one in its folder.
    pub(super) fn named(&self, plan: &PodPlan<'_>, kind: &str, name: &str) -> Option<(FileId, &'a Object)> {
        let folder = |file| self.facts.path(file).rsplit_once('/').map_or("", |it| it.0);
        let all =
            self.applied.manifests.iter().flat_map(|(file, it)| it.objects.iter().map(move |it| (*file, it)));
        let mut found: Vec<_> = all
            .filter(|(_, it)| it.kind.value == kind && it.name.as_ref().is_some_and(|it| it.value == name))
            .filter(|(_, it)| share_namespace(it, plan.object))
            .collect();
        let in_file = |file: FileId| file == plan.file;
        let in_folder = |file: FileId| folder(file) == folder(plan.file);
        if found.iter().any(|(file, _)| in_file(*file)) {
            found.retain(|(file, _)| in_file(*file));
        } else if found.iter().any(|(file, _)| in_folder(*file)) {
            found.retain(|(file, _)| in_folder(*file));
        }
        match found[..] {
            [found] => Some(found),
            _ => None,
        }
    }

    fn config_value(&self, plan: &PodPlan<'_>, map: &str, key: &str) -> Option<Text> {
        let (_, object) = self.named(plan, "ConfigMap", map)?;
        let Content::ConfigMap(data) = &object.content else { return None };
        let value = &data.iter().find(|it| it.key.value == key)?.value;
        Some(value.clone()).filter(|it| !expansion::is_filled_in(it.as_str()))
    }
}

/// The names of the variables that every container gets for a Service of its namespace:
/// <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>.
fn service_variables<'p>(
    service: &str,
    ports: impl Iterator<Item = (u16, &'p str)>,
) -> impl Iterator<Item = String> {
    let name = service.to_ascii_uppercase().replace('-', "_");
    let mut names =
        vec![format!("{name}_SERVICE_HOST"), format!("{name}_SERVICE_PORT"), format!("{name}_PORT")];
    for (port, protocol) in ports {
        let stem = format!("{name}_PORT_{port}_{}", protocol.to_ascii_uppercase());
        names.extend(["", "_PROTO", "_PORT", "_ADDR"].map(|it| format!("{stem}{it}")));
    }
    names.into_iter()
}
