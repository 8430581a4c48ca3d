//! Calls of Compose that name its files: `docker compose -f a.yaml -f b.yaml up` in a script, a
//! Makefile, a README or a comment.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::join_path;
use super::kind::Kind;
use crate::source::FileId;
use crate::syntax::yaml;

/// One call of Compose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComposeCall {
    /// The files of `-f`, in order, as they are written; none for those that Compose finds by itself, which is told only
    /// where it starts something.
    pub files: Vec<String>,
    /// The folder to which `cd` leads before it.
    pub folder: Option<String>,
    /// `--project-directory`, from which the paths in its files count; the files themselves count from the
    /// working directory: <https://docs.docker.com/reference/cli/docker/compose/>.
    pub project_directory: Option<String>,
    /// Whether a variable names the folder that its files count from: `$HERE/compose.yaml`, of which `files` has
    /// the rest.
    pub is_below_variable: bool,
    /// Whether it lays more over its files, of which it is not known what: `-f compose.yaml -f <(make-layer)`.
    pub has_unknown_layers: bool,
    /// Whether it sets `COMPOSE_FILE`, for calls that name no files.
    pub is_setting: bool,
    /// The profiles that it activates, `*` for all of them and for one that a variable names:
    /// <https://docs.docker.com/compose/how-tos/profiles/>.
    pub profiles: Vec<String>,
    /// The services that it starts, as they are written, none for all of them; `None` when it starts nothing. A name
    /// with a variable is one that the text sets.
    pub started: Option<Vec<String>>,
    /// Whether it makes or publishes images and starts nothing; where it names no files, told only with profiles.
    pub is_for_images: bool,
    /// Whether it ends what runs: `down`.
    pub is_end: bool,
    /// Whether they go on running behind it: `up -d`.
    pub is_detached: bool,
    /// Where a later call of the text ends what runs (`down`): the number of such calls before this one. What runs
    /// in one turn is gone in the next.
    pub turn: Option<u32>,
    /// What `run` starts.
    pub one_off: Option<OneOff>,
    /// The name of the stack that it deploys to a Swarm, as it is written; without `files` the files are not known.
    pub stack: Option<String>,
    /// Where the text has it, in this order.
    pub places: Vec<Place>,
}

/// A place where a text calls Compose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its line in the text, of one that goes on the first.
    pub range: Range<usize>,
    /// The row of commands that it is one of, by number: each is run behind the one before it.
    pub row: u32,
    /// Whether it stands in a comment.
    pub is_comment: bool,
}

/// A service that runs once, under a name of its own and without its ports:
/// <https://docs.docker.com/reference/cli/docker/compose/run/>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOff {
    /// Its name, as it is written.
    pub service: String,
    /// Whether what it depends on is started before it, and stays.
    pub starts_needed: bool,
}

impl ComposeCall {
    /// The folders that its files may count from, when it is written in a file of `folder`: its own, and
    /// the project's root, from where people call scripts.
    #[must_use]
    pub fn starts(&self, folder: &str) -> Vec<String> {
        let mut starts = vec![folder.to_owned(), ".".to_owned()];
        if let Some(to) = &self.folder {
            starts = starts.iter().filter_map(|it| join_path(it, to)).collect();
        }
        starts.dedup();
        starts
    }
}

/// How scripts and Makefiles name the working directory.
const WORKING_FOLDER: [&str; 4] = ["$PWD", "${PWD}", "$(PWD)", "$(CURDIR)"];

