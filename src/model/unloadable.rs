//! Programs that need a dynamic loader which their image does not have.

use super::{BuiltBinary, Cgo, Image, Libc, Linking, Project};
use crate::source::{Confidence, Spanned};

/// A program of an image that cannot be started there.
#[derive(Clone, Debug)]
pub struct Unloadable<'a> {
    /// It.
    pub binary: &'a BuiltBinary,
    /// The C library that the image has instead of the builder's.
    pub found: Libc,
    /// Why it is linked dynamically.
    pub reason: DynamicReason<'a>,
    /// How sure.
    pub confidence: Confidence,
}

/// Why a program is linked dynamically.
#[derive(Clone, Copy, Debug)]
pub enum DynamicReason<'a> {
    /// `-buildmode=pie`.
    Pie,
    /// `-linkmode external`, or an instrumented build, with cgo on.
    Flags,
    /// This import brings C code.
    C(&'a Spanned<String>),
    /// This import brings the resolver or the user database of the C library.
    Library(&'a Spanned<String>),
}

impl Project {
    /// The programs of an image that ask for the loader of a C library which it does not have: the kernel refuses
    /// to start them.
    #[must_use]
    pub fn unloadable<'a>(&'a self, image: &'a Image) -> Vec<Unloadable<'a>> {
        let Some(found) = image.libc else { return Vec::new() };
        let foreign = image.built_binaries.iter().filter(|it| it.linking.libc != found);
        let unloadable = foreign.filter_map(|binary| {
            let (reason, confidence) = self.dynamic_reason(binary)?;
            Some(Unloadable { binary, found, reason, confidence })
        });
        unloadable.collect()
    }

    /// Why a program is certainly linked dynamically; `None` when it is static, or when that is not known. What the
    /// linker does: <https://go.dev/src/cmd/link/internal/ld/config.go>.
    fn dynamic_reason<'a>(&'a self, binary: &'a BuiltBinary) -> Option<(DynamicReason<'a>, Confidence)> {
        let Linking { flags, libc, .. } = binary.linking;
        // The linker of the C compiler makes it static.
        if flags.external && flags.is_static {
            return None;
        }
        if flags.pie {
            return (!flags.is_static).then_some((DynamicReason::Pie, Confidence::Proven));
        }
        let Cgo::On { compiles, confidence, .. } = binary.linking.cgo else { return None };
        if flags.external || flags.instrumented {
            return (!flags.is_static).then_some((DynamicReason::Flags, confidence));
        }
        let uses = &self.program(binary.program?).cgo_use;
        if let Some(import) = &uses.c {
            return (compiles && !flags.is_static).then_some((DynamicReason::C(import), confidence));
        }
        let resolver = uses.resolver.as_ref().filter(|_| !flags.netgo);
        let import = resolver.or_else(|| uses.users.as_ref().filter(|_| !flags.osusergo))?;
        // Without C code Go links by itself and does not heed `-extldflags`, seen with glibc.
        let most = if uses.is_open { Confidence::Possible } else { Confidence::Likely };
        match (flags.is_static, libc) {
            (false, _) => Some((DynamicReason::Library(import), confidence)),
            (true, Libc::Glibc) => Some((DynamicReason::Library(import), confidence.min(most))),
            (true, _) => None,
        }
    }
}
