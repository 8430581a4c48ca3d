//! What a value is made of.

use super::{Callee, Condition, Value};

impl Value {
    /// Shows `look` the values that this one is made of, one level down.
    pub fn each_part<'v>(&'v self, look: &mut impl FnMut(&'v Value)) {
        match self {
            Self::Literal(_)
            | Self::Name { .. }
            | Self::Parameter { .. }
            | Self::Receiver { .. }
            | Self::Argument { .. }
            | Self::Arguments { .. }
            | Self::Unknown(_) => {}
            Self::Function(parts, _) => parts.iter().for_each(look),
            Self::Concat(parts)
            | Self::Sum(parts, _)
            | Self::List(parts, _)
            | Self::FirstNonEmpty(parts, _) => {
                parts.iter().for_each(look);
            }
            Self::Format { format, arguments, .. } => {
                look(format);
                arguments.iter().for_each(look);
            }
            Self::JoinHostPort { host, port, .. } => {
                look(host);
                look(port);
            }
            Self::Field { receiver, .. } => look(receiver),
            Self::Struct { fields, .. } => fields.iter().for_each(|(_, it)| look(it)),
            Self::Environment(it) => std::iter::once(&it.key).chain(&it.default).for_each(look),
            Self::Flag(it) => it.values().for_each(look),
            Self::Call { callee, arguments, .. } => {
                if let Callee::Method { receiver, .. } = &**callee {
                    look(receiver);
                }
                arguments.iter().for_each(look);
            }
            Self::Element { of, key, .. } => {
                look(of);
                key.as_deref().into_iter().for_each(look);
            }
            Self::Result { call, .. } | Self::Filled { call, .. } => look(call),
            Self::Choice(arms, _) => arms.iter().for_each(|it| look(&it.value)),
            Self::Truth(condition, _) => condition.each_value(look),
        }
    }

    /// The values that this one is made of, one level down.
    #[must_use]
    pub fn parts(&self) -> Vec<&Value> {
        let mut found = Vec::new();
        self.each_part(&mut |it| found.push(it));
        found
    }

    /// Whether the value, or one that it is made of at any depth, fits.
    pub fn any(&self, fits: &impl Fn(&Value) -> bool) -> bool {
        let mut found = fits(self);
        self.each_part(&mut |it| found = found || it.any(fits));
        found
    }
}

impl Condition {
    /// Shows `look` the values that it speaks of.
    pub fn each_value<'v>(&'v self, look: &mut impl FnMut(&'v Value)) {
        match self {
            Self::Empty(it) | Self::Unset(it) | Self::Failed(it) | Self::Holds(it) => look(it),
            Self::Equal(left, right) => {
                look(left);
                look(right);
            }
            Self::Not(inner) => inner.each_value(look),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|it| it.each_value(look)),
            Self::Unknown(_) => {}
        }
    }

    /// The values that it speaks of.
    #[must_use]
    pub fn values(&self) -> Vec<&Value> {
        let mut found = Vec::new();
        self.each_value(&mut |it| found.push(it));
        found
    }
}