/// The calls of Compose in any text that name files of which every part is known.
#[must_use]
pub fn read(text: &str) -> Vec<ComposeCall> {
    const WORDS: [&str; 3] = ["compose", "COMPOSE_FILE", "stack"];
    let has_word = |it: &str| WORDS.iter().any(|word| it.contains(word));
    if !has_word(text) {
        return Vec::new();
    }
    let lines = joined(text);
    let variables = assignments(&lines);
    // What it reads may set any variable: `. ./.env`.
    let sources =
        |it: &Line| it.text.trim_start().starts_with(". ") || it.text.trim_start().starts_with("source ");
    let reads_others = lines.iter().any(sources);
    // Each call once, with its places.
    let mut out: Vec<(ComposeCall, Vec<Place>)> = Vec::new();
    let (mut turn, mut rows) = (0, Rows::default());
    for line in &lines {
        rows.add(&line.text);
        if !has_word(&line.text) || is_advised_against(&line.text) {
            continue;
        }
        let expanded = with_commands_hidden(expand(&line.text, &variables));
        let mut folder = None;
        for command in expanded.split(['&', ';', '|', '`']) {
            let words: Vec<&str> = command.split_whitespace().map(unquoted).collect();
            if let [.., "cd", to] = words.as_slice() {
                folder = Some((*to).to_owned());
            }
            let is_set = |word: &str| {
                if reads_others {
                    return true;
                }
                let name = word.trim_start_matches(['$', '{', '(']).trim_end_matches(['}', ')']);
                name.contains("[@]") || variables.contains_key(name)
            };
            turn += u32::from(is_end(&words));
            let call = read_words(&words, &is_set).or_else(|| read_stack(&words));
            let Some(call) = call else { continue };
            let call =
                ComposeCall { folder: call.folder.or_else(|| folder.clone()), turn: Some(turn), ..call };
            let is_comment = is_comment(&line.text);
            let place = Place { range: line.range.clone(), row: rows.of_call(&line.text), is_comment };
            match out.iter_mut().find(|it| it.0 == call) {
                Some((_, places)) => places.push(place),
                None => out.push((call, vec![place])),
            }
        }
    }
    let placed = out.into_iter().map(|(call, places)| ComposeCall {
        turn: call.turn.filter(|it| *it != turn),
        places,
        ..call
    });
    placed.collect()
}

/// The text of a file of that kind with its command lines as a shell has them, each byte where it is: in JSON, and in a list
/// of YAML in one line, they are quoted, and stand side by side.
#[must_use]
pub fn unlisted(kind: Kind, text: &str) -> Cow<'_, str> {
    if !matches!(kind, Kind::Package | Kind::Taskfile) {
        return Cow::Borrowed(text);
    }
    let line = |it: &str| {
        if kind == Kind::Taskfile && !(it.contains('[') && it.contains('"')) {
            return it.to_owned();
        }
        let (mut out, mut is_quoted) = (String::with_capacity(it.len()), false);
        for character in it.chars() {
            is_quoted ^= character == '"';
            out.push(match character {
                '"' => ' ',
                ',' if !is_quoted => ';',
                '[' | ']' | '{' | '}' if !is_quoted => ' ',
                it => it,
            });
        }
        out
    };
    Cow::Owned(text.split_inclusive('\n').map(line).collect())
}

/// The call of Compose that a `devcontainer.json` makes where it names the services that run beside its own; without names
/// all do: <https://containers.dev/implementors/json_reference/#compose-specific>.
#[must_use]
pub fn of_devcontainer(file: FileId, text: &str) -> Option<ComposeCall> {
    let document = yaml::parse(file, text).documents.into_iter().next()?;
    let texts = |key| document.get(key).map_or_else(Vec::new, texts);
    let (files, own, beside) = (texts("dockerComposeFile"), texts("service"), texts("runServices"));
    let place = Place { range: 0..text.len(), row: 0, is_comment: false };
    (!files.is_empty() && !beside.is_empty()).then(|| ComposeCall {
        files,
        started: Some(own.into_iter().chain(beside).collect()),
        places: vec![place],
        ..ComposeCall::default()
    })
}

/// The service of Compose in which a `devcontainer.json` has somebody work, whose ports the editor forwards.
#[must_use]
pub fn service_of_devcontainer(file: FileId, text: &str) -> Vec<String> {
    yaml::parse(file, text).documents.first().and_then(|it| it.get("service")).map_or_else(Vec::new, texts)
}

