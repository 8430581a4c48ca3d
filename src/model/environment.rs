//! The environment variables of one workload, with where each was set.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Text;
use crate::source::{Confidence, Span};

/// Where a variable's value comes from; a later variant wins over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// `ENV` of the image's Dockerfile, where something that is not known may set the variable over it: an `env_file`
    /// that is not in the project.
    ImageUnlessSet,
    /// `ENV` of the image's Dockerfile.
    Image,
    /// Kubernetes, which tells every container of the Services of its namespace.
    ServiceLink,
    /// Compose `env_file`, Kubernetes `envFrom`.
    EnvFile,
    /// Compose `environment`, Kubernetes `env`.
    Workload,
    /// What the container runs before its program: a script, `env`.
    Start,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its value; `None` when it is set to something that is not known (`${UNSET}`, a secret).
    pub value: Option<Text>,
    /// The entry that sets it, name included.
    pub span: Span,
    /// Who sets it.
    pub origin: Origin,
}

/// The environment of one workload, merged by Docker's and Compose's precedence:
/// `environment` over `env_file` over the image's `ENV`.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// By name.
    pub variables: FxHashMap<String, Variable>,
    /// Why variables may be set that are not listed here (an `env_file` that is not in the
    /// project, an image of somebody else); `None` when the list is complete.
    pub incomplete: Option<String>,
    /// Variables that a sample of such an `env_file` sets.
    pub proposed: FxHashSet<String>,
}

impl Environment {
    /// The variable `name`, when something sets it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }
}

/// What a variable is when a program reads it, once the program has loaded its `.env` files.
#[derive(Clone, Debug)]
pub enum ProcessVariable {
    /// It is set.
    Set {
        /// To what; `None` when that is not known.
        text: Option<Text>,
        /// Where.
        span: Span,
        /// How sure.
        confidence: Confidence,
    },
    /// It is not set.
    Unset,
    /// Something may set it, for this reason.
    Open(String),
}
