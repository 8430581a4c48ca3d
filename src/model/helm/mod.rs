//! What is known of what a chart makes: the plain YAML of its templates, with the defaults of its values.
//!
//! Whoever installs a chart may set any value, so what rests on a default is likely at most. Where a value is empty, or a
//! condition does not hold by default, it is theirs to say more: there stays a hole, as wherever a template decides,
//! see [`helm`](crate::facts::helm).

mod evaluate;
mod values;
mod words;

use std::borrow::Cow;
use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::helm::{self, Chart, Choice, Condition, Definition};
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::facts::{Facts, folder_of, join_path};
use crate::source::{FileId, Span, Spanned, Text};
use evaluate::Context;
use values::{Found, Values};

/// What a chart makes, its subcharts included.
pub(super) struct Release {
    /// `Chart.yaml`.
    pub(super) file: FileId,
    /// The objects, with holes.
    pub(super) objects: Vec<Tree>,
    /// Why there may be further objects.
    pub(super) open: Option<String>,
    /// Words of which its names may be made: what it and those that it takes in are called, and what their values
    /// say.
    pub(super) words: FxHashSet<String>,
}

/// The charts that are no part of another one.
pub(super) fn releases(facts: &Facts) -> Vec<Release> {
    let charts = Charts::new(facts);
    let parts = charts.parts();
    let roots = charts.by_folder.iter().filter(|(folder, (_, chart))| {
        let is_library = said(chart, "type").is_some_and(|it| it.as_str() == "library");
        !parts.contains(*folder) && !is_library
    });
    let mut out: Vec<Release> = roots
        .map(|(folder, (file, chart))| {
            let (objects, words) = (Vec::new(), FxHashSet::default());
            let mut release = Release { file: *file, objects, open: None, words };
            let definitions = charts.definitions(folder);
            let path = vec![*folder];
            let mut render = Render { charts: &charts, definitions, path, out: &mut release };
            render.chart(folder, chart, &Values::of_root(chart));
            release
        })
        .collect();
    out.sort_by(|a, b| facts.path(a.file).cmp(facts.path(b.file)));
    out
}

/// The files that are parts of charts.
pub(super) fn used_files(facts: &Facts) -> FxHashSet<FileId> {
    let files = facts.charts.iter().flat_map(|(file, it)| {
        let values = it.values.iter().map(|it| it.0);
        it.templates.iter().map(|it| it.0).chain(values).chain([*file])
    });
    files.collect()
}

struct Charts<'a> {
    by_folder: FxHashMap<&'a str, (FileId, &'a Chart)>,
    /// What may stand in the holes of their templates.
    choices: FxHashMap<&'a str, &'a [Choice]>,
}

impl<'a> Charts<'a> {
    fn new(facts: &'a Facts) -> Self {
        let folder = |file| folder_of(facts.path(file));
        let by_folder = facts.charts.iter().map(|(file, it)| (folder(*file), (*file, it)));
        let charts = || facts.charts.iter().map(|it| &it.1);
        let of_templates = charts().flat_map(|it| &it.templates).flat_map(|it| &it.1.choices);
        let of_definitions = charts().flat_map(|it| &it.definitions).flat_map(|it| &it.choices);
        let choices = of_templates.chain(of_definitions).map(|(hole, it)| (hole.as_str(), it.as_slice()));
        Self { by_folder: by_folder.collect(), choices: choices.collect() }
    }

    /// The chart in whose `charts/` a folder stands.
    fn parent(&self, folder: &str) -> Option<&str> {
        let above = match folder.rsplit_once('/') {
            Some(("charts", _)) => ".",
            Some((above, _)) => above.strip_suffix("/charts")?,
            None => return None,
        };
        self.by_folder.get_key_value(above).map(|it| *it.0)
    }

