use super::*;
use crate::source::FileId;

fn objects(source: &str) -> Vec<Object> {
    let manifest = read(FileId(0), source);
    assert!(manifest.errors.is_empty(), "{source}: {:?}", manifest.errors);
    manifest.objects
}

fn template(source: &str) -> PodTemplate {
    let Some(Object { content: Content::Pods(it), .. }) = objects(source).into_iter().next() else {
        panic!("no pods in {source}")
    };
    it
}

/// A pod with one container of these fields.
fn container(body: &str) -> Container {
    let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let source = format!("kind: Pod\nspec:\n  containers:\n  - name: web\n    image: web\n{indented}");
    template(&source).containers.remove(0)
}

fn texts(words: &Option<Words>) -> Vec<&str> {
    words.iter().flat_map(|it| &it.words).map(Text::as_str).collect()
}

#[test]
fn every_document_and_every_item_of_a_list_is_an_object() {
    let source = "kind: Service\nmetadata: {name: a, namespace: shop}\n---\n# nothing\n---\n\
                  kind: Ingress\n---\nkind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: b}\n\
                  - kind: Secret\n  stringData: {TOKEN: x}\n  data: {KEY: eA==}\n";
    let objects = objects(source);
    let names: Vec<_> =
        objects.iter().map(|it| (it.kind.as_str(), it.name.as_ref().map(|it| it.as_str()))).collect();
    assert_eq!(names, [("Service", Some("a")), ("ConfigMap", Some("b")), ("Secret", None)]);
    assert_eq!(objects[0].namespace.as_ref().map(|it| it.as_str()), Some("shop"));
    let Content::Secret(keys) = &objects[2].content else { panic!("no secret") };
    assert_eq!(keys.iter().map(|it| it.as_str()).collect::<Vec<_>>(), ["KEY", "TOKEN"]);
}

#[test]
fn pods_stand_where_each_kind_has_them() {
    let pod = "spec: {containers: [{name: web, image: web}]}";
    let deployment = |kind: &str| format!("kind: {kind}\nspec: {{replicas: 2, template: {{{pod}}}}}");
    for kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"] {
        let it = template(&deployment(kind));
        assert_eq!(
            (it.containers.len(), it.replicas.map(|it| it.value), it.ends),
            (1, Some(2), false),
            "{kind}"
        );
    }
    assert!(template(&deployment("Job")).ends && !template(&format!("kind: Pod\n{pod}")).ends);
    let cron = template(&format!("kind: CronJob\nspec: {{jobTemplate: {{spec: {{template: {{{pod}}}}}}}}}"));
    assert!(cron.ends && cron.is_whole());
}

#[test]
fn a_pod_without_images_is_a_patch() {
    assert!(!template("kind: Deployment\nspec: {replicas: 3}").is_whole());
    let patch = "kind: Pod\nspec: {containers: [{name: web, env: [{name: A, value: b}]}]}";
    assert!(!template(patch).is_whole());
}

#[test]
fn a_container_says_what_it_starts_with() {
    let it = container(
        "command: [/web]\nargs: [--port, 8080]\nenv:\n- {name: PORT, value: '80'}\n- {name: EMPTY}\n\
         - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}\n\
         - {name: B, valueFrom: {secretKeyRef: {name: keys, key: b}}}\n\
         envFrom:\n- {prefix: X_, configMapRef: {name: settings}}\n- {secretRef: {name: keys}}\n",
    );
    assert_eq!((texts(&it.command), texts(&it.arguments)), (vec!["/web"], vec!["--port", "8080"]));
    let said = it.environment.iter().map(|it| {
        let value = match &it.value {
            VariableValue::Text(text) => text.as_str().to_owned(),
            VariableValue::ConfigMap(name, key) => format!("{} {}", name.as_str(), key.as_str()),
            VariableValue::Elsewhere => "?".to_owned(),
        };
        format!("{}={value}", it.name.value)
    });
    assert_eq!(said.collect::<Vec<_>>(), ["PORT=80", "EMPTY=", "A=settings a", "B=?"]);
    let from = it.environment_from.iter().map(|it| (it.secret, it.prefix.as_str()));
    assert_eq!(from.collect::<Vec<_>>(), [(false, "X_"), (true, "")]);
    assert!(container("command: []\nargs:\n").command.is_none());
}

