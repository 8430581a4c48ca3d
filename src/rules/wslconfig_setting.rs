//! A setting of WSL that is unknown, misplaced, without meaning, or has its price.

use super::{Context, Findings, Rule};
use crate::model::{WslCost, WslFile, WslMistake, WslMistakeKind, WslScope, WslSetting};

pub(super) const RULE: Rule = rule!("wslconfig-setting", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for file in &ctx.project.wsl {
        for mistake in &file.mistakes {
            report(file, mistake, findings);
        }
    }
}

fn report(file: &WslFile, mistake: &WslMistake, findings: &mut Findings) {
    let (name, file_name) = (&mistake.name.value, file.scope.file_name());
    let (message, label, help) = match &mistake.kind {
        WslMistakeKind::Section { of_other: true, .. } => (
            format!("`[{name}]` is no section of `{file_name}`: WSL ignores what is in it"),
            format!("this is a section of `{}`", other(file.scope).file_name()),
            Some(format!("write it into `{}`", other(file.scope).file_name())),
        ),
        WslMistakeKind::Section { near, .. } => (
            format!("`{file_name}` has no section `[{name}]`: WSL ignores what is in it"),
            "there is no such section".to_owned(),
            near.map(|it| format!("did you mean `[{it}]`?")),
        ),
        WslMistakeKind::Unknown(near) => (
            format!("`{name}` is no setting of `{file_name}`: WSL ignores it"),
            "there is no such setting".to_owned(),
            near.map(|it| format!("did you mean `{}`?", it.key)),
        ),
        WslMistakeKind::Misplaced(setting) => (
            format!("`{name}` has no effect here: it belongs {}", place(file.scope, setting)),
            "WSL looks for it elsewhere".to_owned(),
            Some(format!("move it {}", place(file.scope, setting))),
        ),
        WslMistakeKind::Dropped(setting) => (
            match setting.until {
                "" => format!("`{name}` does not exist in `{file_name}`: WSL ignores it"),
                "unknown" => format!("`{name}` is a setting of older versions: WSL ignores it"),
                version => format!("`{name}` is a setting of WSL before {version}: WSL ignores it"),
            },
            "there is no such setting".to_owned(),
            Some(setting.instead.to_owned()),
        ),
        WslMistakeKind::Value(wanted) => {
            (format!("WSL ignores `{name}`: it takes {wanted}"), format!("this is not {wanted}"), None)
        }
        WslMistakeKind::Repeated(_) => (
            format!("`{name}` is set twice: WSL takes the first"),
            "this one is ignored".to_owned(),
            Some("leave one of them".to_owned()),
        ),
        WslMistakeKind::Costs(cost) => costs(*cost),
    };
    let mut finding = findings.report(message, mistake.span, label);
    if let WslMistakeKind::Repeated(first) = mistake.kind {
        finding = finding.evidence(first, "this one counts");
    }
    if let Some(help) = help {
        finding.help(help);
    }
}

fn other(scope: WslScope) -> WslScope {
    match scope {
        WslScope::Machine => WslScope::Distribution,
        WslScope::Distribution => WslScope::Machine,
    }
}

fn place(scope: WslScope, setting: &WslSetting) -> String {
    match setting.scope == scope {
        true => format!("below `[{}]`", setting.section),
        false => format!("below `[{}]` of `{}`", setting.section, setting.scope.file_name()),
    }
}

fn costs(cost: WslCost) -> (String, String, Option<String>) {
    let (message, label, help) = match cost {
        WslCost::Memory => (
            "under 4 GB of memory Docker's containers and a Go build are killed when they need more",
            "the whole virtual machine has no more",
            "give it 4GB or more, or leave the setting out: WSL then takes half of the memory of Windows",
        ),
        WslCost::Swap => (
            "without swap the kernel kills a process as soon as memory runs out",
            "there is no swap file",
            "leave the setting out: WSL then makes a quarter of its memory",
        ),
        WslCost::Localhost => (
            "without forwarding nothing on Windows reaches a published port by `localhost`",
            "`localhost` of Windows leads nowhere",
            "set it to `true`, or leave it out",
        ),
    };
    (message.to_owned(), label.to_owned(), Some(help.to_owned()))
}
