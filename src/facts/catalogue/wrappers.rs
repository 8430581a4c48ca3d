//! Functions that a project says listen or dial, beside those of the tables.

use super::GoEntry;
use super::go::without_version;

/// What the settings of a project say of Go functions: its own, and those of modules that no table knows.
#[derive(Clone, Debug, Default)]
pub struct Wrappers(Vec<(FunctionName, GoEntry)>);

/// A function or method with its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionName {
    /// Import path.
    pub package: String,
    /// Receiver's type without a star; empty for a function.
    pub type_name: String,
    /// Name.
    pub name: String,
}

impl FunctionName {
    /// Reads a name as Go itself prints it: `example.com/lib/web.Serve`, `(*example.com/lib/web.Server).Run`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (left, name) = text.rsplit_once('.')?;
        let (package, type_name) = match left.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            Some(receiver) => receiver.trim_start_matches('*').rsplit_once('.')?,
            None => (left, ""),
        };
        let is_name = |it: &str| {
            it.starts_with(|it: char| it.is_alphabetic() || it == '_')
                && it.chars().all(|it| it.is_alphanumeric() || it == '_')
        };
        let is_path =
            |it: &str| !it.is_empty() && !it.contains(|it: char| it.is_whitespace() || "()*".contains(it));
        let sound = is_name(name) && is_path(package) && (left == package || is_name(type_name));
        sound.then(|| Self {
            package: package.to_owned(),
            type_name: type_name.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl Wrappers {
    /// Adds what a function does; of two entries for one function the later counts.
    pub fn add(&mut self, function: FunctionName, entry: GoEntry) {
        self.0.retain(|(known, _)| *known != function);
        self.0.push((function, entry));
    }

    /// What is said of a function (`type_name` empty) or method; the major version of a path does not count.
    #[must_use]
    pub fn find(&self, package: &str, type_name: &str, name: &str) -> Option<&GoEntry> {
        let same = |it: &FunctionName| {
            it.name == name
                && it.type_name == type_name
                && without_version(&it.package) == without_version(package)
        };
        self.0.iter().find(|(it, _)| same(it)).map(|(_, entry)| entry)
    }

    /// Whether something is said of a function or method of that name, of whatever package.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.0.iter().any(|(it, _)| it.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_as_go_prints_them() {
        let read = |text| FunctionName::parse(text).map(|it| (it.package, it.type_name, it.name));
        let of = |package: &str, type_name: &str, name: &str| {
            Some((package.to_owned(), type_name.to_owned(), name.to_owned()))
        };
        assert_eq!(read("example.com/lib/web.Serve"), of("example.com/lib/web", "", "Serve"));
        assert_eq!(read("gopkg.in/web.v2.Serve"), of("gopkg.in/web.v2", "", "Serve"));
        assert_eq!(read("(*example.com/web.Server).Run"), of("example.com/web", "Server", "Run"));
        assert_eq!(read("(example.com/web.Server).Run"), of("example.com/web", "Server", "Run"));
        for text in ["Serve", ".Serve", "web.", "web.Serve()", "(*Server).Run", "a b.Run", "web.3", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_entry_is_found_under_every_major_version() {
        let mut wrappers = Wrappers::default();
        wrappers.add(FunctionName::parse("example.com/web/v2.Serve").unwrap(), GoEntry::default());
        assert!(wrappers.find("example.com/web", "", "Serve").is_some());
        assert!(wrappers.find("example.com/web", "Server", "Serve").is_none());
        assert!(wrappers.has_name("Serve") && !wrappers.has_name("Run"));
    }
}
