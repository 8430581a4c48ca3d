//! What database images create at their first start: `rules/catalogue/databases.csv`.

use std::sync::OnceLock;

use super::images::split_reference;
use super::table::{Row, rows};

/// What is known of a database image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseEntry {
    /// The name without registry of Docker Hub and `library/`.
    pub image: &'static str,
    /// Schemes of the addresses under which drivers dial it.
    pub schemes: Vec<&'static str>,
    /// Variables that name the database that is created.
    pub database: Vec<&'static str>,
    /// The database that is created when none of them is set.
    pub database_default: DefaultName,
    /// Variables that name the user that is created.
    pub user: Vec<&'static str>,
    /// The user that is created when none of them is set.
    pub user_default: Option<&'static str>,
    /// Variables with that user's password.
    pub password: Vec<&'static str>,
    /// A user that is there in any case.
    pub root: Option<&'static str>,
    /// Variables with its password.
    pub root_password: Vec<&'static str>,
    /// Variables, each with the value that counts, under which no password can be judged.
    pub open: Vec<(&'static str, Option<&'static str>)>,
    /// Databases that are there in any case.
    pub always: Vec<&'static str>,
    /// The folder whose files run at the first start.
    pub scripts: &'static str,
}

/// What is created when nothing names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultName {
    /// Nothing.
    Nothing,
    /// Something of the user's name.
    OfUser,
}

/// The entry of the image `reference` (`postgres:17`).
#[must_use]
pub fn database(reference: &str) -> Option<&'static DatabaseEntry> {
    static ENTRIES: OnceLock<Vec<DatabaseEntry>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| rows(TABLE).map(|it| entry(&it)).collect());
    let (name, _) = split_reference(reference);
    entries.iter().find(|it| it.image == name)
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/databases.csv"));

fn entry(row: &Row) -> DatabaseEntry {
    let list = |name: &str| row.cell(name).split('|').filter(|it| !it.is_empty()).collect::<Vec<_>>();
    let name = |column: &str| Some(row.cell(column)).filter(|it| !matches!(*it, "" | "-"));
    let setting = |text: &'static str| match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    DatabaseEntry {
        image: row.cell("image"),
        schemes: list("schemes"),
        database: list("database"),
        database_default: match row.cell("database_default") {
            "@user" => DefaultName::OfUser,
            _ => DefaultName::Nothing,
        },
        user: list("user"),
        user_default: name("user_default"),
        password: list("password"),
        root: name("root"),
        root_password: list("root_password"),
        open: list("open").into_iter().map(setting).collect(),
        always: list("always"),
        scripts: row.cell("scripts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        let headings = TABLE.lines().find(|it| it.starts_with("image,")).unwrap().split(',').count();
        for line in TABLE.lines().filter(|it| !it.starts_with('#')) {
            assert_eq!(line.split(',').count(), headings, "{line}");
        }
        for row in rows(TABLE) {
            assert!(row.cell("url").starts_with("https://"), "{}", row.cell("image"));
            let it = entry(&row);
            assert!(
                !it.database.is_empty() && !it.user.is_empty() && !it.password.is_empty(),
                "{}",
                it.image
            );
            assert!(it.user_default.is_some() || it.root.is_some(), "{}", it.image);
            assert!(it.scripts.starts_with('/'), "{}", it.image);
            assert!(super::super::image(it.image).is_some(), "{} is not in images.csv", it.image);
        }
    }
}
