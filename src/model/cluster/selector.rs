//! Selectors of labels: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>.

use crate::facts::catalogue::is_added_label;
use crate::facts::kubernetes::{Operator, Requirement, Selector};

/// What is known of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    No,
    /// It cannot be told.
    Maybe,
    /// It holds.
    Yes,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

impl Truth {
    /// Whether both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Whether one of all holds.
    pub fn any(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().max().unwrap_or(Self::No)
    }

    /// Whether all hold.
    pub fn all(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().min().unwrap_or(Self::Yes)
    }
}

/// Whether a selector takes something with these labels; `is_whole` tells whether it may have others.
pub(super) fn takes(selector: &Selector, labels: &[(String, String)], is_whole: bool) -> Truth {
    Truth::all(selector.requirements.iter().map(|it| holds(it, labels, is_whole)))
}

fn holds(it: &Requirement, labels: &[(String, String)], is_whole: bool) -> Truth {
    // What is filled in is the same wherever the same stands.
    let value = labels.iter().find(|(key, _)| *key == it.key).map(|(_, value)| value);
    let is_listed = value.is_some_and(|value| it.values.contains(value));
    if it.operator == Operator::In && is_listed {
        return Truth::Yes;
    }
    let is_whole = is_whole && !labels.iter().any(|(key, _)| is_filled_in(key));
    if it.values.iter().chain([&it.key]).any(|it| is_filled_in(it)) {
        return Truth::Maybe;
    }
    let is_whole = is_whole && !is_added_label(&it.key);
    if value.is_some_and(|it| is_filled_in(it)) || (value.is_none() && !is_whole) {
        return Truth::Maybe;
    }
    match it.operator {
        Operator::In => is_listed.into(),
        Operator::NotIn => (!is_listed).into(),
        Operator::Exists => value.is_some().into(),
        Operator::DoesNotExist => value.is_none().into(),
        Operator::Unknown => Truth::Maybe,
    }
}

/// Whether a tool fills the text in before Kubernetes reads it.
pub(super) fn is_filled_in(text: &str) -> bool {
    ["$", "{{", "<%"].iter().any(|it| text.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_takes_what_has_all_that_it_asks_for() {
        let labels = [("app".to_owned(), "web".to_owned()), ("tier".to_owned(), "$TIER".to_owned())];
        let asks = |key: &str, operator, values: &[&str]| {
            let values = values.iter().map(|it| (*it).to_owned()).collect();
            let selector =
                Selector { requirements: vec![Requirement { key: key.to_owned(), operator, values }] };
            (takes(&selector, &labels, true), takes(&selector, &labels, false))
        };
        let sure = |it: bool| (Truth::from(it), Truth::from(it));
        assert_eq!(asks("app", Operator::In, &["api", "web"]), sure(true));
        assert_eq!(asks("app", Operator::In, &["api"]), sure(false));
        assert_eq!(asks("app", Operator::NotIn, &["api"]), sure(true));
        assert_eq!(asks("app", Operator::Exists, &[]), sure(true));
        assert_eq!(asks("tier", Operator::In, &["back"]), (Truth::Maybe, Truth::Maybe));
        assert_eq!(asks("team", Operator::NotIn, &["a"]), (Truth::Yes, Truth::Maybe));
        assert_eq!(asks("team", Operator::DoesNotExist, &[]), (Truth::Yes, Truth::Maybe));
        assert_eq!(asks("team", Operator::In, &["a"]), (Truth::No, Truth::Maybe));
        assert_eq!(asks("job-name", Operator::In, &["a"]), (Truth::Maybe, Truth::Maybe));
        assert_eq!(takes(&Selector::default(), &labels, false), Truth::Yes);
    }
}
