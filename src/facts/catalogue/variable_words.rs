//! Words in names of variables that stand for one another: `rules/catalogue/variable-words.csv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::table::rows;

/// What is known of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    means: &'static str,
    near: Vec<&'static str>,
    adds_nothing: bool,
}

/// Whether one of two words, in lower case, may have been written for the other: `dsn` for `url`, `mysql` for
/// `database`, and not `mysql` for `postgres`.
#[must_use]
pub fn is_near_word(a: &str, b: &str) -> bool {
    let means = |word: &str| entries().get(word).map_or(word.to_owned(), |it| it.means.to_owned());
    let is_near = |word: &str, other: &str| {
        entries().get(word).is_some_and(|it| it.near.iter().any(|near| *near == means(other)))
    };
    means(a) == means(b) || is_near(a, b) || is_near(b, a)
}

/// Whether a name means the same without the word: `app` in `APP_DB_URL`.
#[must_use]
pub fn adds_nothing(word: &str) -> bool {
    entries().get(word).is_some_and(|it| it.adds_nothing)
}

fn entries() -> &'static FxHashMap<&'static str, Entry> {
    static ENTRIES: OnceLock<FxHashMap<&'static str, Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let entry = |row: super::table::Row| {
            let near: Vec<_> = row.cell("near").split('|').filter(|it| !matches!(*it, "" | "+")).collect();
            (
                row.cell("word"),
                Entry { means: row.cell("means"), near, adds_nothing: row.cell("near") == "+" },
            )
        };
        rows(TABLE).map(entry).collect()
    })
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/variable-words.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_one_another() {
        for (a, b, expected) in [
            ("dsn", "url", true),
            ("database", "mysql", true),
            ("mysql", "db", true),
            ("mongodb", "mongo", true),
            ("mysql", "postgres", false),
            ("host", "addr", true),
            ("host", "url", false),
            ("user", "password", false),
            ("broker", "broker", true),
        ] {
            assert_eq!(is_near_word(a, b), expected, "{a} {b}");
            assert_eq!(is_near_word(b, a), expected, "{b} {a}");
        }
        assert!(adds_nothing("app") && !adds_nothing("db") && !adds_nothing("x"));
    }

    #[test]
    fn every_row_is_whole() {
        let means: Vec<_> = rows(TABLE).map(|it| it.cell("means")).collect();
        let mut words = Vec::new();
        for row in rows(TABLE) {
            let word = row.cell("word");
            assert!(!word.is_empty() && !row.cell("means").is_empty(), "{word}");
            assert!(word.chars().all(|it| it.is_ascii_lowercase()), "{word}");
            assert!(!words.contains(&word), "{word} is there twice");
            words.push(word);
            let mut near = row.cell("near").split('|').filter(|it| !matches!(*it, "" | "+"));
            assert!(near.all(|it| means.contains(&it)), "{word}");
        }
    }
}
