//! A broker advertises localhost on the listener that a client in another container uses.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("unreachable-advertised-listener", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for broker in &ctx.project.workloads {
        for listener in broker.advertised.iter().filter(|it| it.leads_to_client()) {
            let clients = ctx.project.clients_of(broker, listener);
            // One that comes for certain is enough.
            let sure = clients.iter().map(|(client, it)| ctx.project.port_confidence(client, it)).max();
            let (Some((client, _)), Some(sure)) = (clients.first(), sure) else { continue };
            let (name, host) = (&broker.name.value, &listener.host.value);
            let mut finding = findings
                .report(
                    format!("`{name}` sends its client `{}` to `{host}`, where it is not", client.name.value),
                    listener.host.span,
                    "in the container of a client this is the client itself",
                )
                .confidence(sure)
                .help(format!(
                    "advertise `{name}` here, and `{host}` on a listener of its own with another port, for clients on the host"
                ));
            for (client, dial) in &clients {
                let says = format!("`{}` comes through this listener", client.name.value);
                finding = finding.evidence(dial.host_span, says);
            }
        }
    }
}
