//! How a rule writes its findings down.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Context, Rule};
use crate::diagnostic::{Confidence, Diagnostic, Fix, Label, Safety, Severity};
use crate::model::{Alternative, Dial, Listener, LoginMistake, Starter, Workload, WorkloadId, WorkloadKind};
use crate::source::{Edit, Span};

/// The findings of one rule.
pub struct Findings {
    rule: &'static Rule,
    severity: Severity,
    pending: Vec<Pending>,
}

/// A finding before it is known which of the others stand.
struct Pending {
    diagnostic: Diagnostic,
    /// The address that is at fault, where it is one of several that a call may have.
    accused: Option<(Site, Alternative, String)>,
}

/// A call in one workload, reached in one way.
type Site = (WorkloadId, Span, u32);

impl Findings {
    /// An empty list for `rule`, whose document says the default severity.
    #[must_use]
    pub fn new(rule: &'static Rule) -> Self {
        Self { rule, severity: super::Document::parse(rule.document).severity, pending: Vec::new() }
    }

    /// Reports a fault at `span`. `message` is one sentence that stands alone; `label` says the
    /// same of the underlined words in one clause.
    pub fn report(
        &mut self,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Finding<'_> {
        let diagnostic = Diagnostic {
            rule: self.rule.id,
            severity: self.severity,
            confidence: Confidence::Proven,
            message: message.into(),
            labels: vec![Label { span, message: label.into(), primary: true }],
            help: None,
            fixes: Vec::new(),
        };
        self.pending.push(Pending { diagnostic, accused: None });
        let at = self.pending.len() - 1;
        Finding(&mut self.pending[at])
    }

    /// The findings, one a place: a line of Go that is wrong in several workloads is one fault, and
    /// the gravest of its findings stays. An address that a call has only sometimes is at fault when it
    /// is the one by default, or when all that the call may have are.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut faulty: FxHashMap<Site, FxHashSet<String>> = FxHashMap::default();
        for (site, _, address) in self.pending.iter().filter_map(|it| it.accused.as_ref()) {
            faulty.entry(*site).or_default().insert(address.clone());
        }
        let stands = |it: &Pending| {
            it.accused.as_ref().is_none_or(|(site, alternative, _)| {
                alternative.is_default || faulty[site].len() as u32 == alternative.of
            })
        };
        let mut kept: Vec<Diagnostic> = Vec::new();
        let mut places: FxHashMap<Span, usize> = FxHashMap::default();
        for it in self.pending.into_iter().filter(stands).map(|it| it.diagnostic) {
            match places.entry(it.primary().span) {
                Entry::Occupied(at) if gravity(&kept[*at.get()]) < gravity(&it) => kept[*at.get()] = it,
                Entry::Occupied(_) => {}
                Entry::Vacant(at) => {
                    at.insert(kept.len());
                    kept.push(it);
                }
            }
        }
        kept
    }
}

/// What publishes a port of `workload`, as it is written.
pub(super) fn entry_name(workload: &Workload) -> &'static str {
    if let WorkloadKind::Run(_) = workload.kind { "`-p`" } else { "`ports`" }
}

/// The ports of `listeners` for a sentence: `8080`, `8080 and 9090`, each once.
pub(super) fn list_of_ports(listeners: &[&Listener]) -> String {
    let mut ports: Vec<_> = listeners.iter().filter_map(|it| it.port).collect();
    ports.sort_unstable();
    ports.dedup();
    let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
    match ports.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => ports.concat(),
    }
}

/// The port that all of `listeners` are on, when it is one.
pub(super) fn only_port(listeners: &[&Listener]) -> Option<u16> {
    let mut ports = listeners.iter().filter_map(|it| it.port);
    let first = ports.next()?;
    ports.all(|it| it == first).then_some(first)
}

/// `items` in groups of those that are the same, in order: one fault that several probes show is one.
pub(super) fn grouped<T>(items: impl IntoIterator<Item = T>, same: impl Fn(&T, &T) -> bool) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    for item in items {
        match groups.iter_mut().find(|it| it.first().is_some_and(|first| same(first, &item))) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

fn gravity(it: &Diagnostic) -> (Severity, Confidence) {
    (it.severity, it.confidence)
}

/// The finding that was just reported, to be completed.
pub struct Finding<'a>(&'a mut Pending);

