//! The rule document: front matter and sections.

use crate::diagnostic::Severity;

/// What a rule document says in its front matter and first lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<'a> {
    /// Default severity.
    pub severity: Severity,
    /// Whether it runs only when it is asked for, by name or by a severity in the settings.
    pub off_by_default: bool,
    /// Group of the catalogue.
    pub category: Category,
    /// `safe`, `unsafe` or nothing.
    pub fix: Option<&'a str>,
    /// First version that has the rule.
    pub since: &'a str,
    /// The heading.
    pub title: &'a str,
    /// The line below the heading.
    pub summary: &'a str,
    /// Everything behind the front matter.
    pub body: &'a str,
}

/// A group of rules, as the catalogue has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// Which address a program listens on.
    Listening,
    /// Which ports are published, exposed, served.
    Ports,
    /// Who can reach whom.
    Reachability,
    /// Health checks, signals, shutdown.
    Health,
    /// What is open to more than it should be.
    Exposure,
    /// Services, policies and routes of clusters.
    Kubernetes,
    /// Windows, its containers and its subsystem for Linux.
    Windows,
    /// Building the image.
    Build,
    /// The files themselves.
    Files,
}

impl Category {
    /// The word in the front matter.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listening => "listening",
            Self::Ports => "ports",
            Self::Reachability => "reachability",
            Self::Health => "health",
            Self::Exposure => "exposure",
            Self::Kubernetes => "kubernetes",
            Self::Windows => "windows",
            Self::Build => "build",
            Self::Files => "files",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Listening,
            Self::Ports,
            Self::Reachability,
            Self::Health,
            Self::Exposure,
            Self::Kubernetes,
            Self::Windows,
            Self::Build,
            Self::Files,
        ];
        all.into_iter().find(|it| it.as_str() == text)
    }
}

impl<'a> Document<'a> {
    /// What a list of rules says of it: the default severity, or that it is off.
    #[must_use]
    pub fn default_level(&self) -> &'static str {
        if self.off_by_default { "off" } else { self.severity.as_str() }
    }

    /// The text below the heading `## name`, up to the next heading of that level; empty when the
    /// document has no such section.
    #[must_use]
    pub fn section(&self, name: &str) -> &'a str {
        let mut sections = self.body.split("\n## ").skip(1);
        let text = sections.find_map(|it| it.strip_prefix(name)?.strip_prefix('\n'));
        text.unwrap_or_default().trim()
    }

    /// Reads a document of `rules/`. These are part of the binary and a test reads each of them, so
    /// a fault in one is a fault of reachlint.
    ///
    /// # Panics
    /// When the front matter is missing or names an unknown severity, default or category.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (front, body) = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .expect("a rule document starts with front matter");
        let field = |key: &str| {
            front.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix(':')?.trim()))
        };
        let mut lines = body.lines().filter(|line| !line.trim().is_empty());
        Self {
            severity: match field("severity") {
                Some("error") => Severity::Error,
                Some("warning") => Severity::Warning,
                Some("info") => Severity::Info,
                other => panic!("severity of a rule document: {other:?}"),
            },
            off_by_default: match field("default") {
                Some("off") => true,
                None => false,
                other => panic!("default of a rule document: {other:?}"),
            },
            category: field("category").and_then(Category::parse).expect("category of a rule document"),
            fix: field("fix"),
            since: field("since").unwrap_or_default(),
            title: lines.next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default(),
            summary: lines.next().unwrap_or_default(),
            body: body.trim_start(),
        }
    }
}
