//! Which modules and workspaces a release of Go refuses to build.

use super::GoBuild;

/// Why a Go toolchain refuses to build a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoRefusal {
    /// Since Go 1.21, and for `go 1.22` and newer in the last patches of two releases before it: the `go` line asks for a
    /// newer release.
    TooOld,
    /// Before Go 1.21: it knows no `toolchain` directive.
    UnknownToolchain,
    /// Before Go 1.21: a `go` line of three numbers is a syntax error.
    CannotRead,
    /// Before Go 1.21: the `go` line asks for a newer release, and the build fails once something of that
    /// release is used.
    MayFail,
}

impl GoBuild {
    /// Why the image's Go refuses the module or the workspace, `None` when it does not, when it may fetch a newer
    /// one, or when the tag does not say which Go it is.
    ///
    /// Source: <https://go.dev/doc/toolchain>; Go before 1.21 builds a module whose `go 1.22` is
    /// newer than itself and fails on what it does not know, which cannot be told from here, but for its last patches.
    #[must_use]
    pub fn refusal(&self) -> Option<GoRefusal> {
        if self.toolchain_allowed {
            return None;
        }
        let (image, required) = (GoVersion::parse(&self.version)?, GoVersion::parse(&self.required.value)?);
        if self.of_workspace && image.minor < FIRST_WITH_WORKSPACES {
            return None;
        }
        if image.minor < FIRST_WITH_PATCHES {
            return match required.patch {
                Some(_) => Some(GoRefusal::CannotRead),
                None if self.toolchain.is_some() => Some(GoRefusal::UnknownToolchain),
                None if required.minor > FIRST_WITH_PATCHES && image.refuses_newer() => {
                    Some(GoRefusal::TooOld)
                }
                None => (image.minor < required.minor).then_some(GoRefusal::MayFail),
            };
        }
        let newer_patch = || image.patch.is_some_and(|patch| required.patch.unwrap_or(0) > patch);
        let too_old = image.minor < required.minor || (image.minor == required.minor && newer_patch());
        too_old.then_some(GoRefusal::TooOld)
    }

    /// The first release that builds the module, as a tag names it: `1.25` stands for the newest `1.25.x`, unless the
    /// image has a `1.25.x` already.
    #[must_use]
    pub fn mending_version(&self) -> String {
        let written = || self.required.value.clone();
        let Some(required) = GoVersion::parse(&self.required.value) else { return written() };
        let reads_patches = required.minor.max(FIRST_WITH_PATCHES);
        match GoVersion::parse(&self.version) {
            Some(image) if image.minor == required.minor && image.minor == reads_patches => written(),
            _ if required.patch.is_some() => format!("1.{reads_patches}"),
            _ if self.toolchain.is_some() => format!("1.{reads_patches}"),
            _ => format!("1.{}", required.minor),
        }
    }
}

/// Go 1.21 is the first that reads a `go` line of three numbers: <https://go.dev/doc/toolchain#version>.
const FIRST_WITH_PATCHES: u32 = 21;

/// Go before 1.18 reads no go.work: <https://go.dev/doc/go1.18#go-work>.
const FIRST_WITH_WORKSPACES: u32 = 18;

/// A release `1.minor[.patch]` of Go; a tag without patch is the newest.
struct GoVersion {
    minor: u32,
    patch: Option<u32>,
}

impl GoVersion {
    /// Whether a release before 1.21 compiles no module for Go 1.22 or newer: `cannot compile Go 1.22 code`
    /// (<https://github.com/golang/go/blob/go1.20.14/src/cmd/go/internal/work/exec.go>; tried with 1.19.12, 1.19.13, 1.20.7
    /// and 1.20.8).
    fn refuses_newer(&self) -> bool {
        match self.minor {
            19 => self.patch.is_none_or(|it| it >= 13),
            20 => self.patch.is_none_or(|it| it >= 8),
            _ => false,
        }
    }

    /// `None` for release candidates and for anything but Go 1.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(str::parse::<u32>);
        let (Some(Ok(1)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else { return None };
        let patch = numbers.next().transpose().ok()?;
        numbers.next().is_none().then_some(Self { minor, patch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span, Spanned};

    fn build(image: &str, required: &str) -> GoBuild {
        let span = Span::new(FileId(0), 0, 0);
        GoBuild {
            image: Spanned::new(format!("golang:{image}"), span),
            version: image.to_owned(),
            required: Spanned::new(required.to_owned(), span),
            toolchain: None,
            of_workspace: false,
            run: span,
            at_start: false,
            toolchain_allowed: false,
        }
    }

    fn refusal(image: &str, required: &str) -> Option<GoRefusal> {
        build(image, required).refusal()
    }

    /// What the official images say to `go build`.
    #[test]
    fn a_toolchain_refuses_what_is_newer() {
        assert_eq!(refusal("1.21", "1.23"), Some(GoRefusal::TooOld));
        assert_eq!(refusal("1.21.0", "1.21.4"), Some(GoRefusal::TooOld));
        assert_eq!(refusal("1.22.0", "1.22"), None);
        assert_eq!(refusal("1.22", "1.22.9"), None);
        assert_eq!(refusal("1.26", "1.9"), None);
        assert_eq!(refusal("1.20", "1.23.0"), Some(GoRefusal::CannotRead));
        assert_eq!(refusal("1.20", "1.23"), Some(GoRefusal::TooOld));
        assert_eq!(refusal("1.20.7", "1.22"), Some(GoRefusal::MayFail));
        assert_eq!(refusal("1.20.8", "1.22"), Some(GoRefusal::TooOld));
        assert_eq!(refusal("1.20", "1.21"), Some(GoRefusal::MayFail));
        assert_eq!(refusal("1.19", "1.22"), Some(GoRefusal::TooOld));
        assert_eq!(refusal("1.19.12", "1.22"), Some(GoRefusal::MayFail));
        assert_eq!(refusal("1.18", "1.22"), Some(GoRefusal::MayFail));
        assert_eq!(refusal("1", "1.30"), None);
        assert_eq!(refusal("1.22rc1", "1.22.0"), None);
        assert_eq!(refusal("", "1.22"), None);
    }

    #[test]
    fn a_patch_is_named_where_the_release_is_right() {
        let mending = |image, required| build(image, required).mending_version().to_owned();
        assert_eq!(mending("1.25.1", "1.25.7"), "1.25.7");
        assert_eq!(mending("1.24.1", "1.25.7"), "1.25");
        assert_eq!(mending("1.2.1", "1.25.7"), "1.25");
        assert_eq!(mending("1.22", "1.26"), "1.26");
        assert_eq!(mending("1.20.1", "1.20.5"), "1.21");
    }
}
