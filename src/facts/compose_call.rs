//! Calls of Compose that name its files: `docker compose -f a.yaml -f b.yaml up` in a script, a
//! Makefile, a README or a comment.

use rustc_hash::FxHashMap;

use super::join_path;

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
    /// The services that it starts, as they are written, none for all of them; `None` when it starts nothing.
    pub started: Option<Vec<String>>,
    /// Whether they go on running behind it: `up -d`.
    pub is_detached: bool,
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
    if !text.contains("compose") {
        return Vec::new();
    }
    let joined = joined(text);
    let variables = assignments(&joined);
    let mut out: Vec<ComposeCall> = Vec::new();
    for line in joined.lines().filter(|it| it.contains("compose") || it.contains("COMPOSE_FILE")) {
        let line = expand(line, &variables);
        let mut folder = None;
        for command in line.split(['&', ';', '|', '`']) {
            let words: Vec<&str> = command.split_whitespace().map(unquoted).collect();
            if let [.., "cd", to] = words.as_slice() {
                folder = Some((*to).to_owned());
            }
            let call =
                read_words(&words).map(|it| ComposeCall { folder: it.folder.or(folder.clone()), ..it });
            out.extend(call.filter(|it| !out.contains(it)));
        }
    }
    out
}

/// The text with a line that ends in a backslash and the next as one; in a comment, each starts with `#`.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut goes_on = false;
    for line in text.lines() {
        let line = line.trim_end();
        let line = if goes_on { line.trim_start().trim_start_matches('#') } else { line };
        goes_on = line.ends_with('\\');
        out.push_str(line.trim_end_matches('\\'));
        out.push(if goes_on { ' ' } else { '\n' });
    }
    out
}

/// `docker compose -f a -f b`, or the variable that says the same.
fn read_words(words: &[&str]) -> Option<ComposeCall> {
    let of_variable = match words {
        // In the environment of a pipeline.
        ["COMPOSE_FILE:", list] => Some(*list),
        _ => words.iter().find_map(|it| it.strip_prefix("COMPOSE_FILE=")),
    };
    if let Some(list) = of_variable {
        let files: Vec<String> = list.split(':').map(str::to_owned).collect();
        return is_known(&files).then_some(ComposeCall { files, ..ComposeCall::default() });
    }
    // Make has `@` and `-` before a command, a README has `$`, a comment `#`.
    let bare = |it: &&str| -> String { it.trim_start_matches(['@', '-', '#', '$']).to_owned() };
    let is_compose =
        |it: &&str| matches!(bare(it).rsplit('/').next(), Some("docker-compose" | "podman-compose"));
    let start = words.iter().position(is_compose).or_else(|| {
        let is_engine =
            |it: &&str| matches!(it.trim_start_matches(['@', '-', '#', '$']), "docker" | "podman");
        let pair = |it: &[&str]| is_engine(&it[0]) && it[1] == "compose";
        words.windows(2).position(pair).map(|it| it + 1)
    })?;
    let mut out = ComposeCall::default();
    let mut rest = words[start + 1..].iter();
    while let Some(word) = rest.next() {
        let Some((flag, value)) = split_flag(word) else {
            out.started = (*word == "up").then(|| started(rest.as_slice()));
            out.is_detached = rest.as_slice().iter().any(|it| DETACHES.contains(it));
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
            ("--project-directory", Some(folder)) => {
                let is_working_folder = WORKING_FOLDER.contains(&folder);
                out.project_directory = Some(if is_working_folder { "." } else { folder }.to_owned());
            }
            _ => {}
        }
    }
    let names_services = out.files.is_empty() && out.started.is_some();
    (is_known(&out.files) || names_services).then_some(out)
}

/// Flags of `up` with which it ends while the services run.
const DETACHES: [&str; 3] = ["-d", "--detach", "--wait"];

/// The services behind `up`: <https://docs.docker.com/reference/cli/docker/compose/up/>.
fn started(words: &[&str]) -> Vec<String> {
    const TAKE_VALUES: [&str; 9] = [
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
    let mut out = Vec::new();
    let mut words = words.iter().take_while(|it| !it.starts_with('#') && !it.contains(['>', '<']));
    while let Some(word) = words.next() {
        if TAKE_VALUES.contains(word) {
            words.next();
        } else if !word.starts_with('-') {
            out.push((*word).to_owned());
        }
    }
    out
}

fn is_known(files: &[String]) -> bool {
    let plain = |it: &String| !it.is_empty() && !it.contains(['$', '<', '*', '{', '[', '(']);
    !files.is_empty() && files.iter().all(plain)
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
fn assignments(text: &str) -> FxHashMap<&str, &str> {
    let mut out = FxHashMap::default();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("export ");
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

/// Puts the values of the text's own variables into a line; once is enough for what people write.
fn expand(line: &str, variables: &FxHashMap<&str, &str>) -> String {
    let mut out = line.to_owned();
    for (name, value) in variables.iter().filter(|_| line.contains('$')) {
        for form in [format!("$({name})"), format!("${{{name}}}")] {
            out = out.replace(&form, value);
        }
        let bare = format!("${name}");
        let is_whole = |it: &str| !it.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
        while let Some(at) =
            out.find(&bare).filter(|at| is_whole(&out[at + bare.len()..]) && !value.contains('$'))
        {
            out.replace_range(at..at + bare.len(), value);
        }
    }
    out
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
        ];
        for (text, expected) in cases {
            let started = read(text)[0].started.as_ref().map(|it| it.join(" "));
            assert_eq!(started.as_deref(), expected, "{text}");
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
            ("docker compose -f a.yaml -f $FILE up", ""),
            ("docker compose up -f a.yaml", ""),
            ("docker build -f Dockerfile . # compose", ""),
        ];
        for (text, expected) in cases {
            let calls = read(text);
            let show =
                |folder: &Option<String>| folder.as_ref().map(|it| format!("{it}: ")).unwrap_or_default();
            let from =
                |folder: &Option<String>| folder.as_ref().map(|it| format!(" from {it}")).unwrap_or_default();
            let said = calls.iter().map(|it| {
                format!("{}{}{}", show(&it.folder), it.files.join(" "), from(&it.project_directory))
            });
            let said: Vec<String> = said.collect();
            assert_eq!(said.join(" | "), expected, "{text}");
        }
    }
}
