//! What a configuration file says: YAML, TOML, JSON, INI and properties as one flat list of values.
//!
//! There is no end of such files in a repository that no program reads, so a file is only looked at
//! when its path is one that configurations have, or when something of the project names it.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use super::kind::without_sample;
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::yaml::{Node, NodeKind};
use crate::syntax::{self, ini, yaml};

pub use crate::syntax::leaf::Leaf;

/// A larger file is not read: a person did not write it, or it is no configuration.
pub const LARGEST_FILE: u64 = 128 * 1024;

/// How a configuration file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML, and JSON, which is YAML but for rare escapes.
    Yaml,
    /// TOML.
    Toml,
    /// INI, and properties, which are INI without sections.
    Ini,
}

impl Format {
    /// The format of a file of that name, by its ending.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "yaml" | "yml" | "json" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "ini" | "properties" => Some(Self::Ini),
            _ => None,
        }
    }
}

/// The facts of one configuration file.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Its values, in the order of the file. What is null, and what is empty (`[]`, `{}`), is left out.
    pub leaves: Vec<Leaf>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
    /// The parts of the file, in bytes, of which a comment or their name says that what they lead to may not be there.
    pub doubted: Vec<Range<u32>>,
}

impl Configuration {
    /// Whether what stands at a place of the file is called optional.
    #[must_use]
    pub fn doubts(&self, place: Span) -> bool {
        self.doubted.iter().any(|it| it.contains(&place.start))
    }

    /// The value at a path of `length` keys that fits: the one there, or the elements of the list that is
    /// there, with commas between them.
    #[must_use]
    pub fn value(&self, length: usize, fits: impl Fn(&[String]) -> bool) -> Option<Text> {
        let below: Vec<_> =
            self.leaves.iter().filter(|it| it.path.len() >= length && fits(&it.path)).collect();
        if let Some(leaf) = below.iter().find(|it| it.path.len() == length) {
            return Some(leaf.text.clone());
        }
        let is_element =
            |path: &[String]| path.len() == length + 1 && path[length].bytes().all(|it| it.is_ascii_digit());
        if below.is_empty() || !below.iter().all(|it| is_element(&it.path)) {
            return None;
        }
        let mut out = Text::default();
        for (index, leaf) in below.iter().enumerate() {
            if index > 0 {
                out.push(",", leaf.key);
            }
            out.append(&leaf.text);
        }
        Some(out)
    }
}

/// Reads a text that stands in another file as a file of its own would; `None` when `name` tells no
/// format.
#[must_use]
pub fn read_embedded(name: &str, text: &Text) -> Option<Configuration> {
    Format::of(name)?;
    let mut out = read(FileId(0), name, text.as_str());
    let otherwise = text.cover()?;
    let place = |span: Span| text.slice(span.range()).cover().unwrap_or(otherwise);
    for leaf in &mut out.leaves {
        leaf.text = leaf.text.within(text);
        leaf.key = place(leaf.key);
    }
    for error in &mut out.errors {
        error.span = place(error.span);
    }
    // These count from the start of the embedded text.
    out.doubted.clear();
    Some(out)
}

/// Reads a file; `name` tells its format.
#[must_use]
pub fn read(file: FileId, name: &str, text: &str) -> Configuration {
    match Format::of(without_sample(name).unwrap_or(name)) {
        Some(Format::Toml) => {
            let it = syntax::toml::parse(file, text);
            Configuration { leaves: it.leaves(), errors: it.errors, ..Configuration::default() }
        }
        Some(Format::Ini) => {
            let it = ini::parse(file, text, ini::Dialect::Common);
            let errors = it.errors.into_iter().map(|it| it.map(|fault| fault.clause().to_owned()));
            Configuration { leaves: it.leaves, errors: errors.collect(), ..Configuration::default() }
        }
        Some(Format::Yaml) | None => {
            let it = yaml::parse(file, text);
            let mut out = Configuration { leaves: Vec::new(), errors: it.errors, doubted: doubted(text) };
            // Decoders take the first document.
            if let Some(root) = it.documents.first() {
                flatten(root, &mut Vec::new(), None, &mut out.leaves);
            }
            out
        }
    }
}