/// A text, or those of a list.
fn texts(node: &yaml::Node) -> Vec<String> {
    match node.as_sequence() {
        Some(items) => items.iter().flat_map(|it| texts(it)).collect(),
        None => node.as_text().map(|it| it.as_str().to_owned()).into_iter().collect(),
    }
}

/// Programs that send requests.
const CLIENTS: [&str; 7] = ["curl", "wget", "http", "grpcurl", "grpc_health_probe", "nc", "hey"];

/// Flags of `exec` before a value: <https://docs.docker.com/reference/cli/docker/compose/exec/>.
const VALUES_OF_EXEC: [&str; 7] = ["-e", "--env", "--index", "-u", "--user", "-w", "--workdir"];

/// The services that a text reaches without a port of the host in their Compose files, by name: in their container
/// (`exec app curl localhost:8080`), or by a port that it publishes itself (`run -p 8080:8080 app`).
#[must_use]
pub fn reached(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for line in joined(text).iter().filter(|it| it.text.contains("compose")) {
        for command in line.text.split(['&', ';', '|', '`']) {
            let words: Vec<&str> = command.split_whitespace().map(unquoted).collect();
            let Some(start) = behind_compose(&words) else { continue };
            let Some(at) = words[start..].iter().position(|it| matches!(*it, "exec" | "run")) else {
                continue;
            };
            let (subcommand, rest) = (words[start + at], &words[start + at + 1..]);
            let takes_value: &[&str] = if subcommand == "exec" { &VALUES_OF_EXEC } else { &VALUES_OF_RUN };
            let mut arguments = arguments(rest, takes_value);
            let Some(service) = arguments.next() else { continue };
            let is_reached = match subcommand {
                "exec" => arguments.any(|it| CLIENTS.contains(&it.rsplit('/').next().unwrap_or(it))),
                _ => rest
                    .iter()
                    .take_while(|it| **it != service)
                    .any(|it| matches!(*it, "-p" | "--publish") || it.starts_with("--publish=")),
            };
            if is_reached {
                out.push(service.to_owned());
            }
        }
    }
    out
}

/// Tells which lines are run one behind the other: those of a recipe, of a branch. Between them is no blank line and no
/// comment, which heads another matter; and what prose has in backquotes stands for itself.
#[derive(Default)]
struct Rows {
    row: u32,
    indentation: usize,
    /// Whether the last line stands for itself.
    is_broken: bool,
}

impl Rows {
    /// Adds the next line.
    fn add(&mut self, line: &str) {
        let indentation = line.len() - line.trim_start().len();
        let is_apart = line.trim().is_empty() || is_comment(line) || line.contains(";;");
        self.row += u32::from(is_apart || self.is_broken || indentation < self.indentation);
        (self.indentation, self.is_broken) = (indentation, is_apart);
    }

    /// The row of a call in the line that was added last.
    fn of_call(&mut self, line: &str) -> u32 {
        self.row += u32::from(line.contains('`'));
        self.row
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Whether a line tells its reader not to do what it names: `# Not to be used with docker compose up`.
fn is_advised_against(line: &str) -> bool {
    let before = line.split("compose").next().unwrap_or_default().to_ascii_lowercase();
    before.split_whitespace().any(|it| matches!(it, "not" | "don't" | "never"))
}

/// A line of a text, with those on which it goes on.
struct Line {
    text: String,
    /// What is written in the first of them.
    range: Range<usize>,
}

/// The lines of a text, one that ends in a backslash and the next as one; in a comment, each starts with `#`.
fn joined(text: &str) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let (mut goes_on, mut at) = (false, 0);
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end();
        let written = line.trim_end_matches('\\');
        match out.last_mut().filter(|_| goes_on) {
            Some(last) => last.text.push_str(written.trim_start().trim_start_matches('#')),
            None => {
                let start = at + written.len() - written.trim_start().len();
                let range = start..start + written.trim().len();
                out.push(Line { text: written.to_owned(), range });
            }
        }
        goes_on = line.ends_with('\\');
        if let Some(last) = out.last_mut().filter(|_| goes_on) {
            last.text.push(' ');
        }
        at += whole.len();
    }
    out
}

