//! A Go program needs a dynamic loader that its image does not have.

use super::{Context, Findings, Rule};
use crate::model::{Cgo, DynamicReason, Libc, Unloadable};

pub(super) const RULE: Rule = rule!("dynamic-binary", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for image in &ctx.project.images {
        for it in ctx.project.unloadable(image) {
            let linking = &it.binary.linking;
            let (library, base) = (name(linking.libc), image.base.reference.as_deref().unwrap_or_default());
            let finding = findings
                .report(
                    format!("This program is linked dynamically and cannot start in {base}: no such file or directory"),
                    linking.command,
                    format!("it asks for the loader of {library}"),
                )
                .confidence(it.confidence)
                .evidence(image.base.span, match it.found {
                    Libc::None => "no loader is here".to_owned(),
                    found => format!("only the loader of {} is here", name(found)),
                });
            let finding = match it.reason {
                DynamicReason::C(import) => {
                    finding.evidence(import.span, format!("{} brings C code", import.value))
                }
                DynamicReason::Library(import) => {
                    finding.evidence(import.span, format!("{} calls {library} when cgo is on", import.value))
                }
                DynamicReason::Pie | DynamicReason::Flags => finding,
            };
            let finding = match linking.cgo {
                Cgo::On { written: Some(span), .. } => finding.evidence(span, "cgo is on"),
                Cgo::On { .. } => finding.evidence(linking.builder.span, "cgo is on by default here"),
                Cgo::Off => finding,
            };
            finding.help(help(&it));
        }
    }
}

/// What a C library is called.
fn name(libc: Libc) -> &'static str {
    match libc {
        Libc::Musl => "musl",
        Libc::Glibc | Libc::None => "glibc",
    }
}

fn help(it: &Unloadable<'_>) -> &'static str {
    match it.reason {
        DynamicReason::Library(_) => "build it with `CGO_ENABLED=0`, which makes it static",
        DynamicReason::Pie => {
            "build it without `-buildmode=pie`, or run it on an image with the builder's C library"
        }
        DynamicReason::C(_) | DynamicReason::Flags => {
            "link it statically, with `-ldflags '-linkmode external -extldflags \"-static\"'`, or run it on an image \
             with the builder's C library"
        }
    }
}
