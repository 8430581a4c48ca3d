//! `configMapGenerator:` and `secretGenerator:`:
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/>.

use super::resource::{Behavior, Resource, map_of};
use super::{Files, Outcome, items, pairs, place, refused, section, switch, text, texts};
use crate::facts::kustomize::path_of_source;
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::source::{Span, Spanned, Text};

/// Generates the objects of a kustomization and adds them to those that are there.
pub(super) fn generate(
    files: &Files<'_>,
    folder: &str,
    kustomization: &Tree,
    resources: &mut Vec<Resource>,
) -> Outcome<()> {
    for (key, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for entry in items(kustomization, key)? {
            let new = object(files, folder, kustomization, entry, kind)?;
            absorb(resources, new, entry.span)?;
        }
    }
    Ok(())
}

fn object(
    files: &Files<'_>,
    folder: &str,
    kustomization: &Tree,
    entry: &Tree,
    kind: &str,
) -> Outcome<Resource> {
    let span = entry.span;
    let name = text(entry, "name")?.ok_or_else(|| refused("what is generated needs a `name`", span))?;
    let mut metadata = map_of([("name", Tree::text(name.clone(), place(name)))], span);
    let mut set = |key: &str, value: Tree| metadata.set(&Spanned::new(key.to_owned(), value.span), value);
    if let Some(namespace) = text(entry, "namespace")? {
        set("namespace", Tree::text(namespace.clone(), place(namespace)));
    }
    let options: Vec<&Tree> = [entry.get("options"), section(kustomization, "generatorOptions")]
        .into_iter()
        .flatten()
        .filter(|it| !it.is_null())
        .collect();
    for key in ["labels", "annotations"] {
        let mut map = Tree::map(Vec::new(), span);
        for it in &options {
            for pair in pairs(it, key)? {
                if map.get(&pair.key.value).is_none() {
                    map.set(&pair.key, pair.value.clone());
                }
            }
        }
        if map.as_map().is_some_and(|it| !it.is_empty()) {
            set(key, map);
        }
    }
    let is_on = |key: &str| options.iter().try_fold(false, |on, it| Ok(on || switch(it, key)?));
    let is_secret = kind == "Secret";
    let implied = |text: &str| Tree::implied(text, span);
    let mut tree =
        map_of([("apiVersion", implied("v1")), ("kind", implied(kind)), ("metadata", metadata)], span);
    let mut set = |key: &str, value: Tree| tree.set(&Spanned::new(key.to_owned(), value.span), value);
    if is_secret {
        let kind = text(entry, "type")?;
        set("type", kind.map_or_else(|| implied("Opaque"), |it| Tree::text(it.clone(), place(it))));
    }
    let mut data = sources(files, folder, entry)?;
    if is_secret {
        for it in &mut data {
            it.value = in_base64(&it.value);
        }
    }
    if is_secret || !data.is_empty() {
        set("data", Tree::map(data, span));
    }
    if is_on("immutable")? {
        set("immutable", Tree { kind: TreeKind::Bool(true), span });
    }
    let mut out = Resource::new(tree);
    out.needs_hash = !is_on("disableNameSuffixHash")?;
    out.behavior = match text(entry, "behavior")?.map(Text::as_str) {
        Some("merge") => Behavior::Merge,
        Some("replace") => Behavior::Replace,
        _ => Behavior::Create,
    };
    Ok(out)
}

/// The entries that a generator reads from its sources.
fn sources(files: &Files<'_>, folder: &str, entry: &Tree) -> Outcome<Vec<TreeEntry>> {
    let mut out: Vec<TreeEntry> = Vec::new();
    let mut add = |key: Text, value: Text, span: Span| {
        let key = Spanned::new(key.as_str().to_owned(), key.cover().unwrap_or(span));
        if out.iter().any(|it| it.key.value == key.value) {
            return Err(refused(format!("the key `{}` is there twice", key.value), key.span));
        }
        let value = Tree { span: value.cover().unwrap_or(span), kind: TreeKind::Text(value) };
        out.push(TreeEntry { span: key.span, key, value });
        Ok(())
    };
    for path in texts(entry, "envs")?.into_iter().chain(text(entry, "env")?) {
        let content = &files.input(folder, path)?.text;
        let mut at = 0;
        for line in content.as_str().split_inclusive('\n') {
            let whole = content.slice(at..at + line.len());
            at += line.len();
            let end = line.strip_suffix('\n').map_or(line, |it| it.strip_suffix('\r').unwrap_or(it)).len();
            let start = line.len() - line.trim_start().len();
            if start >= end || line[start..].starts_with('#') {
                continue;
            }
            let sign = line[start..end].find('=').map(|it| start + it);
            let key = whole.slice(start..sign.unwrap_or(end));
            let value = whole.slice(sign.map_or(end, |it| it + 1)..end);
            if !key.as_str().is_empty() {
                add(key, value, place(&whole))?;
            }
        }
    }
    for literal in texts(entry, "literals")? {
        let written = literal.as_str();
        let Some(sign) = written.find('=').filter(|it| *it > 0) else {
            return Err(refused(format!("`{written}` is no `key=value`"), place(literal)));
        };
        let value = literal.slice(sign + 1..written.len());
        let quote = value.as_str().chars().next().filter(|it| matches!(it, '"' | '\''));
        let is_quoted = value.as_str().len() > 1 && quote.is_some_and(|it| value.as_str().ends_with(it));
        let value = if is_quoted { value.slice(1..value.as_str().len() - 1) } else { value };
        add(literal.slice(0..sign), value, place(literal))?;
    }
    for source in texts(entry, "files")? {
        let written = source.as_str();
        if written.matches('=').count() > 1 || written.starts_with('=') || written.ends_with('=') {
            return Err(refused(format!("`{written}` is no `key=path`"), place(source)));
        }
        let path = path_of_source(source);
        let key = match written.find('=') {
            Some(at) => source.slice(0..at),
            None => source.slice(written.rfind('/').map_or(0, |it| it + 1)..written.len()),
        };
        let content = files.input(folder, &path)?.text.clone();
        add(key, content, place(source))?;
    }
    out.sort_by(|a, b| a.key.value.cmp(&b.key.value));
    Ok(out)
}

