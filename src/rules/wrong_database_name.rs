//! A login to a database container that asks for what this does not create.

use super::{Context, Findings, Rule};
use crate::model::{Created, Dial, LoginFault, LoginMistake, Workload};

pub(super) const RULE: Rule = rule!("wrong-database-name", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for dial in ctx.project.destinations(workload.id) {
            for mistake in ctx.project.login_mistakes(workload.id, &dial) {
                report(ctx, workload, &dial, &mistake, findings);
            }
        }
    }
}

fn report(
    ctx: &Context<'_>,
    workload: &Workload,
    dial: &Dial,
    mistake: &LoginMistake<'_>,
    findings: &mut Findings,
) {
    let (from, to, written) = (&workload.name.value, &mistake.peer.name.value, &mistake.written.value);
    let (what, created) = match (mistake.fault, mistake.created.name()) {
        (LoginFault::Database, name) => ("database", name),
        (LoginFault::User, name) => ("user", name),
        // A password is no text for a report.
        (LoginFault::Password, _) => ("password", None),
    };
    let created = created.map_or_else(|| "none".to_owned(), |it| format!("`{it}`"));
    let (message, label, clause) = match mistake.fault {
        LoginFault::Password => (
            format!("`{from}` logs in to `{to}` with another password than `{to}` sets"),
            "this is another password".to_owned(),
            format!("this is the password that `{to}` sets"),
        ),
        LoginFault::Database | LoginFault::User => (
            format!("`{from}` asks `{to}` for the {what} `{written}`, but `{to}` creates {created}"),
            format!("`{to}` has no {what} of this name"),
            format!("the {what} that `{to}` creates: {created}"),
        ),
    };
    let place = match mistake.created {
        Created::Set(it) => it.span,
        _ => mistake.peer.image_span,
    };
    let finding = findings
        .report(message, mistake.written.span, label)
        .weighed(ctx, workload)
        .accuses(workload, mistake)
        .evidence(place, clause)
        .used_at(dial.site, format!("`{from}` dials it here"));
    match (mistake.fault, written.split_once('@')) {
        (LoginFault::Database, Some((name, query))) if query.contains('=') => {
            finding.help(format!("begin the query with `?`: `{name}?{query}`"));
        }
        (LoginFault::Password, _) => {
            finding.help("write one password in both places, best as one variable");
        }
        _ => {
            finding.help("write one name in both places, best as one variable");
        }
    }
}
