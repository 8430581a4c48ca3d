//! Services that wait for each other.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("dependency-cycle", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for cycle in ctx.project.compositions.iter().map(|it| &it.dependency_cycle) {
        let (Some(first), Some(last)) = (cycle.first(), cycle.last()) else { continue };
        let way: Vec<String> = cycle.iter().chain([first]).map(|it| format!("`{}`", it.value)).collect();
        let mut finding = findings.report(
            format!("`{}` waits for itself: {}", first.value, way.join(" -> ")),
            first.span,
            format!("`{}` needs `{}`", last.value, first.value),
        );
        for (service, needed) in cycle.iter().zip(cycle.iter().skip(1)) {
            finding = finding.evidence(needed.span, format!("`{}` needs `{}`", service.value, needed.value));
        }
        finding.help("Compose refuses the project; take one of these dependencies out");
    }
}
