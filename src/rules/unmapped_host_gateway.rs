//! host.docker.internal without the `extra_hosts` entry that Linux engines need.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{HostAnswer, Workload, WorkloadKind};
use crate::source::Span;

pub(super) const RULE: Rule = rule!("unmapped-host-gateway", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    if ctx.on_docker_desktop {
        return;
    }
    for workload in &ctx.project.workloads {
        // How an image without a service is run, with `--add-host` or not, is not known.
        if workload.kind != WorkloadKind::Image && ctx.project.is_known_in_full(workload) {
            check_workload(ctx, workload, findings);
        }
    }
}

/// One finding a service, however often it writes the name: one `extra_hosts` entry mends all.
fn check_workload(ctx: &Context<'_>, workload: &Workload, findings: &mut Findings) {
    let mut dials = ctx.project.destinations(workload.id);
    dials.retain(|it| ctx.project.resolve_host(workload.id, &it.host) == HostAnswer::UnmappedGateway);
    dials.sort_by_key(|it| it.host_span);
    let Some((first, others)) = dials.split_first() else { return };
    let (name, host) = (&workload.name.value, &first.host);
    let sure = match is_mapped_for_another(ctx, workload, host, first.host_span) {
        true => Confidence::Possible,
        false => Confidence::Proven,
    };
    let message = match workload.kind {
        WorkloadKind::Pod(_) => {
            format!("`{name}` dials {host}, a name that only the cluster of Docker Desktop resolves")
        }
        _ => format!("`{name}` dials {host}, a name that Docker Engine on Linux does not resolve"),
    };
    let mut finding = findings
        .report(message, first.host_span, "only Docker Desktop resolves this name")
        .weighed(ctx, workload)
        .confidence(sure)
        .accuses(workload, &**first)
        .dialled_by(workload, first);
    for other in others {
        finding = finding.evidence(other.host_span, format!("`{name}` dials it here too"));
    }
    finding.help(match workload.kind {
        WorkloadKind::Pod(_) => {
            "dial a Service, or an address that the nodes of the cluster reach".to_owned()
        }
        WorkloadKind::Run(_) => format!("add `--add-host {host}:host-gateway`"),
        _ => format!("add `extra_hosts: [\"{host}:host-gateway\"]` to `{name}`"),
    });
}

/// Whether what is written at `place` is for another workload, too, which maps the name: it may be for that one alone. Or
/// another Compose file maps it for the service: somebody may lay that over.
fn is_mapped_for_another(ctx: &Context<'_>, workload: &Workload, host: &str, place: Span) -> bool {
    let maps = |it: &&Workload| it.extra_hosts.iter().any(|it| it.name.eq_ignore_ascii_case(host));
    ctx.project.workloads.iter().filter(maps).any(|it| {
        let mut variables = it.environment.variables.values().filter_map(|it| it.value.as_ref());
        matches!(it.kind, WorkloadKind::Service(_)) && it.name.value == workload.name.value
            || variables.any(|it| it.is_written_at(place))
            || ctx.project.destinations(it.id).iter().any(|it| it.host_span == place)
    })
}
