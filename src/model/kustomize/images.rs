//! `images:`: <https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/image/image.go>.

use regex::Regex;

use super::config::Config;
use super::resource::{Resource, renamed};
use super::{Outcome, fields, items, refused, text};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Span, Text};

/// One entry.
struct Image<'k> {
    /// `None` when the name is no regular expression, which then fits nothing.
    fits: Option<Regex>,
    name: Option<&'k Text>,
    tag: Option<&'k Text>,
    tag_suffix: Option<&'k Text>,
    digest: Option<&'k Text>,
    span: Span,
}

/// Changes the images of all objects, custom ones included: in every `containers` and `initContainers`, and
/// at the fields that are configured.
pub(super) fn replace(kustomization: &Tree, config: &Config, resources: &mut [Resource]) -> Outcome<()> {
    for entry in items(kustomization, "images")?.iter().chain(items(kustomization, "imageTags")?) {
        let name = text(entry, "name")?.map(Text::as_str).unwrap_or_default();
        let pattern = format!(
            "^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{{}}-]*)?$"
        );
        let image = Image {
            fits: Regex::new(&pattern).ok(),
            name: text(entry, "newName")?,
            tag: text(entry, "newTag")?,
            tag_suffix: text(entry, "tagSuffix")?,
            digest: text(entry, "digest")?,
            span: entry.span,
        };
        let is_definition = |it: &&mut Resource| it.kind().kind == "CustomResourceDefinition";
        for resource in resources.iter_mut().filter(|it| !is_definition(it)) {
            image.set_in_containers(&mut resource.tree)?;
            for field in config.fields("images") {
                fields::visit(resource, field, None, entry.span, &mut |it| image.set(it))?;
            }
        }
    }
    Ok(())
}

impl Image<'_> {
    fn set_in_containers(&self, tree: &mut Tree) -> Outcome<()> {
        match &mut tree.kind {
            TreeKind::List(items) => items.iter_mut().try_for_each(|it| self.set_in_containers(it)),
            TreeKind::Map(entries) => entries.iter_mut().try_for_each(|entry| {
                self.set_in_containers(&mut entry.value)?;
                if !matches!(entry.key.value.as_str(), "containers" | "initContainers") {
                    return Ok(());
                }
                let TreeKind::List(containers) = &mut entry.value.kind else { return Ok(()) };
                containers.iter_mut().filter_map(|it| it.get_mut("image")).try_for_each(|it| self.set(it))
            }),
            _ => Ok(()),
        }
    }

    fn set(&self, tree: &mut Tree) -> Outcome<()> {
        if tree.is_null() {
            return Ok(());
        }
        let old = tree.to_text().ok_or_else(|| refused("an image is a text", tree.span))?;
        if self.fits.as_ref().is_none_or(|it| !it.is_match(old.as_str())) {
            return Ok(());
        }
        let (name, mut tag, mut digest) = split(&old);
        match (self.tag, self.digest, self.tag_suffix) {
            (Some(new), new_digest, _) => {
                tag = Some(new.clone());
                digest = new_digest.cloned();
            }
            (None, Some(new), _) => {
                tag = None;
                digest = Some(new.clone());
            }
            (None, None, Some(suffix)) => {
                tag.get_or_insert_default().append(suffix);
                digest = None;
            }
            (None, None, None) => {}
        }
        let mut out = self.name.cloned().unwrap_or(name);
        for (sign, part) in [(":", tag), ("@", digest)] {
            if let Some(part) = part.filter(|it| !it.as_str().is_empty()) {
                out.push(sign, self.span.slice(0..0));
                out.append(&part);
            }
        }
        // What decides about the image stands where the kustomization names it.
        let span = self.name.map_or(tree.span, super::place);
        *tree = Tree { span, ..renamed(tree, out) };
        Ok(())
    }
}

/// Name, tag and digest of an image.
fn split(image: &Text) -> (Text, Option<Text>, Option<Text>) {
    let whole = image.as_str();
    let start = whole.find('/').filter(|it| *it > 0).unwrap_or(0);
    let find = |sign| whole[start..].find(sign).map(|it| start + it);
    let part = |from: usize, to: usize| Some(image.slice(from..to));
    let end = whole.len();
    match (find(':'), find('@')) {
        (None, None) => (image.clone(), None, None),
        (Some(colon), Some(at)) if colon < at => {
            (image.slice(0..colon), part(colon + 1, at), part(at + 1, end))
        }
        (_, Some(at)) => (image.slice(0..at), None, part(at + 1, end)),
        (Some(colon), None) => (image.slice(0..colon), part(colon + 1, end), None),
    }
}
