//! How many addresses were understood, as text and JSON.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use super::place;
use crate::model::Coverage;
use crate::source::SourceMap;

/// The calls of one role in several projects.
#[derive(Debug, Default)]
pub struct Figures {
    resolved: [usize; 3],
    varying: usize,
    partly: usize,
    /// The places, by reason.
    unresolved: BTreeMap<String, Vec<String>>,
}

impl Figures {
    /// Adds what was understood of one project; `prefix` stands before its paths.
    pub fn add(&mut self, coverage: Coverage, sources: &SourceMap, prefix: &str) {
        for (sum, more) in self.resolved.iter_mut().zip(coverage.resolved) {
            *sum += more;
        }
        self.varying += coverage.varying;
        self.partly += coverage.partly;
        for call in coverage.unresolved {
            let site = place::locus(sources, prefix, call.site);
            let at = place::locus(sources, prefix, call.reason.span);
            let places = if site == at { site } else { format!("{site} (see {at})") };
            self.unresolved.entry(general(&call.reason.value)).or_default().push(places);
        }
    }

    fn known(&self) -> usize {
        self.resolved.iter().sum()
    }

    fn total(&self) -> usize {
        self.known() + self.unresolved.values().map(Vec::len).sum::<usize>()
    }

    /// Reasons, the most frequent first.
    fn reasons(&self) -> Vec<(&String, &Vec<String>)> {
        let mut reasons: Vec<_> = self.unresolved.iter().collect();
        reasons.sort_by_key(|(reason, places)| (std::cmp::Reverse(places.len()), *reason));
        reasons
    }

    /// Writes the share that was understood, and the reasons for the rest with their places.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write_text(&self, what: &str, out: &mut dyn io::Write) -> io::Result<()> {
        let (known, total) = (self.known(), self.total());
        let share = if total == 0 { 100.0 } else { known as f64 * 100.0 / total as f64 };
        let [proven, likely, possible] = self.resolved;
        writeln!(out, "{what}: host and port known of {known} of {total} ({share:.1} %)")?;
        writeln!(
            out,
            "        {proven} proven, {likely} likely, {possible} possible; {} of them by conditions, {} in some of \
             their workloads",
            self.varying, self.partly
        )?;
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
        let [proven, likely, possible] = self.resolved;
        json!({
            "resolved": { "proven": proven, "likely": likely, "possible": possible },
            "varying": self.varying,
            "partly": self.partly,
            "total": self.total(),
            "unresolved": reasons,
        })
    }
}

/// Writes `{"version", "listeners": {"resolved": {"proven", "likely", "possible"}, "varying", "partly", "total",
/// "unresolved": [{"reason", "places"}]}, "dials": {...}}`.
///
/// # Errors
/// What `out` reports.
pub fn write_json(listeners: &Figures, dials: &Figures, out: &mut dyn io::Write) -> io::Result<()> {
    let document = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "listeners": listeners.to_json(),
        "dials": dials.to_json(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// A reason without the names in it, which stand between backticks.
fn general(reason: &str) -> String {
    let parts = reason.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { "`…`" } else { part }).collect()
}
