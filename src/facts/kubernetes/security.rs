//! `securityContext` of a pod or a container:
//! <https://kubernetes.io/docs/tasks/configure-pod-container/security-context/>.

use super::read::is_open;
use crate::source::{Span, Spanned};
use crate::syntax::yaml::Node;

/// What a pod or a container may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityContext {
    /// `runAsUser`, as it is written.
    pub user: Option<Spanned<String>>,
    /// `runAsNonRoot`, when it is true.
    pub not_root: Option<Span>,
    /// `privileged`, when it is true.
    pub privileged: Option<Span>,
    /// `seccompProfile.type`.
    pub seccomp: Option<Spanned<String>>,
    /// `appArmorProfile.type`.
    pub apparmor: Option<Spanned<String>>,
    /// `capabilities.add`.
    pub capabilities: Vec<Spanned<String>>,
    /// Whether a template decides what else is in it.
    pub is_open: bool,
}

/// The context that `node`, a pod's `spec` or a container, has.
pub(super) fn read(node: &Node) -> SecurityContext {
    let Some(node) = node.get("securityContext") else { return SecurityContext::default() };
    let flag = |key: &str| node.get(key).filter(|it| it.as_bool() == Some(true)).map(|it| it.span);
    let kind = |key: &str| text(node.get(key)?.get("type")?);
    let added = node.get("capabilities").and_then(|it| it.get("add")?.as_sequence());
    SecurityContext {
        user: node.get("runAsUser").and_then(text),
        not_root: flag("runAsNonRoot"),
        privileged: flag("privileged"),
        seccomp: kind("seccompProfile"),
        apparmor: kind("appArmorProfile"),
        capabilities: added.unwrap_or_default().iter().filter_map(|it| text(it)).collect(),
        is_open: is_open(Some(node)) || ["runAsUser", "runAsNonRoot"].iter().any(|it| is_open(node.get(it))),
    }
}

fn text(node: &Node) -> Option<Spanned<String>> {
    Some(Spanned::new(node.to_plain_text()?.as_str().to_owned(), node.span))
}
