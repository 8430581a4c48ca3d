//! What functions make of the names of variables before a library takes them for keys.

use std::rc::Rc;

use crate::facts::go::{CALLED_WITH, CALLED_WITH_MORE, Callee, Value};
use crate::model::go::{Targets, entry_of};
use crate::model::resolve::{Evaluator, Frame};

/// A function that a library calls with the name of a variable, and perhaps its value.
pub(super) struct Renaming<'w> {
    /// The name that it gives back; `None` for a library that takes names as they are.
    name: Option<&'w Value>,
    /// Where it stands.
    frame: Rc<Frame<'w>>,
    /// Whether the function has a name, so that parameters are its own.
    is_named: bool,
    /// Whether it may change the value, too.
    pub(super) changes_value: bool,
}

impl<'w> Evaluator<'w> {
    /// The function that `callback` is, if any; an error when that is not known.
    pub(super) fn renaming(
        &self,
        callback: Option<&'w Value>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Result<Renaming<'w>, ()> {
        let same = || Renaming { name: None, frame: Rc::clone(frame), is_named: false, changes_value: false };
        let of_returns = |returns: &'w [Value], frame: Rc<Frame<'w>>, is_named: bool| {
            let name = Some(returns.first().ok_or(())?);
            let is_value = |it: &Value| match it {
                Value::Unknown(it) => it.reason == CALLED_WITH_MORE,
                it => matches!(it, Value::Parameter { index: 1, .. }),
            };
            let changes_value = returns.get(1).is_some_and(|it| !is_value(it));
            Ok(Renaming { name, frame, is_named, changes_value })
        };
        let Some(callback) = callback else { return Ok(same()) };
        let head = self.head(callback, frame, depth);
        match head.value {
            Value::Unknown(it) if it.reason == "it is nil" => Ok(same()),
            Value::Function(returns, _) => of_returns(returns, head.frame, false),
            // A function of the project by its name.
            Value::Name { package, name } => {
                let owner = self.packages.import(self.package_of(&head.frame), package).ok_or(())?;
                let [function] = self.packages.functions_named(owner, &name.value) else { return Err(()) };
                let [returns] = &self.packages.function(*function).function.returns[..] else {
                    return Err(());
                };
                of_returns(returns, Rc::new(Frame::Function { function: *function, call: None }), true)
            }
            _ => Err(()),
        }
    }

    /// What the function makes of a name; `None` when that is not followed.
    pub(super) fn renamed(&self, by: &Renaming<'w>, name: &str, depth: u32) -> Option<String> {
        match by.name {
            Some(value) => self.text_of_name(value, name, by, depth),
            None => Some(name.to_owned()),
        }
    }

    /// The literal texts that the function works with: what it takes off is among them.
    pub(super) fn texts_of_renaming(&self, by: &Renaming<'w>, depth: u32) -> Vec<String> {
        let mut pending: Vec<&'w Value> = by.name.into_iter().collect();
        let mut out = Vec::new();
        while let Some(value) = pending.pop() {
            if let Value::Call { arguments, .. } = value {
                let texts = arguments.iter().filter(|it| !matches!(it, Value::Call { .. }));
                let texts = texts.map(|it| self.text(it, &by.frame, depth));
                out.extend(texts.filter(|it| it.unknown.is_none()).map(|it| it.text.as_str().to_owned()));
            }
            pending.extend(value.parts());
        }
        out
    }

    fn text_of_name(&self, value: &'w Value, name: &str, by: &Renaming<'w>, depth: u32) -> Option<String> {
        let depth = self.less(depth, 1)?;
        let of_name = |value: &'w Value| self.text_of_name(value, name, by, depth);
        match value {
            Value::Unknown(it) if it.reason == CALLED_WITH => Some(name.to_owned()),
            Value::Parameter { index: 0, .. } if by.is_named => Some(name.to_owned()),
            Value::Concat(parts) => parts.iter().map(of_name).collect(),
            Value::Call { callee, arguments, .. } => {
                let texts: Option<Vec<String>> = arguments.iter().map(of_name).collect();
                if let Callee::Method { receiver, name: method, .. } = &**callee {
                    let [text] = &texts?[..] else { return None };
                    return self.replaced_by(receiver, method, text, &by.frame, depth);
                }
                let targets = self.targets(callee, &by.frame);
                let function = match &targets {
                    Targets::Imported("strings", name) => *name,
                    _ => return None,
                };
                entry_of(&targets).and_then(|it| it.pure.as_ref())?;
                changed(function, &texts?)
            }
            Value::Unknown(_) | Value::Choice(..) | Value::FirstNonEmpty(..) => None,
            // What it captures, and constants.
            _ => {
                let outcome = self.inner(value, &by.frame, depth);
                outcome.unknown.is_none().then(|| outcome.text.as_str().to_owned())
            }
        }
    }

    /// `strings.NewReplacer("_", ".").Replace(text)`, whose first pair that fits counts at each place:
    /// <https://pkg.go.dev/strings#NewReplacer>.
    fn replaced_by(
        &self,
        replacer: &'w Value,
        method: &str,
        text: &str,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<String> {
        let head = self.head(replacer, frame, depth);
        let Value::Call { callee, arguments, .. } = head.value else { return None };
        let Targets::Imported("strings", "NewReplacer") = self.targets(callee, &head.frame) else {
            return None;
        };
        let pairs = arguments.iter().map(|it| self.text(it, &head.frame, depth));
        let pairs: Option<Vec<String>> =
            pairs.map(|it| it.unknown.is_none().then(|| it.text.as_str().to_owned())).collect();
        let pairs = pairs.filter(|it| method == "Replace" && !it.iter().step_by(2).any(String::is_empty))?;
        let (mut out, mut rest) = (String::new(), text);
        while let Some(first) = rest.chars().next() {
            let mut fitting = pairs.chunks_exact(2).filter(|it| rest.starts_with(it[0].as_str()));
            let (new, length) = match fitting.next() {
                Some(pair) => (pair[1].as_str(), pair[0].len()),
                None => (&rest[..first.len_utf8()], first.len_utf8()),
            };
            out.push_str(new);
            rest = &rest[length..];
        }
        Some(out)
    }
}

/// What a function of package strings makes of texts: <https://pkg.go.dev/strings>.
fn changed(function: &str, texts: &[String]) -> Option<String> {
    let text = texts.first()?.as_str();
    let second = texts.get(1).map(String::as_str);
    Some(match (function, second) {
        ("ToLower", None) => text.to_lowercase(),
        ("ToUpper", None) => text.to_uppercase(),
        ("TrimSpace", None) => text.trim().to_owned(),
        ("TrimPrefix", Some(prefix)) => text.strip_prefix(prefix).unwrap_or(text).to_owned(),
        ("TrimSuffix", Some(suffix)) => text.strip_suffix(suffix).unwrap_or(text).to_owned(),
        ("TrimLeft", Some(set)) => text.trim_start_matches(|it| set.contains(it)).to_owned(),
        ("TrimRight", Some(set)) => text.trim_end_matches(|it| set.contains(it)).to_owned(),
        ("Trim", Some(set)) => text.trim_matches(|it| set.contains(it)).to_owned(),
        ("ReplaceAll", Some(old)) if !old.is_empty() => text.replace(old, texts.get(2)?),
        ("Replace", Some(old)) if !old.is_empty() => match texts.get(3)?.parse::<i64>().ok()? {
            number @ 0.. => text.replacen(old, &texts[2], usize::try_from(number).ok()?),
            _ => text.replace(old, &texts[2]),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn texts_are_changed_as_go_does() {
        for (function, texts, expected) in [
            ("ToLower", &["SHOP_HOST"][..], Some("shop_host")),
            ("TrimPrefix", &["SHOP_HOST", "SHOP_"], Some("HOST")),
            ("TrimPrefix", &["HOST", "SHOP_"], Some("HOST")),
            ("ReplaceAll", &["a_b_c", "_", "."], Some("a.b.c")),
            ("Replace", &["a_b_c", "_", ".", "-1"], Some("a.b.c")),
            ("Replace", &["a_b_c", "_", ".", "1"], Some("a.b_c")),
            ("TrimLeft", &["__a", "_"], Some("a")),
            ("Replace", &["a_b"], None),
            ("Title", &["a"], None),
        ] {
            let texts: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(changed(function, &texts).as_deref(), expected, "{function} {texts:?}");
        }
    }
}
