//! What a value is made of.

use super::{Callee, Value};

impl Value {
    /// The values that this one is made of, one level down.
    #[must_use]
    pub fn parts(&self) -> Vec<&Value> {
        match self {
            Self::Literal(_)
            | Self::Name { .. }
            | Self::Parameter { .. }
            | Self::Receiver { .. }
            | Self::Argument { .. }
            | Self::Arguments { .. }
            | Self::Unknown(_) => Vec::new(),
            Self::Concat(parts) | Self::List(parts, _) | Self::FirstNonEmpty(parts, _) => {
                parts.iter().collect()
            }
            Self::Format { format, arguments, .. } => std::iter::once(&**format).chain(arguments).collect(),
            Self::JoinHostPort { host, port, .. } => vec![host, port],
            Self::Field { receiver, .. } => vec![receiver],
            Self::Struct { fields, .. } => fields.iter().map(|(_, it)| it).collect(),
            Self::Environment(it) => std::iter::once(&it.key).chain(&it.default).collect(),
            Self::Flag(it) => it.values().collect(),
            Self::Call { callee, arguments, .. } => match &**callee {
                Callee::Method { receiver, .. } => std::iter::once(&**receiver).chain(arguments).collect(),
                _ => arguments.iter().collect(),
            },
            Self::Element { of, key, .. } => std::iter::once(&**of).chain(key.as_deref()).collect(),
            Self::Result { call, .. } | Self::Filled { call, .. } => vec![call],
            Self::Choice(arms, _) => arms.iter().map(|it| &it.value).collect(),
            Self::Truth(condition, _) => condition.values(),
        }
    }

    /// Whether the value, or one that it is made of at any depth, fits.
    pub fn any(&self, fits: &impl Fn(&Value) -> bool) -> bool {
        fits(self) || self.parts().into_iter().any(|it| it.any(fits))
    }
}
