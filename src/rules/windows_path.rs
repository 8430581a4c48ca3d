//! A path of Windows where a container of Linux needs another.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Severity};
use crate::model::{ForeignPath, PathPlace, PathRole};

pub(super) const RULE: Rule = rule!("windows-path", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for path in ctx.project.foreign_paths() {
        // Docker Desktop on Windows takes these.
        if path.place != PathPlace::Host || !ctx.on_docker_desktop {
            report(&path, ctx.project.on_windows, findings);
        }
    }
}

fn report(path: &ForeignPath, on_windows: bool, findings: &mut Findings) {
    let written = &path.written.value;
    let message = match path.place {
        PathPlace::Instruction(PathRole::Source) => {
            format!("nothing is found at `{written}`: in a Dockerfile for Linux a backslash is no separator")
        }
        PathPlace::Instruction(_) | PathPlace::Target => {
            format!("`{written}` is no folder of a Linux container: the path is taken for a name")
        }
        PathPlace::Argument => {
            format!("`{written}` leads nowhere in a Linux container, which has no drives and no backslashes")
        }
        PathPlace::Host => {
            format!("`{written}` is mounted from a path of Windows: only Docker Desktop on Windows takes it")
        }
    };
    let label = match path.place {
        PathPlace::Host => "no engine on Linux has this folder",
        _ => "this is a path of Windows",
    };
    let finding = findings.report(message, path.written.span, label);
    if path.place == PathPlace::Host {
        let elsewhere = !path.reason.contains(path.written.span);
        let finding = if elsewhere { finding.evidence(path.reason, "it is mounted here") } else { finding };
        finding
            .severity(Severity::Warning)
            .confidence(if on_windows { Confidence::Possible } else { Confidence::Likely })
            .help("mount a path relative to the Compose file, with slashes, or a volume");
        return;
    }
    finding.evidence(path.reason, "this runs on Linux").help(format!("write `{}`", of_linux(written)));
}

/// The path as Linux writes it, the drive left out.
fn of_linux(path: &str) -> String {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    path[if has_drive { 2 } else { 0 }..].replace("\\\\", "/").replace('\\', "/")
}
