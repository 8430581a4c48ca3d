use super::*;
use crate::facts::{Tree, compose, compose_call, dotenv, kind::Kind};
use crate::model::{Healthcheck, Namespace, Origin, WorkloadKind};

/// Facts of files given as path and text, in the order of paths.
fn facts(files: &[(&str, &str)]) -> Facts {
    let mut files = files.to_vec();
    files.sort_unstable();
    let mut out = Facts { tree: Tree::new(files.iter().map(|it| it.0.to_owned())), ..Facts::default() };
    for (at, (path, text)) in files.iter().enumerate() {
        let file = FileId(u32::try_from(at).unwrap());
        out.paths.push((*path).to_owned());
        match Kind::of(path.rsplit('/').next().unwrap()) {
            Some(Kind::Compose) => out.compose.push((file, compose::read(file, text))),
            Some(Kind::Dotenv) => out.dotenv.push((file, dotenv::read(file, text))),
            Some(Kind::Makefile) => out.compose_calls.push((file, compose_call::read(text))),
            _ => {}
        }
    }
    out
}

fn read(files: &[(&str, &str)]) -> Compositions {
    read_compositions(&facts(files))
}

impl Compositions {
    fn service(&self, name: &str) -> &ComposeService {
        self.services.iter().find(|it| it.workload.name.value == name).unwrap()
    }

    fn networks_of(&self, name: &str) -> Vec<&str> {
        let memberships = &self.service(name).workload.networks;
        memberships.iter().map(|it| self.networks[it.network.0 as usize].name.as_str()).collect()
    }

    fn variable(&self, service: &str, name: &str) -> String {
        match self.service(service).workload.environment.get(name) {
            None => "-".to_owned(),
            Some(it) => it.value.as_ref().map_or("?".to_owned(), |it| it.as_str().to_owned()),
        }
    }

    fn ports(&self, service: &str) -> Vec<String> {
        let show = |it: &crate::model::PublishedPort| {
            let host = it.host.map_or("?".to_owned(), |it| it.to_string());
            format!("{host}:{}/{}", it.container, it.protocol.as_str())
        };
        self.service(service).workload.published.iter().map(show).collect()
    }
}

#[test]
fn the_override_is_merged_as_compose_does() {
    let out = read(&[
        (
            "shop/compose.yaml",
            "services:\n  web:\n    image: base\n    command: a b\n    ports: ['80:80']\n    environment: {A: 1, B: 2}\n    \
             networks: [front]\n    depends_on: [db]\n  db: {image: postgres}\nnetworks:\n  front:\n",
        ),
        (
            "shop/compose.override.yaml",
            "services:\n  web:\n    build: ./web\n    command: [c]\n    ports: ['80:80', '81:81']\n    environment: [B=3, C=4]\n    \
             networks: {front: {aliases: [www]}, back: }\n  extra: {image: x}\nnetworks:\n  back: {internal: true}\n",
        ),
    ]);
    assert_eq!(out.compositions.len(), 1);
    assert_eq!((out.compositions[0].files.len(), out.compositions[0].directory.as_str()), (2, "shop"));
    assert!(out.compositions[0].incomplete.is_none());
    assert_eq!(out.services.len(), 3);
    assert_eq!(out.ports("web"), ["80:80/tcp", "81:81/tcp"]);
    let values = ["A", "B", "C", "D"].map(|it| out.variable("web", it));
    assert_eq!(values, ["1", "3", "4", "-"]);
    assert_eq!(out.networks_of("web"), ["front", "back"]);
    assert_eq!(out.networks_of("db"), ["default"]);
    assert_eq!(out.service("web").workload.networks[0].aliases[0].value, "www");
    assert!(out.networks.iter().any(|it| it.name == "back" && it.internal));
    let build = out.service("web").build.as_ref().unwrap();
    assert_eq!(
        (build.context.as_deref(), build.dockerfile.as_deref()),
        (Some("shop/web"), Some("shop/web/Dockerfile"))
    );
    assert!(matches!(&out.service("web").command, Setting::Set(Command::Exec(words), _) if words.len() == 1));
    assert_eq!(out.service("web").workload.image_reference.as_ref().unwrap().text.as_str(), "base");
}

