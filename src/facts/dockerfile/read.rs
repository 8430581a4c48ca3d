//! From the tree of a Dockerfile to its facts.

use std::ops::Range;

use super::value::template;
use super::{Action, Argument, CommandLine, Copy, Dockerfile, Form, PathRole, Run, Stage, Step, WrittenPath};
use crate::facts::{Template, shell};
use crate::net::WindowsPath;
use crate::source::{FileId, Joined, Span, Spanned};
use crate::syntax::dockerfile::{self as syntax, Instruction};

/// Reads one Dockerfile.
#[must_use]
pub fn read(file: FileId, text: &str) -> Dockerfile {
    let tree = syntax::parse(file, text);
    let mut reader =
        Reader { out: Dockerfile { errors: tree.errors, ..Dockerfile::default() }, escape: tree.escape };
    reader.out.backtick = tree.escape == '`';
    for instruction in &tree.instructions {
        reader.instruction(instruction);
        reader.out.windows_paths.extend(windows_paths(instruction.nested.as_deref().unwrap_or(instruction)));
    }
    // A template is not built before something fills it in.
    let is_template = text.contains("{{") || reader.has_placeholder(text);
    reader.out.errors.retain(|it| !is_template && !text[it.span.range()].starts_with('$'));
    reader.out
}

struct Reader {
    out: Dockerfile,
    escape: char,
}

impl Reader {
    fn instruction(&mut self, it: &Instruction) {
        match it.keyword.value.as_str() {
            "FROM" => self.from(it),
            "ARG" if self.out.stages.is_empty() => {
                let arguments = self.arguments(it);
                self.out.arguments.extend(arguments);
            }
            keyword => {
                let (inner, on_build) = match &it.nested {
                    Some(nested) => (nested.as_ref(), true),
                    None => (it, false),
                };
                let actions = self.actions(inner);
                let Some(stage) = self.out.stages.last_mut() else {
                    let message = format!("`{keyword}` stands above the first `FROM`");
                    self.out.errors.push(Spanned::new(message, it.keyword.span));
                    return;
                };
                let step = |action| Step { action, span: it.span, on_build };
                stage.steps.extend(actions.into_iter().map(step));
            }
        }
    }

    /// Whether a stage begins with what something puts an image in the place of (`FROM BASEIMAGE`): the names of images
    /// have no capital letters, <https://github.com/distribution/reference/blob/v0.6.0/reference.go>.
    fn has_placeholder(&self, text: &str) -> bool {
        let is_loud = |it: &str| it.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
        let is_stage = |it: &str| {
            let mut names = self.out.stages.iter().filter_map(|it| it.name.as_ref());
            names.any(|name| it.eq_ignore_ascii_case(&name.value))
        };
        let mut images = self.out.stages.iter().map(|it| &text[it.image_span.range()]);
        images.any(|it| is_loud(it) && !is_stage(it))
    }

    fn from(&mut self, it: &Instruction) {
        let words = it.quoted_words();
        let Some(image) = words.first() else {
            self.fault(it.keyword.span, "`FROM` needs an image");
            return;
        };
        let named =
            words.get(1).is_some_and(|word| it.arguments.as_str()[word.clone()].eq_ignore_ascii_case("as"));
        let name = words.get(2).filter(|_| named && words.len() == 3);
        if words.len() != 1 && name.is_none() {
            self.fault(it.arguments.whole_span(), "`FROM` takes an image, or `image AS name`");
        }
        self.out.stages.push(Stage {
            image: self.word(it, image),
            image_span: it.arguments.span(image.clone()),
            platform: it.flag("platform").cloned(),
            name: name.map(|word| it.arguments.spanned(word.clone()).map(|it| it.to_ascii_lowercase())),
            span: it.span,
            steps: Vec::new(),
        });
    }

