//! Ways through a project, as text and JSON: one by one, or all of them as a matrix.

use std::borrow::Cow;
use std::io;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::place::{self, Range};
use crate::model::{
    Address, Endpoint, Matrix, Outcome, Project, Stack, Step, Trace, WorkloadId, WorkloadKind,
};
use crate::source::{SourceMap, Spanned};

/// Names for each side of a way.
#[derive(Debug)]
pub struct Labels(Vec<Names>);

/// The names of a workload, from short to long.
#[derive(Debug)]
struct Names {
    forms: [String; 3],
    /// The shortest that no other workload has, else the longest.
    shown: usize,
}

impl Labels {
    /// Names the workloads of a project: by their own names, containers behind the name of their pod where
    /// others are called the same, and behind the path of their file where that is not enough.
    #[must_use]
    pub fn of(project: &Project, sources: &SourceMap) -> Self {
        let forms = project.workloads.iter().map(|it| {
            let own = it.name.value.clone();
            let in_pod = project.pod_of(it).map(|pod| format!("{}/{own}", pod.name.value));
            let in_pod = in_pod.unwrap_or_else(|| own.clone());
            let file = match it.kind {
                WorkloadKind::Service(id) | WorkloadKind::Run(id) => {
                    project.composition(id).files.first().copied()
                }
                WorkloadKind::Pod(_) => Some(it.name.span.file),
                WorkloadKind::Image => None,
            };
            let in_file = file.map(|file| format!("{}:{in_pod}", sources.file(file).path()));
            let in_file = in_file.unwrap_or_else(|| in_pod.clone());
            [own, in_pod, in_file]
        });
        let forms: Vec<_> = forms.collect();
        let mut bearers: FxHashMap<(usize, &str), usize> = FxHashMap::default();
        for (form, name) in forms.iter().flat_map(|it| it.iter().enumerate()) {
            *bearers.entry((form, name)).or_default() += 1;
        }
        let shown =
            |it: &[String; 3]| (0..2).find(|form| bearers[&(*form, it[*form].as_str())] == 1).unwrap_or(2);
        let shown: Vec<_> = forms.iter().map(shown).collect();
        Self(forms.into_iter().zip(shown).map(|(forms, shown)| Names { forms, shown }).collect())
    }

    /// The name of one side, which no other has.
    #[must_use]
    pub fn label(&self, endpoint: Endpoint) -> Cow<'_, str> {
        match endpoint {
            Endpoint::Workload(id) => {
                let names = &self.0[id.0 as usize];
                names.forms[names.shown].as_str().into()
            }
            Endpoint::Host => "host".into(),
            Endpoint::Internet => "internet".into(),
            Endpoint::Address(address) => address.to_string().into(),
        }
    }

    /// Whether `name` means a workload alone: its label, or a longer form of it.
    #[must_use]
    pub fn means(&self, name: &str, id: WorkloadId) -> bool {
        let names = &self.0[id.0 as usize];
        names.forms[names.shown..].iter().any(|it| it == name)
    }

    /// `web:8080`, `dns:53/udp`.
    fn destination(&self, to: Endpoint, port: Option<u16>, transport: &str) -> String {
        let suffix = if transport == "tcp" { String::new() } else { format!("/{transport}") };
        match port {
            Some(port) => format!("{}:{port}{suffix}", self.label(to)),
            None => self.label(to).into_owned(),
        }
    }

    fn of_trace(&self, trace: &Trace) -> String {
        self.destination(trace.to, trace.port, trace.protocol.as_str())
    }

    fn of_column(&self, (to, address): &(Endpoint, Address)) -> String {
        self.destination(*to, address.port, address.protocol.as_str())
    }
}

/// Writes each way with its steps, the places that they rest on, and what mends it. `prefix` stands before
/// each path.
///
/// # Errors
/// What `out` reports.
pub fn write_text(
    traces: &[Trace],
    labels: &Labels,
    sources: &SourceMap,
    prefix: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for (at, trace) in traces.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let to = labels.of_trace(trace);
        let dialled = trace.host.as_deref().filter(|it| *it != labels.label(trace.to));
        let dialled = dialled.map(|it| format!(", dialled as `{it}`")).unwrap_or_default();
        let title = format!("{} -> {to}{dialled}: {}", labels.label(trace.from), trace.verdict().as_str());
        writeln!(out, "{}", place::printable(&title))?;
        for step in &trace.steps {
            let line = format!("  {:7}  {:7}  {}", step.stage.as_str(), step.outcome.as_str(), step.says);
            writeln!(out, "{}", place::printable(&line))?;
            for it in &step.evidence {
                let line = format!("  {:16}  {}: {}", "", place::locus(sources, prefix, it.span), it.value);
                writeln!(out, "{}", place::printable(&line))?;
            }
        }
        if let Some(fix) = &trace.fix {
            writeln!(out, "  = fix: {}", place::printable(fix))?;
        }
    }
    Ok(())
}