#[test]
fn reset_and_override_tags_forget() {
    let out = read(&[
        (
            "compose.yaml",
            "services:\n  web: {image: x, ports: ['80:80'], environment: {A: 1, B: 2}, command: x}\n  gone: {image: y}\n",
        ),
        (
            "compose.override.yml",
            "services:\n  web:\n    ports: !override ['90:90']\n    environment: {A: !reset null, C: 3}\n    command:\n  gone: !reset null\n",
        ),
    ]);
    assert_eq!(out.services.len(), 1);
    assert_eq!(out.ports("web"), ["90:90/tcp"]);
    assert_eq!(["A", "B", "C"].map(|it| out.variable("web", it)), ["-", "2", "3"]);
    assert!(matches!(out.service("web").command, Setting::Absent));
}

#[test]
fn variables_come_from_the_dotenv_beside() {
    let out = read(&[
        (".env", "TOP=1\n"),
        ("a/.env", "PORT=9000\nHOST=db\nURL=http://$HOST:$PORT\n"),
        (
            "a/docker-compose.yml",
            "services:\n  web:\n    image: repo/x:${TAG:-latest}\n    ports: ['${PORT}:80', '${NONE}:81', '82:${NONE}', '${NONE:-83}:83']\n    \
             environment: {U: '${URL}', N: '${NONE}', T: '${TOP:-2}', HOST: , SHELL: , D: \"$$x\"}\n",
        ),
    ]);
    assert_eq!(out.ports("web"), ["9000:80/tcp", "?:81/tcp", "83:83/tcp"]);
    assert!(out.service("web").workload.published_incomplete.is_some());
    let values = ["U", "N", "T", "HOST", "SHELL", "D"].map(|it| out.variable("web", it));
    assert_eq!(values, ["http://db:9000", "?", "?", "db", "?", "$x"]);
    let image = &out.service("web").workload.image_reference.as_ref().unwrap().text;
    assert_eq!(image.as_str(), "repo/x:latest");
}

#[test]
fn a_value_knows_where_it_is_set() {
    let (env, source) = (".env", "PORT=9000\n");
    let compose = "services:\n  web:\n    image: x\n    ports: [\"${PORT}:8080\"]\n    environment:\n      ADDR: 127.0.0.1:${P:-80}\n";
    let out = read(&[(env, source), ("compose.yaml", compose)]);
    let port = &out.service("web").workload.published[0];
    assert_eq!(port.host_span, Some(Span::new(FileId(0), 5, 9)));
    assert_eq!(&compose[port.container_span.range()], "8080");
    let text = out.service("web").workload.environment.get("ADDR").unwrap();
    assert_eq!(&compose[text.span.range()], "ADDR: 127.0.0.1:${P:-80}");
    let value = text.value.as_ref().unwrap();
    assert_eq!(value.as_str(), "127.0.0.1:80");
    assert_eq!(&compose[value.span_of(0..9).unwrap().range()], "127.0.0.1");
    assert_eq!(&compose[value.span_of(10..12).unwrap().range()], "80");
}

#[test]
fn environment_goes_before_env_file() {
    let out = read(&[
        ("app/one.env", "A=1\nB=1\nC=${B}x\nSHELL\n"),
        ("app/two.env", "B=2\nQ='$A'\n"),
        (
            "app/compose.yaml",
            "services:\n  web:\n    image: x\n    env_file: [one.env, ./two.env]\n    environment: {A: own}\n  \
             api:\n    image: x\n    env_file: {path: gone.env, required: false}\n",
        ),
    ]);
    assert_eq!(
        ["A", "B", "C", "Q", "SHELL"].map(|it| out.variable("web", it)),
        ["own", "2", "1x", "$A", "?"]
    );
    let origin = |name: &str| out.service("web").workload.environment.get(name).unwrap().origin;
    assert_eq!((origin("A"), origin("B")), (Origin::Workload, Origin::EnvFile));
    assert!(out.service("web").workload.environment.incomplete.is_none());
    assert!(out.service("api").workload.environment.incomplete.is_some());
}