/// The first word behind `docker compose`.
fn behind_compose(words: &[&str]) -> Option<usize> {
    let is_compose =
        |it: &&str| matches!(bare(it).rsplit('/').next(), Some("docker-compose" | "podman-compose"));
    let own = words.iter().position(is_compose).map(|it| it + 1);
    own.or_else(|| subcommand(words).filter(|it| words[*it] == "compose").map(|it| it + 1))
}

/// `docker compose down`, which ends all services.
fn is_end(words: &[&str]) -> bool {
    behind_compose(words).is_some_and(|start| words[start..].contains(&"down"))
}

/// `docker compose -f a -f b`, or the variable that says the same. `is_set`: whether the text sets a variable.
fn read_words(words: &[&str], is_set: &dyn Fn(&str) -> bool) -> Option<ComposeCall> {
    let of_variable = match words {
        // In the environment of a pipeline.
        ["COMPOSE_FILE:", list] => Some(*list),
        _ => words.iter().find_map(|it| it.strip_prefix("COMPOSE_FILE=")),
    };
    if let Some(list) = of_variable {
        let files: Vec<String> = list.split(':').map(str::to_owned).collect();
        return is_known(&files).then_some(ComposeCall { files, is_setting: true, ..ComposeCall::default() });
    }
    let start = behind_compose(words)?;
    let mut out = ComposeCall::default();
    let active = words[..start].iter().find_map(|it| it.strip_prefix("COMPOSE_PROFILES="));
    out.profiles = active.into_iter().flat_map(|it| unquoted(it).split(',')).map(profile).collect();
    let mut rest = words[start..].iter();
    while let Some(word) = rest.next() {
        let Some((flag, value)) = split_flag(word) else {
            out.add_subcommand(word, rest.as_slice(), is_set);
            break;
        };
        let takes_value =
            !matches!(flag, "--ansi" | "--all-resources" | "--compatibility" | "--dry-run" | "--verbose");
        let value = match value {
            Some(it) => Some(it),
            None if takes_value => Some(*rest.next()?),
            None => None,
        };
        match (flag, value) {
            ("-f" | "--file", Some(file)) => out.files.push(file.to_owned()),
            ("--profile", Some(name)) => out.profiles.push(profile(name)),
            ("--project-directory", Some(folder)) => {
                let is_working_folder = WORKING_FOLDER.contains(&folder);
                out.project_directory = Some(if is_working_folder { "." } else { folder }.to_owned());
            }
            _ => {}
        }
    }
    // What stands in the brackets may look like words of Compose.
    let is_made = out.files.iter().any(|it| it.starts_with("<("));
    let starts = out.started.is_some() || out.one_off.is_some();
    if !is_known(&out.files) && starts {
        out.leave_out_variable();
    }
    if !is_known(&out.files) && (starts || is_made) {
        out.leave_out_unknown_layers();
    }
    let tells = starts || (out.is_for_images && !out.profiles.is_empty());
    (is_known(&out.files) || (out.files.is_empty() && tells)).then_some(out)
}

/// One of [`ComposeCall::profiles`].
fn profile(word: &str) -> String {
    if word.contains(['$', '<', '{', '(']) { "*" } else { word.trim() }.to_owned()
}

