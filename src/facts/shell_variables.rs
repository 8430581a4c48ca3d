//! Variables that the shell which calls Compose may have, by their names alone: what a Makefile, a Taskfile, a script or a
//! pipeline sets for its calls.

use rustc_hash::FxHashSet;

use super::dotenv::Dotenv;
use super::kind::{Kind, is_sample_of};
use super::uncommitted::names;

/// Adds the names that a file which calls Compose may set for its calls. `files` are the files of variables, by name.
pub fn add(kind: Kind, text: &str, files: &[(&str, &Dotenv)], out: &mut FxHashSet<String>) {
    let is_document = matches!(kind, Kind::Readme | Kind::Document);
    // A document says of one call at a time what is set for it.
    let told = |line: &&str| !is_document || line.contains("compose") && line.contains("--env-file");
    for line in text.lines().filter(told) {
        let set = match kind {
            Kind::Pipeline | Kind::Taskfile => key(line),
            Kind::Makefile | Kind::Justfile | Kind::Script | Kind::Searched => exported(line),
            _ => None,
        };
        out.extend(set.map(str::to_owned));
        let given = files.iter().filter(|(name, _)| line.contains(name) && names(line, name));
        out.extend(given.flat_map(|(_, it)| &it.entries).map(|it| it.name.value.clone()));
    }
}

/// Whether a file of variables is none that Compose reads by itself, or that people copy to that.
#[must_use]
pub fn is_given(name: &str) -> bool {
    name != ".env" && !is_sample_of(name, ".env")
}

/// `NAME` of `NAME: value`, as it stands below `env:`.
fn key(line: &str) -> Option<&str> {
    let (name, value) = line.trim_start_matches([' ', '-']).split_once(':')?;
    Some(name).filter(|it| is_name(it) && (value.is_empty() || value.starts_with(' ')))
}

/// `NAME` of `export NAME`.
fn exported(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches([' ', '\t', '@']).strip_prefix("export ")?.trim_start();
    let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
    Some(&rest[..end]).filter(|it| is_name(it))
}

fn is_name(text: &str) -> bool {
    let is_part = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_';
    !text.is_empty() && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_set_variables_for_their_calls() {
        assert_eq!(key("  PORT: 9000"), Some("PORT"));
        assert_eq!(key("  - docker compose up"), None);
        assert_eq!(exported("export PORT ?= 9000"), Some("PORT"));
        assert_eq!(exported("\t@export HTTP_PORT=9000; docker compose up"), Some("HTTP_PORT"));
        assert_eq!(exported("PORT=9000"), None);
        assert!(is_given("dev.env") && !is_given(".env") && !is_given(".env.example"));
    }
}
