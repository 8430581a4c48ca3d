//! Compose files and files of variables that a Makefile or script writes and then calls Compose: what is in them is not
//! what is started.

use super::files::Index;
use crate::facts::catalogue::is_for_tests;
use crate::facts::kind::is_sample_of;
use crate::facts::makefile::Given;
use crate::facts::shell::{self, Command, Script, Word, edits_in_place};
use crate::facts::{Facts, Lookup};
use crate::model::image::absolute;
use crate::model::shell_walk::{ShellWalk, in_project};
use crate::source::FileId;

/// The files, with those that they include or extend.
pub(in crate::model) fn rewritten_files(facts: &Facts) -> Vec<FileId> {
    let calls_compose = |file: &FileId| facts.compose_calls.iter().any(|(by, _)| by == file);
    let folder = |file: FileId| absolute("/", super::folder_of(facts, file));
    let mut out = Vec::new();
    let mut add = |script: &Script, walk: &mut ShellWalk| {
        let outside = |name: &str| Lookup::NotHere(format!("`{name}` may be set"));
        for command in &script.commands {
            let Some(step) = walk.step(command, &outside) else { continue };
            let expand = |it: &Word| Some(walk.expand(&it.value, &outside)?.as_str().to_owned());
            for path in written_paths(command, &expand) {
                let path = in_project(step.folder.as_deref(), &path);
                out.extend(path.and_then(|it| file_at(facts, it.trim_start_matches('/'))));
            }
        }
    };
    for (file, makefile) in facts.makefiles.iter().filter(|(file, _)| calls_compose(file)) {
        let own = folder(*file);
        let recipes = makefile.recipes(&Given { arguments: &[], environment: &|_| None });
        for line in recipes.iter().flatten().filter(|it| may_write(it.as_str())) {
            add(&shell::read_text(line), &mut ShellWalk::on_host(&own, Some(&own)));
        }
    }
    // What a test writes is for the test.
    let scripts = facts.scripts.iter().filter(|(file, _)| !is_for_tests(super::folder_of(facts, *file)));
    for (file, script) in scripts.filter(|(file, _)| calls_compose(file)) {
        let own = folder(*file);
        // People start a script in the root of the project or beside it.
        for start in ["/", own.as_str()] {
            add(script, &mut ShellWalk::on_host(start, Some(&own)));
        }
    }
    if !out.is_empty() {
        Index::new(facts).add_parts(&mut out);
    }
    out
}

/// Whether a line has a word of [`written_paths`].
fn may_write(line: &str) -> bool {
    ["sed", "yq", "cp", "mv", ">"].iter().any(|it| line.contains(it))
}

/// The Compose file or the file of variables at a path that is relative to the project's root.
fn file_at(facts: &Facts, path: &str) -> Option<FileId> {
    let files = facts.compose.iter().map(|it| it.0).chain(facts.dotenv.iter().map(|it| it.0));
    let mut files = files.filter(|it| facts.path(*it) == path);
    files.next()
}

/// The paths of files that a command changes or puts in place of others, and perhaps of some more.
fn written_paths(command: &Command, expand: &dyn Fn(&Word) -> Option<String>) -> Vec<String> {
    let written = command.program_words().iter().skip(1);
    let words: Vec<String> = written.clone().map(|it| expand(it).unwrap_or_default()).collect();
    let has = |is_flag: fn(&str) -> bool| words.iter().any(|it| is_flag(it));
    // Which version runs is another matter than who reaches whom.
    let is_release = || {
        let mut parts =
            written.clone().flat_map(|it| it.raw.value.split(|it: char| !it.is_ascii_alphabetic()));
        parts.any(|it| ["image", "tag", "version"].iter().any(|word| it.eq_ignore_ascii_case(word)))
    };
    let mut out = match command.program_name().unwrap_or_default() {
        "sed" | "gsed" if has(edits_in_place) && !is_release() => words.clone(),
        "yq" if has(|it| matches!(it, "-i" | "--inplace")) && !is_release() => words.clone(),
        // Behind a condition it is for those who have no such file yet, and so is a copy of a sample.
        "cp" | "mv"
            if !command.guarded && !has(|it| matches!(it, "-n" | "--no-clobber" | "-u" | "--update")) =>
        {
            let name = |it: &str| it.rsplit('/').next().unwrap_or_default().to_owned();
            match &words[..] {
                [.., from, to] if !is_sample_of(&name(from), &name(to)) => vec![to.clone()],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    out.extend(command.output.as_ref().filter(|_| !command.guarded).and_then(expand));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &str) -> String {
        let script = shell::read(FileId(0), line);
        let text = |it: &Word| Some(it.value.expand(&mut |_| Lookup::Unset).ok()?.as_str().to_owned());
        let paths = script.commands.iter().flat_map(|it| written_paths(it, &text));
        paths.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_a_command_writes_is_told() {
        assert!(written("sed -i 's,a,b,' compose.yaml").ends_with(" compose.yaml"));
        assert!(written("sed -Ei.bak -e 's,a,b,' .env").ends_with(" .env"));
        assert!(written("yq -i '.services.web.ports[0] = \"80\"' compose.yaml").ends_with(" compose.yaml"));
        assert_eq!(written("cp compose.$1.yaml compose.yaml"), "compose.yaml");
        assert_eq!(written("envsubst < compose.tmpl > compose.yaml"), "compose.yaml");
        assert_eq!(written("cat <<EOF > .env\nA=b\nEOF\n"), ".env");
        for line in [
            "sed 's,a,b,' compose.yaml",
            "sed -i 's,image: .*,image: a,' compose.yaml",
            "sed -i \"s,APP_VERSION=.*,APP_VERSION=$V,\" .env",
            "cp .env.example .env",
            "[ -f .env ] || cp defaults .env",
            "echo A=b >> .env",
            "docker compose up 2>&1",
        ] {
            assert_eq!(written(line), "", "{line}");
        }
    }
}
