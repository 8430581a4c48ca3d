//! Images whose reference names no version.

use super::{Project, Workload};
use crate::facts::catalogue::{DEFAULT_TAG, split_reference};
use crate::source::Spanned;

impl Project {
    /// The reference of the image that `workload` runs, or is built on, when it names no version; of what is
    /// started to stay, as opposed to the jobs of a pipeline.
    #[must_use]
    pub fn floating_image(&self, workload: &Workload) -> Option<Spanned<String>> {
        if workload.pipeline.is_some() {
            return None;
        }
        let reference = match workload.image.map(|it| self.image(it)) {
            // The project builds it, and gives it whatever tag.
            Some(image) => Spanned::new(image.base.reference.clone()?, image.base.span),
            None if workload.is_built => return None,
            None => {
                let text = &workload.image_reference.as_ref()?.text;
                Spanned::new(text.as_str().to_owned(), text.cover().unwrap_or(workload.image_span))
            }
        };
        is_floating(&reference.value).then_some(reference)
    }
}

/// Names that hold the version, or need none.
const WITHOUT_VERSIONS: &[&str] = &["scratch", "gcr.io/distroless/", "cgr.dev/"];

fn is_floating(reference: &str) -> bool {
    // What a tool fills in is no name yet: `{{ .Values.image }}`, `$(IMAGE)`, `ko://...`, `IMAGE`.
    let is_name =
        reference.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"/.:-_@".contains(&it));
    let (name, tag) = split_reference(reference);
    is_name
        && !reference.contains("://")
        && !reference.contains('@')
        && !WITHOUT_VERSIONS.iter().any(|it| name.starts_with(it))
        && matches!(tag, None | Some(DEFAULT_TAG))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_without_a_version_floats() {
        for text in ["postgres", "postgres:latest", "localhost:5000/shop/web", "ghcr.io/a/b:latest"] {
            assert!(is_floating(text), "{text}");
        }
        for text in [
            "postgres:17",
            "scratch",
            "gcr.io/distroless/static",
            "a@sha256:0f",
            "ko://example.com/a",
            "{{ .image }}",
            "IMAGE",
        ] {
            assert!(!is_floating(text), "{text}");
        }
    }
}