    /// The charts that are there to be installed with another one, whose values stand over theirs: those in its folder
    /// that it takes in.
    fn parts(&self) -> FxHashSet<&'a str> {
        let taken_in = |(folder, (_, chart)): (&&'a str, &(FileId, &'a Chart))| {
            let below = self.dependencies(folder, chart).into_iter().filter_map(|it| it.1);
            below.filter(|it| is_in(it, folder)).collect::<Vec<_>>()
        };
        self.by_folder.iter().flat_map(taken_in).collect()
    }

    /// The named templates of a chart and of those that it takes in: a name is known to all of them. One that is
    /// there twice is left out.
    fn definitions(&self, folder: &str) -> FxHashMap<&'a str, &'a Definition> {
        let mut found: FxHashMap<&'a str, Option<&'a Definition>> = FxHashMap::default();
        let mut todo = vec![folder];
        let mut done: FxHashSet<&str> = FxHashSet::default();
        while let Some(folder) = todo.pop() {
            let Some((_, chart)) = self.by_folder.get(folder).filter(|_| done.insert(folder)) else {
                continue;
            };
            for it in &chart.definitions {
                found.entry(&it.name).and_modify(|it| *it = None).or_insert(Some(it));
            }
            todo.extend(self.dependencies(folder, chart).into_iter().filter_map(|it| it.1));
        }
        found.into_iter().filter_map(|(name, it)| Some((name, it?))).collect()
    }

    /// The charts that one takes in, each by the key of its values, with its folder when it is in the project.
    fn dependencies(&self, folder: &str, chart: &Chart) -> Vec<(String, Option<&'a str>)> {
        let here = |name: &str| self.by_folder.get_key_value(name).map(|it| *it.0);
        let declared = chart.about.documents.first().and_then(|it| it.tree.get("dependencies")?.as_list());
        let mut out: Vec<(String, Option<&'a str>)> = Vec::new();
        for it in declared.unwrap_or_default() {
            let text = |key: &str| it.get(key).and_then(Tree::as_text).map(Text::as_str);
            let Some(name) = text("name") else { continue };
            let local = text("repository").and_then(|it| it.strip_prefix("file://"));
            let own = join_path(folder, &format!("charts/{name}"));
            let elsewhere = local.and_then(|it| join_path(folder, it));
            let found = own.into_iter().chain(elsewhere).find_map(|it| here(&it));
            out.push((text("alias").unwrap_or(name).to_owned(), found));
        }
        // What is in `charts/` is taken in, declared or not.
        let mut inside: Vec<&'a str> =
            self.by_folder.keys().copied().filter(|it| self.parent(it) == Some(folder)).collect();
        inside.sort_unstable();
        for it in inside {
            if !out.iter().any(|(_, found)| *found == Some(it)) {
                out.push((it.rsplit('/').next().unwrap_or(it).to_owned(), Some(it)));
            }
        }
        out
    }
}

/// Whether a folder of the project is in another one.
fn is_in(folder: &str, other: &str) -> bool {
    folder != other && (other == "." || folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/')))
}

/// Charts in charts; real ones have two or three.
const DEEPEST: usize = 10;

/// Mappings in mappings; the objects of Kubernetes have ten or twenty.
const DEEPEST_TREE: usize = 100;

/// A text of `Chart.yaml`.
fn said<'c>(chart: &'c Chart, key: &str) -> Option<&'c Text> {
    chart.about.documents.first()?.tree.get(key)?.as_text()
}

/// Adds up what a chart and those that it takes in make.
struct Render<'r, 'a> {
    charts: &'r Charts<'a>,
    definitions: FxHashMap<&'a str, &'a Definition>,
    /// The folders of the charts around the one that is rendered, its own included.
    path: Vec<&'a str>,
    out: &'r mut Release,
}

impl<'a> Render<'_, 'a> {
    fn chart(&mut self, folder: &'a str, chart: &'a Chart, values: &Values<'a>) {
        let (choices, definitions) = (&self.charts.choices, &self.definitions);
        let scope = Scope { chart, values, definitions, choices, depth: Cell::default() };
        self.out.words.extend(said(chart, "name").map(|it| it.as_str().to_owned()));
        words::of_values(chart, &mut self.out.words);
        for (_, template) in &chart.templates {
            let objects: Vec<Tree> = template.objects.iter().map(|it| scope.fill(it)).collect();
            if template.open.is_some() || objects.iter().any(is_vague) {
                self.out.open.get_or_insert_with(|| "a template decides which objects there are".to_owned());
            }
            self.out.objects.extend(objects);
        }
        for (key, found) in self.charts.dependencies(folder, chart) {
            self.out.words.insert(key.clone());
            let is_new = |it: &&str| !self.path.contains(it) && self.path.len() < DEEPEST;
            let Some(below) = found.filter(is_new) else {
                self.out.open.get_or_insert_with(|| format!("the chart `{key}` is not in the project"));
                continue;
            };
            let (_, chart) = self.charts.by_folder[below];
            self.path.push(below);
            self.chart(below, chart, &values.below(&key, chart));
            self.path.pop();
        }
    }
}

