//! Channels on which signals come that shut nothing down.

use rustc_hash::FxHashMap;

use super::context::Context;
use crate::source::Span;
use crate::syntax::go::Node;

/// The arguments of calls of os/signal in the body of a function that name a channel which the function makes, and
/// which it only gives to such calls: `signal.Notify(stop, os.Interrupt); defer signal.Stop(stop)`. Or it takes one
/// signal from it, behind which the program ends and does nothing more, as it does with a signal that nobody asks for:
/// `<-stop; os.Exit(1)`, and `<-stop` at the end of `main`. `exits`: the statements that end the program.
pub(super) fn without_shutdown(
    context: &Context<'_>,
    body: Node<'_>,
    is_main: bool,
    exits: &[Span],
) -> Vec<Span> {
    let is_exit = |it: Node<'_>| exits.contains(&context.span(it));
    let is_signal = |it: Node<'_>| context.import(it.text()) == Some("os/signal");
    let mut made: Vec<&str> = Vec::new();
    let mut mentions: FxHashMap<&str, usize> = FxHashMap::default();
    let mut given: Vec<Node<'_>> = Vec::new();
    // The channels of receives that only end the program.
    let mut ending: Vec<&str> = Vec::new();
    // `failed <- fmt.Errorf("%s", <-stop)`: where it is sent to, and whence it comes.
    let mut handed_on: Vec<(&str, &str)> = Vec::new();
    let mut defers = false;
    body.visit(|it| {
        match it.kind() {
            "identifier" => *mentions.entry(it.text()).or_default() += 1,
            "short_var_declaration" => {
                let sides = [it.field("left"), it.field("right")].map(|it| it.map(Node::children));
                if let [Some(left), Some(right)] = sides
                    && let ([name], [value]) = (&left[..], &right[..])
                    && value.text().starts_with("make(chan ")
                {
                    made.push(name.text());
                }
            }
            "call_expression" => {
                let of = it.field("function").and_then(|it| it.field("operand"));
                if of.is_some_and(is_signal) {
                    let arguments = it.field("arguments").map(Node::children).unwrap_or_default();
                    given.extend(arguments.into_iter().filter(|it| it.kind() == "identifier"));
                }
            }
            "defer_statement" => defers |= !it.text().contains("signal.Stop("),
            "send_statement" => {
                let to = it.field("channel").map(Node::text);
                handed_on.extend(to.zip(it.field("value").and_then(channel_within)));
            }
            "statement_list" => ending.extend(ended_by_receive(&it.children(), false, &is_exit)),
            _ => {}
        }
        true
    });
    if is_main && !defers {
        let whole = body.children().into_iter().find(|it| it.kind() == "statement_list");
        let last = whole.and_then(|it| ended_by_receive(&it.children(), true, &is_exit));
        ending.extend(handed_on.iter().filter(|(to, _)| Some(*to) == last).map(|(_, from)| *from));
        ending.extend(last);
    }
    let shuts_nothing_down = |name: &str| {
        let uses = given.iter().filter(|it| it.text() == name).count() + 1;
        let taken = mentions.get(name).copied().unwrap_or_default().saturating_sub(uses);
        made.contains(&name) && (taken == 0 || (taken == 1 && ending.contains(&name)))
    };
    given.iter().filter(|it| shuts_nothing_down(it.text())).map(|it| context.span(*it)).collect()
}

/// Whether a body asks which signal came: it names SIGINT elsewhere than where it asks for signals.
pub(super) fn tells_signals_apart(context: &Context<'_>, body: Node<'_>) -> bool {
    let is_signal = |it: Node<'_>| context.import(it.text()) == Some("os/signal");
    let mut found = false;
    body.visit(|it| {
        match it.kind() {
            "call_expression" => {
                let of = it.field("function").and_then(|it| it.field("operand"));
                return !of.is_some_and(is_signal);
            }
            "selector_expression" => {
                found |= it.field("field").is_some_and(|it| matches!(it.text(), "Interrupt" | "SIGINT"));
            }
            _ => {}
        }
        true
    });
    found
}

/// The channel that one of the statements of a block receives from, when behind it nothing but prints stands before
/// the program ends. `ends_itself`: whether the program ends with the block.
fn ended_by_receive<'t>(
    statements: &[Node<'t>],
    ends_itself: bool,
    is_exit: &dyn Fn(Node<'_>) -> bool,
) -> Option<&'t str> {
    let (at, channel) =
        statements.iter().enumerate().rev().find_map(|(at, it)| Some((at, received_by(*it)?)))?;
    let behind = &statements[at + 1..];
    let does_nothing = behind.iter().all(|it| is_exit(*it) || called(*it).is_some_and(is_print));
    let ends = ends_itself || behind.iter().any(|it| is_exit(*it));
    (does_nothing && ends).then_some(channel)
}

/// Whether a function or method that is called so tells a reader something, and does no more.
fn is_print(name: &str) -> bool {
    const STARTS: [&str; 9] = ["Print", "print", "Info", "Debug", "Warn", "Error", "Log", "Notice", "Trace"];
    STARTS.iter().any(|it| name.starts_with(it))
}

/// The name of the function that a statement calls, and does nothing else.
fn called(statement: Node<'_>) -> Option<&str> {
    let call = Some(statement).filter(|it| it.kind() == "expression_statement")?.first_child()?;
    let function = call.field("function").filter(|_| call.kind() == "call_expression")?;
    Some(function.field("field").unwrap_or(function).text())
}

/// The channel that a statement receives from: `<-stop`, `s := <-stop`, `log.Println(<-stop)`.
fn received_by(statement: Node<'_>) -> Option<&str> {
    match statement.kind() {
        "expression_statement" => {
            let does_more = called(statement).is_some_and(|it| !is_print(it));
            statement.first_child().filter(|_| !does_more).and_then(channel_within)
        }
        "short_var_declaration" | "assignment_statement" => {
            received(statement.field("right")?.first_child()?)
        }
        _ => None,
    }
}

/// The channel that an expression is what comes from.
fn received(value: Node<'_>) -> Option<&str> {
    let is_receive = value.kind() == "unary_expression" && value.text().starts_with("<-");
    Some(value.field("operand").filter(|_| is_receive)?.text())
}

/// The channel that the first receive in an expression is from.
fn channel_within(value: Node<'_>) -> Option<&str> {
    let mut found = None;
    value.visit(|it| {
        found = found.or_else(|| received(it));
        found.is_none() && it.kind() != "func_literal"
    });
    found
}
