//! Files without which a program ends, and that are not in its container.

use std::rc::Rc;

use super::MissingFile;
use super::certainty::Certainty;
use super::world::FunctionId;
use crate::facts::catalogue::{DataRole, FileRole, GoEntry, Source};
use crate::facts::go::{Call, Failure, Value};
use crate::model::ContainerFile;
use crate::model::resolve::{Evaluator, Frame};
use crate::source::{Confidence, Span, Text};

/// A function and the calls that lead to it, the innermost first.
type Chain<'w> = Vec<(FunctionId, &'w Call)>;

/// Longer chains of calls are not followed.
const LONGEST_CHAIN: usize = 6;

/// The files that a program certainly reads at its start, that its container certainly lacks, and whose lack
/// ends it. None when the program moves to another folder.
pub(super) fn missing_files(evaluator: &Evaluator<'_>) -> Vec<MissingFile> {
    let mut finder = Finder { evaluator, certainty: Certainty::new(evaluator), out: Vec::new() };
    let mut written = Vec::new();
    for (function, call, entry) in finder.calls() {
        match entry.file.map(|it| (it.role, it.at)) {
            Some((FileRole::Moves, _)) => return Vec::new(),
            Some((FileRole::Writes, at)) => {
                let path = at.and_then(|it| call.arguments.get(it));
                let frame = Evaluator::frame(function, &[]);
                written.push(path.and_then(|it| finder.path(it, &frame)).map(|it| it.as_str().to_owned()));
            }
            _ => finder.read(function, call, entry),
        }
    }
    let plain = |path: &str| path.trim_start_matches("./").to_owned();
    let may_write =
        |path: &str| written.iter().any(|it| it.as_ref().is_none_or(|it| plain(it) == plain(path)));
    finder.out.retain(|it| !may_write(&it.path));
    finder.out
}

struct Finder<'e, 'w> {
    evaluator: &'e Evaluator<'w>,
    certainty: Certainty<'e, 'w>,
    out: Vec<MissingFile>,
}

impl<'w> Finder<'_, 'w> {
    fn calls(&self) -> Vec<(FunctionId, &'w Call, &'static GoEntry)> {
        let (packages, reachable) = (self.evaluator.packages, self.evaluator.reachable);
        let functions = reachable.functions.iter().copied();
        let calls = functions.flat_map(|id| packages.listed_calls(id).map(move |call| (id, call)));
        let known = calls.filter_map(|(id, call)| Some((id, call, packages.entry(id, call)?)));
        known.filter(|(_, call, _)| !reachable.leaves_out(call)).collect()
    }

    fn read(&mut self, function: FunctionId, call: &'w Call, entry: &'static GoEntry) {
        let demands = entry.file.is_some_and(|it| it.role == FileRole::Demands);
        let failure = if demands { Some(Failure::Exits) } else { call.failure };
        let by_viper = entry.file.is_some_and(|it| it.at.is_none());
        let paths = paths_of(call, entry);
        if (paths.is_empty() && !by_viper)
            || call.standing.branch.is_some()
            || call.standing.goroutine.is_some()
        {
            return;
        }
        let Some(chain) = failure.and_then(|it| self.way_out(function, it)) else { return };
        if by_viper {
            if let Some(path) = self.evaluator.file_that_viper_lacks(call) {
                self.add(call, call.span, path, None);
            }
            return;
        }
        let frame = Evaluator::frame(function, &chain);
        for path in paths {
            let (text, span) = match path {
                Path::Default(text) => (text.to_owned(), call.span),
                Path::Of(value) => match self.path(value, &frame) {
                    Some(it) => {
                        let span = it.cover().or(value.span()).unwrap_or(call.span);
                        (it.as_str().to_owned(), span)
                    }
                    None => return,
                },
            };
            if let ContainerFile::Absent { ignored_by } = self.evaluator.file_at(&text) {
                self.add(call, span, text, ignored_by);
                return;
            }
        }
    }

    fn add(&mut self, call: &Call, span: Span, path: String, ignored_by: Option<Span>) {
        self.out.push(MissingFile { path, span, call: call.span, ignored_by });
    }

    fn path(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Option<Text> {
        let outcome = self.evaluator.outline(value, frame);
        let known = outcome.unknown.is_none() && outcome.confidence > Confidence::Possible;
        known.then_some(outcome.text).filter(|it| !it.as_str().is_empty())
    }

    /// The calls from a function up to where the program begins, when the program certainly comes that way
    /// and ends if the function fails like this.
    fn way_out(&mut self, function: FunctionId, failure: Failure) -> Option<Chain<'w>> {
        let mut pending: Vec<(Chain<'w>, Failure)> = vec![(Vec::new(), failure)];
        while let Some((chain, failure)) = pending.pop() {
            let outer = chain.last().map_or(function, |it| it.0);
            if self.certainty.starts(outer) {
                if failure == Failure::Exits {
                    return Some(chain);
                }
                continue;
            }
            if chain.len() >= LONGEST_CHAIN {
                continue;
            }
            for (caller, call) in self.evaluator.reachable.callers(outer) {
                let is_new = chain.iter().all(|(known, _)| known != caller) && *caller != function;
                if !is_new || !self.certainty.calls(*caller, call, outer) {
                    continue;
                }
                let failure = match failure {
                    Failure::Exits => Some(Failure::Exits),
                    Failure::Returned => call.failure,
                };
                let longer = [chain.as_slice(), &[(*caller, *call)]].concat();
                pending.extend(failure.map(|it| (longer, it)));
            }
        }
        None
    }
}

/// A path that a call reads.
enum Path<'w> {
    /// The one that it reads when it is given none.
    Default(&'static str),
    /// This one.
    Of(&'w Value),
}

/// The paths that a call reads, one after the other.
fn paths_of<'w>(call: &'w Call, entry: &GoEntry) -> Vec<Path<'w>> {
    if let Some(dotenv) = entry.dotenv {
        let given = call.arguments.iter().skip(dotenv.files).flat_map(|it| match it {
            Value::List(parts, _) => parts.as_slice(),
            it => std::slice::from_ref(it),
        });
        let mut given: Vec<_> = given.map(Path::Of).collect();
        if given.is_empty() {
            given.push(Path::Default(".env"));
        }
        return given;
    }
    let data = entry.data.filter(|it| it.role == DataRole::File).map(|it| it.argument);
    let decoded = entry.decode.as_ref().filter(|it| it.source == Source::File).and_then(|it| it.at);
    let at = entry.file.and_then(|it| it.at).or(data).or(decoded);
    at.and_then(|it| call.arguments.get(it)).map(Path::Of).into_iter().collect()
}
