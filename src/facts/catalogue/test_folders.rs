//! Names of folders that are there for tests: `rules/catalogue/test-folders.csv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::table::rows;

/// Whether one of the folders of a path (`test/e2e`) is there for tests.
#[must_use]
pub fn is_for_tests(folders: &str) -> bool {
    folders.split('/').any(|it| holds(it).is_some() || speaks_of_tests(it))
}

/// Whether a Compose file or Dockerfile of that name is there for tests: `docker-compose.test.yml`, `e2e.Dockerfile`.
#[must_use]
pub fn is_named_for_tests(file: &str) -> bool {
    speaks_of_tests(file) || has_word(file, &["integration", "test"])
}

/// `host-style-tests`, `testfiles-negative`, `benchmark_udp`. A folder with one test in its name may be what somebody was
/// tested with.
fn speaks_of_tests(folder: &str) -> bool {
    has_word(folder, &["bench", "benchmark", "benchmarks", "e2e", "testdata", "testfiles", "tests"])
}

/// Whether one of the words stands in a name, between dots and dashes.
fn has_word(name: &str, words: &[&str]) -> bool {
    name.split(['-', '_', '.']).any(|it| words.iter().any(|word| it.eq_ignore_ascii_case(word)))
}

/// Whether a folder of that name is there to show something.
#[must_use]
pub fn shows_something(folder: &str) -> bool {
    ["example", "examples", "sample", "samples"].contains(&folder)
}

/// Whether a folder of that name holds a package of functions that tests call.
#[must_use]
pub fn helps_tests(folder: &str) -> bool {
    holds(folder) == Some("helpers")
}

fn holds(folder: &str) -> Option<&'static str> {
    static ENTRIES: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    let entries =
        ENTRIES.get_or_init(|| rows(TABLE).map(|row| (row.cell("folder"), row.cell("holds"))).collect());
    entries.get(plain(folder).as_str()).copied()
}

/// `Test-Apps` as `testapps`.
fn plain(folder: &str) -> String {
    folder.chars().filter(|it| !matches!(it, '-' | '_')).map(|it| it.to_ascii_lowercase()).collect()
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/test-folders.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_for_tests_by_their_names() {
        for (folders, expected) in [
            ("integration/testapps", true),
            ("test/e2e", true),
            ("src/Test-Servers/one", true),
            ("host-style-tests", true),
            ("parser/testfiles-negative/json", true),
            ("backend-test", false),
            ("manifests/ui-e2e", true),
            ("cmd/web", false),
            ("integrations/slack", false),
            ("latest", false),
            ("", false),
        ] {
            assert_eq!(is_for_tests(folders), expected, "{folders}");
        }
        for (file, expected) in [
            ("docker-compose.test.yml", true),
            ("Dockerfile-server-test", true),
            ("e2e.Dockerfile", true),
            ("compose.yaml", false),
            ("docker-compose.latest.yml", false),
        ] {
            assert_eq!(is_named_for_tests(file), expected, "{file}");
        }
        assert!(helps_tests("test_utils") && !helps_tests("integration") && !helps_tests("utils"));
    }

    #[test]
    fn every_row_is_whole() {
        for row in rows(TABLE) {
            assert_eq!(row.cell("folder"), plain(row.cell("folder")));
            assert!(["tests", "helpers"].contains(&row.cell("holds")), "{}", row.cell("folder"));
        }
    }
}
