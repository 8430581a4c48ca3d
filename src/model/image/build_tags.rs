//! The tags that Dockerfiles build programs with: `go build -tags prod`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::Images;
use super::layers::{Binary, Origin};

impl Images<'_> {
    /// The tags that each program is built with, by the folder of its package: of those for which a Dockerfile asks
    /// for any, where all that build the program agree.
    #[must_use]
    pub fn build_tags(mut self) -> BTreeMap<String, Vec<String>> {
        let files: Vec<_> = self.facts.dockerfiles.iter().map(|(file, _)| *file).collect();
        for file in files {
            self.build_alone(file);
        }
        let layers = self.built.iter().flat_map(|it| it.stages.iter()).flat_map(|it| &it.layers);
        let mut found: BTreeMap<&str, Option<&Arc<[String]>>> = BTreeMap::new();
        for layer in layers {
            let Origin::Binary(Binary { package: Some(package), tags, .. }) = &layer.origin else { continue };
            let known = found.entry(package).or_insert(tags.as_ref());
            if *known != tags.as_ref() {
                *known = None;
            }
        }
        let asked =
            found.into_iter().filter_map(|(package, tags)| Some((package.to_owned(), tags?.to_vec())));
        asked.filter(|(_, tags)| !tags.is_empty()).collect()
    }
}
