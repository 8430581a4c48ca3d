//! A program dials https and its image holds no certificates of authorities.

use super::{Context, Findings, Rule};
use crate::model::Shell;

pub(super) const RULE: Rule = rule!("missing-ca-certificates", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some((image, dial)) = ctx.project.uncheckable_dial(workload) else { continue };
        let (name, host) = (&workload.name.value, &dial.host);
        let base = image.base.reference.as_deref().unwrap_or_default();
        let help = match image.base.shell {
            Shell::Dash => {
                "install them: `RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates`"
            }
            _ => {
                "copy them: `COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/`, or build on \
                 gcr.io/distroless/static"
            }
        };
        findings
            .report(
                format!("`{name}` dials https://{host} and can check no certificate: its image holds none"),
                image.from,
                format!("{base} holds no certificates of authorities"),
            )
            .confidence(dial.confidence)
            .dialled_by(workload, dial)
            .evidence(dial.host_span, format!("https://{host} has a certificate to be checked"))
            .help(help);
    }
}
