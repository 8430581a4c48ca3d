//! Our Dockerfile parser against two crates, on files that they accept too. Set
//! `REACHLINT_CORPUS` to a folder of checked-out repositories to compare on all of its Dockerfiles.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use parse_dockerfile as other;
use reachlint::source::FileId;
use reachlint::syntax::dockerfile::{self, Instruction};

/// What both sides say of one instruction: keyword, place of the keyword, flags, JSON strings or
/// the place where the arguments begin.
#[derive(Debug, PartialEq)]
struct Outline {
    keyword: String,
    start: usize,
    flags: Vec<(String, Option<String>)>,
    form: Form,
}

#[derive(Debug, PartialEq)]
enum Form {
    Json(Vec<String>),
    Words(Vec<String>),
    Text(usize),
}

#[test]
fn agrees_with_parse_dockerfile() {
    let mut compared = 0;
    for path in dockerfiles() {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let Ok(theirs) = other::parse(&text) else { continue };
        let tree = dockerfile::parse(FileId(0), &text);
        assert!(tree.errors.is_empty(), "{}: {:?}", path.display(), tree.errors);
        let ours: Vec<Outline> = tree.instructions.iter().map(outline).collect();
        let theirs: Vec<Outline> = theirs.instructions.iter().map(|it| their_outline(it, &text)).collect();
        for (our, their) in ours.iter().zip(&theirs) {
            assert_eq!(our, their, "{}", path.display());
        }
        assert_eq!(ours.len(), theirs.len(), "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 4, "only {compared} files were compared");
}

#[test]
fn agrees_with_dockerfile_parser() {
    let mut compared = 0;
    for path in dockerfiles() {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let Ok(theirs) = dockerfile_parser::Dockerfile::parse(&text) else { continue };
        let tree = dockerfile::parse(FileId(0), &text);
        let stages = tree.instructions.iter().filter(|it| it.keyword.value == "FROM");
        let ours: Vec<(String, Option<String>)> = stages
            .map(|it| {
                let words = it.words();
                let image = words.first().map(|it| it.value.clone()).unwrap_or_default();
                (image, words.get(2).map(|it| it.value.clone()))
            })
            .collect();
        let theirs: Vec<(String, Option<String>)> = theirs
            .instructions
            .iter()
            .filter_map(|it| it.as_from())
            .map(|it| (it.image.content.clone(), it.alias.as_ref().map(|it| it.content.clone())))
            .collect();
        assert_eq!(ours, theirs, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 2, "only {compared} files were compared");
}

fn outline(it: &Instruction) -> Outline {
    let flags = it
        .flags
        .iter()
        .map(|it| (it.name.value.clone(), it.value.as_ref().map(|it| it.value.clone())))
        .collect();
    let strings =
        |all: &[reachlint::source::Spanned<String>]| all.iter().map(|it| it.value.clone()).collect();
    let form = match (&it.json, it.keyword.value.as_str()) {
        (Some(json), _) => Form::Json(strings(json)),
        (None, "COPY" | "ADD") if it.heredocs.is_empty() => Form::Words(strings(&it.words())),
        (None, "EXPOSE" | "VOLUME") => Form::Words(strings(&it.words())),
        (None, "FROM") => Form::Words(strings(&it.words()[..1])),
        // For a RUN that is nothing but a heredoc the crate gives the body with the line end before it.
        (None, "RUN")
            if it.heredocs.len() == 1 && it.heredocs[0].word.len() == it.arguments.as_str().len() =>
        {
            Form::Text(it.heredocs[0].content.whole_span().start as usize - 1)
        }
        _ => Form::Text(it.arguments.span(0..1).start as usize),
    };
    Outline { keyword: it.keyword.value.clone(), start: it.keyword.span.start as usize, flags, form }
}

fn their_outline(it: &other::Instruction<'_>, text: &str) -> Outline {
    use other::Instruction as I;
    let flags = |all: &[other::Flag<'_>]| {
        all.iter()
            .map(|it| (it.name.value.to_string(), it.value.as_ref().map(|it| it.value.to_string())))
            .collect::<Vec<_>>()
    };
    let words = |all: &[other::UnescapedString<'_>]| {
        all.iter().map(|it| it.value.to_string()).collect::<Vec<String>>()
    };
    let command = |it: &other::Command<'_>| match it {
        other::Command::Exec(it) => Form::Json(words(&it.value)),
        other::Command::Shell(it) => Form::Text(it.span.start),
        _ => unreachable!("the crate has two forms"),
    };
    let list = |sources: &[other::Source<'_>], destination: &other::UnescapedString<'_>, start: usize| {
        let mut out = Vec::new();
        for source in sources {
            match source {
                other::Source::Path(it) => out.push(it.value.to_string()),
                _ => return Form::Text(start),
            }
        }
        out.push(destination.value.to_string());
        let first = text[start..].trim_start();
        if first.starts_with('[') { Form::Json(out) } else { Form::Words(out) }
    };
    let (keyword, flags, form) = match it {
        I::Add(it) => {
            let start = arguments_start(text, it.add.span.end, &it.options);
            (&it.add, flags(&it.options), list(&it.src, &it.dest, start))
        }
        I::Copy(it) => {
            let start = arguments_start(text, it.copy.span.end, &it.options);
            (&it.copy, flags(&it.options), list(&it.src, &it.dest, start))
        }
        I::Arg(it) => (&it.arg, vec![], Form::Text(it.arguments.span.start)),
        I::Cmd(it) => (&it.cmd, vec![], command(&it.arguments)),
        I::Entrypoint(it) => (&it.entrypoint, vec![], command(&it.arguments)),
        I::Env(it) => (&it.env, vec![], Form::Text(it.arguments.span.start)),
        I::Expose(it) => (&it.expose, vec![], Form::Words(words(&it.arguments))),
        I::From(it) => (&it.from, flags(&it.options), Form::Words(vec![it.image.value.to_string()])),
        I::Healthcheck(it) => {
            let form = match &it.arguments {
                other::HealthcheckArguments::Cmd { cmd, arguments, .. } => match command(arguments) {
                    Form::Text(_) => Form::Text(cmd.span.start),
                    form => form,
                },
                other::HealthcheckArguments::None { none, .. } => Form::Text(none.span.start),
                _ => unreachable!("the crate has two kinds"),
            };
            (&it.healthcheck, flags(&it.options), form)
        }
        I::Label(it) => (&it.label, vec![], Form::Text(it.arguments.span.start)),
        I::Maintainer(it) => (&it.maintainer, vec![], Form::Text(it.name.span.start)),
        I::Onbuild(it) => {
            let nested = their_outline(&it.instruction, text);
            (&it.onbuild, vec![], Form::Text(nested.start))
        }
        I::Run(it) => (&it.run, flags(&it.options), command(&it.arguments)),
        I::Shell(it) => (&it.shell, vec![], Form::Json(words(&it.arguments))),
        I::Stopsignal(it) => (&it.stopsignal, vec![], Form::Text(it.arguments.span.start)),
        I::User(it) => (&it.user, vec![], Form::Text(it.arguments.span.start)),
        I::Volume(it) => {
            let form = match &it.arguments {
                other::JsonOrStringArray::Json(it) => Form::Json(words(&it.value)),
                other::JsonOrStringArray::String(it) => Form::Words(words(it)),
            };
            (&it.volume, vec![], form)
        }
        I::Workdir(it) => (&it.workdir, vec![], Form::Text(it.arguments.span.start)),
        _ => unreachable!("the crate knows these instructions"),
    };
    let name = text[keyword.span.clone()].to_ascii_uppercase();
    Outline { keyword: name, start: keyword.span.start, flags, form }
}

fn arguments_start(text: &str, keyword_end: usize, flags: &[other::Flag<'_>]) -> usize {
    let end = flags.last().map_or(keyword_end, |it| it.span().end);
    end + (text[end..].len() - text[end..].trim_start().len())
}

/// The fixtures, and what `REACHLINT_CORPUS` adds.
fn dockerfiles() -> Vec<PathBuf> {
    let mut out = Vec::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dockerfiles"), &mut out);
    if let Some(corpus) = std::env::var_os("REACHLINT_CORPUS") {
        find(Path::new(&corpus), &mut out);
    }
    out.sort();
    out
}

fn find(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
        if is_folder && name != ".git" {
            find(&path, out);
        } else if !is_folder && name.contains("dockerfile") && !name.ends_with(".dockerignore") {
            out.push(path);
        }
    }
}