#[test]
fn extends_and_include_bring_what_they_name() {
    let out = read(&[
        (
            "compose.yaml",
            "include: [infra/compose.yaml]\nservices:\n  web:\n    extends: {file: common/docker-compose.base.yml, service: app}\n    \
             environment: {B: 2}\n  two: {extends: web, ports: ['2:2']}\n  three: {extends: {file: nowhere.yml, service: x}}\n",
        ),
        (
            "common/docker-compose.base.yml",
            "services:\n  app: {build: ., environment: {A: 1, B: 1}, ports: ['1:1']}\n",
        ),
        (
            "infra/compose.yaml",
            "services:\n  db: {image: postgres, env_file: db.env, networks: [inner]}\nnetworks:\n  inner:\n",
        ),
        ("infra/db.env", "X=1\n"),
    ]);
    assert_eq!(out.compositions.len(), 1, "{:?}", out.compositions);
    assert_eq!(out.compositions[0].files.len(), 3);
    assert_eq!(out.ports("two"), ["1:1/tcp", "2:2/tcp"]);
    assert_eq!(["A", "B"].map(|it| out.variable("two", it)), ["1", "2"]);
    assert_eq!(out.service("web").build.as_ref().unwrap().context.as_deref(), Some("common"));
    assert_eq!(out.variable("db", "X"), "1");
    assert_eq!(out.networks_of("db"), ["inner"]);
    assert!(out.service("three").workload.incomplete.is_some());
    assert!(out.service("web").workload.incomplete.is_none() && out.compositions[0].incomplete.is_none());
    // Cycles end.
    let out = read(&[
        (
            "compose.yaml",
            "include: [b/compose.yaml]\nservices:\n  a: {extends: b, image: x}\n  b: {extends: a}\n",
        ),
        ("b/compose.yaml", "include: [../compose.yaml]\nservices:\n  c: {image: x}\n"),
    ]);
    assert!(out.services.len() <= 6);
}

#[test]
fn a_layer_is_told_from_a_project_of_its_own() {
    let base = (
        "docker-compose.yml",
        "services:\n  web: {image: x, networks: [n]}\n  db: {image: y}\nnetworks:\n  n:\n",
    );
    let cases = [
        ("services:\n  web: {environment: {A: 1}}\n", false),
        ("services:\n  job: {image: x, depends_on: [db]}\n", false),
        ("services:\n  job: {image: x, networks: [n]}\n", false),
        ("services:\n  job: {image: x, network_mode: 'service:web'}\n", false),
        ("services:\n  web: {image: x, ports: !reset []}\n", false),
        ("services:\n  web:\n    image: x\n    user: \"open\n", false),
        (
            "services:\n  web: {image: x, depends_on: {db: {condition: service_started, required: false}}}\n",
            false,
        ),
        ("services:\n  web: {image: x}\n  db: {image: y}\n", true),
        ("services:\n  web: {image: x, networks: [other]}\n", true),
    ];
    for (layer, whole) in cases {
        let out = read(&[base, ("docker-compose.prod.yml", layer)]);
        assert_eq!(out.compositions.len(), 2, "{layer}");
        let it = out.compositions.iter().find(|it| it.files == [FileId(0)]).unwrap();
        assert_eq!(it.incomplete.is_none(), whole, "{layer}: {:?}", it.incomplete);
    }
    let named = [
        base,
        ("docker-compose.prod.yml", "services:\n  web: {ports: ['1:1']}\n"),
        (".env", "COMPOSE_FILE=docker-compose.yml:docker-compose.prod.yml\n"),
    ];
    let out = read(&named);
    assert_eq!((out.compositions.len(), out.ports("web")), (1, vec!["1:1/tcp".to_owned()]));
    assert!(out.compositions[0].incomplete.is_none());
}

