//! Which YAML and JSON files are Kubernetes manifests, told by their text without parsing it.

/// A larger file is not read: what people write of their own pods is a few pages, and what is
/// larger holds the definitions of somebody's custom resources.
pub const LARGEST_FILE: u64 = 256 * 1024;

/// The kinds that are read.
const KINDS: &[&str] = &[
    "AdminNetworkPolicy",
    "AuthorizationPolicy",
    "BaselineAdminNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterNetworkPolicy",
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "DestinationRule",
    "EndpointSlice",
    "Endpoints",
    "GRPCRoute",
    "Gateway",
    "GlobalNetworkPolicy",
    "HTTPRoute",
    "Ingress",
    "Job",
    "List",
    "Namespace",
    "NetworkPolicy",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Rollout",
    "Secret",
    "Service",
    "ServiceEntry",
    "StatefulSet",
    "TCPRoute",
    "TLSRoute",
    "UDPRoute",
    "VirtualService",
];

/// Whether a file of that path may be a manifest at all, so that its text is worth a look.
#[must_use]
pub fn may_be_manifest(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, it)| it);
    ["yaml", "yml", "json"].iter().any(|it| ending.eq_ignore_ascii_case(it))
}

/// Folders of manifests that a test makes up; nothing in them need fit together. Chainsaw and KUTTL run each of theirs
/// in a namespace of its own: <https://kyverno.github.io/chainsaw/latest/>, <https://kuttl.dev/docs/>.
const MADE_UP: &[&str] = &["chainsaw", "fake", "fakes", "fixture", "fixtures", "kuttl", "mock", "mocks"];

/// Whether a file is what a step of such a test compares the cluster with: `00-assert.yaml`, `02-errors.yaml`.
fn is_asserted(name: &str) -> bool {
    let Some((number, rest)) = name.split_once('-') else { return false };
    !number.is_empty()
        && number.bytes().all(|it| it.is_ascii_digit())
        && (rest.starts_with("assert") || rest.starts_with("error"))
}

/// Whether the text of a YAML or JSON file is that of a manifest which is read: `apiVersion:` and a known
/// `kind:`, each at the start of a line. The templates of a Helm chart are not: what they say, their
/// values decide; nor is what a test makes up.
#[must_use]
pub fn is_manifest(path: &str, text: &str) -> bool {
    let made_up = path.split('/').rev().skip(1).any(|it| MADE_UP.contains(&it));
    if made_up || path.rsplit('/').next().is_some_and(is_asserted) {
        return false;
    }
    let in_chart = || path.split('/').rev().skip(1).any(|it| it == "templates") && text.contains("{{");
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{') && !start.starts_with("{{") {
        return members_of(text, "\"kind\"").any(is_read) && text.contains("\"apiVersion\"");
    }
    values_of(text, "kind:").any(is_read) && values_of(text, "apiVersion:").next().is_some() && !in_chart()
}

/// What stands behind `key` wherever it starts a line.
fn values_of<'t>(text: &'t str, key: &'static str) -> impl Iterator<Item = &'t str> {
    memchr::memmem::find_iter(text.as_bytes(), key)
        .filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')
        .map(move |at| text[at + key.len()..].lines().next().unwrap_or_default())
}

/// What stands behind the key `key` of JSON, with its quotes, up to the end of the member.
fn members_of<'t>(text: &'t str, key: &'static str) -> impl Iterator<Item = &'t str> {
    memchr::memmem::find_iter(text.as_bytes(), key).filter_map(move |at| {
        let value = text[at + key.len()..].trim_start().strip_prefix(':')?;
        value.split([',', '}', '\n']).next()
    })
}

fn is_read(value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or(value).trim();
    is_read_kind(value.trim_matches(['"', '\'']))
}

/// Whether objects of that kind are read.
pub(super) fn is_read_kind(kind: &str) -> bool {
    KINDS.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::is_manifest;

    #[test]
    fn the_text_tells_a_manifest() {
        let deployment = "# web\napiVersion: apps/v1\nkind: Deployment # the web\n";
        assert!(is_manifest("k8s/web.yaml", deployment));
        assert!(!is_manifest("injector/fake/data/web.yaml", deployment));
        assert!(is_manifest("web.yaml", "kind: \"Service\"\r\napiVersion: v1\r\n"));
        assert!(is_manifest("web.yaml", "kind: Kustomization\napiVersion: x\n---\nkind: Pod\n"));
        let others = [
            "apiVersion: v1\nitems:\n  kind: Pod\n",
            "kind: Pod\n",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n",
            "openapi: 3.0.0\nkind: x\n",
            "",
        ];
        assert!(!others.iter().any(|it| is_manifest("a.yaml", it)));
    }

    #[test]
    fn json_is_told_as_well() {
        assert!(is_manifest("pod.json", "{\n  \"kind\": \"Pod\",\n  \"apiVersion\": \"v1\"\n}\n"));
        assert!(is_manifest("pod.json", "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"spec\":{}}"));
        assert!(!is_manifest("app.json", "{\"kind\": \"Job\", \"port\": 8080}"));
        assert!(!is_manifest("app.json", "{\"kind\": \"Widget\", \"apiVersion\": \"v1\"}"));
    }

    #[test]
    fn the_templates_of_a_chart_are_none() {
        let template = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n";
        assert!(!is_manifest("chart/templates/service.yaml", template));
        assert!(is_manifest("templates/service.yaml", "apiVersion: v1\nkind: Service\n"));
    }
}