    fn actions(&mut self, it: &Instruction) -> Vec<Action> {
        let keyword = it.keyword.value.as_str();
        if it.arguments.as_str().is_empty() && !matches!(keyword, "CMD" | "ENTRYPOINT") {
            self.fault(it.keyword.span, format!("`{keyword}` needs an argument"));
            return Vec::new();
        }
        let whole = 0..it.arguments.as_str().len();
        match keyword {
            "ARG" => self.arguments(it).into_iter().map(Action::Argument).collect(),
            "ENV" => self.environment(it),
            "EXPOSE" => vec![Action::Expose(self.words(it))],
            "VOLUME" => vec![Action::Volume(self.words(it))],
            "RUN" => vec![Action::Run(run(it))],
            "CMD" => vec![Action::Command(command(it, whole))],
            "ENTRYPOINT" => vec![Action::Entrypoint(command(it, whole))],
            "SHELL" => it.json.clone().map(Action::Shell).into_iter().collect(),
            "HEALTHCHECK" => self.healthcheck(it).into_iter().collect(),
            "USER" => vec![Action::User(self.word(it, &whole))],
            "WORKDIR" => vec![Action::Workdir(self.word(it, &whole))],
            "STOPSIGNAL" => vec![Action::StopSignal(self.word(it, &whole))],
            "COPY" | "ADD" => self.copy(it).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn arguments(&self, it: &Instruction) -> Vec<Argument> {
        let words = it.quoted_words();
        let read = |word: &Range<usize>| {
            let (name, value) = self.split_name(it, word);
            Argument { name, default: value.map(|value| self.word(it, &value)) }
        };
        words.iter().map(read).collect()
    }

    fn environment(&mut self, it: &Instruction) -> Vec<Action> {
        let words = it.quoted_words();
        let Some(first) = words.first() else { return Vec::new() };
        let all = it.arguments.as_str();
        // `ENV NAME the rest of the line`: the old form.
        if !all[first.clone()].contains('=') {
            let Some(second) = words.get(1) else {
                self.fault(it.arguments.whole_span(), "`ENV` needs a value");
                return Vec::new();
            };
            let value = self.word(it, &(second.start..all.len()));
            return vec![Action::Environment { name: it.arguments.spanned(first.clone()), value }];
        }
        let mut out = Vec::new();
        for word in &words {
            match self.split_name(it, word) {
                (name, Some(value)) => {
                    out.push(Action::Environment { name, value: self.word(it, &value) });
                }
                (name, None) => self.fault(name.span, "`ENV` needs `name=value`"),
            }
        }
        out
    }

    /// `name=value` with the range of the value.
    fn split_name(&self, it: &Instruction, word: &Range<usize>) -> (Spanned<String>, Option<Range<usize>>) {
        let written = &it.arguments.as_str()[word.clone()];
        let Some(equals) = written.find('=') else { return (it.arguments.spanned(word.clone()), None) };
        let equals = word.start + equals;
        (it.arguments.spanned(word.start..equals), Some(equals + 1..word.end))
    }

    fn healthcheck(&mut self, it: &Instruction) -> Option<Action> {
        let all = it.arguments.as_str();
        let kind = all.find(char::is_whitespace).unwrap_or(all.len());
        if all[..kind].eq_ignore_ascii_case("NONE") {
            return Some(Action::Healthcheck(None));
        }
        if !all[..kind].eq_ignore_ascii_case("CMD") {
            self.fault(it.arguments.span(0..kind), "`HEALTHCHECK` takes `CMD` or `NONE`");
            return None;
        }
        let start = kind + (all[kind..].len() - all[kind..].trim_start().len());
        if start == all.len() {
            self.fault(it.arguments.whole_span(), "`HEALTHCHECK CMD` needs a command");
            return None;
        }
        Some(Action::Healthcheck(Some(command(it, start..all.len()))))
    }

    fn copy(&mut self, it: &Instruction) -> Option<Action> {
        let mut words: Vec<Template> = Vec::new();
        let heredoc = |range: &Range<usize>| {
            it.heredocs.iter().any(|doc| doc.word.start <= range.start && range.end <= doc.word.end)
        };
        match &it.json {
            Some(strings) => words.extend(
                strings
                    .iter()
                    .map(|it| Template::parse(&it.clone().into(), crate::facts::Dialect::Dockerfile)),
            ),
            None => words.extend(
                it.quoted_words().iter().filter(|range| !heredoc(range)).map(|range| self.word(it, range)),
            ),
        }
        let destination = words.pop()?;
        if words.is_empty() && it.heredocs.is_empty() {
            let message = format!("`{}` needs a source and a destination", it.keyword.value);
            self.fault(it.arguments.whole_span(), message);
            return None;
        }
        let heredocs = it.heredocs.iter().map(|doc| {
            let script = match doc.content.as_str().starts_with("#!") {
                true => shell::read_line(doc.content.as_str(), &|range| doc.content.span(range)),
                false => shell::Script::default(),
            };
            (doc.name.clone(), script)
        });
        Some(Action::Copy(Copy {
            from: it
                .flag("from")
                .map(|it| Template::parse(&it.clone().into(), crate::facts::Dialect::Dockerfile)),
            sources: words,
            heredocs: heredocs.collect(),
            destination,
            is_add: it.keyword.value == "ADD",
        }))
    }

    fn words(&self, it: &Instruction) -> Vec<Template> {
        match &it.json {
            Some(strings) => strings.iter().map(|it| Template::literal(it.clone().into())).collect(),
            None => it.quoted_words().iter().map(|range| self.word(it, range)).collect(),
        }
    }

    fn word(&self, it: &Instruction, range: &Range<usize>) -> Template {
        template(&it.arguments, range.clone(), self.escape)
    }

    fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.out.errors.push(Spanned::new(message.into(), span));
    }
}

/// The paths of an instruction that are written as Windows writes them.
fn windows_paths(it: &Instruction) -> Vec<WrittenPath> {
    let keyword = it.keyword.value.as_str();
    if !matches!(keyword, "COPY" | "ADD" | "WORKDIR" | "VOLUME") {
        return Vec::new();
    }
    let words = match &it.json {
        Some(words) => words.clone(),
        None => it.quoted_words().into_iter().map(|word| it.arguments.spanned(word)).collect(),
    };
    let last = words.len().saturating_sub(1);
    let role = |at: usize| match keyword {
        "WORKDIR" => PathRole::Workdir,
        "VOLUME" => PathRole::Volume,
        _ if at == last => PathRole::Destination,
        _ => PathRole::Source,
    };
    let paths = words.into_iter().enumerate().map(|(at, it)| {
        let quotes = it.value.len() - it.value.trim_start_matches(['"', '\'']).len();
        let text = it.value.trim_matches(['"', '\'']).to_owned();
        // What JSON escapes is longer than what it means.
        let is_verbatim = it.span.len() == it.value.len();
        let span = if is_verbatim { it.span.slice(quotes..quotes + text.len()) } else { it.span };
        WrittenPath { role: role(at), text: Spanned::new(text, span) }
    });
    paths.filter(|it| WindowsPath::of(&it.text.value).is_some()).collect()
}

/// The command in the arguments from `range` on.
fn command(it: &Instruction, range: Range<usize>) -> CommandLine {
    let span = it.arguments.span(range.clone());
    match &it.json {
        Some(strings) => {
            CommandLine { form: Form::Exec(strings.clone()), script: shell::of_words(strings), span }
        }
        None => {
            let text = it.arguments.slice(range.clone());
            CommandLine { form: Form::Shell(it.arguments.text(range)), script: line(&text), span }
        }
    }
}

fn run(it: &Instruction) -> Run {
    let mounts = it.flags.iter().filter(|it| it.name.value == "mount").filter_map(|it| it.value.clone());
    let mut out = Run { script: shell::Script::default(), opaque: false, mounts: mounts.collect() };
    if let Some(strings) = &it.json {
        out.script = shell::of_words(strings);
        return out;
    }
    match it.heredocs.as_slice() {
        [] => out.script = line(&it.arguments),
        // The body itself is the script.
        [only] if only.word == (0..it.arguments.as_str().len()) => {
            let shebang = only.content.as_str().lines().next().filter(|it| it.starts_with("#!"));
            out.opaque = shebang.is_some_and(|it| !it.trim_end().ends_with("sh"));
            if !out.opaque {
                out.script = line(&only.content);
            }
        }
        _ => {
            out.script = line(&it.arguments);
            out.opaque = true;
        }
    }
    out.opaque |= !out.script.errors.is_empty();
    out
}

fn line(text: &Joined) -> shell::Script {
    shell::read_line(text.as_str(), &|range| text.span(range))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Lookup;

    fn expand(value: &Template) -> String {
        let lookup = &mut |name: &str| match name {
            "A" => Lookup::Set(crate::source::Text::new("1", Span::new(FileId(0), 0, 1))),
            _ => Lookup::Unset,
        };
        value.expand(lookup).map_or("?".to_owned(), |it| it.as_str().to_owned())
    }

    fn show(text: &str) -> Vec<String> {
        let facts = read(FileId(0), text);
        let mut out: Vec<String> = facts
            .stages
            .iter()
            .flat_map(|stage| &stage.steps)
            .map(|step| match &step.action {
                Action::Argument(it) => {
                    format!("arg {}={}", it.name.value, it.default.as_ref().map_or("-".into(), expand))
                }
                Action::Environment { name, value } => format!("env {}={}", name.value, expand(value)),
                Action::Expose(all) => format!("expose {:?}", all.iter().map(expand).collect::<Vec<_>>()),
                Action::Run(it) => format!("run {} {}", it.script.commands.len(), it.opaque),
                Action::Command(it) => format!("cmd {}", form(it)),
                Action::Entrypoint(it) => format!("entrypoint {}", form(it)),
                Action::Healthcheck(it) => format!("health {}", it.as_ref().map_or("none".into(), form)),
                Action::Copy(it) => format!(
                    "copy {} {:?} {} {}",
                    it.from.as_ref().map_or("-".into(), expand),
                    it.sources.iter().map(expand).collect::<Vec<_>>(),
                    expand(&it.destination),
                    it.heredocs.len()
                ),
                Action::User(it) | Action::Workdir(it) | Action::StopSignal(it) => expand(it),
                Action::Shell(_) | Action::Volume(_) => "other".to_owned(),
            })
            .collect();
        out.extend(facts.errors.iter().map(|it| format!("! {}", it.value)));
        out
    }

    fn form(it: &CommandLine) -> String {
        match &it.form {
            Form::Exec(words) => format!("{:?}", words.iter().map(|it| &it.value).collect::<Vec<_>>()),
            Form::Shell(text) => text.as_str().to_owned(),
        }
    }

    #[test]
    fn values_lose_quotes_and_escapes() {
        let text =
            "FROM a\nENV X=\"b $A\" Y='$A' Z=\\$A W=c\\ d\nENV OLD some ${A:-2} ${B:-\"q\"}\nARG P Q=$A";
        assert_eq!(
            show(text),
            ["env X=b 1", "env Y=$A", "env Z=$A", "env W=c d", "env OLD=some 1 \"q\"", "arg P=-", "arg Q=1"]
        );
    }

    #[test]
    fn instructions_become_actions() {
        let text = "ARG V=1\nFROM a AS B\nEXPOSE 80 $A/udp\nRUN apk add x && \\\n go build\nRUN <<E\na\nb\nE\n\
                    COPY --from=b /x \"/y z\" ./\nCOPY <<E /s.sh\n#!/bin/sh\nexec x\nE\nHEALTHCHECK CMD curl -f x || exit 1\n\
                    HEALTHCHECK NONE\nCMD [\"a\"]\nENTRYPOINT a b\nUSER\nFROM a b\n";
        assert_eq!(
            show(text),
            [
                "expose [\"80\", \"1/udp\"]",
                "run 2 false",
                "run 2 false",
                "copy b [\"/x\", \"/y z\"] ./ 0",
                "copy - [] /s.sh 1",
                "health curl -f x || exit 1",
                "health none",
                "cmd [\"a\"]",
                "entrypoint a b",
                "! `USER` needs an argument",
                "! `FROM` takes an image, or `image AS name`",
            ]
        );
        assert_eq!(show("RUN x\nFROM a"), ["! `RUN` stands above the first `FROM`"]);
    }
}
