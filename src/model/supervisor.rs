//! Programs that a supervisor starts, beside others or as the first process of a container.

use rustc_hash::{FxHashMap, FxHashSet};

use super::image::program_name;
use super::{Program, ProgramId, Project, Workload, is_sigterm};
use crate::facts::Facts;
use crate::source::Text;

/// What stands in front of the command of a unit: <https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html>.
const PREFIXES: &[char] = &['@', '-', ':', '+', '!', '|'];

/// Programs that start others, as their files say, and stop them.
const SUPERVISORS: &[&str] = &["circusd", "monit", "runsvdir", "s6-svscan", "supervisord", "systemd"];

/// How the supervisors of a project stop its programs.
#[derive(Clone, Debug, Default)]
pub struct Supervision {
    /// For each program that they start, whether SIGTERM stops it.
    by_sigterm: FxHashMap<ProgramId, bool>,
}

impl Supervision {
    /// A program is known by its name, as `go build` gives it.
    pub(super) fn read(facts: &Facts, programs: &[Program]) -> Self {
        let mut by_sigterm = FxHashMap::default();
        for it in facts.supervisors.iter().flat_map(|(_, it)| it) {
            let words = it.command.as_str().split_whitespace();
            let names: FxHashSet<&str> = words.map(|it| name_of(it.trim_start_matches(PREFIXES))).collect();
            // A comment may stand behind it.
            let signal = it.stop_signal.as_ref().and_then(|it| it.as_str().split_whitespace().next());
            let is_usual = signal.is_none_or(is_sigterm);
            let started = programs
                .iter()
                .zip(0..)
                .filter(|(program, _)| names.contains(program_name(&program.import_path).as_str()));
            for (_, id) in started {
                *by_sigterm.entry(ProgramId(id)).or_default() |= is_usual;
            }
        }
        Self { by_sigterm }
    }
}

impl Project {
    /// Whether supervisors start `program`, and none of them, nor a container, stops it by SIGTERM.
    #[must_use]
    pub fn is_stopped_by_other_signal(&self, program: ProgramId) -> bool {
        self.supervision.by_sigterm.get(&program) == Some(&false) && !self.is_stopped_by_sigterm(program)
    }

    /// Whether a supervisor may start `program` of which it is not known what it starts, and how it stops that.
    #[must_use]
    pub fn may_be_supervised(&self, program: ProgramId) -> bool {
        !self.is_containerised(program)
            && !self.supervision.by_sigterm.contains_key(&program)
            && self.workloads.iter().any(is_supervisor)
    }
}

fn is_supervisor(workload: &Workload) -> bool {
    let words = workload.process.as_ref().map(|it| it.command.words());
    words.iter().flatten().map(Text::as_str).any(|it| SUPERVISORS.contains(&name_of(it)))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