#[test]
fn only_a_file_beside_or_one_for_others_may_declare_the_network() {
    let uses = "services:\n  web: {image: x, networks: [n]}\n";
    let declares = "services:\n  db: {image: y, networks: [n]}\nnetworks:\n  n:\n";
    let out = read(&[("compose.yaml", declares), ("app/compose.yaml", uses)]);
    assert!(out.compositions.iter().all(|it| it.incomplete.is_none()));
    assert_eq!(out.compositions[0].undefined_networks.len(), 1);
    let out = read(&[("app/compose.db.yaml", declares), ("app/compose.yaml", uses)]);
    assert!(out.compositions.iter().any(|it| it.incomplete.is_some() && !it.undefined_networks.is_empty()));
    let out = read(&[("compose.yaml", "networks:\n  n:\n"), ("app/compose.yaml", uses)]);
    assert!(out.compositions.iter().any(|it| it.incomplete.is_some() && !it.undefined_networks.is_empty()));
}

#[test]
fn networks_and_names_are_those_of_docker() {
    let out = read(&[(
        "app/compose.yaml",
        "services:\n  web: {image: x, container_name: www, hostname: host}\n  host: {image: x, network_mode: host}\n  \
         side: {image: x, network_mode: 'service:web'}\n  cont: {image: x, network_mode: 'container:www'}\n  \
         far: {image: x, network_mode: 'container:else'}\n  none: {image: x, network_mode: none}\n  \
         var: {image: x, network_mode: '${MODE}'}\n  lost: {image: x, networks: [gone]}\n  ext: {image: x, networks: [shared]}\n  \
         linked: {image: x, links: ['web:w', web], external_links: ['old:o', raw], extra_hosts: ['a:1.2.3.4', 'b=host-gateway', 'c:::1']}\n\
         networks:\n  shared: {external: true}\n",
    )]);
    let namespace = |name: &str| &out.service(name).workload.namespace;
    let web = out.service("web").workload.id;
    assert!(matches!(namespace("web"), Namespace::Own) && matches!(namespace("host"), Namespace::Host(_)));
    assert!(matches!(namespace("side"), Namespace::Of(id, _) if *id == web));
    assert!(matches!(namespace("cont"), Namespace::Of(id, _) if *id == web));
    assert!(
        matches!(namespace("far"), Namespace::Unknown(_))
            && matches!(namespace("var"), Namespace::Unknown(_))
    );
    assert!(matches!(namespace("none"), Namespace::None(_)));
    let names: Vec<_> = out.service("web").workload.names.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(names, ["web", "www", "host"]);
    let names: Vec<_> = out.service("ext").workload.names.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(names, ["ext", "app-ext-1", "app_ext_1"]);
    let undefined = &out.compositions[0].undefined_networks;
    assert_eq!((undefined.len(), undefined[0].name.value.as_str()), (1, "gone"));
    assert_eq!(undefined[0].service.value, "lost");
    assert!(out.networks.iter().any(|it| it.name == "shared" && it.external));
    let links: Vec<_> = out.service("linked").workload.links.iter().map(|it| it.alias.as_str()).collect();
    assert_eq!(links, ["w", "web", "o", "raw"]);
    let hosts = &out.service("linked").workload.extra_hosts;
    let hosts: Vec<_> = hosts.iter().map(|it| (it.name.as_str(), it.address.as_str())).collect();
    assert_eq!(hosts, [("a", "1.2.3.4"), ("b", "host-gateway"), ("c", "::1")]);
    for (at, service) in out.services.iter().enumerate() {
        assert_eq!(service.workload.id.0 as usize, at);
        assert!(matches!(service.workload.kind, WorkloadKind::Service(id) if id.0 == 0));
    }
}

