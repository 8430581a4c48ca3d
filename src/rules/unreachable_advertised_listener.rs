//! A broker advertises localhost on the listener that a client in another container uses.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("unreachable-advertised-listener", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for broker in &ctx.project.workloads {
        for listener in broker.advertised.iter().filter(|it| it.leads_to_client()) {
            let clients = ctx.project.clients_of(broker, listener);
            let Some((client, _)) = clients.first() else { continue };
            let (name, host) = (&broker.name.value, &listener.host.value);
            let mut finding = findings
                .report(
                    format!("`{name}` sends its client `{}` to `{host}`, where it is not", client.name.value),
                    listener.host.span,
                    "in the container of a client this is the client itself",
                )
                .help(format!(
                    "advertise `{name}` here, and `{host}` on a listener of its own with another port, for clients on the host"
                ));
            for (client, dial) in &clients {
                let says = format!("`{}` comes through this listener", client.name.value);
                finding = finding.confidence(dial.confidence).evidence(dial.host_span, says);
            }
        }
    }
}