/// Lines of 70 characters, when there are several.
fn in_base64(tree: &Tree) -> Tree {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = tree.to_text().unwrap_or_default();
    let mut encoded = String::new();
    for chunk in text.as_str().as_bytes().chunks(3) {
        let byte = |at: usize| usize::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = char::from(ALPHABET[bits >> (18 - 6 * at) & 63]);
            encoded.push(if at > chunk.len() { '=' } else { letter });
        }
    }
    const LINE: usize = 70;
    if encoded.len() >= LINE {
        let lines = encoded.as_bytes().chunks(LINE).map(|it| String::from_utf8_lossy(it).into_owned() + "\n");
        encoded = lines.collect();
    }
    Tree::implied(&encoded, tree.span)
}

/// Adds what is generated, or puts it in place of what is there.
fn absorb(resources: &mut Vec<Resource>, mut new: Resource, span: Span) -> Outcome<()> {
    let id = new.id();
    let found: Vec<usize> =
        (0..resources.len()).filter(|at| resources[*at].is_any(&|it| it.is_same(&id))).collect();
    match (&found[..], new.behavior) {
        ([], Behavior::Create) => {
            resources.push(new);
            Ok(())
        }
        ([], _) => Err(refused(format!("there is no {} `{}` to change", id.kind.kind, id.name), span)),
        ([_], Behavior::Create) => {
            let message =
                format!("there is a {} `{}` already; `behavior` says what then", id.kind.kind, id.name);
            Err(refused(message, span))
        }
        ([at], behavior) => {
            let old = resources[*at].clone();
            for key in ["labels", "annotations"] {
                let both = merged(
                    old.tree.get("metadata").and_then(|it| it.get(key)),
                    new.tree.get("metadata").and_then(|it| it.get(key)),
                );
                new.set_metadata(key, both);
            }
            for key in ["name", "namespace"] {
                new.set_metadata(key, old.tree.get("metadata").and_then(|it| it.get(key)).cloned());
            }
            if behavior == Behavior::Merge {
                let mut data = old.tree.get("data").cloned();
                if let Some(plain) = old.tree.get("stringData").filter(|_| id.kind.kind == "Secret") {
                    let mut plain = plain.clone();
                    for entry in plain.as_map_mut().into_iter().flatten() {
                        entry.value = in_base64(&entry.value);
                    }
                    data = merged(data.as_ref(), Some(&plain));
                }
                let binary = merged(old.tree.get("binaryData"), new.tree.get("binaryData"));
                let data = merged(data.as_ref(), new.tree.get("data"));
                for (key, value) in [("data", data), ("binaryData", binary)] {
                    match value {
                        Some(value) => new.tree.set(&Spanned::new(key.to_owned(), value.span), value),
                        None => {
                            let _ = new.tree.take(key);
                        }
                    }
                }
            }
            new.take_history(&old);
            resources[*at] = new;
            Ok(())
        }
        _ => Err(refused(format!("there are several {} `{}`", id.kind.kind, id.name), span)),
    }
}

/// Both mappings, the second over the first; `None` when they have no entry.
fn merged(old: Option<&Tree>, new: Option<&Tree>) -> Option<Tree> {
    let mut out = old.or(new)?.clone();
    let entries = new.and_then(Tree::as_map).unwrap_or_default();
    entries.iter().for_each(|it| out.replace(it));
    Some(out).filter(|it| it.as_map().is_some_and(|it| !it.is_empty()))
}
