//! `reachlint graph`: each format as a snapshot, and what must hold of each whatever a project is called.
//! What a browser makes of the page is in `tests/browser/`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use reachlint::report::graph::{GraphFormat, Picture};
use serde_json::Value;

use common::Project;

/// A way that arrives, one that does not, one that nobody can tell, a name that nobody has, and one out of the stack.
const COMPOSE: &str = r#"services:
  web:
    build: ./web
    ports: ["127.0.0.1:80:8080", "9000:9000"]
    environment:
      DATABASE_URL: postgres://app@db:5432/app
      CACHE_URL: redis://cache:6379
      QUEUE_URL: amqp://own:5672
    networks: [front, back]
  db:
    image: postgres:17
    networks: [back]
  cache:
    image: redis:7
    networks: [far]
  own:
    image: example.com/own:1
    networks: [back]
  agent:
    image: example.com/agent:1
    network_mode: host
networks:
  front:
  back:
    internal: true
  far:
    external: true
"#;
const GO: &str = r#"package main

import "net/http"

func main() {
	http.Get("http://dbb:80/")
	http.Get("https://api.example.com/v1")
	http.ListenAndServe(":8080", nil)
}
"#;
const DOCKERFILE: &str = "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /web .\nFROM scratch\nCOPY --from=build /web /web\nCMD [\"/web\"]\n";

/// Names that mean something to each of the formats.
const HOSTILE: [&str; 6] = [
    "\"><script>alert(1)</script>",
    "a]\\n\\\"b\\N",
    "--></svg>",
    "`end`;%%{init}",
    "&lt;b&gt;",
    "x\u{1b}[31m\u{202e}y",
];

fn fixture() -> Project {
    fixture_with(GO)
}

fn fixture_with(go: &str) -> Project {
    let mut project = Project { name: "graph".into(), ..Project::default() };
    project.add("compose.yaml", COMPOSE);
    project.add("web/main.go", go);
    project.add("web/go.mod", "module example.com/web\n\ngo 1.22\n");
    project.add("web/Dockerfile", DOCKERFILE);
    project
}

fn hostile() -> Project {
    let mut lines = vec!["services:".to_owned()];
    for (at, name) in HOSTILE.iter().enumerate() {
        let name = serde_json::to_string(name).unwrap();
        lines.push(format!("  {name}:\n    image: {name}\n    ports: [\"{}:80\"]", 8000 + at));
        lines.push(format!("    networks: [{name}]\n    environment: {{PEER_URL: \"http://db:5432\"}}"));
    }
    lines.push("  db:\n    image: postgres:17\nnetworks:".to_owned());
    lines.extend(HOSTILE.iter().map(|it| format!("  {}: {{}}", serde_json::to_string(it).unwrap())));
    let mut project = Project { name: "hostile".into(), ..Project::default() };
    project.add("compose.yaml", &(lines.join("\n") + "\n"));
    project
}

