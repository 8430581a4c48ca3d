//! What may be there though no manifest shows it.

use rustc_hash::FxHashSet;

use super::Place;
use crate::facts::helm;
use crate::model::kubernetes::Applied;
use crate::model::{AppliedId, MadeBy, ManifestId};

/// What may make objects that no manifest shows.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    /// Whether something may make any: a custom resource, or a kustomization of which is not known what it makes.
    pub(super) anything: bool,
    releases: Vec<Release>,
}

/// What a chart may make, which may stand beside everything else in a cluster.
#[derive(Debug)]
struct Release {
    id: AppliedId,
    /// Whether it makes more than its templates show.
    is_open: bool,
    /// Words of which it may make a name.
    words: FxHashSet<String>,
}

impl Unseen {
    pub(super) fn new(applied: &[Applied<'_>], anything: bool) -> Self {
        let charts = applied.iter().zip(0..).filter(|(it, _)| matches!(it.made_by, Some(MadeBy::Chart(_))));
        let releases = charts.map(|(it, at)| Release {
            id: AppliedId(at),
            is_open: it.open.is_some(),
            words: it.words.clone(),
        });
        Self { anything, releases: releases.collect() }
    }

    /// Takes in a custom resource: what it leads to is called as it is, or by names that its chart knows.
    pub(super) fn add_custom(&mut self, place: &Place) {
        match self.releases.iter_mut().find(|it| it.id == place.manifest.applied) {
            Some(release) => {
                release.is_open = true;
                release.words.insert(place.name.value.clone());
            }
            None => self.anything = true,
        }
    }

    /// Whether something may make an object of that name beside a manifest; `shown` are all of its kind that are
    /// shown. What a chart makes beside others has a name of its release, of which one of its own words is a part;
    /// whoever writes a slip of another name does not mean it.
    pub(super) fn may_make<'p>(
        &self,
        name: &str,
        beside: ManifestId,
        shown: impl Iterator<Item = &'p Place> + Clone,
    ) -> bool {
        self.anything
            || self.releases.iter().any(|release| {
                let names = shown.clone().filter(|it| it.manifest.applied == release.id);
                let mut fitting = names.map(|it| it.name.value.as_str()).filter(|it| fits(it, name));
                if release.id == beside.applied {
                    return release.is_open || fitting.next().is_some();
                }
                let is_meant = |it: &str| !helm::is_hole(it) || release.speaks_of(name);
                (release.is_open && release.speaks_of(name)) || fitting.any(is_meant)
            })
    }

    /// Whether something may make an object of any name.
    pub(super) fn may_make_any<'p>(&self, shown: impl Iterator<Item = &'p Place> + Clone) -> bool {
        self.anything
            || self.releases.iter().any(|release| {
                let mut names = shown.clone().filter(|it| it.manifest.applied == release.id);
                release.is_open || names.any(|it| helm::has_hole(&it.name.value))
            })
    }

    /// Whether a chart may make pods with one of these words as a label, besides those that are shown.
    pub(super) fn may_make_pods<'w>(&self, mut words: impl Iterator<Item = &'w str>) -> bool {
        let open = || self.releases.iter().filter(|it| it.is_open);
        self.anything || words.any(|word| open().any(|it| it.speaks_of(word)))
    }

    /// Whether a manifest is what a chart makes.
    pub(super) fn is_of_chart(&self, manifest: ManifestId) -> bool {
        self.releases.iter().any(|it| it.id == manifest.applied)
    }
}

impl Release {
    /// Whether a word of the chart is a part of a name: `db` of `users-db`.
    fn speaks_of(&self, name: &str) -> bool {
        self.words.iter().filter(|it| !it.is_empty()).any(|word| {
            let mut parts = name.match_indices(word.as_str());
            parts.any(|(at, _)| {
                let is_end = |it: Option<char>| it.is_none_or(|it| !it.is_ascii_alphanumeric());
                is_end(name[..at].chars().next_back()) && is_end(name[at + word.len()..].chars().next())
            })
        })
    }
}

/// Whether a text that may have holes may be that name.
fn fits(text: &str, name: &str) -> bool {
    let holes: Vec<_> = helm::holes(text).collect();
    let (Some(first), Some(last)) = (holes.first(), holes.last()) else { return text == name };
    let middle = name.strip_prefix(&text[..first.start]).and_then(|it| it.strip_suffix(&text[last.end..]));
    let Some(mut rest) = middle else { return false };
    holes.windows(2).all(|it| match rest.split_once(&text[it[0].end..it[1].start]) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_holes_may_be_what_has_its_words_in_their_order() {
        assert!(fits("{{ .Release.Name }}-db", "shop-db") && fits("{{ .X }}", "shop") && fits("db", "db"));
        assert!(fits("a-{{ .X }}-b-{{ .Y }}", "a-1-b-2") && fits("{{ .X }}-b-{{ .Y }}", "a-b-b-2"));
        assert!(!fits("{{ .Release.Name }}-db", "db") && !fits("a-{{ .X }}-b-{{ .Y }}", "a-1-c-2"));
        assert!(!fits("db", "dbs"));
    }

    #[test]
    fn a_chart_speaks_of_names_with_one_of_its_words() {
        let words = ["db", "shop-web"].map(str::to_owned);
        let release = Release { id: AppliedId(1), is_open: true, words: words.into_iter().collect() };
        assert!(
            release.speaks_of("db") && release.speaks_of("users-db") && release.speaks_of("my-shop-web-1")
        );
        assert!(!release.speaks_of("dbs") && !release.speaks_of("shop") && !release.speaks_of("users"));
    }
}
