//! One line a finding, as compilers print them: `path:line:column: error[rule] message`.

use std::io;

use super::{Report, place};

pub(super) fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    for project in &report.projects {
        for diagnostic in &project.diagnostics {
            let locus = place::locus(project.sources, &project.display_prefix, diagnostic.primary().span);
            let line = format!(
                "{locus}: {}[{}] {}",
                diagnostic.severity.as_str(),
                diagnostic.rule,
                diagnostic.message
            );
            writeln!(out, "{}", place::printable(&line).replace(['\n', '\r'], " "))?;
        }
    }
    Ok(())
}
