//! What brings a program data that no project writes down: the rows of `go-input.csv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::go::{unversioned, without_version};
use super::table::{Row, rows};

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/go-input.csv"));

/// Where data comes from that no project writes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Input {
    /// A client sends it.
    Request,
    /// A server that the program asks says it.
    Answer,
    /// It lies in a database.
    Database,
    /// It comes in a message.
    Message,
    /// It stands in an object of Kubernetes.
    Resource,
    /// Another call says it, and a client hands it to the function that it connects by.
    Transport,
    /// Whoever runs the program configures it: a variable, or a file, that the project does not have.
    Configuration,
}

impl Input {
    /// Why what comes from there is not known, to be read behind "not resolved: ".
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Request => "it comes with a request",
            Self::Answer => "it comes with an answer of another server",
            Self::Database => "it comes from a database",
            Self::Message => "it comes in a message",
            Self::Resource => "it comes from an object of Kubernetes",
            Self::Transport => "another call says whom to connect to",
            Self::Configuration => "whoever runs the program configures it",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "request" => Some(Self::Request),
            "answer" => Some(Self::Answer),
            "database" => Some(Self::Database),
            "message" => Some(Self::Message),
            "resource" => Some(Self::Resource),
            "transport" => Some(Self::Transport),
            _ => None,
        }
    }
}

/// A row of `go-input.csv`, which describes the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputEntry {
    /// A value of the type, and what it holds.
    Itself(Input),
    /// A struct with a field of the type, and what that holds.
    Holder(Input),
    /// What the function returns.
    Result(Input),
    /// What the arguments from that one on point to.
    Arguments(usize, Input),
    /// The parameters of a function that is put there.
    Callback(Input),
    /// An object that is put there carries what the client sends, and may send it elsewhere.
    Carrier,
    /// The function registers a driver of package `database/sql` that connects by a function.
    Driver,
    /// What the function returns is made of what it is called on and given.
    Passes,
}

/// How a program has a say in where a client of another module connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// The client gives the address to a function, or to an object with such a method, and uses the connection it gets.
    Callback,
    /// The client gives its requests to an object.
    Carrier,
    /// The client is a driver of package `database/sql` that connects by a function.
    Driver,
}

/// What brings data from outside: a type (`name` empty), a function (`type_name` empty), a method or a field.
#[must_use]
pub fn input(package: &str, type_name: &str, name: &str) -> Option<InputEntry> {
    static ENTRIES: OnceLock<FxHashMap<[&'static str; 3], InputEntry>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(load);
    entries.get(&[without_version(package).as_ref(), type_name, name] as &[&str; 3]).copied()
}

/// Where the parameters of a function come from that is put into a field of a type, or given to a function (`type_name`
/// empty), of another module.
#[must_use]
pub fn callback_of(package: &str, type_name: &str, name: &str) -> Option<Input> {
    match input(package, type_name, name)? {
        InputEntry::Callback(from) => Some(from),
        _ => None,
    }
}

/// How a program has a say in where a client connects to by what it puts into a field of a type, or gives to a function
/// (`type_name` empty) or method.
#[must_use]
pub fn handover(package: &str, type_name: &str, name: &str) -> Option<Handover> {
    if handovers(name).is_empty() {
        return None;
    }
    handover_of(input(package, type_name, name)?)
}

/// The fields, functions and methods of that name by which a program has such a say: the package of each.
#[must_use]
pub fn handovers(name: &str) -> &'static [(&'static str, Handover)] {
    static BY_NAME: OnceLock<FxHashMap<&'static str, Vec<(&'static str, Handover)>>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        let mut found: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for ([package, _, name], entry) in load() {
            let Some(how) = handover_of(entry) else { continue };
            found.entry(name).or_default().push((package, how));
        }
        found
    });
    by_name.get(name).map_or(&[], Vec::as_slice)
}

/// What a struct is that a program wrote into a package that imports this one: such files are not read where
/// nothing but types is in them.
#[must_use]
pub fn input_by_import(path: &str) -> Option<Input> {
    let path = without_version(path);
    let holds = |row: &Row| row.cell("at") == "holder" && unversioned(row.cell("package")) == path;
    rows(TABLE).find(holds).and_then(|row| Input::parse(row.cell("from")))
}

fn handover_of(entry: InputEntry) -> Option<Handover> {
    match entry {
        InputEntry::Callback(Input::Transport) => Some(Handover::Callback),
        InputEntry::Carrier => Some(Handover::Carrier),
        InputEntry::Driver => Some(Handover::Driver),
        _ => None,
    }
}

fn load() -> FxHashMap<[&'static str; 3], InputEntry> {
    let entry = |from: &str, at: &str| match at {
        "passes" => Some(InputEntry::Passes),
        "carrier" => Some(InputEntry::Carrier),
        "driver" => Some(InputEntry::Driver),
        "itself" => Input::parse(from).map(InputEntry::Itself),
        "holder" => Input::parse(from).map(InputEntry::Holder),
        "result" => Input::parse(from).map(InputEntry::Result),
        "callback" => Input::parse(from).map(InputEntry::Callback),
        at => Some(InputEntry::Arguments(at.strip_suffix("...")?.parse().ok()?, Input::parse(from)?)),
    };
    let read = rows(TABLE).filter_map(|row| {
        let key = [unversioned(row.cell("package")), row.cell("type"), row.cell("function")];
        Some((key, entry(row.cell("from"), row.cell("at"))?))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row was understood, stands once, and cites where its claim can be read.
    #[test]
    fn no_row_is_void() {
        for row in rows(TABLE) {
            let (package, type_name, name) = (row.cell("package"), row.cell("type"), row.cell("function"));
            assert!(input(package, type_name, name).is_some(), "{package} {type_name}.{name}");
            assert!(row.cell("url").starts_with("https://"), "{package} {type_name}.{name}");
        }
        assert_eq!(load().len(), rows(TABLE).count(), "a row stands twice");
        assert_eq!(
            input("github.com/jackc/pgx/v5", "Row", "Scan"),
            Some(InputEntry::Arguments(0, Input::Database))
        );
    }
}
