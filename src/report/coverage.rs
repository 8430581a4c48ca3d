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
    idle: usize,
    /// The places, by what brings the address.
    outside: Places,
    /// The places, by reason.
    unresolved: Places,
}

/// Places, by the reason that they share.
type Places = BTreeMap<String, Vec<String>>;

impl Figures {
    /// Adds what was understood of one project; `prefix` stands before its paths.
    pub fn add(&mut self, coverage: Coverage, sources: &SourceMap, prefix: &str) {
        for (sum, more) in self.resolved.iter_mut().zip(coverage.resolved) {
            *sum += more;
        }
        self.varying += coverage.varying;
        self.partly += coverage.partly;
        self.idle += coverage.idle;
        let lists = [(coverage.outside, &mut self.outside), (coverage.unresolved, &mut self.unresolved)];
        for (calls, list) in lists {
            for call in calls {
                let site = place::locus(sources, prefix, call.site);
                let at = place::locus(sources, prefix, call.reason.span);
                let places = if site == at { site } else { format!("{site} (see {at})") };
                list.entry(general(&call.reason.value)).or_default().push(places);
            }
        }
    }

    fn known(&self) -> usize {
        self.resolved.iter().sum()
    }

    /// The calls whose address something in the project decides.
    fn decided(&self) -> usize {
        self.known() + count(&self.unresolved)
    }

    fn total(&self) -> usize {
        self.decided() + count(&self.outside)
    }

    /// Writes the share that was understood, and the reasons for the rest with their places.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write_text(&self, what: &str, out: &mut dyn io::Write) -> io::Result<()> {
        let (known, total, decided) = (self.known(), self.total(), self.decided());
        let [proven, likely, possible] = self.resolved;
        writeln!(out, "{what}: host and port known of {known} of {total} ({})", share(known, total))?;
        if decided < total {
            writeln!(
                out,
                "        {known} of the {decided} whose address something in the project decides ({})",
                share(known, decided)
            )?;
        }
        writeln!(
            out,
            "        {proven} proven, {likely} likely, {possible} possible; {} of them by conditions, {} in some of \
             their workloads",
            self.varying, self.partly
        )?;
        if self.idle > 0 {
            writeln!(out, "        {} more connect to nothing: their address is empty", self.idle)?;
        }
        write_places(&self.unresolved, out)?;
        if !self.outside.is_empty() {
            writeln!(
                out,
                "{what} whose address comes from outside of the project: {}",
                count(&self.outside)
            )?;
        }
        write_places(&self.outside, out)
    }

    fn to_json(&self) -> Value {
        let reasons = |of: &Places| -> Vec<Value> {
            let reasons = by_frequency(of).into_iter();
            reasons.map(|(reason, places)| json!({ "reason": reason, "places": places })).collect()
        };
        let [proven, likely, possible] = self.resolved;
        json!({
            "resolved": { "proven": proven, "likely": likely, "possible": possible },
            "varying": self.varying,
            "partly": self.partly,
            "total": self.total(),
            "decided": self.decided(),
            "idle": self.idle,
            "unresolved": reasons(&self.unresolved),
            "outside": reasons(&self.outside),
        })
    }
}

/// Writes `{"version", "listeners": {"resolved": {"proven", "likely", "possible"}, "varying", "partly", "total",
/// "decided", "idle", "unresolved": [{"reason", "places"}], "outside": [{"reason", "places"}]}, "dials": {...}}`.
/// `total` counts what is resolved, unresolved, or decided outside of the project; `decided` the first two.
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

fn count(places: &Places) -> usize {
    places.values().map(Vec::len).sum()
}

fn share(part: usize, whole: usize) -> String {
    let percent = if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{percent:.1} %")
}

/// Reasons, the most frequent first.
fn by_frequency(places: &Places) -> Vec<(&String, &Vec<String>)> {
    let mut reasons: Vec<_> = places.iter().collect();
    reasons.sort_by_key(|(reason, places)| (std::cmp::Reverse(places.len()), *reason));
    reasons
}

fn write_places(places: &Places, out: &mut dyn io::Write) -> io::Result<()> {
    for (reason, places) in by_frequency(places) {
        writeln!(out, "{:6}  {}", places.len(), place::printable(reason))?;
        for it in places {
            writeln!(out, "        {}", place::printable(it))?;
        }
    }
    Ok(())
}

/// A reason without the names in it, which stand between backticks.
fn general(reason: &str) -> String {
    let parts = reason.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { "`…`" } else { part }).collect()
}
