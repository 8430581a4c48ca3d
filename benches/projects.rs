//! How the time of a check grows with the project: what grows in a straight line keeps its services a second.
//!
//!     cargo bench
//!
//! A machine and its neighbours decide about the absolute figures; compare the lines of one run with each other.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use divan::counter::ItemsCount;
use reachlint::engine::{Input, Options, check};
use reachlint::facts::{Tree, kind::Kind};

fn main() {
    divan::main();
}

/// One Compose file of that many services that dial each other.
#[divan::bench(args = [125, 250, 500, 1000], sample_count = 10, sample_size = 1)]
fn one_file(bencher: divan::Bencher<'_, '_>, services: usize) {
    let input = input(1, services);
    bencher.counter(ItemsCount::new(services)).bench(|| check(&input, &Options::default()));
}

/// That many Compose files of ten services, each a project of its own.
#[divan::bench(args = [50, 100, 200, 400], sample_count = 10, sample_size = 1)]
fn many_files(bencher: divan::Bencher<'_, '_>, files: usize) {
    let input = input(files, 10);
    bencher.counter(ItemsCount::new(files * 10)).bench(|| check(&input, &Options::default()));
}

/// One program whose fields are set from each other in many places, in that many services.
#[divan::bench(args = [1, 4, 16, 64], sample_count = 10, sample_size = 1)]
fn one_program(bencher: divan::Bencher<'_, '_>, services: usize) {
    let mut compose = "services:\n".to_owned();
    for at in 0..services {
        write!(compose, "  s{at}:\n    build: .\n    environment: {{ PORT: \"{}\" }}\n", 9000 + at).unwrap();
    }
    let files = [
        ("compose.yaml", Kind::Compose, compose),
        ("go.mod", Kind::GoMod, "module example.com/app\n\ngo 1.22\n".to_owned()),
        ("Dockerfile", Kind::Dockerfile, DOCKERFILE.to_owned()),
        ("main.go", Kind::Go, program(12)),
    ];
    let mut input = Input { tree: Tree::new(files.iter().map(|it| it.0.to_owned())), ..Input::default() };
    for (path, kind, text) in &files {
        input.add(path, *kind, text);
    }
    bencher.counter(ItemsCount::new(services)).bench(|| check(&input, &Options::default()));
}

const DOCKERFILE: &str =
    "FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o /server .\nCMD [\"/server\"]\n";

/// A program that dials by a field of a struct, which that many functions each set from what another has set.
fn program(functions: usize) -> String {
    let mut out = "package main\n\nimport (\n\t\"net/http\"\n\t\"os\"\n)\n\ntype config struct{ host, port string }\n\n\
                   func main() {\n\tc := &config{host: \"localhost\", port: os.Getenv(\"PORT\")}\n"
        .to_owned();
    for at in 0..functions {
        writeln!(out, "\tc.set{at}(c)\n\tgo http.Get(\"http://\" + c.host + \":\" + c.port)").unwrap();
    }
    out.push_str("\thttp.ListenAndServe(\":\"+c.port, nil)\n}\n");
    for at in 0..functions {
        write!(
            out,
            "\nfunc (c *config) set{at}(from *config) {{\n\tif from.port != \"{at}\" {{\n\t\tc.host = from.host + \"{at}\"\n\t}}\n}}\n"
        )
        .unwrap();
    }
    out
}

fn input(files: usize, services: usize) -> Input {
    let path = |file: usize| format!("p{file}/compose.yaml");
    let mut input = Input { tree: Tree::new((0..files).map(path)), ..Input::default() };
    for file in 0..files {
        input.add(&path(file), Kind::Compose, &compose_file(services));
    }
    input
}

fn compose_file(services: usize) -> String {
    let mut out = "services:\n".to_owned();
    for at in 0..services {
        let (next, other) = ((at + 1) % services, (at + 7) % services);
        write!(
            out,
            "  s{at}:\n    image: redis:7\n    ports: [\"{}:6379\"]\n    networks: [n{}]\n    environment:\n      \
             CACHE_URL: redis://s{next}:6379\n      OTHER_HOST: s{other}\n",
            10_000 + at,
            at % 10,
        )
        .unwrap();
    }
    out.push_str("networks:\n");
    for at in 0..10 {
        writeln!(out, "  n{at}:").unwrap();
    }
    out
}
