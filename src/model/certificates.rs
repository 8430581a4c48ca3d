//! Programs that dial https where no certificates of authorities are.

use super::{Dial, DialSource, Image, Project, Workload};
use crate::source::Confidence;

/// Top-level names that no public authority gives a certificate for: <https://www.rfc-editor.org/rfc/rfc6761>,
/// <https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en>.
const NOT_PUBLIC: &[&str] = &["example", "internal", "invalid", "lan", "local", "localhost", "test"];

impl Project {
    /// The image of `workload` and a dial of its program that cannot succeed there, as no certificate can be checked: the
    /// image holds none, and nothing else brings any.
    #[must_use]
    pub fn uncheckable_dial<'a>(&'a self, workload: &'a Workload) -> Option<(&'a Image, &'a Dial)> {
        let image = self.image(workload.image?);
        let program = self.program(workload.program?);
        // Where a mount leads into is not known, or it may bring them.
        let mounts_any = workload.mounts.iter().any(|it| !it.target.as_deref().is_some_and(is_elsewhere));
        let names_any = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
            .iter()
            .any(|it| workload.environment.variables.contains_key(*it));
        if !image.lacks_certificates || program.decides_trust || mounts_any || names_any {
            return None;
        }
        let dial = workload.dials.iter().find(|it| {
            let is_certain = it.alternative.is_none() && it.confidence > Confidence::Possible;
            it.source == DialSource::Code && it.scheme == "https" && is_certain && is_public(&it.host)
        });
        Some((image, dial?))
    }
}

/// Whether a folder of a container certainly holds no certificates that Go looks for:
/// <https://go.dev/src/crypto/x509/root_linux.go>.
#[must_use]
pub(super) fn is_elsewhere(path: &str) -> bool {
    // Programs and sources in `/usr` are no certificates.
    const OF_PROGRAMS: &[&str] = &["app", "bin", "sbin", "src"];
    let mut folders = path.trim_start_matches('/').split('/');
    let is_elsewhere = match folders.next().unwrap_or_default() {
        "usr" => folders.find(|it| *it != "local").is_some_and(|it| OF_PROGRAMS.contains(&it)),
        first => !matches!(first, "" | "etc" | "system" | "var"),
    };
    is_elsewhere && !path.contains("cert") && !path.contains("ssl")
}

/// Whether a name is one of the internet, whose servers have certificates of public authorities.
fn is_public(host: &str) -> bool {
    let Some((_, last)) = host.rsplit_once('.') else { return false };
    last.len() > 1 && last.bytes().all(|it| it.is_ascii_alphabetic()) && !NOT_PUBLIC.contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_internet_are_public() {
        assert!(is_public("api.github.com"));
        for host in ["api", "10.0.0.1", "shop.internal", "web.default.svc.cluster.local", "a.b.", "::1"] {
            assert!(!is_public(host), "{host}");
        }
    }

    #[test]
    fn go_looks_in_few_folders() {
        assert!(is_elsewhere("/app") && is_elsewhere("/data/db"));
        assert!(is_elsewhere("/usr/local/bin/app") && is_elsewhere("/usr/src/app"));
        assert!(!is_elsewhere("/usr/local") && !is_elsewhere("/usr/share/ca") && !is_elsewhere("/usr"));
        assert!(!is_elsewhere("/etc/ssl/certs") && !is_elsewhere("/") && !is_elsewhere("/app/certs"));
    }
}