#[test]
fn probes_name_their_port_by_number_or_name() {
    let it = container(
        "livenessProbe: {httpGet: {path: /healthz, port: http}}\nreadinessProbe: {grpc: {port: 9090}}\n\
         startupProbe: {exec: {command: [check]}}\nlifecycle: {preStop: {exec: {command: [sleep, 5]}}}\n",
    );
    let port = |at: usize| match &it.probes[at].action {
        ProbeAction::HttpGet { port, .. } | ProbeAction::Grpc { port } => Some(port.value.clone()),
        _ => None,
    };
    assert_eq!(port(0), Some(PortReference::Name("http".to_owned())));
    assert_eq!((port(1), port(2)), (Some(PortReference::Number(9090)), None));
    assert!(it.pre_stop.is_some());
    let socket = container("livenessProbe: {tcpSocket: {port: '8080'}}\n");
    let ProbeAction::TcpSocket { port, .. } = &socket.probes[0].action else { panic!("no socket") };
    assert_eq!(port.value, PortReference::Number(8080));
}

#[test]
fn a_service_leads_to_its_own_port_unless_it_says_another() {
    let source = "kind: Service\nspec:\n  selector: {app: web}\n  ports:\n  - port: 80\n    targetPort: http\n\
                  \x20 - {port: 53, protocol: UDP}\n";
    let Content::Service(service) = &objects(source)[0].content else { panic!("no service") };
    let ports = service.ports.iter().map(|it| (it.port.value, it.target.value.clone(), it.protocol));
    let expected = [
        (80, PortReference::Name("http".to_owned()), Protocol::Tcp),
        (53, PortReference::Number(53), Protocol::Udp),
    ];
    assert_eq!(ports.collect::<Vec<_>>(), expected);
}

#[test]
fn what_stands_behind_a_service_is_its_kind() {
    let kind = |spec: &str| {
        let source = format!("kind: Service\nspec: {{{spec}}}");
        let Content::Service(service) = objects(&source).remove(0).content else { panic!("no service") };
        match service.kind {
            ServiceKind::Cluster => "cluster".to_owned(),
            ServiceKind::External(it) | ServiceKind::Name(it) => it.value,
            ServiceKind::Headless => "headless".to_owned(),
            ServiceKind::Unknown => "?".to_owned(),
        }
    };
    assert_eq!(kind("ports: []"), "cluster");
    assert_eq!(kind("clusterIP: None"), "headless");
    assert_eq!(kind("type: NodePort"), "NodePort");
    assert_eq!(kind("type: ExternalName, externalName: db.example.com"), "db.example.com");
    assert_eq!(kind("type: '${TYPE}'"), "?");
}

#[test]
fn a_policy_says_whom_it_is_for_and_what_it_lets_through() {
    let source = "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: a}\nspec:\n  podSelector: {}\n  \
                  ingress:\n  - from: []\n    ports: [{port: 80, endPort: 90}, {port: http, protocol: UDP}]\n  - from:\n    \
                  - namespaceSelector: {}\n      podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [a, b]}]}\n    \
                  - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}\n    - {}\n";
    let Content::NetworkPolicy(policy) = objects(source).remove(0).content else { panic!("no policy") };
    assert!(policy.is_about(Direction::Ingress) && !policy.is_about(Direction::Egress));
    let [all, some] = &policy.ingress[..] else { panic!("{:?}", policy.ingress) };
    assert!(all.peers.is_none() && some.ports.is_none());
    let ports = all.ports.iter().flatten().map(|it| (it.end, it.protocol));
    let expected = [(Some(90), Some(Protocol::Tcp)), (None, Some(Protocol::Udp))];
    assert_eq!(ports.collect::<Vec<_>>(), expected);
    let Some(
        [PolicyPeer::Pods { namespaces, pods }, PolicyPeer::Addresses { except, .. }, PolicyPeer::Unknown],
    ) = some.peers.as_deref()
    else {
        panic!("{:?}", some.peers)
    };
    assert_eq!(namespaces.as_ref().map(|it| it.requirements.len()), Some(0));
    let requirement = pods.as_ref().and_then(|it| it.requirements.first());
    assert_eq!(requirement.map(|it| (it.operator, it.values.len())), Some((Operator::NotIn, 2)));
    assert_eq!(except[..], ["10.1.0.0/16"]);
}

