//! `replacements:`: <https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/replacement/replacement.go>.

use regex::Regex;

use super::fields;
use super::resource::{Id, Resource};
use super::selector::Selector;
use super::{Failure, Files, Outcome, items, place, refused, section, switch, text, texts};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Span, Spanned, Text};

/// Applies every replacement of a kustomization, those in files of their own included.
pub(super) fn apply(
    files: &Files<'_>,
    folder: &str,
    kustomization: &Tree,
    resources: &mut [Resource],
) -> Outcome<()> {
    let mut all = Vec::new();
    for entry in items(kustomization, "replacements")? {
        let Some(path) = text(entry, "path")? else {
            all.push(entry.clone());
            continue;
        };
        let content = files.input(folder, path)?;
        if let Some(error) = content.errors.first() {
            return Err(Failure::Refused(error.clone()));
        }
        let Some(first) = content.documents.first() else {
            return Err(refused("there is no replacement in the file", place(path)));
        };
        match &first.tree.kind {
            TreeKind::List(items) => all.extend(items.iter().cloned()),
            TreeKind::Map(_) => all.push(first.tree.clone()),
            _ => return Err(refused("a replacement is a mapping", first.tree.span)),
        }
    }
    all.iter().try_for_each(|it| replace(it, resources))
}

fn replace(entry: &Tree, resources: &mut [Resource]) -> Outcome<()> {
    let value = match (section(entry, "sourceValue"), section(entry, "source")) {
        (Some(value), None) => value.clone(),
        (None, Some(source)) => source_value(source, resources)?,
        _ => return Err(refused("a replacement has a `source`", entry.span)),
    };
    let targets = items(entry, "targets")?;
    if targets.is_empty() {
        return Err(refused("a replacement has `targets`", entry.span));
    }
    for target in targets {
        let select =
            section(target, "select").ok_or_else(|| refused("a target has a `select`", target.span))?;
        let select = Selector::read(select)?;
        let reject: Vec<Selector> =
            items(target, "reject")?.iter().map(Selector::read).collect::<Outcome<_>>()?;
        let paths: Vec<String> =
            texts(target, "fieldPaths")?.iter().map(|it| it.as_str().to_owned()).collect();
        let paths = if paths.is_empty() { vec!["metadata.name".to_owned()] } else { paths };
        let options = Options::read(target)?;
        for resource in resources.iter_mut().filter(|it| !it.is_gone()) {
            let ids = resource.all_ids();
            let is_rejected = |it: &Selector| {
                (it.asks_for_texts() && it.selects_texts(resource))
                    || (it.asks_for_id() && ids.iter().any(|id| it.selects_id(id)))
            };
            let is_meant = select.selects_texts(resource)
                && !reject.iter().any(is_rejected)
                && ids.iter().any(|it| select.selects_id(it));
            if !is_meant {
                continue;
            }
            for path in &paths {
                let parts = split_path(path);
                let made = options.create.then_some(&value.kind);
                let found = matching(&mut resource.tree, &parts, made, &value, &mut |it, is_new| {
                    options.set(it, &value, is_new)
                })?;
                if found == 0 {
                    return Err(refused(format!("there is no field `{path}` to replace"), target.span));
                }
            }
        }
    }
    Ok(())
}

/// `options:` of a source or of a target.
struct Options {
    delimiter: Option<String>,
    index: i64,
    create: bool,
}

impl Options {
    fn read(tree: &Tree) -> Outcome<Self> {
        let Some(options) = section(tree, "options") else {
            return Ok(Self { delimiter: None, index: 0, create: false });
        };
        let index = section(options, "index").and_then(Tree::to_text);
        Ok(Self {
            delimiter: text(options, "delimiter")?.map(|it| it.as_str().to_owned()),
            index: index.and_then(|it| it.as_str().parse().ok()).unwrap_or(0),
            create: switch(options, "create")?,
        })
    }

    /// Puts the value into a field, whose type stays as it is.
    fn set(&self, field: &mut Tree, value: &Tree, is_new: bool) -> Outcome<()> {
        let (Some(new), None) = (value.to_text(), field.as_list().or(field.as_map().map(|_| &[][..]))) else {
            *field = value.clone();
            return Ok(());
        };
        let new = match &self.delimiter {
            None => new,
            Some(delimiter) => self.joined(field, &new, delimiter),
        };
        let is_text = field.as_text().is_some() && !is_new;
        let span = value.span;
        *field = if is_text { Tree::text(new, span) } else { Tree::resolved(new, span) };
        Ok(())
    }