#[test]
fn health_jobs_and_replicas_are_told() {
    let out = read(&[(
        "compose.yaml",
        "services:\n  a: {image: x, healthcheck: {test: curl localhost}, deploy: {replicas: 2}, profiles: [dev], expose: [80, 90-91/udp]}\n  \
         b: {image: x, healthcheck: {test: [NONE]}, scale: '${N}'}\n  c: {image: x, healthcheck: {disable: true}}\n  \
         d: {image: x, healthcheck: {interval: 1s}}\n  e: {image: x, healthcheck: {test: [CMD, a, b]}, init: true}\n  \
         f: {image: x, healthcheck: {test: [CMD-SHELL, 'a ${X}']}, command: 'a ${X}'}\n  \
         g: {image: x, depends_on: {a: {condition: service_completed_successfully}}}\n",
    )]);
    let health = |name: &str| &out.service(name).workload.healthcheck;
    assert!(
        matches!(&out.service("a").healthcheck, Setting::Set(Command::Shell(text), _) if text.as_str() == "curl localhost")
    );
    assert!(
        matches!(health("b"), Healthcheck::Disabled(_)) && matches!(health("c"), Healthcheck::Disabled(_))
    );
    assert!(matches!(health("d"), Healthcheck::Absent));
    assert!(
        matches!(&out.service("e").healthcheck, Setting::Set(Command::Exec(words), _) if words.len() == 2)
    );
    assert!(
        matches!(out.service("f").healthcheck, Setting::Unknown(_))
            && matches!(health("f"), Healthcheck::Unknown)
    );
    assert!(matches!(out.service("f").command, Setting::Unknown(_)) && out.service("e").init);
    assert!(out.service("a").workload.one_shot && !out.service("b").workload.one_shot);
    let replicas = ["a", "b", "c"].map(|it| out.service(it).workload.replicas);
    assert_eq!(replicas, [Some(2), None, Some(1)]);
    assert_eq!(out.service("a").workload.profiles, ["dev"]);
    let exposed: Vec<_> = out.service("a").workload.exposed.iter().map(|it| it.value.to_string()).collect();
    assert_eq!(exposed, ["80", "90-91"]);
}

#[test]
fn volumes_and_builds_are_paths_of_the_project() {
    let out = read(&[(
        "deploy/compose.yml",
        "services:\n  a:\n    build: {context: .., dockerfile: deploy/Dockerfile.a, target: run, args: {V: 1, W: '${W}', S: }}\n    \
         volumes: ['./conf:/etc/conf:ro', data:/data, /anonymous, '/var/run/docker.sock:/s', 'C:\\x:/y', {type: bind, source: ../z, target: /z}]\n  \
         b: {build: 'https://github.com/a/b.git'}\n  c: {build: ../..}\n  d: {build: {context: ., dockerfile_inline: 'FROM x'}}\n",
    )]);
    let build = out.service("a").build.as_ref().unwrap();
    assert_eq!(
        (build.context.as_deref(), build.dockerfile.as_deref()),
        (Some("."), Some("deploy/Dockerfile.a"))
    );
    assert_eq!(build.target.as_ref().unwrap().as_ref().unwrap().as_str(), "run");
    let args: Vec<_> =
        build.args.iter().map(|(name, value)| (name.as_str(), value.as_ref().map(Text::as_str))).collect();
    assert_eq!(args, [("V", Some("1")), ("W", None), ("S", None)]);
    let mounts = &out.service("a").mounts;
    let mounts: Vec<_> =
        mounts.iter().map(|it| (it.source.as_deref(), it.bind, it.target.as_deref())).collect();
    let expected = [
        (Some("deploy/conf"), true, Some("/etc/conf")),
        (Some("data"), false, Some("/data")),
        (None, false, Some("/anonymous")),
        (Some("/var/run/docker.sock"), true, Some("/s")),
        (Some("C:\\x"), true, Some("/y")),
        (Some("z"), true, Some("/z")),
    ];
    assert_eq!(mounts[..4], expected[..4]);
    assert_eq!(mounts[5], expected[5]);
    assert!(out.service("b").build.as_ref().unwrap().context.is_none());
    assert!(out.service("c").build.as_ref().unwrap().context.is_none());
    let inline = out.service("d").build.as_ref().unwrap();
    assert!(inline.inline && inline.dockerfile.is_none());
}

