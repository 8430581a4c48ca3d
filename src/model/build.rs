//! The join: from the facts of single files to one [`Project`].

use super::Project;
use crate::facts::Facts;

impl Project {
    /// Joins the facts of all files.
    #[must_use]
    pub fn build(facts: &Facts) -> Self {
        Self { syntax_errors: syntax_errors(facts), ..Self::default() }
    }
}

fn syntax_errors(facts: &Facts) -> Vec<crate::source::Spanned<String>> {
    let mut errors = Vec::new();
    errors.extend(facts.go.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.modules.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.dockerfiles.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.compose.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.dotenv.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.scripts.iter().flat_map(|(_, it)| it.errors.clone()));
    errors
}
