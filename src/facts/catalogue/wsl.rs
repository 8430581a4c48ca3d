//! The settings of WSL: `rules/catalogue/wsl-settings.csv`.

use std::sync::OnceLock;

use super::table::rows;

/// Which of the two files of WSL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WslScope {
    /// `.wslconfig` of the Windows user: the virtual machine of all distributions.
    Machine,
    /// `/etc/wsl.conf`: one distribution.
    Distribution,
}

impl WslScope {
    /// The name of the file.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Machine => ".wslconfig",
            Self::Distribution => "/etc/wsl.conf",
        }
    }
}

/// A setting of WSL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WslSetting {
    /// The file it is read from.
    pub scope: WslScope,
    /// Its section; empty for what is no setting.
    pub section: &'static str,
    /// Its name; upper and lower case are the same to WSL.
    pub key: &'static str,
    /// What it takes.
    pub value: WslValue,
    /// The Windows build or version of WSL that brought it, where one is known.
    pub since: &'static str,
    /// The version that dropped it; empty for one that is read, `unknown` when it is not known which.
    pub until: &'static str,
    /// What to do instead of a setting that is not read.
    pub instead: &'static str,
}

/// What a setting of WSL takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WslValue {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Number,
    /// A number of bytes, or one with a unit.
    Size,
    /// An absolute path of Windows.
    Path,
    /// Any text.
    Text,
    /// One of these words.
    Choice(Vec<&'static str>),
    /// Port numbers with commas between them.
    Ports,
    /// An IPv4 address.
    Address,
    /// There is no such setting.
    Nothing,
}

/// The settings of that name, in any section and either file.
pub fn wsl_settings(key: &str) -> impl Iterator<Item = &'static WslSetting> {
    all_wsl_settings().iter().filter(move |it| it.key.eq_ignore_ascii_case(key))
}

/// Every setting.
#[must_use]
pub fn all_wsl_settings() -> &'static [WslSetting] {
    static ENTRIES: OnceLock<Vec<WslSetting>> = OnceLock::new();
    ENTRIES.get_or_init(|| rows(TABLE).map(|it| entry(&it)).collect())
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/wsl-settings.csv"));

fn entry(row: &super::table::Row) -> WslSetting {
    WslSetting {
        scope: if row.cell("file") == "wsl.conf" { WslScope::Distribution } else { WslScope::Machine },
        section: row.cell("section"),
        key: row.cell("key"),
        value: match row.cell("type") {
            "boolean" => WslValue::Boolean,
            "number" => WslValue::Number,
            "size" => WslValue::Size,
            "path" => WslValue::Path,
            "choice" => WslValue::Choice(row.cell("values").split('|').collect()),
            "ports" => WslValue::Ports,
            "address" => WslValue::Address,
            "none" => WslValue::Nothing,
            _ => WslValue::Text,
        },
        since: row.cell("since"),
        until: row.cell("until"),
        instead: row.cell("instead"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        const TYPES: &[&str] =
            &["boolean", "number", "size", "path", "folder", "text", "choice", "ports", "address", "none"];
        let headings = TABLE.lines().find(|it| it.starts_with("file,")).unwrap().split(',').count();
        for line in TABLE.lines().filter(|it| !it.starts_with('#')) {
            assert_eq!(line.split(',').count(), headings, "{line}");
        }
        let mut seen = std::collections::BTreeSet::new();
        for row in rows(TABLE) {
            let (file, key, kind) = (row.cell("file"), row.cell("key"), row.cell("type"));
            assert!(matches!(file, ".wslconfig" | "wsl.conf") && TYPES.contains(&kind), "{key}");
            assert!(seen.insert((file, row.cell("section"), key)), "{key} twice");
            assert_eq!(row.cell("section").is_empty(), kind == "none", "{key}");
            assert_eq!(row.cell("values").is_empty(), kind != "choice", "{key}");
            let is_read = kind != "none" && row.cell("until").is_empty();
            assert_eq!(row.cell("instead").is_empty(), is_read, "{key}");
            let microsoft = ["https://learn.microsoft.com/", "https://devblogs.microsoft.com/"];
            let own = row.cell("url").starts_with("https://github.com/microsoft/WSL/");
            assert!(own || microsoft.iter().any(|it| row.cell("url").starts_with(it)), "{key}");
        }
    }
}
