//! Arguments of builds by their names alone: which of them a file may give that is not read, or not as a whole.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use super::dockerfile::{Dockerfile, Stage};
use super::kind::Kind;
use super::uncommitted::names;

/// Words of files that give arguments to builds, in whatever language.
const GIVING: &[&str] = &["build-arg", "build.args", "build_arg", "buildArg", "BuildArg", "\"args\""];

/// The names of the arguments that decide about the image behind a FROM, directly or by the defaults of others.
#[must_use]
pub fn of_base<'d>(dockerfile: &'d Dockerfile, stage: &'d Stage) -> FxHashSet<&'d str> {
    let mut out = FxHashSet::default();
    let mut open: Vec<&str> = stage.image.references().iter().map(|it| it.name.value.as_str()).collect();
    while let Some(name) = open.pop() {
        if out.insert(name) {
            let declared = dockerfile.arguments.iter().filter(|it| it.name.value == name);
            let defaults = declared.filter_map(|it| it.default.as_ref());
            open.extend(defaults.flat_map(|it| it.references()).map(|it| it.name.value.as_str()));
        }
    }
    out
}

/// Those of the names that a file may give a value for a build. Which arguments Compose gives, its files tell.
#[must_use]
pub fn given<'n>(wanted: &FxHashSet<&'n str>, kind: Kind, text: &str) -> Vec<&'n str> {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let finder = FINDER.get_or_init(|| AhoCorasick::new(GIVING).ok());
    let may_give = !matches!(kind, Kind::Dockerfile | Kind::Compose)
        && finder.as_ref().is_some_and(|it| it.is_match(text));
    if may_give { wanted.iter().filter(|it| names(text, it)).copied().collect() } else { Vec::new() }
}
