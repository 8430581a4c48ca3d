//! Groups of rules that are raised together.

use crate::diagnostic::Severity;
use crate::rules::Category;

/// What a project, or a run, is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// What breaks.
    #[default]
    Default,
    /// Everything: hints are shown, and rules that are off by default run.
    Strict,
    /// What is open to too many: the hints of [`Category::Exposure`] are warnings, and all its rules run.
    Security,
    /// Docker Desktop on Windows is what the project runs on: the hints of [`Category::Windows`] are warnings.
    Windows,
}

impl Profile {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Default, Self::Strict, Self::Security, Self::Windows];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Security => "security",
            Self::Windows => "windows",
        }
    }

    /// What it does, one clause.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Default => "What breaks",
            Self::Strict => "Everything: hints, and the rules that are off by default",
            Self::Security => "What is open to too many is a warning",
            Self::Windows => "Docker Desktop on Windows is what the project runs on",
        }
    }

    /// Whether rules of `category` run that are off by default.
    #[must_use]
    pub fn turns_on(self, category: Category) -> bool {
        self == Self::Strict || self.is_about(category)
    }

    /// The severity of a finding of `category` that is of `severity` by itself.
    #[must_use]
    pub fn severity(self, category: Category, severity: Severity) -> Severity {
        if self.is_about(category) { severity.max(Severity::Warning) } else { severity }
    }

    fn is_about(self, category: Category) -> bool {
        matches!((self, category), (Self::Security, Category::Exposure) | (Self::Windows, Category::Windows))
    }
}
