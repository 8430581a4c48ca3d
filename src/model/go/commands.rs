//! Which subcommand of a program a container runs: `&cobra.Command{Use: "serve", RunE: serve}` with `serve` among the
//! arguments.

use rustc_hash::{FxHashMap, FxHashSet};

use super::world::{FunctionId, Packages, TypeRef};
use crate::facts::catalogue;
use crate::facts::go::Value;
use crate::model::resolve::Evaluator;

/// The functions of subcommands, where the arguments of the container choose one.
#[derive(Debug, Default)]
pub(super) struct Commands {
    /// Whether what the arguments choose runs them.
    chosen: FxHashMap<FunctionId, bool>,
    /// Those of them that make a subcommand: whoever calls one of these does not run what stands in it for later.
    makers: FxHashSet<FunctionId>,
}

/// A subcommand: what its library calls so.
struct Command<'a> {
    /// The word that chooses it.
    name: &'a str,
    /// The function that makes it.
    maker: FunctionId,
    /// Whether its maker holds what runs before those below it, too.
    begins_others: bool,
    /// The functions that it is given and that run for it alone.
    given: Vec<FunctionId>,
}

impl Commands {
    pub(super) fn new(evaluator: &Evaluator<'_>) -> Self {
        let Evaluator { packages, reachable, .. } = *evaluator;
        let commands: Vec<Command<'_>> =
            reachable.functions.iter().flat_map(|it| commands_in(packages, *it)).collect();
        if commands.is_empty() {
            return Self::default();
        }
        let words: FxHashSet<&str> = evaluator.subcommands().collect();
        if !commands.iter().any(|it| words.contains(it.name)) {
            return Self::default();
        }
        let mut chosen = FxHashMap::default();
        for command in &commands {
            let maker = (!command.begins_others).then_some(&command.maker);
            for function in command.given.iter().chain(maker) {
                *chosen.entry(*function).or_default() |= words.contains(command.name);
            }
        }
        // It makes the others.
        chosen.retain(|it, _| packages.function(*it).function.name.value != "main");
        let makers = commands.iter().map(|it| it.maker).collect();
        Self { chosen, makers }
    }

    /// Whether the arguments choose what a function is for; `None` when they choose nothing, or it is for no subcommand.
    pub(super) fn is_chosen(&self, function: FunctionId) -> Option<bool> {
        self.chosen.get(&function).copied()
    }

    /// Whether a function makes subcommands of which the arguments choose none.
    pub(super) fn is_left(&self, function: FunctionId) -> bool {
        self.makers.contains(&function) && self.is_chosen(function) == Some(false)
    }
}

/// The subcommands that a function makes.
fn commands_in<'a>(packages: &Packages<'a>, id: FunctionId) -> impl Iterator<Item = Command<'a>> {
    let it = packages.function(id);
    it.function.literals.iter().filter_map(move |literal| {
        let Value::Struct { type_name, fields, .. } = literal else { return None };
        type_name.as_ref().filter(|it| it.name == "Command" && catalogue::go().configures(&it.package))?;
        let text = |name: &str| {
            let (_, value) = fields.iter().find(|it| it.0.value == name)?;
            if let Value::Literal(text) = value { Some(text.value.as_str()) } else { None }
        };
        let name = text("Use").or_else(|| text("Name"))?.split_whitespace().next()?;
        let begins_others = fields.iter().any(|(field, value)| {
            runs_for_others(&field.value) && functions_of(packages, id, value).is_empty()
        });
        let own = fields.iter().filter(|(field, _)| !runs_for_others(&field.value));
        let given = own.flat_map(|(_, value)| functions_of(packages, id, value)).collect();
        Some(Command { name, maker: id, begins_others, given })
    })
}

/// Whether what a field of a command holds runs for the commands below it, too: <https://pkg.go.dev/github.com/spf13/cobra#Command>,
/// <https://pkg.go.dev/github.com/urfave/cli/v2#App>.
fn runs_for_others(field: &str) -> bool {
    field.starts_with("Persistent") || matches!(field, "Before" | "After")
}

/// The functions of the project that a value in the function `id` is: `serve`, or `options.serve`.
fn functions_of(packages: &Packages<'_>, id: FunctionId, value: &Value) -> Vec<FunctionId> {
    let it = packages.function(id);
    match value {
        Value::Name { package, name } => {
            let owner = packages.import(it.package, package);
            owner.map(|it| packages.functions_named(it, &name.value).to_vec()).unwrap_or_default()
        }
        Value::Field { receiver, field, .. } => {
            match packages.type_of(it.package, Some(it.function), receiver) {
                Some(TypeRef::Own(owner, name)) => {
                    packages.method(owner, name, &field.value).into_iter().collect()
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}
