//! Variables that a workload sets and nothing reads, against those of nearly the same name that its program
//! misses.

use super::{EnvironmentRead, Origin, ProcessVariable, Program, Project, Variable, Workload};
use crate::facts::catalogue;
use crate::net::{HOLE, Target, parse_target};
use crate::source::{Confidence, Span, is_slip};

/// A variable whose name is nearly that of one which the program reads and does not get.
#[derive(Clone, Debug)]
pub struct MisnamedVariable<'a> {
    /// Its name.
    pub name: &'a str,
    /// What sets it.
    pub variable: &'a Variable,
    /// What the program reads.
    pub read: &'a EnvironmentRead,
    /// What comes of it.
    pub without: WithoutVariable,
    /// How sure.
    pub confidence: Confidence,
}

/// What becomes of a program that does not get a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutVariable {
    /// This statement ends it.
    Ends(Span),
    /// It goes on with an empty text.
    Empty,
    /// It goes on with another value than the one that is set, which stands here when it is not in the code.
    Other(Option<Span>),
    /// It goes on with the value that is set, by chance, or with one that is not known.
    Same(Option<Span>),
}

impl Project {
    /// The variables that `workload` sets, nothing reads, and that are near to one which the program reads and
    /// the description of the workload does not set. None when not every read of the program is known.
    #[must_use]
    pub fn misnamed_variables<'a>(&'a self, workload: &'a Workload) -> Vec<MisnamedVariable<'a>> {
        let Some(program) = workload.program.map(|it| self.program(it)) else { return Vec::new() };
        if !workload.listeners.only_go || workload.incomplete.is_some() {
            return Vec::new();
        }
        let missed: Vec<_> = program.reads.known.iter().filter(|it| misses(workload, it)).collect();
        if missed.is_empty() {
            return Vec::new();
        }
        let ports = self.unread_ports(workload);
        let own = own_words(workload, program);
        let near = |name: &str, read: &EnvironmentRead| is_near(name, &read.name, &own);
        let mut set = self.set_for_nobody(workload, program);
        set.retain(|(name, variable)| {
            missed.iter().any(|it| near(name, it))
                && ports.iter().all(|it| it.variable.span != variable.span)
                && !self.is_for_another(workload, variable)
        });
        let pairs = set.iter().filter_map(|(name, variable)| {
            // Of two that it might be, or that might be it, nobody knows which one is meant.
            let [read] = missed.iter().filter(|it| near(name, it)).collect::<Vec<_>>()[..] else {
                return None;
            };
            let rivals = set.iter().filter(|(other, _)| near(other, read)).count();
            (rivals == 1).then(|| MisnamedVariable {
                name,
                variable,
                read,
                without: without(workload, variable, read),
                confidence: workload.image_confidence.min(Confidence::Likely),
            })
        });
        pairs.collect()
    }

    /// Whether the entry that sets a variable also sets it for another workload, which may read it.
    fn is_for_another(&self, workload: &Workload, variable: &Variable) -> bool {
        let others = self.workloads.iter().filter(|it| it.id != workload.id);
        let variables = others.flat_map(|it| it.environment.variables.iter().map(move |found| (it, found)));
        let mut same = variables.filter(|(_, (_, found))| found.span == variable.span);
        same.any(|(other, (name, _))| other.program.is_none_or(|it| self.program(it).reads.may_read(name)))
    }
}

/// Whether the description of a workload does not set what its program reads.
fn misses(workload: &Workload, read: &EnvironmentRead) -> bool {
    match workload.process_variables.get(&read.name) {
        Some(ProcessVariable::Unset) => true,
        // The image or a `.env` file in it says what holds unless the workload does.
        Some(ProcessVariable::Set { .. }) => {
            workload.environment.get(&read.name).is_none_or(|it| it.origin <= Origin::Image)
        }
        Some(ProcessVariable::Open(_)) | None => false,
    }
}