/// `docker stack deploy -c a.yaml shop`: <https://docs.docker.com/reference/cli/docker/stack/deploy/>.
fn read_stack(words: &[&str]) -> Option<ComposeCall> {
    let start = subcommand(words).filter(|it| words[*it] == "stack")? + 1;
    let mut rest = words[start..].iter();
    rest.next().filter(|it| matches!(**it, "deploy" | "up"))?;
    let (mut files, mut name) = (Vec::new(), None);
    while let Some(word) = rest.next() {
        let (flag, value) = word.split_once('=').map_or((*word, None), |(flag, value)| (flag, Some(value)));
        match flag {
            "-c" | "--compose-file" => {
                let list = value.or_else(|| rest.next().copied())?;
                files.extend(unquoted(list).split(',').map(str::to_owned));
            }
            "--resolve-image" | "--orchestrator" if value.is_none() => {
                rest.next();
            }
            _ if word.starts_with('-') || word.contains(['>', '<']) => {}
            _ => name = name.or(Some((*word).to_owned())),
        }
    }
    if !is_known(&files) {
        files.clear();
    }
    Some(ComposeCall { files, started: Some(Vec::new()), stack: Some(name?), ..ComposeCall::default() })
}

/// Make has `@` and `-` before a command, a README has `$`, a comment `#`.
fn bare(word: &str) -> &str {
    word.trim_start_matches(['@', '-', '#', '$'])
}

/// The word behind `docker` and its own options: <https://docs.docker.com/reference/cli/docker/#options>.
fn subcommand(words: &[&str]) -> Option<usize> {
    const SWITCHES: [&str; 5] = ["-D", "--debug", "--tls", "--tlsverify", "--version"];
    let engines = words.iter().enumerate().filter(|(_, it)| matches!(bare(it), "docker" | "podman"));
    engines.map(|(at, _)| at + 1).find_map(|mut at| {
        while let Some(word) = words.get(at).filter(|it| it.starts_with('-')) {
            at += if word.contains('=') || SWITCHES.contains(word) { 1 } else { 2 };
        }
        words.get(at).is_some_and(|it| matches!(*it, "compose" | "stack")).then_some(at)
    })
}

/// Flags of `up` with which it ends while the services run.
const DETACHES: [&str; 3] = ["-d", "--detach", "--wait"];

/// Flags of `up` before a value: <https://docs.docker.com/reference/cli/docker/compose/up/>.
const VALUES_OF_UP: [&str; 9] = [
    "--attach",
    "--exit-code-from",
    "--no-attach",
    "--pull",
    "--scale",
    "--timeout",
    "--wait-timeout",
    "-t",
    "--ansi",
];

/// Flags of `run` before a value: <https://docs.docker.com/reference/cli/docker/compose/run/>.
const VALUES_OF_RUN: [&str; 18] = [
    "--cap-add",
    "--cap-drop",
    "--entrypoint",
    "--env",
    "--env-from-file",
    "--label",
    "--name",
    "--publish",
    "--pull",
    "--user",
    "--volume",
    "--workdir",
    "-e",
    "-l",
    "-p",
    "-u",
    "-v",
    "-w",
];

impl ComposeCall {
    /// What stands behind the options of Compose itself.
    fn add_subcommand(&mut self, name: &str, words: &[&str], is_set: &dyn Fn(&str) -> bool) {
        match name {
            // It makes containers and starts none.
            "up" if words.contains(&"--no-start") => {}
            "up" => {
                // Nobody sets other variables, so that all services are started.
                let is_name = |it: &&str| !it.contains('$') || is_set(it);
                let names = arguments(words, &VALUES_OF_UP).filter(is_name);
                self.started = Some(names.map(str::to_owned).collect());
                self.is_detached = words.iter().any(|it| DETACHES.contains(it));
            }
            "run" => {
                let Some(service) = arguments(words, &VALUES_OF_RUN).next().map(str::to_owned) else {
                    return;
                };
                let own = words.iter().take_while(|it| **it != service);
                let has = |flags: &[&str]| own.clone().any(|it| flags.contains(it));
                let (with_ports, starts_needed) = (has(&["--service-ports", "-P"]), !has(&["--no-deps"]));
                if with_ports {
                    self.started = Some(vec![service]);
                } else {
                    self.one_off = Some(OneOff { service, starts_needed });
                }
            }
            "build" | "push" => self.is_for_images = true,
            "down" => self.is_end = true,
            _ => {}
        }
    }