/// The items of a YAML file that a comment in front of them, or their first line, calls optional:
/// `# Redis (if redis_exporter is used)`, `- name: Tempo (if available)`.
fn doubted(text: &str) -> Vec<Range<u32>> {
    const WORDS: &[&str] =
        &["(if ", "(optional", "if available", "if deployed", "if enabled", "if used", "optional:"];
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let build = || AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok();
    let Some(finder) = FINDER.get_or_init(build).as_ref().filter(|it| it.is_match(text)) else {
        return Vec::new();
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut at = 0;
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .map(|line| {
            at += line.len();
            (at - line.len(), line)
        })
        .collect();
    let is_item = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut out = Vec::new();
    for (number, _) in lines.iter().enumerate().filter(|(_, (_, line))| finder.is_match(*line)) {
        let Some((first, (start, line))) =
            lines.iter().enumerate().skip(number).find(|(_, (_, it))| is_item(it))
        else {
            continue;
        };
        let mut behind = lines[first + 1..].iter();
        let end =
            behind.find(|(_, it)| is_item(it) && indent(it) <= indent(line)).map_or(text.len(), |it| it.0);
        out.extend(u32::try_from(*start).ok().zip(u32::try_from(end).ok()).map(|(start, end)| start..end));
    }
    out
}

/// Aliases may make a small file as large as they like.
const MOST_LEAVES: usize = 20_000;

fn flatten(node: &Node, path: &mut Vec<String>, key: Option<&Node>, out: &mut Vec<Leaf>) {
    if out.len() >= MOST_LEAVES {
        return;
    }
    match &node.kind {
        NodeKind::Scalar(_) => {
            let text = node.to_plain_text().filter(|_| !path.is_empty());
            let key = key.unwrap_or(node).span;
            out.extend(text.map(|text| Leaf { path: path.clone(), key, text }));
        }
        NodeKind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                flatten(item, path, None, out);
                path.pop();
            }
        }
        NodeKind::Mapping(entries) => {
            for entry in entries {
                let Some(name) = entry.name() else { continue };
                path.push(name.to_owned());
                flatten(&entry.value, path, Some(&entry.key), out);
                path.pop();
            }
        }
    }
}

/// Whether a file of that path is most likely the configuration of a program.
#[must_use]
pub fn is_likely(path: &str) -> bool {
    const STEMS: &[&str] = &["app", "application", "cfg", "conf", "config", "settings"];
    const FOLDERS: &[&str] =
        &["cfg", "conf", "config", "configs", "configuration", "datasources", "etc", "settings"];
    /// What is generated for, or deployed to, something else.
    const OTHERS: &[&str] =
        &["charts", "crd", "helm", "k8s", "kubernetes", "kustomize", "manifests", "rbac", "templates"];
    let mut folders = path.split('/').collect::<Vec<_>>();
    let Some(name) = folders.pop() else { return false };
    if folders.iter().any(|it| OTHERS.contains(it)) {
        return false;
    }
    let stem = name.split(['.', '-', '_']).next().unwrap_or(name).to_ascii_lowercase();
    // What air and ko build: <https://github.com/air-verse/air>, <https://ko.build/configuration/>.
    matches!(name, ".air.toml" | ".ko.yaml")
        || STEMS.contains(&stem.as_str())
        || folders.iter().any(|it| FOLDERS.contains(it))
}

/// Adds the names of configuration files that a text mentions, folders left out.
pub fn mentioned(text: &str, names: &mut FxHashSet<String>) {
    const ENDINGS: &[&str] = &[".yaml", ".yml", ".json", ".toml", ".ini", ".properties"];
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let Some(finder) = FINDER.get_or_init(|| AhoCorasick::new(ENDINGS).ok()) else { return };
    let is_part = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_');
    let bytes = text.as_bytes();
    for found in finder.find_iter(text) {
        if bytes.get(found.end()).is_some_and(|it| is_part(*it)) {
            continue;
        }
        let before = bytes[..found.start()].iter().rev().take_while(|it| is_part(**it)).count();
        if before > 0 {
            names.insert(text[found.start() - before..found.end()].to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(name: &str, text: &str) -> Vec<String> {
        let show = |it: &Leaf| format!("{}={}", it.path.join("."), it.text.as_str());
        read(FileId(0), name, text).leaves.iter().map(show).collect()
    }

    #[test]
    fn every_format_gives_the_same_list() {
        let expected = ["server.host=db", "server.ports.0=80", "server.ports.1=81"];
        let yaml = "server:\n  host: db\n  ports: [80, 81]\n  none: ~\n";
        assert_eq!(leaves("config.yaml", yaml), expected);
        assert_eq!(
            leaves("config.json", "{\n\t\"server\": {\"host\": \"db\", \"ports\": [80, 81]}\n}"),
            expected
        );
        assert_eq!(leaves("config.toml", "[server]\nhost = \"db\"\nports = [80, 81]\n"), expected);
        assert_eq!(leaves("config.ini", "[server]\nhost = db\n"), expected[..1]);
        assert_eq!(leaves("a.yaml", "base: &b\n  x: 1\nown:\n  <<: *b\n"), ["base.x=1", "own.x=1"]);
        assert_eq!(leaves("a.yaml", "a: 1\n---\nb: 2\n"), ["a=1"]);
    }

    #[test]
    fn a_file_is_read_when_its_path_or_a_text_says_so() {
        let likely =
            ["config.yaml", "app.toml", "svc/etc/user.yaml", "config-docker.yml", "configs/main.yml"];
        assert!(likely.iter().all(|it| is_likely(it)));
        let others = ["package.json", "deploy/service.yaml", "config/crd/x.yaml", "openapi.json"];
        assert!(!others.iter().any(|it| is_likely(it)));
        let mut names = FxHashSet::default();
        mentioned("f(\"./data/menu.json\", `x.yml`, \".yaml\", \"a.yamlx\", x.json(1))", &mut names);
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort();
        assert_eq!(names, ["menu.json", "x.json", "x.yml"]);
    }
}
