//! `reachlint coverage`: how many addresses of Go programs were understood, and why not the others.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::exit::{Done, Failure};
use super::{OutlineArguments, OutlineFormat, output, project};
use crate::engine::{self, Options};
use crate::model::CallRole;
use crate::report::place;

#[derive(Debug, Args)]
pub(super) struct CoverageArguments {
    /// The projects; their figures are added up [default: the working directory].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    outline: OutlineArguments,
}

/// The calls of one role in all projects.
#[derive(Default)]
struct Figures {
    resolved: usize,
    /// The places, by reason.
    unresolved: BTreeMap<String, Vec<String>>,
}

pub(super) fn run(arguments: &CoverageArguments) -> Result<Done, Failure> {
    let directory = super::project::working_directory();
    let (mut listeners, mut dials) = (Figures::default(), Figures::default());
    for loaded in project::load_all(&arguments.paths)? {
        let outcome = engine::check(&loaded.input, &Options::default());
        let prefix = loaded.display_prefix(&directory);
        for (role, figures) in [(CallRole::Listen, &mut listeners), (CallRole::Dial, &mut dials)] {
            let coverage = outcome.project.coverage(role);
            figures.resolved += coverage.resolved;
            for call in coverage.unresolved {
                let site = place::locus(&loaded.input.sources, &prefix, call.site);
                let at = place::locus(&loaded.input.sources, &prefix, call.reason.span);
                let places = if site == at { site } else { format!("{site} (see {at})") };
                figures.unresolved.entry(general(&call.reason.value)).or_default().push(places);
            }
        }
    }
    output::print(|out| match arguments.outline.format {
        OutlineFormat::Text => {
            listeners.write("listener calls", out)?;
            dials.write("dials", out)
        }
        OutlineFormat::Json => {
            let document = json!({
                "version": env!("CARGO_PKG_VERSION"),
                "listeners": listeners.to_json(),
                "dials": dials.to_json(),
            });
            serde_json::to_writer_pretty(&mut *out, &document)?;
            writeln!(out)
        }
    })?;
    Ok(Done::Clean)
}

impl Figures {
    fn total(&self) -> usize {
        self.resolved + self.unresolved.values().map(Vec::len).sum::<usize>()
    }

    /// Reasons, the most frequent first.
    fn reasons(&self) -> Vec<(&String, &Vec<String>)> {
        let mut reasons: Vec<_> = self.unresolved.iter().collect();
        reasons.sort_by_key(|(reason, places)| (std::cmp::Reverse(places.len()), *reason));
        reasons
    }

    fn write(&self, what: &str, out: &mut dyn io::Write) -> io::Result<()> {
        let (resolved, total) = (self.resolved, self.total());
        let share = if total == 0 { 100.0 } else { resolved as f64 * 100.0 / total as f64 };
        writeln!(out, "{what}: host and port known of {resolved} of {total} ({share:.1} %)")?;
        for (reason, places) in self.reasons() {
            writeln!(out, "{:6}  {}", places.len(), place::printable(reason))?;
            for it in places {
                writeln!(out, "        {}", place::printable(it))?;
            }
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let reasons = self.reasons().into_iter();
        let reasons: Vec<Value> =
            reasons.map(|(reason, places)| json!({ "reason": reason, "places": places })).collect();
        json!({ "resolved": self.resolved, "total": self.total(), "unresolved": reasons })
    }
}

/// A reason without the names in it, which stand between backticks.
fn general(reason: &str) -> String {
    let parts = reason.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { "`…`" } else { part }).collect()
}