    /// Leaves out the files that are not known, where the first is.
    fn leave_out_unknown_layers(&mut self) {
        let known = self.files.iter().take_while(|it| is_written_out(it)).count();
        if known > 0 {
            self.files.truncate(known);
            self.has_unknown_layers = true;
        }
    }

    /// Leaves out the folder that a variable names, when the rest of each file is known.
    fn leave_out_variable(&mut self) {
        let rest = |it: &String| Some(it.strip_prefix('$')?.split_once('/')?.1.to_owned());
        let files: Option<Vec<String>> = self.files.iter().map(rest).collect();
        if let Some(files) = files.filter(|it| is_known(it)) {
            (self.files, self.is_below_variable) = (files, true);
        }
    }
}

/// The words that are no flags and no values of some.
fn arguments<'w>(words: &'w [&'w str], take_values: &'w [&'w str]) -> impl Iterator<Item = &'w str> {
    let mut words = words.iter().take_while(|it| !it.starts_with('#') && !it.contains(['>', '<']));
    std::iter::from_fn(move || {
        loop {
            let word = *words.next()?;
            if take_values.contains(&word) {
                words.next();
            } else if !word.starts_with('-') {
                return Some(word);
            }
        }
    })
}

fn is_known(files: &[String]) -> bool {
    !files.is_empty() && files.iter().all(|it| is_written_out(it))
}

fn is_written_out(file: &str) -> bool {
    !file.is_empty() && file != "-" && !file.contains(['$', '<', '*', '{', '[', '('])
}

/// `-f`, `-fa.yaml`, `--file`, `--file=a.yaml`; `None` for a word that is no flag.
fn split_flag(word: &str) -> Option<(&str, Option<&str>)> {
    if let Some((flag, value)) = word.split_once('=').filter(|it| it.0.starts_with("--")) {
        return Some((flag, Some(unquoted(value))));
    }
    match word.strip_prefix("-f") {
        Some("") => Some((word, None)),
        Some(value) if !value.starts_with('-') => Some(("-f", Some(value))),
        _ => word.starts_with('-').then_some((word, None)),
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// `NAME := value`, `NAME="value"`: the last of each name.
fn assignments(lines: &[Line]) -> FxHashMap<&str, &str> {
    let mut out = FxHashMap::default();
    for line in lines {
        let line = line.text.trim_start().trim_start_matches("export ").trim_start_matches("local ");
        if let Some((name, list)) = line.strip_prefix("for ").and_then(|it| it.split_once(" in ")) {
            out.insert(name.trim(), unquoted(list.split(';').next().unwrap_or_default().trim()));
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let name = name.trim_end_matches([':', '?', ' ']);
        let is_name =
            |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        if is_name(name) {
            out.insert(name, unquoted(value.trim()));
        }
    }
    out
}

/// Puts the values of the text's own variables into a line; what variables in them mean, too, as far as people go.
fn expand(line: &str, variables: &FxHashMap<&str, &str>) -> String {
    const MOST_LEVELS: usize = 3;
    const LONGEST: usize = 4096;
    let mut out = line.to_owned();
    for _ in 0..MOST_LEVELS {
        let before = out.clone();
        for (name, value) in variables.iter().filter(|(_, it)| is_plain(it)) {
            if out.len() > LONGEST || !out.contains('$') {
                return out;
            }
            expand_one(&mut out, name, value);
        }
        if out == before {
            break;
        }
    }
    out
}

/// A line in which `$(:)` stands for what commands print, `$(shell go env GOOS)`: it is one word, whatever it is.
fn with_commands_hidden(mut line: String) -> String {
    const HIDDEN: &str = "$(:)";
    let mut from = 0;
    while let Some(start) = line[from..].find("$(").map(|it| from + it) {
        let Some(end) = line[start..].find(')').map(|it| start + it) else { break };
        let command = &line[start + 2..end];
        from = start + 2;
        // A call of Compose in it is read as well.
        if command.contains(' ') && !command.contains("$(") && !command.contains("compose") {
            line.replace_range(start..=end, HIDDEN);
            from = start + HIDDEN.len();
        }
    }
    line
}

/// Whether a value is no argument of a script or function, which may be anything, and no command.
fn is_plain(value: &str) -> bool {
    let is_argument =
        value.strip_prefix('$').is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit() || it == '@'));
    !is_argument && !value.contains([';', '&', '|', '`'])
}

fn expand_one(out: &mut String, name: &str, value: &str) {
    for form in [format!("$({name})"), format!("${{{name}}}")] {
        if out.contains(&form) {
            *out = out.replace(&form, value);
        }
    }
    let bare = format!("${name}");
    let is_whole = |it: &str| !it.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
    while let Some(at) =
        out.find(&bare).filter(|at| is_whole(&out[at + bare.len()..]) && !value.contains('$'))
    {
        out.replace_range(at..at + bare.len(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_services_of_a_call_are_found() {
        let cases = [
            ("FILE=a.yaml\ndocker compose -f $FILE up -d \"${NAMES[@]}\"", Some("${NAMES[@]}")),
            ("docker compose -f a.yaml up --scale web=2 -t 5 web db > log # now", Some("web db")),
            ("docker compose -f a.yaml up --build", Some("")),
            ("docker compose -f a.yaml down", None),
            ("docker compose -f a.yaml up $(NAMES)", Some("")),
            ("NAME=$1\ndocker compose -f a.yaml up -d $NAME", Some("$NAME")),
            ("for it in a b; do\n docker compose -f a.yaml up -d $it\ndone", Some("a b")),
            ("docker compose -f a.yaml up --watch web &", Some("web")),
            ("docker compose -f a.yaml run --rm -e A=b -P web sh -c x", Some("web")),
            ("docker compose -f a.yaml run --rm web", None),
            ("OS ?= $(shell go env GOOS)\ndocker compose -f a.yaml -f b.$(OS).yaml up web", Some("web")),
        ];
        for (text, expected) in cases {
            let started = read(text)[0].started.as_ref().map(|it| it.join(" "));
            assert_eq!(started.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn calls_in_a_row_are_told() {
        let cases = [
            (
                "up:\n\tdocker compose up -d a\n\tdocker compose up -d b\ntest:\n\tdocker compose up -d c",
                "0 0 1",
            ),
            ("docker compose up -d a\nsleep 1\ndocker compose up -d b", "0 0"),
            (
                "docker compose up -d a\nif x; then\n  docker compose up -d b\nelse\n  docker compose up -d c\nfi",
                "0 0 1",
            ),
            ("docker compose up -d a\n\ndocker compose up -d b", "0 2"),
            ("a) docker compose up -d a ;;\nb) docker compose up -d b ;;", "1 2"),
            ("`docker compose up a` or `docker compose up b`", "1 2"),
            ("# docker compose up -d a\ndocker compose up -d a", "1# 2"),
        ];
        for (text, expected) in cases {
            let calls = read(text);
            let places = calls.iter().flat_map(|it| &it.places);
            let places = places.map(|it| format!("{}{}", it.row, if it.is_comment { "#" } else { "" }));
            assert_eq!(places.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_call_stands_in_its_first_line() {
        let text = "up:\n\t@docker compose \\\n\t\t-f a.yaml up\n";
        let [place] = &read(text)[0].places[..] else { panic!("one place") };
        assert_eq!(&text[place.range.clone()], "@docker compose");
    }

    #[test]
    fn what_runs_once_is_found() {
        let cases = [
            ("docker compose run --rm -v a:b web sh", Some(("web", true))),
            ("docker-compose run --no-deps --name x web", Some(("web", false))),
            ("E=docker-compose\ncompose=\"$E -f $X/a.yaml\"\n${compose} run web", Some(("web", true))),
            ("docker compose run --service-ports web", None),
            ("docker compose up web", None),
        ];
        for (text, expected) in cases {
            let calls = read(text);
            let once = calls[0].one_off.as_ref().map(|it| (it.service.as_str(), it.starts_needed));
            assert_eq!(once, expected, "{text}");
        }
    }

    #[test]
    fn the_profiles_of_a_call_are_found() {
        let cases = [
            ("docker compose --profile a --profile=b -f x.yaml up", "a b"),
            ("COMPOSE_PROFILES=a,b docker compose -f x.yaml up", "a b"),
            ("docker compose -f x.yaml --profile $(KIND)_mq $(args)", "*"),
            ("docker compose -f x.yaml up", ""),
            ("docker compose --profile a build", "a"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text)[0].profiles.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_stack_is_found_with_its_files() {
        let cases = [
            ("docker stack deploy -c a.yaml -c b.yaml shop", "a.yaml b.yaml: shop"),
            (
                "docker --context x stack deploy \\\n  --with-registry-auth --compose-file=a.yaml shop",
                "a.yaml: shop",
            ),
            ("S=shop\ndocker -H ssh://x stack up --prune -c a.yaml $S", "a.yaml: shop"),
            ("docker compose config | docker stack deploy -c - $STACK", ": $STACK"),
            ("docker stack rm shop", ""),
        ];
        for (text, expected) in cases {
            let said = read(text).into_iter().filter_map(|it| Some((it.files.join(" "), it.stack?)));
            let said: Vec<_> = said.map(|(files, name)| format!("{files}: {name}")).collect();
            assert_eq!(said.join(" | "), expected, "{text}");
        }
    }

    #[test]
    fn the_files_of_a_call_are_found() {
        let cases = [
            ("docker compose -f a.yaml -f b.yaml up -d -f c", "a.yaml b.yaml"),
            ("\t@docker-compose --file=a.yaml -p x -fb.yaml \\\n\t\t--env-file .env up", "a.yaml b.yaml"),
            ("FILES = -f a.yaml -f b.yaml\nup:\n\tdocker compose $(FILES) up", "a.yaml b.yaml"),
            ("COMPOSE_FILE=a.yaml:b.yaml docker compose up", "a.yaml b.yaml"),
            ("#   docker compose -f a.yaml \\\n#     -f b.yaml up", "a.yaml b.yaml"),
            ("Run `docker compose -f a.yaml -f \"b.yaml\" up`.", "a.yaml b.yaml"),
            ("cd deploy && docker compose -f a.yaml up", "deploy: a.yaml"),
            ("docker compose --project-directory x -f a.yaml up", "a.yaml from x"),
            ("docker compose --project-directory ${PWD} -f a.yaml up", "a.yaml from ."),
            ("cd d && docker compose --project-directory=. -f a.yaml up", "d: a.yaml from ."),
            ("docker compose -f a.yaml -f $FILE up", "a.yaml and more"),
            ("docker compose -f a.yaml -f <(jq -n '.a = 1 | .b') up", "a.yaml and more"),
            ("./layer | docker compose -f a.yaml -f - up", "a.yaml and more"),
            ("docker compose -f $FILE -f a.yaml up", ""),
            ("docker compose -f a.yaml -f $FILE down", ""),
            ("docker compose up -f a.yaml", ""),
            ("docker build -f Dockerfile . # compose", ""),
            ("# It should not be used with `docker compose -f a.yaml up`.", ""),
        ];
        for (text, expected) in cases {
            let calls = read(text);
            let show =
                |folder: &Option<String>| folder.as_ref().map(|it| format!("{it}: ")).unwrap_or_default();
            let from =
                |folder: &Option<String>| folder.as_ref().map(|it| format!(" from {it}")).unwrap_or_default();
            let said = calls.iter().map(|it| {
                let more = if it.has_unknown_layers { " and more" } else { "" };
                format!("{}{}{}{more}", show(&it.folder), it.files.join(" "), from(&it.project_directory))
            });
            let said: Vec<String> = said.collect();
            assert_eq!(said.join(" | "), expected, "{text}");
        }
    }
}