fn render(project: &Project, format: GraphFormat) -> String {
    let (outcome, sources) = project.check();
    let mut out = Vec::new();
    Picture::of(&outcome.project, &sources, HOSTILE[0], "shop/").write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_has_one_line_an_entry() {
    insta::assert_snapshot!(render(&fixture(), GraphFormat::Text));
}

#[test]
fn a_port_that_two_calls_listen_on_is_listed_once() {
    let plain = "http.ListenAndServe(\":8080\", nil)";
    let both = format!("go http.ListenAndServeTLS(\":8080\", \"cert\", \"key\", nil)\n\t{plain}");
    let text = render(&fixture_with(&GO.replace(plain, &both)), GraphFormat::Text);
    assert!(text.contains(", listens on :8080\n"), "{text}");
}

#[test]
fn mermaid_is_a_flowchart() {
    insta::assert_snapshot!(render(&fixture(), GraphFormat::Mermaid));
}

#[test]
fn dot_is_a_digraph() {
    insta::assert_snapshot!(render(&fixture(), GraphFormat::Dot));
}

#[test]
fn json_has_the_steps_of_each_edge() {
    let document: Value = serde_json::from_str(&render(&fixture(), GraphFormat::Json)).unwrap();
    let graph = &document["graphs"][0];
    let name =
        |at: &Value| graph["nodes"][at.as_u64().unwrap() as usize]["name"].as_str().unwrap().to_owned();
    let edges = graph["edges"].as_array().unwrap();
    let found: Vec<_> = edges
        .iter()
        .map(|it| (name(&it["from"]), name(&it["to"]), it["verdict"].as_str().unwrap().to_owned()))
        .collect();
    let is = |from: &str, to: &str, verdict: &str| (from.to_owned(), to.to_owned(), verdict.to_owned());
    for edge in [
        is("host", "web", "reachable"),
        is("host", "web", "not reachable"),
        is("web", "db", "reachable"),
        is("web", "cache", "not reachable"),
        is("web", "own", "unknown"),
        is("web", "dbb", "not reachable"),
        is("web", "internet", "reachable"),
    ] {
        assert!(found.contains(&edge), "{edge:?} of {found:#?}");
    }
    for edge in edges {
        assert!(!edge["origins"].as_array().unwrap().is_empty(), "{edge}");
        let steps = edge["steps"].as_array().unwrap();
        assert!(!steps.is_empty(), "{edge}");
        assert!(steps.iter().all(|it| it["stage"].is_string() && it["message"].is_string()), "{edge}");
    }
    let lost = edges.iter().find(|it| name(&it["to"]) == "dbb").unwrap();
    assert_eq!(lost["fix"], "dial `db`");
    assert_eq!(lost["origins"][0]["file"], "web/main.go");
}

#[test]
fn the_page_holds_every_part_of_the_picture_and_needs_no_other() {
    let page = render(&fixture(), GraphFormat::Html);
    for words in
        [">web<", ">example.com/web<", ">cache<", "shop/web/main.go:6:19", "api.example.com:443", "dbb:80"]
    {
        assert!(page.contains(words), "{words}");
    }
    let lower = page.to_ascii_lowercase();
    for loads in
        [" src=", "@import", "url(", "<link", "http://www", "fetch(", " onload", " onclick", " style="]
    {
        assert!(!lower.contains(loads), "{loads}");
    }
    // Each link leads to a part of the page.
    let targets: Vec<&str> =
        page.split(" href=\"#").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    assert!(targets.len() > 20);
    for target in targets.iter().filter(|it| !it.is_empty()) {
        assert_eq!(page.matches(&format!(" id=\"{target}\"")).count(), 1, "{target}");
    }
    assert_eq!(page, render(&fixture(), GraphFormat::Html), "the layout depends on the project alone");
}

#[test]
fn hostile_names_stay_text_in_the_page() {
    let page = render(&hostile(), GraphFormat::Html);
    assert_eq!(page.matches("<script").count(), 1, "our own script alone");
    assert_eq!(page.matches("</script").count(), 1);
    assert!(page.contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("&amp;lt;b&amp;gt;"));
    assert!(!page.contains('\u{1b}'));
    assert_eq!(page.matches("</svg>").count(), page.matches("<svg").count());
    // Tags are balanced, so that no name has opened or closed one.
    for tag in ["a", "g", "text", "title", "section", "ul", "li", "code", "aside", "main", "dl"] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn hostile_names_stay_text_in_mermaid() {
    let text = render(&hostile(), GraphFormat::Mermaid);
    for line in text.lines() {
        // A text is between two quotes, and nothing in it ends it or is markup.
        let parts: Vec<&str> = line.split('"').collect();
        assert!(parts.len() == 1 || parts.len() == 3, "{line}");
        if let [_, words, _] = parts[..] {
            let words = words.replace("<br/>", "");
            assert!(!words.contains(['<', '>', '`', '[', ']', '\\', '%', '&', '{']), "{line}");
        }
    }
    assert!(text.contains("#34;#62;#60;script#62;alert#40;1#41;#60;/script#62;"), "{text}");
}

#[test]
fn hostile_names_stay_text_in_dot() {
    let text = render(&hostile(), GraphFormat::Dot);
    for line in text.lines() {
        // Outside of quotes there are only our own words.
        let (mut outside, mut quoted, mut escaped) = (String::new(), false, false);
        for it in line.chars() {
            match (quoted, escaped, it) {
                (true, true, _) => escaped = false,
                (true, false, '\\') => escaped = true,
                (_, _, '"') => quoted = !quoted,
                (true, ..) => {}
                (false, ..) => outside.push(it),
            }
        }
        assert!(!quoted, "{line}");
        let own = |it: char| it.is_ascii_alphanumeric() || " _{}[]=,;->.".contains(it);
        assert!(outside.chars().all(own), "{line}");
    }
    assert!(text.contains("&amp;lt;b&amp;gt;") && text.contains("a]\\\\n\\\\\\\"b\\\\N"), "{text}");
}

#[test]
fn hostile_names_cannot_talk_to_the_terminal() {
    let text = render(&hostile(), GraphFormat::Text);
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_project_without_containers_has_an_empty_picture() {
    let project = Project { name: "empty".into(), ..Project::default() };
    assert_eq!(render(&project, GraphFormat::Text), "");
    assert!(render(&project, GraphFormat::Html).contains("Nothing in this project runs in a container."));
    assert_eq!(render(&project, GraphFormat::Mermaid), "flowchart LR\n");
}
