//! What comments silence, and what came of them.

use super::Input;
use crate::diagnostic::Diagnostic;
use crate::facts::suppression::{self, Mistake};
use crate::rules::{self, Subject, SuppressedRule, Suppression, UnknownSetting};

/// The suppressions of all files, and what of them is not understood.
pub(super) fn read(input: &Input) -> (Vec<Suppression>, Vec<UnknownSetting>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for ((id, file), kind) in input.sources.iter().zip(&input.kinds) {
        let (suppressions, mistakes) = suppression::read(id, file.path(), *kind, file.text());
        unknown.extend(mistakes.iter().map(mistaken));
        for it in suppressions {
            unknown.extend(
                it.rules
                    .iter()
                    .filter(|it| rules::find(&it.value).is_none())
                    .map(|it| UnknownSetting::rule(&it.value, it.span)),
            );
            let rules = it.rules.iter().filter_map(|name| {
                let id = rules::find(&name.value)?.id;
                Some(SuppressedRule { id, span: name.span, used: None })
            });
            let (scope, is_explained, span) = (it.scope, it.is_explained, it.span);
            found.push(Suppression { scope, rules: rules.collect(), is_explained, span });
        }
    }
    (found, unknown)
}

/// Takes out of `diagnostics` what is suppressed where it stands; of which rules something was taken is noted.
/// `ran` are the rules that ran.
pub(super) fn apply(suppressions: &mut [Suppression], ran: &[&str], diagnostics: &mut Vec<Diagnostic>) {
    let of_suppressions = |id: &str| rules::find(id).is_some_and(|it| it.subject == Subject::Suppressions);
    for rule in suppressions.iter_mut().flat_map(|it| &mut it.rules) {
        // Whether there is nothing to say of a suppression cannot be asked before all is said.
        if ran.contains(&rule.id) && !of_suppressions(rule.id) {
            rule.used.get_or_insert(false);
        }
    }
    diagnostics.retain(|diagnostic| {
        let at = diagnostic.primary().span;
        let mut silenced = false;
        for it in suppressions.iter_mut() {
            let starts_here =
                it.scope.file == at.file && it.scope.start <= at.start && at.start <= it.scope.end;
            for rule in it.rules.iter_mut().filter(|it| starts_here && it.id == diagnostic.rule) {
                rule.used = Some(true);
                silenced = true;
            }
        }
        !silenced
    });
}

fn mistaken(it: &Mistake) -> UnknownSetting {
    UnknownSetting {
        span: it.span,
        message: "This comment silences nothing".to_owned(),
        label: it.label.to_owned(),
        help: Some("write `reachlint: ignore[rule] reason`".to_owned()),
    }
}
