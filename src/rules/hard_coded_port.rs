//! A port that nothing but a change of the program can change.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("hard-coded-port", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    let containerised = ctx.project.programs_with_ids().filter(|(id, _)| ctx.project.is_containerised(*id));
    for fixed in containerised.flat_map(|(_, it)| &it.fixed_ports) {
        let port = fixed.port;
        findings
            .report(
                format!("Port {port} is fixed in the program: no variable and no flag can change it"),
                fixed.span,
                format!("always port {port}"),
            )
            .used_at(fixed.call, "the program listens here")
            .help("read it from the environment, with this port as the default");
    }
}