/// Writes `{"version", "traces": [{"from", "to", "host", "port", "protocol", "verdict", "steps": [{"stage",
/// "outcome", "message", "evidence": [{"file", "span", "message"}]}], "fix"}]}`; `host`, `port` and `fix` are
/// null where they are not known.
///
/// # Errors
/// What `out` reports.
pub fn write_json(
    traces: &[Trace],
    labels: &Labels,
    sources: &SourceMap,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let traces: Vec<Value> = traces.iter().map(|it| to_json(it, labels, sources)).collect();
    let document = json!({ "version": env!("CARGO_PKG_VERSION"), "traces": traces });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn to_json(trace: &Trace, labels: &Labels, sources: &SourceMap) -> Value {
    let steps = trace.steps.iter().map(|it| step(it, sources));
    json!({
        "from": labels.label(trace.from),
        "to": labels.label(trace.to),
        "host": trace.host,
        "port": trace.port,
        "protocol": trace.protocol.as_str(),
        "verdict": trace.verdict().as_str(),
        "steps": steps.collect::<Vec<_>>(),
        "fix": trace.fix,
    })
}

/// One step of a way.
pub(super) fn step(it: &Step, sources: &SourceMap) -> Value {
    json!({
        "stage": it.stage.as_str(),
        "outcome": it.outcome.as_str(),
        "message": it.says,
        "evidence": it.evidence.iter().map(|it| evidence(it, sources)).collect::<Vec<_>>(),
    })
}

/// What stands at a place.
pub(super) fn evidence(it: &Spanned<String>, sources: &SourceMap) -> Value {
    let span = Range::of(sources, it.span);
    json!({ "file": sources.file(it.span.file).path(), "span": span, "message": it.value })
}

/// Writes each matrix: a line for each destination, a column for each who may want it, `yes`, `no` or `?`, with
/// a star where somebody dials, which is then judged by the name that is dialled. Below it stands why what is dialled is not reached.
///
/// # Errors
/// What `out` reports.
pub fn write_matrices_text(
    matrices: &[Matrix],
    project: &Project,
    labels: &Labels,
    sources: &SourceMap,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for (at, matrix) in matrices.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", place::printable(&title(matrix, project, sources)))?;
        let names: Vec<_> = matrix.rows.iter().map(|it| labels.label(*it)).collect();
        let destinations: Vec<_> = matrix.columns.iter().map(|it| labels.of_column(it)).collect();
        let width = destinations.iter().map(|it| it.chars().count()).max().unwrap_or_default();
        let width = width.max(CORNER.len());
        let head = names.iter().map(|it| format!("  {it:4}")).collect::<String>();
        writeln!(out, "{}", place::printable(format!("{CORNER:width$}{head}").trim_end()))?;
        for (column, destination) in destinations.iter().enumerate() {
            let mut line = format!("{destination:width$}");
            for (row, name) in names.iter().enumerate() {
                let cell = matrix.cell(row, column);
                let star = if cell.dialled { "*" } else { "" };
                let text = format!("{}{star}", cell.trace.as_ref().map_or("", short));
                line.push_str(&format!("  {text:width$}", width = name.chars().count().max(4)));
            }
            writeln!(out, "{}", place::printable(line.trim_end()))?;
        }
        write_reasons(matrix, labels, out)?;
    }
    Ok(())
}

/// What stands above the destinations and before those who want them.
const CORNER: &str = "to \\ from";

/// The files of a Compose project.
fn title(matrix: &Matrix, project: &Project, sources: &SourceMap) -> String {
    match matrix.stack {
        Stack::Composition(id) => {
            let files = project.composition(id).files.iter().map(|it| sources.file(*it).path());
            files.collect::<Vec<_>>().join(", ")
        }
        Stack::Cluster => "pods".to_owned(),
    }
}

fn write_reasons(matrix: &Matrix, labels: &Labels, out: &mut dyn io::Write) -> io::Result<()> {
    let missed = matrix.ways().filter(|(_, dialled)| *dialled);
    for (trace, step) in missed.filter_map(|(it, _)| Some((it, it.decisive()?))) {
        let (from, to) = (labels.label(trace.from), labels.of_trace(trace));
        let line = format!("* {from} -> {to}: {}: {}", trace.verdict().as_str(), step.says);
        writeln!(out, "{}", place::printable(&line))?;
    }
    Ok(())
}

fn short(trace: &Trace) -> &'static str {
    match trace.decisive().map(|it| it.outcome) {
        Some(Outcome::Stops) => "no",
        Some(_) => "?",
        None => "yes",
    }
}

/// Writes `{"version", "matrices": [{"name", "cells": [{"from", "to", "host", "port", "protocol", "verdict", "stage",
/// "reason", "dialled"}]}]}`; `host` is the one that is dialled, null where nobody dials; `stage` and `reason` are
/// those of the step that decides, null where all pass.
///
/// # Errors
/// What `out` reports.
pub fn write_matrices_json(
    matrices: &[Matrix],
    project: &Project,
    labels: &Labels,
    sources: &SourceMap,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let cell = |(trace, dialled): (&Trace, bool)| {
        let step = trace.decisive();
        json!({
            "from": labels.label(trace.from),
            "to": labels.label(trace.to),
            "host": trace.host.as_deref().filter(|_| dialled),
            "port": trace.port,
            "protocol": trace.protocol.as_str(),
            "verdict": trace.verdict().as_str(),
            "stage": step.map(|it| it.stage.as_str()),
            "reason": step.map(|it| it.says.as_str()),
            "dialled": dialled,
        })
    };
    let matrices = matrices.iter().map(|it| {
        let cells: Vec<Value> = it.ways().map(cell).collect();
        json!({ "name": title(it, project, sources), "cells": cells })
    });
    let matrices: Vec<Value> = matrices.collect();
    let document = json!({ "version": env!("CARGO_PKG_VERSION"), "matrices": matrices });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
