//! A network of Windows for containers of Linux, or the other way round.

use super::{Context, Findings, Rule};
use crate::model::ImageSystem;

pub(super) const RULE: Rule = rule!("windows-network-mode", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for wrong in ctx.project.wrong_networks() {
        let (name, written) = (&wrong.workload.name.value, &wrong.written.value);
        let (message, label, evidence, help) = match wrong.workload.system {
            ImageSystem::Windows => (
                format!("`{name}` is a container of Windows, which cannot have the network of its host"),
                "only Linux has this mode",
                "this runs on Windows",
                "leave `network_mode` out and publish the ports, or join a `transparent` network",
            ),
            _ => (
                format!(
                    "the driver `{written}` is of Docker on Windows, and `{name}` runs on Linux: no network is made"
                ),
                "only Docker on Windows has this driver",
                "this runs on Linux",
                "leave the driver out: `bridge` is the one of Linux",
            ),
        };
        findings
            .report(message, wrong.written.span, label)
            .evidence(wrong.workload.image_span, evidence)
            .help(help);
    }
}
