//! Which objects are applied together: each kustomization that no other one uses is a world of its own, each chart
//! that is no part of another one, and all manifests that no kustomization and no chart uses.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::facts::Facts;
use crate::facts::kubernetes::{Manifest, read_objects};
use crate::model::kustomize::{self, Failure};
use crate::model::{MadeBy, helm};
use crate::source::{FileId, Spanned};

/// Objects that are applied together.
pub(crate) struct Applied<'a> {
    /// The objects, by the files that they come from.
    pub(crate) manifests: Vec<(FileId, Cow<'a, Manifest>)>,
    /// What makes them; `None` for those that are applied as they are written.
    pub(crate) made_by: Option<MadeBy>,
    /// Why there may be further objects.
    pub(crate) open: Option<String>,
    /// Words of which a chart may make names.
    pub(crate) words: FxHashSet<String>,
}

/// Everything that is applied, and the kustomizations of which it is not known what they make, with the
/// reason. The files that these use are not judged at all.
pub(crate) fn applied(facts: &Facts) -> (Vec<Applied<'_>>, Vec<Spanned<String>>) {
    let mut used = kustomize::used_files(facts);
    used.extend(helm::used_files(facts));
    let alone = facts.manifests.iter().filter(|(file, _)| !used.contains(file));
    let alone = alone.map(|(file, it)| (*file, Cow::Borrowed(it))).collect();
    let mut out = vec![Applied { manifests: alone, made_by: None, open: None, words: FxHashSet::default() }];
    let mut unknown = Vec::new();
    for overlay in kustomize::overlays(facts) {
        match overlay.rendered {
            Ok(rendered) => out.push(Applied {
                manifests: by_file(read_objects(&rendered.objects)),
                made_by: Some(MadeBy::Kustomization(overlay.file)),
                open: rendered.open,
                words: FxHashSet::default(),
            }),
            Err(Failure::Refused(fault)) => unknown.push(fault),
            Err(Failure::Unknown(reason)) => {
                unknown.push(Spanned::new(reason, crate::source::Span::new(overlay.file, 0, 0)));
            }
        }
    }
    out.extend(helm::releases(facts).into_iter().map(|it| Applied {
        manifests: by_file(read_objects(&it.objects)),
        made_by: Some(MadeBy::Chart(it.file)),
        open: it.open,
        words: it.words,
    }));
    (out, unknown)
}

fn by_file(objects: Vec<crate::facts::kubernetes::Object>) -> Vec<(FileId, Cow<'static, Manifest>)> {
    let mut out: Vec<(FileId, Manifest)> = Vec::new();
    for object in objects {
        let file = object.kind.span.file;
        match out.iter_mut().find(|(known, _)| *known == file) {
            Some((_, manifest)) => manifest.objects.push(object),
            None => out.push((file, Manifest { objects: vec![object], errors: Vec::new() })),
        }
    }
    out.into_iter().map(|(file, it)| (file, Cow::Owned(it))).collect()
}
