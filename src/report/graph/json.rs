//! The picture as one JSON document.

use std::io;

use serde_json::{Value, json};

use super::{Edge, Fact, Node, Picture, Region, Section};
use crate::report::place::Range;
use crate::report::trace;
use crate::source::{SourceMap, Span};

/// Writes `{"version", "graphs": [{"name", "regions": [{"kind", "name", "remark", "place"}], "nodes": [{"name",
/// "kind", "runs", "listens", "complete", "regions", "place"}], "edges": [{"from", "to", "published", "host",
/// "port", "protocol", "verdict", "origins", "steps", "fix"}]}]}`. Regions, and the ends of edges, are indices
/// from 0; steps are those of `trace`.
pub(super) fn write(picture: &Picture<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let graphs: Vec<Value> = picture.sections.iter().map(|it| section(it, picture.sources)).collect();
    let document = json!({ "version": env!("CARGO_PKG_VERSION"), "graphs": graphs });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn section(it: &Section, sources: &SourceMap) -> Value {
    json!({
        "name": it.title,
        "regions": it.regions.iter().map(|it| region(it, sources)).collect::<Vec<_>>(),
        "nodes": it.nodes.iter().map(|it| node(it, sources)).collect::<Vec<_>>(),
        "edges": it.edges.iter().map(|it| edge(it, sources)).collect::<Vec<_>>(),
    })
}

fn region(it: &Region, sources: &SourceMap) -> Value {
    json!({
        "kind": it.kind.as_str(),
        "name": it.name,
        "remark": it.remark,
        "place": it.span.map(|it| place(it, sources)),
    })
}

fn node(it: &Node, sources: &SourceMap) -> Value {
    let fact = |it: &Fact| json!({ "address": it.says, "place": place(it.span, sources) });
    json!({
        "name": it.label,
        "kind": it.kind.as_str(),
        "runs": it.runs,
        "listens": it.listens.iter().map(fact).collect::<Vec<_>>(),
        "complete": it.listens_unknown.is_none() && it.dials_unknown.is_none(),
        "regions": it.regions,
        "place": it.span.map(|it| place(it, sources)),
    })
}

fn edge(it: &Edge, sources: &SourceMap) -> Value {
    json!({
        "from": it.from,
        "to": it.to,
        "published": it.on_host,
        "host": it.host,
        "port": it.port,
        "protocol": it.protocol,
        "verdict": it.verdict.as_str(),
        "origins": it.origins.iter().map(|it| trace::evidence(it, sources)).collect::<Vec<_>>(),
        "steps": it.steps.iter().map(|it| trace::step(it, sources)).collect::<Vec<_>>(),
        "fix": it.fix,
    })
}

fn place(span: Span, sources: &SourceMap) -> Value {
    json!({ "file": sources.file(span.file).path(), "span": Range::of(sources, span) })
}
