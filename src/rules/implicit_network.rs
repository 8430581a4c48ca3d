//! Services talk over the default network, and the file declares none.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("implicit-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (dialler, dial, peer) in ctx.project.talks_without_network() {
        let (from, to) = (&dialler.name, &peer.name);
        findings
            .report(
                format!(
                    "`{}` dials `{}` over the default network: the file declares none",
                    from.value, to.value
                ),
                from.span,
                "on the default network, which reaches everything",
            )
            .evidence(dial.host_span, format!("`{}` dials `{}`", from.value, to.value))
            .evidence(to.span, format!("`{}` is on the default network too", to.value))
            .help("declare networks, and let each service join those that it needs");
    }
}
