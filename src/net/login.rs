//! Who connects to which database: the user, password and database of a URL or DSN.

use std::ops::Range;

use super::HOLE;

/// What a URL or DSN says of the user and the database; a part that it leaves out, or that is not
/// known, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: Option<LoginPart>,
    /// The password.
    pub password: Option<LoginPart>,
    /// The database.
    pub database: Option<LoginPart>,
}

/// One part of a [`Login`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginPart {
    /// As the driver reads it, escapes taken out.
    pub text: String,
    /// Where it is written in the text that was read.
    pub range: Range<usize>,
}

impl Login {
    /// Of a URL whose user information, path and query stand at these places of `text`, the `@`, the
    /// first `/` and the `?` excluded. The query may name all three, and then counts:
    /// <https://pkg.go.dev/github.com/jackc/pgx/v5/pgconn#ParseConfig>.
    pub(super) fn of_url(
        text: &str,
        user_info: Range<usize>,
        path: Range<usize>,
        query: Range<usize>,
    ) -> Self {
        let mut it = Self::of_user_info(text, user_info, true);
        it.database = LoginPart::read(text, path, true);
        let mut at = query.start;
        for pair in text[query].split('&') {
            if let Some((key, value)) = pair.split_once('=') {
                let start = at + key.len() + 1;
                let part = || LoginPart::read(text, start..start + value.len(), true);
                match key {
                    "user" | "username" => it.user = part(),
                    "password" => it.password = part(),
                    "dbname" | "database" => it.database = part(),
                    _ => {}
                }
            }
            at += pair.len() + 1;
        }
        it
    }

    /// Of `user:password@tcp(host)/database`, each escaped in the name of the database alone:
    /// <https://github.com/go-sql-driver/mysql#dsn-data-source-name>.
    pub(super) fn of_mysql(text: &str, user_info: Range<usize>, database: Range<usize>) -> Self {
        Self { database: LoginPart::read(text, database, true), ..Self::of_user_info(text, user_info, false) }
    }

    fn of_user_info(text: &str, user_info: Range<usize>, escaped: bool) -> Self {
        let (user, password) = match text[user_info.clone()].find(':') {
            Some(colon) => {
                let colon = user_info.start + colon;
                (user_info.start..colon, colon + 1..user_info.end)
            }
            None => (user_info.clone(), user_info.end..user_info.end),
        };
        Self {
            user: LoginPart::read(text, user, escaped),
            password: LoginPart::read(text, password, escaped),
            database: None,
        }
    }
}

impl LoginPart {
    /// The part at `range`; `None` when nothing is there or a part of it is not known.
    pub(super) fn read(text: &str, range: Range<usize>, escaped: bool) -> Option<Self> {
        let written = &text[range.clone()];
        if written.is_empty() || written.contains(HOLE) {
            return None;
        }
        let text = if escaped { unescaped(written)? } else { written.to_owned() };
        Some(Self { text, range })
    }

    /// As [`LoginPart::read`], for the value of a keyword, in which a backslash takes the next letter
    /// as it is: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE>.
    pub(super) fn of_keyword(text: &str, range: Range<usize>) -> Option<Self> {
        let mut it = Self::read(text, range, false)?;
        if it.text.contains('\\') {
            let mut letters = it.text.chars();
            let mut out = String::new();
            while let Some(letter) = letters.next() {
                out.extend(if letter == '\\' { letters.next() } else { Some(letter) });
            }
            it.text = out;
        }
        Some(it)
    }
}

/// `%40` as `@`; `None` when what it stands for is no text, or a `%` stands for itself, which
/// drivers refuse.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let [high, low, tail @ ..] = tail else { return None };
            let digit = |it: &u8| char::from(*it).to_digit(16);
            bytes.push((digit(high)? * 16 + digit(low)?) as u8);
            rest = tail;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::super::parse_target;
    use super::*;

    /// `user password database` of the first address, checking the ranges; `-` for what is missing.
    fn read(form: &str, text: &str) -> String {
        let target = parse_target(text, form).remove(0);
        let show = |part: &Option<LoginPart>| {
            let Some(part) = part else { return "-".to_owned() };
            let verbatim = !text[part.range.clone()].contains(['%', '\\']);
            assert!(!verbatim || text[part.range.clone()] == part.text, "{text}");
            part.text.clone()
        };
        let Login { user, password, database } = &target.login;
        [user, password, database].map(show).join(" ")
    }

    #[test]
    fn urls() {
        for (text, expected) in [
            ("postgres://app:secret@db:5432/shop?sslmode=disable", "app secret shop"),
            ("postgres://app@db/shop", "app - shop"),
            ("postgres://db", "- - -"),
            ("postgres://db/", "- - -"),
            ("postgres://app:p%40ss@db/my%20shop", "app p@ss my shop"),
            ("postgres://app:P@ss@db/shop", "app P@ss shop"),
            ("postgres://app:50%@db/shop", "app - shop"),
            ("postgres://app:\0@db/\0", "app - -"),
            ("postgres://app:secret@db/shop@sslmode=disable", "app secret shop@sslmode=disable"),
            ("postgres://db/?user=app&password=secret&dbname=shop", "app secret shop"),
            ("clickhouse://db:9000?username=app&database=shop", "app - shop"),
            ("postgres://app:s@a:1,b:2/shop", "app s shop"),
            ("mongodb://root:s@db:27017/?authSource=admin", "root s -"),
            ("mysql://app:s@tcp(db:3306)/shop?x=y", "app s shop"),
        ] {
            assert_eq!(read("any", text), expected, "{text:?}");
        }
    }

    #[test]
    fn mysql() {
        for (text, expected) in [
            ("app:p@ss/w%rd@tcp(db:3306)/shop?parseTime=true", "app p@ss/w%rd shop"),
            ("app@tcp(db)/shop", "app - shop"),
            ("app:s:t@tcp(db:3306)/", "app s:t -"),
            ("tcp(db:3306)/shop", "- - shop"),
            ("app:s@(db:3306)/shop", "app s shop"),
            ("\0:\0@tcp(db:3306)/shop", "- - shop"),
            ("app:s@tcp(db:3306)", "app s -"),
        ] {
            assert_eq!(read("mysql", text), expected, "{text:?}");
        }
    }

    #[test]
    fn keywords() {
        for (text, expected) in [
            ("host=db user=app password=secret dbname=shop", "app secret shop"),
            ("host=db user='a b' password='it\\'s' database=shop", "a b it's shop"),
            ("host=db user=\0 dbname=shop", "- - shop"),
            ("host=db", "- - -"),
            ("server=db;user id=sa;password=s;database=shop", "sa s shop"),
        ] {
            assert_eq!(read("keyword", text), expected, "{text:?}");
        }
    }
}