/// An address that a finding may say is wrong.
pub trait Accused {
    /// The call, one of how many addresses of it this is, the address, and how sure it is.
    fn place(&self) -> (Span, Option<Alternative>, String, Confidence);
}

impl Accused for Dial {
    fn place(&self) -> (Span, Option<Alternative>, String, Confidence) {
        (self.site, self.alternative, self.address(), self.confidence)
    }
}

impl Accused for LoginMistake<'_> {
    fn place(&self) -> (Span, Option<Alternative>, String, Confidence) {
        (self.site, self.alternative, self.written.value.clone(), self.confidence)
    }
}

impl Accused for Listener {
    fn place(&self) -> (Span, Option<Alternative>, String, Confidence) {
        (self.call, self.alternative, self.address.clone(), self.confidence)
    }
}

impl Finding<'_> {
    /// Says whose address is at fault: the finding is as sure as that address is.
    pub fn accuses(self, workload: &Workload, address: &impl Accused) -> Self {
        let (site, alternative, address, confidence) = address.place();
        self.0.accused = alternative.map(|it| ((workload.id, site, it.context), it, address));
        self.confidence(confidence)
    }

    /// Adds a place that the finding rests on. A place that a label already stands on is left out.
    pub fn evidence(self, span: Span, message: impl Into<String>) -> Self {
        if self.0.diagnostic.labels.iter().all(|it| it.span != span) {
            self.0.diagnostic.labels.push(Label { span, message: message.into(), primary: false });
        }
        self
    }

    /// Adds the place that uses what the primary label stands on, when it is elsewhere: the call
    /// of an address that an environment variable holds.
    pub fn used_at(self, site: Span, message: impl Into<String>) -> Self {
        if site.contains(self.0.diagnostic.primary().span) { self } else { self.evidence(site, message) }
    }

    /// Adds where `workload` makes a dial whose host is written elsewhere, and what brings the file
    /// that holds the host into the container.
    pub fn dialled_by(self, workload: &Workload, dial: &Dial) -> Self {
        let here = format!("`{}` dials it here", workload.name.value);
        let apart = Some(dial.site).filter(|it| !it.contains(dial.host_span));
        let places =
            [(apart, here), (workload.brings(dial), "this brings the file into the container".to_owned())];
        let places = places.into_iter().filter_map(|(span, message)| Some((span?, message)));
        places.fold(self, |finding, (span, message)| finding.evidence(span, message))
    }

    /// Says what to do, one sentence.
    pub fn help(self, text: impl Into<String>) -> Self {
        self.0.diagnostic.help = Some(text.into());
        self
    }

    /// Another severity than the document's, where the evidence makes the difference.
    pub fn severity(self, severity: Severity) -> Self {
        self.0.diagnostic.severity = severity;
        self
    }

    /// Says whose fault it is, where that decides how grave it is: what a document shows weighs less than what a
    /// script or Compose starts, since readers change it, and least where it shows several ways. It follows
    /// `severity`.
    pub fn weighed(self, ctx: &Context<'_>, workload: &Workload) -> Self {
        let severity = self.0.diagnostic.severity;
        // One of several ways that it shows may be there to be mended by the next.
        let is_one_of_several = !ctx.project.is_known_in_full(workload);
        self.severity(match (ctx.project.starter_of(workload), severity) {
            (Some(Starter::Document), Severity::Error) if !is_one_of_several => Severity::Warning,
            (Some(Starter::Document), _) => Severity::Info,
            _ => severity,
        })
    }

    /// How sure; the lowest of several calls counts.
    pub fn confidence(self, confidence: Confidence) -> Self {
        self.0.diagnostic.confidence = self.0.diagnostic.confidence.min(confidence);
        self
    }

    /// Offers a change that removes the fault.
    pub fn fix(self, title: impl Into<String>, safety: Safety, edits: Vec<Edit>) -> Self {
        self.0.diagnostic.fixes.push(Fix { title: title.into(), safety, edits });
        self
    }
}
