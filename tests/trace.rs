//! `reachlint trace`: its verdicts on `examples/shop` and on the scenarios of `tests/reality`, where a real
//! engine has shown that they are right, its exit codes, and its formats.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `reachlint trace ARGUMENTS` on a project below the root of the repository.
fn trace(project: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachlint"));
    command.arg("trace").args(arguments).args(["--isolated", "--project", project]).current_dir(root());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The projects that `tests/reality` runs, each with the file that holds its matrix.
fn projects() -> Vec<(String, PathBuf)> {
    let scenarios = fs::read_dir(root().join("tests/reality/scenarios")).unwrap();
    let scenarios = scenarios.map(|it| it.unwrap().path());
    let named = scenarios.map(|it| {
        let name = it.file_name().unwrap().to_str().unwrap().to_owned();
        (format!("tests/reality/scenarios/{name}"), it.join("matrix.txt"))
    });
    let shop = ("examples/shop".to_owned(), root().join("tests/reality/shop.txt"));
    std::iter::once(shop).chain(named).collect()
}

#[test]
fn every_matrix_is_the_one_that_a_real_engine_has_shown() {
    let mut faults = Vec::new();
    for (project, file) in projects() {
        let run = trace(&project, &["--all"]);
        assert_eq!(run.code, Some(0), "{project}: {}", run.stderr);
        if std::env::var_os("REACHLINT_UPDATE").is_some() {
            fs::write(&file, &run.stdout).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != run.stdout {
            faults.push(format!("{} is not\n{}", file.display(), run.stdout));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_exit_code_is_the_verdict() {
    for (from, to, code) in [
        ("catalog", "database:5432", 0),
        ("host", "orders:9082", 0),
        ("web", "internet", 0),
        // What it dials is the port on the host.
        ("catalog", "database", 1),
        ("web", "catalog", 1),
        ("internet", "database:5432", 1),
        ("host", "internet", 3),
        ("web", "catlog", 2),
    ] {
        let run = trace("examples/shop", &[from, to]);
        assert_eq!(run.code, Some(code), "{from} {to}: {}{}", run.stdout, run.stderr);
    }
    assert_eq!(trace("examples/shop", &["web"]).code, Some(2));
    assert_eq!(trace("examples/shop", &["web", "catalog", "--all"]).code, Some(2));
}

#[test]
fn a_name_with_a_slip_is_answered_with_the_right_one() {
    let run = trace("examples/shop", &["web", "catlog"]);
    assert!(run.stderr.contains("did you mean `catalog`?"), "{}", run.stderr);
    let run = trace("examples/shop", &["web", "mainframe"]);
    assert!(run.stderr.contains("no service, pod or program has that name"), "{}", run.stderr);
}

#[test]
fn a_program_stands_for_the_container_that_runs_it() {
    let run = trace("examples/shop", &["example.com/shop/catalog", "database:5432"]);
    assert!(run.stdout.starts_with("catalog -> database:5432: reachable\n"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn each_step_names_the_lines_that_it_rests_on() {
    let run = trace("examples/shop", &["web", "catalog"]);
    for line in [
        "web -> catalog:8081: not reachable",
        "                    examples/shop/compose.yaml:12:23: `web` is on `back`",
        "  port     no       `catalog` listens on 127.0.0.1:8081, which only its own container can reach",
        "                    examples/shop/catalog/main.go:14:18: `catalog` listens here",
        "  = fix: listen on `:8081`, which is every interface of the container",
    ] {
        assert!(run.stdout.lines().any(|it| it == line), "{line}\n{}", run.stdout);
    }
}

#[test]
fn json_says_what_the_text_says() {
    let run = trace("examples/shop", &["orders", "redis", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let trace_of = &document["traces"][0];
    assert_eq!(
        (&trace_of["from"], &trace_of["to"], &trace_of["host"], &trace_of["port"], &trace_of["verdict"]),
        (
            &Value::from("orders"),
            &Value::from("redis"),
            &Value::from("localhost"),
            &Value::from(6379),
            &Value::from("not reachable")
        )
    );
    let step = &trace_of["steps"][0];
    assert_eq!((&step["stage"], &step["outcome"]), (&Value::from("name"), &Value::from("no")));
    let place = &step["evidence"][0];
    assert_eq!(place["file"], "orders/main.go");
    assert_eq!(place["span"]["start"]["line"], 15);
    assert_eq!(trace_of["fix"], "dial `redis:6379`");

    let run = trace("examples/shop", &["--all", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let cells = document["matrices"][0]["cells"].as_array().unwrap();
    let cell =
        cells.iter().find(|it| it["from"] == "catalog" && it["to"] == "database" && it["port"] == 5433);
    let cell = cell.unwrap();
    assert_eq!((&cell["verdict"], &cell["stage"]), (&Value::from("not reachable"), &Value::from("port")));
    assert_eq!(cell["dialled"], true);
}

/// A project on disk that no other test uses.
fn project(name: &str, files: &[(&str, &str)]) -> String {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join(".git")).unwrap();
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root.to_str().unwrap().to_owned()
}

#[test]
fn what_the_project_does_not_decide_is_unknown() {
    let project = project(
        "trace-unknown",
        &[(
            "compose.yaml",
            "services:
  client: {image: redis:7}
  console: {image: redis:7, profiles: [debug]}
  queue: {image: 'rabbitmq:3-management'}
  stranger: {image: 'registry.example.com/own/thing:1', ports: ['8080:8080']}
  guest: {image: redis:7, network_mode: 'container:elsewhere'}
  visitor: {image: redis:7, networks: [others]}
  mapped: {image: redis:7, extra_hosts: ['queue:192.0.2.7']}
networks:
  others: {external: true}
",
        )],
    );
    for (from, to, code, reason) in [
        ("client", "queue:5672", 0, "`queue` listens on :5672/tcp"),
        ("console", "client", 0, "`console` is started with the profile `debug` alone"),
        ("client", "queue:15672", 3, "is for the configuration of its image"),
        ("client", "stranger:8080", 3, "it is not known on which ports `stranger` listens"),
        ("host", "stranger:8080", 3, "port 8080 of the host leads to port 8080 of `stranger`"),
        // A port that is not published is out of reach, whatever listens.
        ("host", "stranger:9090", 1, "no `ports` entry of `stranger` leads to its port 9090/tcp"),
        ("guest", "queue:5672", 3, "its network mode is not known"),
        ("visitor", "internet", 3, "whether a network that is made elsewhere leads out is not known"),
        ("mapped", "queue:5672", 3, "`extra_hosts` of `mapped` says that `queue` is 192.0.2.7"),
    ] {
        let run = trace(&project, &[from, to]);
        assert_eq!(run.code, Some(code), "{from} {to}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(reason), "{from} {to}: {reason}\n{}", run.stdout);
    }
}

#[test]
fn containers_of_one_pod_are_localhost_to_each_other() {
    let go = |port: u16| {
        format!(
            "package main\n\nimport \"net/http\"\n\nfunc main() {{ panic(http.ListenAndServe(\"127.0.0.1:{port}\", nil)) }}\n"
        )
    };
    let dockerfile = |name: &str| {
        format!("FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go build -o /app ./{name}\nCMD [\"/app\"]\n")
    };
    let pod = |name: &str, containers: &[&str]| {
        let images = containers.iter().map(|it| format!("    - {{name: {it}, image: example/{it}}}\n"));
        let images: String = images.collect();
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n{images}---\n")
    };
    let manifest = pod("front", &["web", "cache"]) + &pod("back", &["store"]);
    let build = "build:\n\tdocker build -t example/web -f web/Dockerfile .\n\tdocker build -t example/cache -f cache/Dockerfile .\n\tdocker build -t example/store -f store/Dockerfile .\n";
    let project = project(
        "trace-pods",
        &[
            ("go.mod", "module example.com/pods\n\ngo 1.22\n"),
            ("web/main.go", &go(8080)),
            ("cache/main.go", &go(8081)),
            ("store/main.go", &go(8082)),
            ("web/Dockerfile", &dockerfile("web")),
            ("cache/Dockerfile", &dockerfile("cache")),
            ("store/Dockerfile", &dockerfile("store")),
            ("Makefile", build),
            ("pods.yaml", &manifest),
        ],
    );
    for (from, to, code) in [
        ("web", "cache:8081", 0),
        ("web", "store:8082", 1),
        ("web", "internet", 0),
        ("back", "front/cache:8081", 1),
    ] {
        let run = trace(&project, &[from, to]);
        assert_eq!(run.code, Some(code), "{from} {to}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn pods_reach_each_other_as_services_and_policies_say() {
    let pod = |name: &str, more: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\nspec:\n  containers:\n    - {{name: {name}, image: nginx:1.27{more}}}\n---\n"
        )
    };
    let service = |name: &str, kind: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  type: {kind}\n  selector: {{app: {name}}}\n  ports: [{{port: 8080, targetPort: 80}}]\n---\n"
        )
    };
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shop}\nspec:\n  \
                  podSelector: {matchLabels: {app: shop}}\n  ingress:\n    - from: [{podSelector: {matchLabels: {app: web}}}]\n";
    let dials = ", env: [{name: SHOP_URL, value: 'http://shop:8080'}]";
    let manifest = pod("web", dials)
        + &pod("job", "")
        + &pod("shop", "")
        + &service("web", "LoadBalancer")
        + &service("web", "ClusterIP").replace("name: web", "name: front")
        + &service("shop", "ClusterIP")
        + policy;
    let project = project("trace-services", &[("shop.yaml", &manifest)]);
    for (from, to, code, reason) in [
        ("web", "shop", 0, "port 8080 of the Service is port 80 of the pod"),
        ("job", "front:8080", 0, "job -> web:8080: reachable"),
        ("web", "shop:80", 0, "the Service `shop` leads its port 8080 to port 80 of the pod"),
        ("job", "shop:80", 1, "policies isolate `shop`, and no rule of theirs lets this in"),
        ("internet", "web:80", 0, "the Service `web` is open to the outside as LoadBalancer"),
        ("internet", "shop:80", 1, "policies isolate `shop`"),
        ("shop", "203.0.113.5:443", 0, "no NetworkPolicy of the project is for it"),
        ("203.0.113.5", "shop:80", 1, "policies isolate `shop`"),
    ] {
        let run = trace(&project, &[from, to]);
        assert_eq!(run.code, Some(code), "{from} {to}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(reason), "{from} {to}: {reason}\n{}", run.stdout);
    }
}

#[test]
fn an_address_that_may_be_another_does_not_decide_a_way() {
    let program = "package main

import (
	\"os\"

	\"github.com/redis/go-redis/v9\"
)

var known = map[string]string{}

func lookup(name string) string {
	if value, ok := known[name]; ok {
		return value
	}
	return os.Getenv(name)
}

func main() {
	client := redis.NewClient(&redis.Options{Addr: lookup(\"REDIS_ADDR\")})
	println(client.Ping(nil).Err())
}
";
    let project = project(
        "trace-alternatives",
        &[
            ("go.mod", "module example.com/api\n\ngo 1.22\n"),
            ("main.go", program),
            (
                "Dockerfile",
                "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nCMD [\"/app\"]\n",
            ),
            (
                "compose.yaml",
                "services:\n  api: {build: ., env_file: [{path: own.env, required: false}]}\n  cache: {image: redis:7}\n",
            ),
        ],
    );
    let run = trace(&project, &["api", "cache"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    fs::write(
        Path::new(&project).join("compose.yaml"),
        "services:\n  api: {build: .}\n  cache: {image: redis:7}\n",
    )
    .unwrap();
    let run = trace(&project, &["api", "cache"]);
    assert!(run.stdout.contains("dialled as `localhost`: not reachable"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn of_several_with_one_name_those_that_run_together_are_meant() {
    let compose =
        |peer: &str| format!("services:\n  web: {{image: redis:7}}\n  {peer}: {{image: redis:7}}\n");
    let project = project(
        "trace-ambiguous",
        &[("one/compose.yaml", compose("cache").as_str()), ("two/compose.yaml", compose("queue").as_str())],
    );
    let run = trace(&project, &["web", "queue"]);
    assert!(run.stdout.starts_with("two/compose.yaml:web -> queue:6379: reachable"), "{}", run.stdout);
    let run = trace(&project, &["host", "web"]);
    assert_eq!(run.code, Some(2));
    let meant = "`web` means several: `one/compose.yaml:web`, `two/compose.yaml:web`";
    assert!(run.stderr.contains(meant), "{}", run.stderr);
    assert_eq!(trace(&project, &["host", "two/compose.yaml:web:6379"]).code, Some(1));
}

#[test]
fn the_way_that_the_readme_shows_is_real() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let shown = readme.split("```text\n").nth(2).and_then(|it| it.split("```").next()).unwrap();
    assert_eq!(trace("examples/shop", &["catalog", "database"]).stdout, shown);
}
