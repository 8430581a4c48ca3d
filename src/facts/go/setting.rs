//! Functions that give values to what other code reads, by their names.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

/// Parts of names by which functions say that they fill what they are given.
const FILLS: &[&str] = &[
    "bind",
    "conf",
    "decode",
    "env",
    "fill",
    "hydrate",
    "init",
    "load",
    "map",
    "merge",
    "override",
    "parse",
    "populate",
    "process",
    "read",
    "scan",
    "unmarshal",
];

/// Whether a function of that name says that it fills what it is given.
#[must_use]
pub fn fills_by_name(name: &str) -> bool {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let finder = || AhoCorasick::builder().ascii_case_insensitive(true).build(FILLS).ok();
    FINDER.get_or_init(finder).as_ref().is_some_and(|it| it.is_match(name))
}

/// Whether a function of the standard library gives values to flags or to variables of the environment, which other code
/// reads.
#[must_use]
pub fn sets_for_others(package: &str, name: &str) -> bool {
    matches!((package, name), ("flag", "Set") | ("os", "Setenv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_who_fills_what_it_gets() {
        for name in ["Load", "MustParse", "ReadConfig", "LoadIntoEnv", "unmarshalExact"] {
            assert!(fills_by_name(name), "{name}");
        }
        for name in ["New", "Println", "Serve", ""] {
            assert!(!fills_by_name(name), "{name}");
        }
    }
}