/// Whether it is not known what kind of object one is, or what it is called at all.
fn is_vague(object: &Tree) -> bool {
    let kind = object.get("kind").and_then(Tree::as_text).map_or("", Text::as_str);
    let name = object.get("metadata").and_then(|it| it.get("name")).and_then(Tree::to_text);
    !kind.ends_with("List") && (name.is_none() || helm::has_hole(kind))
}

/// Where an expression is worth something.
struct Scope<'s, 'a> {
    chart: &'a Chart,
    values: &'s Values<'a>,
    definitions: &'s FxHashMap<&'a str, &'a Definition>,
    choices: &'s FxHashMap<&'a str, &'a [Choice]>,
    /// How deep in a tree it is.
    depth: Cell<usize>,
}

impl<'a> Scope<'_, 'a> {
    /// A tree whose holes are filled as far as it is known with what.
    fn fill(&self, tree: &Tree) -> Tree {
        // A mapping may include itself.
        if self.depth.get() > DEEPEST_TREE {
            return tree.clone();
        }
        self.depth.set(self.depth.get() + 1);
        let out = self.filled(&self.with_included(tree));
        self.depth.set(self.depth.get() - 1);
        out
    }

    fn filled(&self, tree: &Tree) -> Tree {
        let kind = match &tree.kind {
            TreeKind::Text(text) if text.as_str().contains("{{") => {
                return match (self.chosen(text.as_str()), self.structure(text.as_str(), tree.span)) {
                    (Some(chosen), _) => self.fill(chosen),
                    (None, Some(values)) => Tree { kind: values.kind, span: tree.span },
                    (None, None) => self.fill_text(text, tree),
                };
            }
            TreeKind::List(items) => TreeKind::List(items.iter().flat_map(|it| self.items(it)).collect()),
            TreeKind::Map(entries) => {
                let entries = entries.iter().filter(|it| !is_namespace_of_release(it));
                TreeKind::Map(entries.flat_map(|it| self.entries(it)).collect())
            }
            kind => kind.clone(),
        };
        Tree { kind, span: tree.span }
    }

    /// An item of a list; where a template writes items of the values, these, and a hole for those of whoever installs
    /// the chart.
    fn items(&self, item: &Tree) -> Vec<Tree> {
        let hole = item.as_text().map_or("", Text::as_str);
        match self.structure(hole, item.span).map(|it| it.kind) {
            Some(TreeKind::List(items)) => items,
            _ => vec![self.fill(item)],
        }
    }

    /// An entry of a mapping, as [`Scope::items`].
    fn entries(&self, entry: &TreeEntry) -> Vec<TreeEntry> {
        match self.structure(&entry.key.value, entry.key.span).map(|it| it.kind) {
            Some(TreeKind::Map(entries)) => entries,
            _ => {
                let (key, value) = (self.fill_key(&entry.key), self.fill(&entry.value));
                vec![TreeEntry { key, value, span: entry.span }]
            }
        }
    }

    /// What a template makes of values that are lists or mappings by default, with a hole for what whoever installs the
    /// chart may add.
    fn structure(&self, hole: &str, place: Span) -> Option<Tree> {
        let expression = helm::expression(hole).filter(|it| it.contains("toYaml"))?;
        let mut tree = self.evaluate(|it| it.structure(expression, place))?;
        let more = Tree::text(Text::new(hole, place), place);
        match &mut tree.kind {
            TreeKind::List(items) => items.push(more),
            TreeKind::Map(entries) => {
                let key = Spanned::new(hole.to_owned(), place);
                entries.push(TreeEntry { key, value: more, span: place });
            }
            _ => return None,
        }
        Some(tree)
    }

    /// What stands in a hole by default: the last of what may whose conditions hold.
    fn chosen(&self, hole: &str) -> Option<&'a Tree> {
        let mut found = None;
        for choice in *self.choices.get(hole)? {
            if self.all_hold(&choice.conditions)? {
                found = Some(&choice.tree);
            }
        }
        found
    }

    fn all_hold(&self, conditions: &[Condition]) -> Option<bool> {
        let mut all = true;
        for it in conditions {
            let holds = |code: &String| self.holds(code, it.place);
            for before in &it.not {
                all &= !holds(before)?;
            }
            all &= it.holds.as_ref().map_or(Some(true), holds)?;
        }
        Some(all)
    }

    /// Whether a condition holds by values that the chart has.
    fn holds(&self, condition: &str, place: Span) -> Option<bool> {
        let at_path =
            |path: &str| self.values.at_path(path, self.chart).filter(|it| !matches!(it, Found::Absent));
        self.ask(&at_path, |it| it.holds(condition, place))
    }

    fn evaluate<T>(&self, ask: impl FnOnce(&Context<'_>) -> Option<T>) -> Option<T> {
        self.ask(&|path| self.values.at_path(path, self.chart), ask)
    }

    fn ask<T>(
        &self,
        at_path: &dyn Fn(&str) -> Option<Found>,
        ask: impl FnOnce(&Context<'_>) -> Option<T>,
    ) -> Option<T> {
        let body = |name: &str| self.definitions.get(name).map(|it| it.body.as_slice());
        ask(&Context { at_path, body: &body })
    }

    /// A tree in which the named templates that are mappings, such as labels, stand in place of what includes them.
    fn with_included<'t>(&self, tree: &'t Tree) -> Cow<'t, Tree> {
        let mut tree = Cow::Borrowed(tree);
        // One may include another, or itself.
        for _ in 0..DEEPEST {
            let hole = tree.as_text().and_then(|it| self.included(it.as_str()));
            let is_included = |it: &TreeEntry| self.included(&it.key.value).is_some();
            if let Some(it) = hole {
                tree = Cow::Owned(it.clone());
            } else if let Some(entries) = tree.as_map().filter(|it| it.iter().any(is_included)) {
                let mut out: Vec<TreeEntry> = Vec::new();
                for entry in entries {
                    let own = self.included(&entry.key.value).and_then(Tree::as_map);
                    for it in own.unwrap_or(std::slice::from_ref(entry)) {
                        out.retain(|earlier| earlier.key.value != it.key.value);
                        out.push(it.clone());
                    }
                }
                tree = Cow::Owned(Tree::map(out, tree.span));
            } else {
                break;
            }
        }
        tree
    }

    /// The mapping that a hole includes with the dot of its chart.
    fn included(&self, hole: &str) -> Option<&Tree> {
        let name = helm::expression(hole)?.strip_prefix("include \"")?.strip_suffix("\" .")?;
        self.definitions.get(name)?.tree.as_ref()
    }

    /// A single hole becomes what its value is: a number stays one, and a text keeps its place in the values. In the
    /// middle of a text it is the template that shows what belongs together.
    fn fill_text(&self, text: &Text, tree: &Tree) -> Tree {
        let mut holes = helm::holes(text.as_str()).peekable();
        if holes.peek().is_some_and(|it| it.len() == text.as_str().len()) {
            return match self.answer(text.as_str(), tree.span) {
                Ok(value) => Tree { kind: value.kind, span: tree.span },
                Err(hole) => Tree::text(Text::new(hole, tree.span), tree.span),
            };
        }
        let (mut out, mut done) = (Text::default(), 0);
        for hole in holes {
            out.append(&text.slice(done..hole.start));
            let place = text.slice(hole.clone()).cover().unwrap_or(tree.span);
            match self.answer(&text.as_str()[hole.clone()], place) {
                Ok(value) => out.push(value.to_text().unwrap_or_default().as_str(), place),
                Err(hole) => out.push(&hole, place),
            }
            done = hole.end;
        }
        out.append(&text.slice(done..text.as_str().len()));
        Tree::text(out, tree.span)
    }

    fn fill_key(&self, key: &Spanned<String>) -> Spanned<String> {
        if !key.value.contains("{{") {
            return key.clone();
        }
        let filled = self.fill(&Tree::implied(&key.value, key.span)).to_text().unwrap_or_default();
        Spanned::new(filled.as_str().to_owned(), key.span)
    }

    /// What a hole is filled with, else the hole that stays.
    fn answer(&self, hole: &str, place: Span) -> Result<Tree, String> {
        let expression = helm::expression(hole).ok_or_else(|| hole.to_owned())?;
        if let Some(value) = self.evaluate(|it| it.scalar(expression, place)) {
            return Ok(value);
        }
        // The same words mean something else in another chart, but for what is of the release.
        if expression.starts_with(".Release.") || self.values.prefix.is_empty() {
            return Err(hole.to_owned());
        }
        let name = self.values.prefix.join(".");
        Err(helm::hole(Some(&format!("{name}: {expression}")), place))
    }
}

/// `namespace: {{ .Release.Namespace }}` says what is so without it.
fn is_namespace_of_release(entry: &TreeEntry) -> bool {
    let is_release = |it: &Text| helm::expression(it.as_str()) == Some(".Release.Namespace");
    entry.key.value == "namespace" && entry.value.as_text().is_some_and(is_release)
}