#[test]
fn files_that_are_called_together_are_one_project() {
    let out = read(&[
        ("compose.yaml", "services:\n  web: {image: x, ports: ['1:1']}\n"),
        ("compose.prod.yaml", "services:\n  web: {ports: ['2:2']}\n"),
        ("deploy/compose.yaml", "services:\n  api: {image: x}\n"),
        ("Makefile", "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up\n"),
    ]);
    let files: Vec<usize> = out.compositions.iter().map(|it| it.files.len()).collect();
    assert_eq!(files, [1, 2, 1]);
    assert!(out.compositions.iter().all(|it| it.incomplete.is_none() && it.faults.is_empty()));
    let ports: Vec<usize> = out.services.iter().map(|it| it.workload.published.len()).collect();
    assert_eq!(ports, [1, 2, 0]);
}

#[test]
fn every_value_knows_the_file_that_decides() {
    let out = read(&[
        (
            "compose.override.yaml",
            "services:\n  web: {image: new, environment: {B: 2}, command: [run]}\n  api: {ports: ['7-8:9-10']}\n",
        ),
        (
            "compose.yaml",
            "services:\n  web: {image: old, environment: [A=1]}\n  \
             api: {extends: {service: base, file: parts/docker-compose.yml}}\n",
        ),
        ("parts/docker-compose.yml", "services:\n  base: {image: base, volumes: ['./x:/x']}\n"),
    ]);
    let (web, api) = (out.service("web"), out.service("api"));
    assert_eq!((web.workload.image_span.file, api.workload.image_span.file), (FileId(0), FileId(2)));
    let places = ["A", "B"].map(|it| web.workload.environment.get(it).unwrap().span.file);
    assert_eq!(places, [FileId(1), FileId(0)]);
    assert!(matches!(&web.command, Setting::Set(_, span) if span.file == FileId(0)));
    assert_eq!((api.mounts[0].source.as_deref(), api.mounts[0].span.file), (Some("parts/x"), FileId(2)));
    let port = &api.workload.published[0];
    assert_eq!((port.host_span.unwrap().len(), port.container_span.len()), (3, 4));
}

#[test]
fn endless_chains_end() {
    const LENGTH: usize = 1500;
    for said in ["extends: s", "image: x, network_mode: service:s"] {
        let of = |at: usize| format!("  s{at}: {{{said}{}}}\n", at - 1);
        let first = "  s0: {image: x}\n".to_owned();
        let forwards: String = std::iter::once(first.clone()).chain((1..LENGTH).map(of)).collect();
        let backwards: String = (1..LENGTH).rev().map(of).chain([first]).collect();
        for services in [forwards, backwards] {
            let text = format!("services:\n{services}");
            assert_eq!(read(&[("compose.yaml", &text)]).services.len(), LENGTH);
        }
    }
    let out = read(&[
        ("compose.yaml", "include: [compose.a.yaml]\nservices:\n  a: {extends: b}\n  b: {extends: a}\n"),
        (
            "compose.a.yaml",
            "include: [compose.yaml]\nservices:\n  c: {extends: {service: c, file: compose.a.yaml}}\n",
        ),
    ]);
    assert!(out.services.len() <= 6);
}
