//! `ko build`, which makes images of Go programs without a Dockerfile: <https://ko.build/reference/ko_build/>.

use super::flags::{Arguments, Flags};
use crate::source::Text;

/// A build by ko.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KoCommand {
    /// The main packages, by import path or by folder.
    pub packages: Vec<Text>,
    /// How their images are named.
    pub naming: KoNaming,
    /// `KO_DOCKER_REPO`; `None` when it is not known.
    pub repository: Option<Text>,
}

/// How ko names an image below `KO_DOCKER_REPO`: <https://ko.build/configuration/#naming-images>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KoNaming {
    /// By the last part of its import path and a hash of it.
    #[default]
    Hashed,
    /// `--base-import-paths`: by the last part of its import path.
    Base,
    /// `--preserve-import-paths`: by its import path.
    Preserved,
    /// `--bare`: `KO_DOCKER_REPO` is its name.
    Bare,
}

const FLAGS: Flags = Flags {
    switches: &[
        "bare",
        "base-import-paths",
        "debug",
        "disable-entitlements",
        "disable-optimizations",
        "help",
        "insecure-registry",
        "local",
        "preserve-import-paths",
        "push",
        "tag-only",
        "verbose",
    ],
    valued: &[
        "image-annotation",
        "image-label",
        "image-refs",
        "image-user",
        "jobs",
        "oci-layout-path",
        "platform",
        "sbom",
        "sbom-dir",
        "tags",
        "tarball",
    ],
    short_switches: "BLPhv",
    short_valued: &[('j', "jobs"), ('t', "tags")],
};

/// Reads the words behind `ko`; `None` for another command, or one that cannot be read.
pub(super) fn read(words: &[Text]) -> Option<KoCommand> {
    let (verb, rest) = words.split_first()?;
    if !matches!(verb.as_str(), "build" | "publish") {
        return None;
    }
    let mut out = KoCommand::default();
    let mut arguments = Arguments::new(rest, &FLAGS);
    loop {
        while let Some(flag) = arguments.flag()? {
            match flag.name {
                "bare" if flag.is_on() => out.naming = KoNaming::Bare,
                "base-import-paths" | "B" if flag.is_on() => out.naming = KoNaming::Base,
                "preserve-import-paths" | "P" if flag.is_on() => out.naming = KoNaming::Preserved,
                _ => {}
            }
        }
        // Flags may stand behind packages too.
        let Some((package, behind)) = arguments.rest().split_first() else { break };
        out.packages.push(package.clone());
        arguments = Arguments::new(behind, &FLAGS);
    }
    (!out.packages.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::super::{DockerCommand, read, tests::words};

    #[test]
    fn a_build_names_packages_and_how_to_name_them() {
        let show = |line: &str| match read(&words(line)) {
            Some(DockerCommand::Ko(it)) => {
                let packages: Vec<_> = it.packages.iter().map(|it| it.as_str()).collect();
                format!("{} {:?}", packages.join(","), it.naming)
            }
            other => format!("{other:?}"),
        };
        assert_eq!(show("ko build ./cmd/web"), "./cmd/web Hashed");
        assert_eq!(
            show("ko build -B --platform=all -t v1 ./cmd/web ko://example.com/api"),
            "./cmd/web,ko://example.com/api Base"
        );
        assert_eq!(show("ko publish . --bare --sbom none"), ". Bare");
        assert_eq!(show("ko build -P ."), ". Preserved");
        assert_eq!(show("ko apply -f config"), "None");
        assert_eq!(show("ko build --what ."), "None");
    }
}