    /// The field with one of its parts replaced.
    fn joined(&self, field: &Tree, new: &Text, delimiter: &str) -> Text {
        let old = field.to_text().unwrap_or_default();
        let mut parts: Vec<Text> = Vec::new();
        let mut at = 0;
        for part in old.as_str().split(delimiter) {
            parts.push(old.slice(at..at + part.len()));
            at += part.len() + delimiter.len();
        }
        match usize::try_from(self.index) {
            Err(_) => parts.insert(0, new.clone()),
            Ok(index) => match parts.get_mut(index) {
                Some(part) => *part = new.clone(),
                None => parts.push(new.clone()),
            },
        }
        let mut out = Text::default();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                out.push(delimiter, field.span);
            }
            out.append(part);
        }
        out
    }
}

fn source_value(source: &Tree, resources: &[Resource]) -> Outcome<Tree> {
    let part = |key: &str| text(source, key).map(|it| it.map(Text::as_str).unwrap_or_default());
    let (name, namespace) = (part("name")?, part("namespace")?);
    let kind = [part("group")?, part("version")?, part("kind")?];
    let is_namespace = |it: &Id| {
        let wanted = if namespace.is_empty() { "default" } else { namespace };
        namespace.is_empty() || it.effective_namespace() == wanted
    };
    let is_meant =
        |it: &Id| (name.is_empty() || it.name == name) && is_namespace(it) && it.kind.is_selected(kind);
    let mut found = resources.iter().filter(|it| it.is_any(&is_meant));
    let (Some(resource), None) = (found.next(), found.next()) else {
        return Err(refused("the source of a replacement is exactly one object", source.span));
    };
    let path = text(source, "fieldPath")?.map(|it| it.as_str()).unwrap_or("metadata.name");
    let missing = || refused(format!("the source has no field `{path}`"), source.span);
    let value = lookup(&resource.tree, &split_path(path)).ok_or_else(missing)?;
    let options = Options::read(source)?;
    let Some(delimiter) = &options.delimiter else { return Ok(value.clone()) };
    let whole = value.to_text().ok_or_else(|| refused("`delimiter` splits texts only", source.span))?;
    let index = usize::try_from(options.index).map_err(|_| missing())?;
    let mut at = 0;
    for (number, part) in whole.as_str().split(delimiter.as_str()).enumerate() {
        if number == index {
            let part = whole.slice(at..at + part.len());
            return Ok(if value.as_text().is_some() {
                Tree::text(part, value.span)
            } else {
                Tree::resolved(part, value.span)
            });
        }
        at += part.len() + delimiter.len();
    }
    Err(missing())
}

/// The value at a path; `None` when there is none, or it is null.
pub(super) fn lookup<'t>(tree: &'t Tree, path: &[String]) -> Option<&'t Tree> {
    path.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).try_fold(tree, |at, part| {
        let next = if let Ok(index) = part.parse::<usize>() {
            at.as_list()?.get(index)
        } else if part == "-" {
            at.as_list()?.last()
        } else if let Some(condition) = condition(part) {
            let (key, value) = condition.split_once('=')?;
            let fits = |it: &&Tree| {
                let own = if key.is_empty() { it.to_text() } else { it.get(key).and_then(Tree::to_text) };
                own.is_some_and(|it| it.as_str() == value)
            };
            at.as_list()?.iter().find(fits)
        } else {
            at.get(part)
        };
        next.filter(|it| !it.is_null())
    })
}

/// What is done with a field, and whether it was made for that.
type Visit<'v> = dyn FnMut(&mut Tree, bool) -> Outcome<()> + 'v;

