//! Whether a text creates databases or users of databases, told by words alone.
//!
//! Whoever does so may do it at any time and for any name, so a word is enough to say nothing of
//! names that no container creates.

use super::kind::Kind;

/// A larger file of SQL is not read: it holds data.
pub const LARGEST_FILE: u64 = 1024 * 1024;

/// What a text may create.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Creation {
    /// Databases.
    pub databases: bool,
    /// Users, or passwords of users.
    pub users: bool,
}

impl Creation {
    /// What either creates.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { databases: self.databases || other.databases, users: self.users || other.users }
    }
}

/// SQL, in upper and in lower case as people write it.
const DATABASES: &[&str] = &["CREATE DATABASE", "create database", "CREATE SCHEMA", "create schema"];
const USERS: &[&str] = &[
    "CREATE USER",
    "create user",
    "CREATE ROLE",
    "create role",
    "ALTER USER",
    "alter user",
    "ALTER ROLE",
    "alter role",
    "GRANT ALL",
    "grant all",
    "IDENTIFIED BY",
    "identified by",
];

/// Commands and settings: `createdb` of Postgres, dbmate, Prisma, an option of MySQL's Java driver.
const DATABASE_WORDS: &[&str] =
    &["createdb", "mysqladmin create", "createDatabaseIfNotExist", "dbmate", "prisma", "db:create"];
const USER_WORDS: &[&str] = &["createuser", "createUser"];

/// What the text of a file of this kind may create.
#[must_use]
pub fn read(kind: Kind, text: &str) -> Creation {
    match kind {
        // In prose and comments of programs "create database" is about a connection to one.
        Kind::Go => Creation {
            databases: holds(text, DATABASES, |it| it == it.to_uppercase())
                || holds(text, &["\"createdb\""], |_| true),
            users: holds(text, USERS, |it| it == it.to_uppercase()),
        },
        Kind::GoMod | Kind::GoWork | Kind::Document | Kind::Pipeline => Creation::default(),
        _ => Creation {
            databases: holds(text, DATABASES, |_| true) || holds(text, DATABASE_WORDS, |_| true),
            users: holds(text, USERS, |_| true) || holds(text, USER_WORDS, |_| true),
        },
    }
}

fn holds(text: &str, needles: &[&str], counts: impl Fn(&str) -> bool) -> bool {
    needles
        .iter()
        .filter(|it| counts(it))
        .any(|it| memchr::memmem::find(text.as_bytes(), it.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_is_created() {
        let databases = |kind, text| read(kind, text).databases;
        assert!(databases(Kind::Go, "db.Exec(\"CREATE DATABASE \" + name)"));
        assert!(!databases(Kind::Go, "// create database connection\nfunc createdb() {}"));
        assert!(databases(Kind::Makefile, "createdb:\n\tdocker exec -it postgres createdb shop\n"));
        assert!(databases(Kind::Sql, "create database shop;"));
        assert!(!databases(Kind::Sql, "CREATE TABLE users (id int);"));
        assert!(read(Kind::Script, "psql -c \"ALTER USER postgres PASSWORD 'x'\"").users);
        assert!(!read(Kind::Script, "psql -c 'CREATE TABLE x'").users);
    }
}