#[test]
fn routes_lead_to_services_of_each_form() {
    let destinations = |source: &str| {
        let Content::Route(route) = objects(source).remove(0).content else { panic!("no route") };
        let all = route.splits.into_iter().flatten().map(|it| {
            let port = it.port.map(|it| match it.value {
                PortReference::Number(number) => number.to_string(),
                PortReference::Name(name) => name,
            });
            (it.host.value, port.unwrap_or_default(), it.weight.map(|it| it.value))
        });
        all.collect::<Vec<_>>()
    };
    let row = |host: &str, port: &str, weight| (host.to_owned(), port.to_owned(), weight);
    let ingress = "kind: Ingress\napiVersion: networking.k8s.io/v1\nspec:\n  defaultBackend: {service: {name: a, port: {number: 80}}}\n  \
                   rules:\n  - http:\n      paths:\n      - backend: {service: {name: b, port: {name: http}}}\n      \
                   - backend: {serviceName: c, servicePort: 8080}\n      - backend: {service: {name: d, port: {name: use-annotation}}}\n";
    let expected = [row("a", "80", None), row("b", "http", None), row("c", "8080", None)];
    assert_eq!(destinations(ingress), expected);
    let route = "kind: HTTPRoute\napiVersion: gateway.networking.k8s.io/v1\nspec:\n  rules:\n  \
                 - backendRefs: [{name: a, port: 80, weight: 9}, {name: b, port: 80}]\n  \
                 - backendRefs: [{kind: Bucket, group: example.com, name: c}]\n";
    assert_eq!(destinations(route), [row("a", "80", Some(9)), row("b", "80", None)]);
    let service = "kind: VirtualService\napiVersion: networking.istio.io/v1\nspec:\n  http:\n  \
                   - route: [{destination: {host: a, port: {number: 80}, subset: v1}, weight: 1}]\n  \
                   tcp:\n  - route: [{destination: {host: b}, weight: '${W}'}]\n";
    assert_eq!(destinations(service), [row("a", "80", Some(1))]);
}

#[test]
fn a_service_of_knative_is_pods() {
    let source = "kind: Service\napiVersion: serving.knative.dev/v1\nspec: {template: {spec: {containers: [{image: web}]}}}";
    assert!(template(source).is_whole());
    let other = "kind: Service\napiVersion: example.com/v1\nmetadata: {name: x}\n";
    assert!(matches!(objects(other)[0].content, Content::Custom));
}

#[test]
fn a_scalar_knows_its_place() {
    let source = "kind: Pod\nspec:\n  terminationGracePeriodSeconds: 5\n  containers:\n  - image: \"web:1\"\n    \
                  env:\n    - name: A\n      value: >-\n        tcp://db:5432\n";
    let it = template(source);
    let at = |span: Span| &source[span.range()];
    assert_eq!(it.grace_period.map(|it| (it.value, at(it.span))), Some((5, "5")));
    assert_eq!(it.containers[0].image.as_ref().and_then(Text::cover).map(at), Some("web:1"));
    let VariableValue::Text(value) = &it.containers[0].environment[0].value else { panic!("no text") };
    assert_eq!(value.span_of(6..8).map(at), Some("db"));
}

#[test]
fn broken_manifests_keep_what_can_be_read() {
    let source = "kind: Service\nmetadata: {name: a}\n---\nkind: Pod\nspec: {containers: {{ .Values.x }}}\n";
    let manifest = read(FileId(0), source);
    assert_eq!(manifest.objects.first().map(|it| it.kind.as_str()), Some("Service"));
    for text in ["", "kind: [", "kind: Pod\nspec: 3", "kind: Pod\nspec: {containers: [1, {ports: x}]}"] {
        let manifest = read(FileId(0), text);
        assert!(manifest.objects.iter().all(|it| matches!(&it.content, Content::Pods(it) if !it.is_whole())));
    }
}
