use super::*;
use crate::source::FileId;
use crate::syntax::interpolation::Lookup;

fn service(body: &str) -> Service {
    let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let source = format!("services:\n  web:\n{indented}");
    let mut facts = read(FileId(0), &source);
    assert!(facts.errors.is_empty(), "{source}: {:?}", facts.errors);
    facts.documents.remove(0).services.remove(0)
}

fn show(value: &Value) -> String {
    let mut lookup = |name: &str| Lookup::NotHere(name.to_owned());
    match value.value.expand(&mut lookup) {
        Ok(text) => text.as_str().to_owned(),
        Err(name) => format!("?{}", name.value),
    }
}

fn shows(values: &[Value]) -> Vec<String> {
    values.iter().map(show).collect()
}

#[test]
fn both_forms_of_environment_say_the_same() {
    for body in [
        "environment:\n  PORT: 8080\n  EMPTY: ''\n  SHELL:\n  URL: http://a?b=c\n  X: ${X:-d}\n",
        "environment:\n- PORT=8080\n- EMPTY=\n- SHELL\n- URL=http://a?b=c\n- X=${X:-d}\n",
    ] {
        let service = service(body);
        let said: Vec<_> = service
            .environment
            .iter()
            .map(|it| (it.name.value.as_str(), it.value.as_ref().map(show)))
            .collect();
        let expected = [
            ("PORT", Some("8080".to_owned())),
            ("EMPTY", Some(String::new())),
            ("SHELL", None),
            ("URL", Some("http://a?b=c".to_owned())),
            ("X", Some("d".to_owned())),
        ];
        assert_eq!(said, expected, "{body}");
    }
}

#[test]
fn short_and_long_forms_are_read() {
    let it = service(
        "build: ./web\nports: ['80:8080', 9090, {target: 1, published: \"2\", protocol: udp}]\n\
         networks: [front, back]\ndepends_on: [db]\nenv_file: a.env\nextends: base\n\
         extra_hosts: ['a:1.2.3.4', 'b=host-gateway']\nhealthcheck: {test: curl localhost}\n\
         command: serve -p 80\nvolumes: ['./a:/b', {type: bind, source: x, target: y}]\nexpose: [80, '90-91']\n",
    );
    assert_eq!(show(it.build.unwrap().context.as_ref().unwrap()), "./web");
    assert_eq!(it.ports.len(), 3);
    assert!(matches!(&it.ports[1], Port::Short(value) if show(value) == "9090"));
    assert!(matches!(&it.ports[2], Port::Long { target: Some(it), .. } if show(it) == "1"));
    let networks = it.networks.unwrap();
    assert_eq!(networks.iter().map(|it| show(&it.name)).collect::<Vec<_>>(), ["front", "back"]);
    assert_eq!(show(&it.depends_on[0].service), "db");
    assert_eq!(show(&it.env_files[0].path), "a.env");
    assert_eq!(show(&it.extends.unwrap().service), "base");
    assert_eq!(
        it.extra_hosts.iter().map(|it| show(&it.value)).collect::<Vec<_>>(),
        ["a:1.2.3.4", "b=host-gateway"]
    );
    assert!(matches!(it.healthcheck.unwrap().test, Some(Words::Text(_))));
    assert!(matches!(it.command, Some(Words::Text(_))));
    assert_eq!(it.volumes.len(), 2);
    assert_eq!(shows(&it.expose), ["80", "90-91"]);

    let it = service(
        "build: {context: ., dockerfile: D, target: t, args: {A: 1}}\n\
         networks: {front: {aliases: [www]}, back: }\n\
         depends_on: {db: {condition: service_healthy, required: false}}\n\
         env_file: [{path: a.env, required: false}, b.env]\nextends: {file: c.yml, service: base}\n\
         extra_hosts: {a: 1.2.3.4}\nhealthcheck: {test: [CMD, curl, localhost], disable: true}\n\
         command: [serve, -p, 80]\nentrypoint:\nprofiles: [dev]\nscale: 2\ndeploy: {replicas: 3}\n\
         container_name: c\nhostname: h\nnetwork_mode: host\nlinks: ['db:x']\nexternal_links: [y]\n",
    );
    let build = it.build.unwrap();
    assert_eq!((show(&build.dockerfile.unwrap()), show(&build.target.unwrap())), ("D".into(), "t".into()));
    assert_eq!(build.args[0].name.value, "A");
    assert_eq!(shows(&it.networks.unwrap()[0].aliases), ["www"]);
    assert_eq!(show(it.depends_on[0].condition.as_ref().unwrap()), "service_healthy");
    assert!(!it.depends_on[0].required && !it.env_files[0].required && it.env_files[1].required);
    assert_eq!(show(it.extends.unwrap().file.as_ref().unwrap()), "c.yml");
    assert_eq!(it.extra_hosts[0].name.as_ref().unwrap().value, "a");
    let health = it.healthcheck.unwrap();
    assert!(
        matches!(health.test, Some(Words::List(words, _)) if shows(&words) == ["CMD", "curl", "localhost"])
    );
    assert_eq!(health.disable.unwrap().on, Some(true));
    assert!(matches!(it.command, Some(Words::List(words, _)) if shows(&words) == ["serve", "-p", "80"]));
    assert!(matches!(it.entrypoint, Some(Words::Null(_))));
    assert_eq!((show(&it.scale.unwrap()), show(&it.replicas.unwrap())), ("2".into(), "3".into()));
    assert_eq!((shows(&it.links), shows(&it.external_links)), (vec!["db:x".into()], vec!["y".into()]));
}

