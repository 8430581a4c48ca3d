//! A program dials https and its image holds no certificates of authorities.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("missing-ca-certificates", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some((image, dial)) = ctx.project.uncheckable_dial(workload) else { continue };
        let (name, host) = (&workload.name.value, &dial.host);
        findings
            .report(
                format!("`{name}` dials https://{host} and can check no certificate: its image holds none"),
                image.from,
                "scratch holds no certificates of authorities",
            )
            .confidence(dial.confidence)
            .dialled_by(workload, dial)
            .evidence(dial.host_span, format!("https://{host} has a certificate to be checked"))
            .help(
                "copy them: `COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/`, or build on \
                 gcr.io/distroless/static",
            );
    }
}
