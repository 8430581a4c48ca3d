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
