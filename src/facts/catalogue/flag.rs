//! How Go's flag libraries define command line flags: the rows of `go-flag.csv`.

use super::table::Row;
use crate::facts::go::{Callee, Value};
use crate::source::Spanned;

/// A row of `go-flag.csv`, which describes the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagEntry {
    /// Where the address of the variable is that gets the value; `None` when the result is that address.
    pub target: Option<FlagPlace>,
    name: Vec<FlagPlace>,
    short: Vec<FlagPlace>,
    default: Vec<FlagPlace>,
    variable: Vec<FlagPlace>,
    required: Option<FlagPlace>,
    /// How the flag is read off the command line.
    pub rules: FlagRules,
}

/// Where one part of a flag's definition stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagPlace {
    /// In an argument of the call, from 0.
    Argument(usize),
    /// In an argument of another call of the chain: `Flag("port", "").Default("80").String()`.
    Chain(&'static str, usize),
    /// In a field of the struct literal that defines the flag.
    Field(&'static str),
}

/// How a flag is read off the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlagRules {
    /// What it takes.
    pub takes: Takes,
    /// The library's reading of a command line.
    pub syntax: FlagSyntax,
    /// Whether an environment variable that is set to nothing counts as one that is not set.
    pub empty_is_unset: bool,
}

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Takes {
    /// The word behind it, or what follows `=`; the last one counts.
    Word,
    /// Nothing, or what follows `=`.
    Nothing,
    /// As `Word`, and may be repeated: all count.
    Words,
}

/// How a library reads a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlagSyntax {
    /// One dash is as good as two, and the first word that is no flag ends the flags:
    /// <https://pkg.go.dev/flag#hdr-Command_line_flag_syntax>.
    Go,
    /// The same, but words before and between the flags name subcommands.
    GoCommands,
    /// Two dashes and a name, or one dash and letters: `--port=80`, `-p80`, `-vp 80`. Other words may stand
    /// anywhere: <https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax>.
    Posix,
    /// The same, but what follows a letter counts as it stands: `-p=80` is `=80`.
    /// <https://github.com/alecthomas/kingpin/blob/master/parser.go>, `shortFlag`.
    PosixVerbatim,
}

/// The parts of one flag's definition.
#[derive(Clone, Debug, PartialEq)]
pub struct FlagParts<'v> {
    /// Its name, then its other names.
    pub names: Vec<&'v Value>,
    /// Its default.
    pub default: Option<&'v Value>,
    /// The environment variable that counts when the flag is not given; of several the first that is set.
    pub variable: Option<&'v Value>,
    /// Whether the program refuses to run without it.
    pub required: bool,
}

impl FlagEntry {
    pub(super) fn parse(row: &Row) -> Option<Self> {
        let places = |column: &str| row.cell(column).split('|').filter_map(FlagPlace::parse).collect();
        let name: Vec<FlagPlace> = places("name");
        Some(Self {
            target: FlagPlace::parse(row.cell("target")),
            short: places("short"),
            default: places("default"),
            variable: places("variable"),
            required: FlagPlace::parse(row.cell("required")),
            rules: FlagRules {
                takes: match row.cell("takes") {
                    "word" => Takes::Word,
                    "nothing" => Takes::Nothing,
                    "words" => Takes::Words,
                    _ => return None,
                },
                syntax: match row.cell("syntax") {
                    "go" => FlagSyntax::Go,
                    "go-commands" => FlagSyntax::GoCommands,
                    "posix" => FlagSyntax::Posix,
                    "posix-verbatim" => FlagSyntax::PosixVerbatim,
                    _ => return None,
                },
                empty_is_unset: row.cell("empty") == "unset",
            },
            name: if name.is_empty() { return None } else { name },
        })
    }

    /// The flag that a call defines; `None` when its name is not there.
    #[must_use]
    pub fn of_call<'v>(&self, callee: &'v Callee, arguments: &'v [Value]) -> Option<FlagParts<'v>> {
        let required = match &self.required {
            Some(FlagPlace::Chain(method, _)) => in_chain(callee, method).is_some(),
            _ => false,
        };
        let find = |place: &FlagPlace| match place {
            FlagPlace::Argument(index) => arguments.get(*index),
            FlagPlace::Chain(method, index) => in_chain(callee, method)?.get(*index),
            FlagPlace::Field(_) => None,
        };
        self.parts(required, find)
    }

    /// The flag that a struct literal with these fields defines; `None` when its name is not there.
    #[must_use]
    pub fn of_fields<'v>(&self, fields: &'v [(Spanned<String>, Value)]) -> Option<FlagParts<'v>> {
        let find = |place: &FlagPlace| match place {
            FlagPlace::Field(name) => fields.iter().find(|(it, _)| it.value == *name).map(|(_, it)| it),
            FlagPlace::Argument(_) | FlagPlace::Chain(..) => None,
        };
        let required = self.required.as_ref().and_then(find);
        let required = required.is_some_and(|it| !matches!(it, Value::Literal(it) if it.value == "false"));
        self.parts(required, find)
    }

    fn parts<'v>(
        &self,
        required: bool,
        find: impl Fn(&FlagPlace) -> Option<&'v Value>,
    ) -> Option<FlagParts<'v>> {
        let first = |places: &[FlagPlace]| places.iter().find_map(&find);
        let mut names = vec![first(&self.name)?];
        names.extend(first(&self.short));
        let (default, variable) = (first(&self.default), first(&self.variable));
        Some(FlagParts { names, default, variable, required })
    }
}

impl FlagPlace {
    /// Reads `0`, `Default:0`, `.Name`; `None` for `-` and nothing.
    fn parse(text: &'static str) -> Option<Self> {
        if let Some(field) = text.strip_prefix('.') {
            return Some(Self::Field(field));
        }
        match text.split_once(':') {
            Some((method, index)) => Some(Self::Chain(method, index.parse().ok()?)),
            None => text.parse().ok().map(Self::Argument),
        }
    }
}

/// The arguments of the nearest call of `method` that `callee` is called on the result of.
fn in_chain<'v>(callee: &'v Callee, method: &str) -> Option<&'v [Value]> {
    let mut at = callee;
    loop {
        let Callee::Method { receiver, .. } = at else { return None };
        let Value::Call { callee, arguments, .. } = &**receiver else { return None };
        if callee.name() == method {
            return Some(arguments);
        }
        at = callee;
    }
}