/// Visits every value at a path, and tells how many there are. Where it is missing and may be made it is
/// made as `new`.
fn matching(
    tree: &mut Tree,
    path: &[String],
    new: Option<&TreeKind>,
    value: &Tree,
    visit: &mut Visit<'_>,
) -> Outcome<usize> {
    let Some((part, rest)) = path.split_first() else {
        return visit(tree, false).map(|()| 1);
    };
    let span = value.span;
    let make = || Tree { kind: made(rest.first(), new), span };
    if let Ok(index) = part.parse::<usize>() {
        let TreeKind::List(items) = &mut tree.kind else { return Err(no_list(tree.span)) };
        if items.len() == index && new.is_some() {
            items.push(make());
            if rest.is_empty() {
                return visit(&mut items[index], true).map(|()| 1);
            }
        }
        let missing = || refused(format!("there is no item {index} in this list"), span);
        return matching(items.get_mut(index).ok_or_else(missing)?, rest, new, value, visit);
    }
    if part == "*" {
        let TreeKind::List(items) = &mut tree.kind else { return Err(no_list(tree.span)) };
        return items.iter_mut().try_fold(0, |sum, it| Ok(sum + matching(it, rest, new, value, visit)?));
    }
    if let Some(condition) = condition(part) {
        return conditional(tree, condition, rest, new, value, visit);
    }
    if tree.is_null() {
        return Ok(0);
    }
    if tree.as_map().is_none() {
        return Err(refused(format!("there is no `{part}` in what is no mapping"), tree.span));
    }
    if tree.get(part).is_none() {
        if new.is_none() {
            return Ok(0);
        }
        tree.set(&Spanned::new(part.clone(), span), make());
        if rest.is_empty() {
            return tree.get_mut(part).map_or(Ok(0), |it| visit(it, true).map(|()| 1));
        }
    }
    let Some(next) = tree.get_mut(part) else { return Ok(0) };
    if !rest.is_empty() && next.to_text().is_some() {
        return Err(Failure::Unknown(
            "a replacement changes a text that holds a document of its own".to_owned(),
        ));
    }
    matching(next, rest, new, value, visit)
}

/// Visits the items of a list whose key fits a regular expression.
fn conditional(
    tree: &mut Tree,
    condition: &str,
    rest: &[String],
    new: Option<&TreeKind>,
    value: &Tree,
    visit: &mut Visit<'_>,
) -> Outcome<usize> {
    let span = value.span;
    let wrong = || refused(format!("`[{condition}]` is no condition"), span);
    let (key, pattern) = condition.split_once('=').ok_or_else(wrong)?;
    let regex = Regex::new(pattern).map_err(|_| wrong())?;
    let TreeKind::List(items) = &mut tree.kind else { return Err(no_list(tree.span)) };
    let own = |it: &Tree| if key.is_empty() { it.to_text() } else { it.get(key).and_then(Tree::to_text) };
    let fits = |it: &Tree| own(it).is_some_and(|it| regex.is_match(it.as_str()));
    let mut found = 0;
    for item in items.iter_mut().filter(|it| fits(it)) {
        found += matching(item, rest, new, value, visit)?;
    }
    if found > 0 || new.is_none() {
        return Ok(found);
    }
    let mut item = Tree::implied(pattern, span);
    if !key.is_empty() {
        item = Tree::map(Vec::new(), span);
        item.set(&Spanned::new(key.to_owned(), span), Tree::implied(pattern, span));
    }
    items.push(item);
    items.last_mut().map_or(Ok(0), |it| matching(it, rest, new, value, visit))
}

/// What is made in front of the next part of a path.
fn made(next: Option<&String>, new: Option<&TreeKind>) -> TreeKind {
    match next {
        None => new.cloned().unwrap_or(TreeKind::Null),
        Some(part) if condition(part).is_some() || part.parse::<usize>().is_ok() => {
            TreeKind::List(Vec::new())
        }
        Some(_) => TreeKind::Map(Vec::new()),
    }
}

fn no_list(span: Span) -> Failure {
    refused("this should be a list", span)
}

/// What is asked of an item in `[key=value]`.
fn condition(part: &str) -> Option<&str> {
    part.strip_prefix('[')?.strip_suffix(']')
}

/// The parts of a path, of which one in brackets may hold dots.
pub(super) fn split_path(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut parts = fields::split(path, '.').into_iter();
    while let Some(mut part) = parts.next() {
        if part.starts_with('[') && !part.ends_with(']') {
            for more in parts.by_ref() {
                part.push('.');
                part.push_str(&more);
                if more.ends_with(']') {
                    break;
                }
            }
            if !part.contains('=') {
                part = part.trim_matches(['[', ']']).to_owned();
            }
        }
        out.push(part);
    }
    out
}