#[test]
fn top_level_keys_are_read() {
    let source = "name: shop\nx-env: &env {A: 1}\nservices:\n  web: &web\n    environment: {<<: *env, B: 2}\n  \
                  two:\n    <<: *web\n    image: x\n  ports:\n    ports: !reset []\nnetworks:\n  front:\n  \
                  back: {external: true, name: real}\n  old: {external: {name: older}, internal: true}\n\
                  include: [a.yml, {path: [b.yml, c.yml], env_file: x.env}]\n";
    let facts = read(FileId(0), source);
    assert!(facts.errors.is_empty());
    let it = &facts.documents[0];
    assert_eq!(show(it.name.as_ref().unwrap()), "shop");
    let names = |at: usize| {
        let variables = it.services[at].environment.iter().map(|it| it.name.value.clone());
        variables.collect::<Vec<_>>()
    };
    assert_eq!((names(0), names(1)), (vec!["B".into(), "A".into()], vec!["B".into(), "A".into()]));
    assert_eq!(it.content.replaced, [["services", "ports", "ports"]]);
    let external: Vec<_> = it.networks.iter().map(|it| it.external.as_ref().and_then(|it| it.on)).collect();
    assert_eq!(external, [None, Some(true), Some(true)]);
    assert_eq!(show(it.networks[2].real_name.as_ref().unwrap()), "older");
    assert_eq!(it.includes.len(), 2);
    assert_eq!(shows(&it.includes[1].paths), ["b.yml", "c.yml"]);
}

#[test]
fn wrong_shapes_cost_nothing_else() {
    let it = service(
        "ports: 8080\nenvironment: text\nnetworks: {a: }\nimage: [x]\ncommand: {a: b}\nlinks: {a: b}\n",
    );
    assert!(it.ports.is_empty() && it.environment.is_empty() && it.image.is_none() && it.command.is_none());
    assert_eq!(it.networks.unwrap().len(), 1);
    for source in
        ["", "- a\n", "services: [a]\n", "services:\n  web: text\n", "text", "networks: 1\ninclude: x\n"]
    {
        let facts = read(FileId(0), source);
        assert!(facts.errors.is_empty(), "{source}");
    }
}
