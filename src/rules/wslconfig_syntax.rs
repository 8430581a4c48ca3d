//! A configuration of WSL that is no INI, or a line of it that WSL cannot read.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Safety, Severity};
use crate::model::{WslFile, WslLine, WslLineFault, WslScope, WslSyntax};
use crate::source::Edit;

pub(super) const RULE: Rule = rule!("wslconfig-syntax", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for file in &ctx.project.wsl {
        let name = file.scope.file_name();
        if let Some(format) = &file.foreign {
            let finding = findings.report(
                format!("this `{name}` is {}: WSL reads INI, and ignores all of it", format.value),
                format.span,
                "WSL reads no line of this",
            );
            let example = file.example.as_deref().unwrap_or("`[section]`, and below it `key=value`");
            finding.help(format!("write {example}, each on a line of its own"));
        }
        for line in &file.lines {
            report(file, line, findings);
        }
    }
}

fn report(file: &WslFile, line: &WslLine, findings: &mut Findings) {
    let name = file.scope.file_name();
    let (clause, help) = match line.fault {
        WslLineFault::Decoded => {
            ("a backslash changes what is behind it", "write each backslash of a path twice")
        }
        WslLineFault::Unread(WslSyntax::Escape) => {
            ("a backslash escapes what is behind it", "write each backslash of a path twice")
        }
        WslLineFault::Unread(WslSyntax::Comment) => ("a comment begins with `#`", "write `#` instead"),
        WslLineFault::Unread(WslSyntax::Section) => {
            ("a section is letters and digits in brackets", "write `[name]` and nothing else")
        }
        WslLineFault::Unread(WslSyntax::Quote) => ("this quote is not closed", "close it, or leave it out"),
        WslLineFault::Unread(WslSyntax::Key | WslSyntax::Separator) => {
            ("a line is `key=value`, its key letters and digits", "write `key=value`, or a `#` in front")
        }
    };
    // One line that cannot be read costs `wsl.conf` all that follow, `.wslconfig` only itself.
    let effect = match (line.fault, file.scope) {
        (WslLineFault::Decoded, _) => "WSL misreads this path",
        (_, WslScope::Distribution) => "WSL stops reading here",
        (WslLineFault::Unread(WslSyntax::Comment), _) => "WSL warns of this line at every start",
        _ => "WSL skips this line",
    };
    let finding = findings.report(format!("{effect} of `{name}`: {clause}"), line.span, clause).help(help);
    let harmless = effect.starts_with("WSL warns");
    let finding = if harmless { finding.severity(Severity::Warning) } else { finding };
    let edits = match line.fault {
        WslLineFault::Unread(WslSyntax::Comment) => {
            vec![Edit { span: line.span.slice(0..1), replacement: "#".to_owned() }]
        }
        _ => line.backslashes.iter().map(|at| Edit { span: *at, replacement: "\\\\".to_owned() }).collect(),
    };
    if !edits.is_empty() {
        finding.fix(help, Safety::Safe, edits);
    }
}