fn without(workload: &Workload, variable: &Variable, read: &EnvironmentRead) -> WithoutVariable {
    let value = variable.value.as_ref().map(|it| it.as_str());
    let compare = |text: Option<&str>, span| match text {
        Some(text)
            if !text.contains(HOLE) && value.is_some_and(|it| it != text && !is_one_mongo(it, text)) =>
        {
            WithoutVariable::Other(span)
        }
        _ => WithoutVariable::Same(span),
    };
    match (workload.process_variables.get(&read.name), &read.default, read.exit) {
        (Some(ProcessVariable::Set { text, span, .. }), ..) => {
            compare(text.as_ref().map(|it| it.as_str()), Some(*span))
        }
        (_, _, Some(exit)) => WithoutVariable::Ends(exit),
        (_, Some(default), _) => compare(Some(default), None),
        (_, None, _) => WithoutVariable::Empty,
    }
}

/// Whether two texts are addresses of one MongoDB. The path of such an address says where a user is looked up, and which
/// database the program opens is said by its code: <https://www.mongodb.com/docs/manual/reference/connection-string/>.
fn is_one_mongo(a: &str, b: &str) -> bool {
    let without_user = |it: &Target| it.scheme.as_deref() == Some("mongodb") && it.login.user.is_none();
    let servers = |text: &str| -> Option<Vec<(String, Option<u16>)>> {
        let targets = parse_target(text, "any").into_iter();
        targets.map(|it| without_user(&it).then_some((it.host, it.port))).collect()
    };
    servers(a).is_some_and(|it| !it.is_empty() && Some(it) == servers(b))
}

/// The words of the names of a workload and of the folder of its program.
fn own_words(workload: &Workload, program: &Program) -> Vec<String> {
    [workload.name.value.as_str(), program.directory.as_str()].into_iter().flat_map(words).collect()
}

fn words(name: &str) -> Vec<String> {
    let words = name.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    words.map(str::to_ascii_lowercase).collect()
}

/// Whether one name may have been written for the other: at least two of their words are alike, and what is
/// left over only says whose variable it is.
fn is_near(a: &str, b: &str, own: &[String]) -> bool {
    let (mut a, mut b) = (words(a), words(b));
    if a.concat() == b.concat() {
        return true;
    }
    let alike = [|a: &str, b: &str| a == b, catalogue::is_near_word, is_slip];
    let pairs: usize = alike.into_iter().map(|it| take_pairs(&mut a, &mut b, it)).sum();
    pairs > 1 && a.iter().chain(&b).all(|it| catalogue::adds_nothing(it) || own.contains(it))
}

/// Takes away words of one name that are alike to words of the other; returns how many of each.
fn take_pairs(a: &mut Vec<String>, b: &mut Vec<String>, alike: fn(&str, &str) -> bool) -> usize {
    let before = a.len();
    a.retain(|word| match b.iter().position(|it| alike(word, it)) {
        Some(at) => {
            b.remove(at);
            false
        }
        None => true,
    });
    before - a.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_near_when_all_that_differs_means_the_same() {
        let own = words("book-service");
        for (a, b, expected) in [
            ("DATABASE_URL", "BOOK_DB_URL", true),
            ("DATABASE_URL", "USER_DB_URL", false),
            ("MONGODB_URI", "MONGO_URI", true),
            ("MONGODB_DATABASE", "MONGO_DB", true),
            ("MYSQL_HOST", "DB_HOST", true),
            ("MYSQL_HOST", "POSTGRES_HOST", false),
            ("DBHOST", "DB_HOST", true),
            ("database_url", "DATABASE_URL", true),
            ("DATABSE_URL", "DATABASE_URL", true),
            ("KAFKA_BROKER", "KAFKA_BROKERS", true),
            ("APP_JWT_SECRET", "JWT_SECRET", true),
            ("DB_HOST", "DB_PORT", false),
            ("ORDER_SERVICE_URL", "USER_SERVICE_URL", false),
            ("HTTP_PORT", "HTTPS_PORT", false),
            ("TOPIC1_NAME", "TOPIC2_NAME", false),
            ("PORT", "BOOK_PORT", false),
            ("REDIS_HOST", "REDIS_ADDR", true),
        ] {
            assert_eq!(is_near(a, b, &own), expected, "{a} {b}");
            assert_eq!(is_near(b, a, &own), expected, "{b} {a}");
        }
    }
}
