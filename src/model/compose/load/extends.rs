//! `extends:`: <https://github.com/compose-spec/compose-go/blob/main/loader/extends.go>.

use super::{Fault, Loader, World, forget, merge};
use crate::facts::tree::{Tree, TreeKind};
use crate::model::compose::{folder_of, paths};
use crate::source::{FileId, Span, Spanned};

/// Services that extend each other: deeper than anybody writes.
const MAX_CHAIN: usize = 100;

/// Why a service could not be extended; it was told already.
struct Unextended(String);

impl Loader<'_> {
    /// Resolves `extends:` of every service of one document.
    pub(super) fn extend_services(
        &mut self,
        tree: &mut Tree,
        file: FileId,
        replaced: &[Vec<String>],
        world: &mut World<'_>,
    ) {
        let Some(mut services) = tree.take("services") else { return };
        let key = |it: &Tree| Spanned::new("services".to_owned(), it.span);
        let extending = |it: &&crate::facts::tree::TreeEntry| it.value.get("extends").is_some();
        let names = services.as_map().unwrap_or_default().iter().filter(extending);
        let names: Vec<String> = names.map(|it| it.key.value.clone()).collect();
        for name in names {
            let _ = self.extended(&name, &mut services, file, replaced, &mut Vec::new(), world);
        }
        let key = key(&services);
        tree.set(&key, services);
    }

    /// Puts the service `name` of `services` on top of what it extends. One that cannot is left as it is
    /// and not tried again.
    fn extended(
        &mut self,
        name: &str,
        services: &mut Tree,
        file: FileId,
        replaced: &[Vec<String>],
        chain: &mut Vec<(FileId, String)>,
        world: &mut World<'_>,
    ) -> Result<(), Unextended> {
        let is_own = chain.first().is_none_or(|it| it.0 == file);
        let done = self.try_to_extend(name, services, file, replaced, chain, world);
        if let Err(Unextended(reason)) = &done {
            let _ = services.get_mut(name).and_then(|it| it.take("extends"));
            if is_own {
                self.out.incomplete_services.insert(name.to_owned(), reason.clone());
            }
        }
        done
    }

    fn try_to_extend(
        &mut self,
        name: &str,
        services: &mut Tree,
        file: FileId,
        replaced: &[Vec<String>],
        chain: &mut Vec<(FileId, String)>,
        world: &mut World<'_>,
    ) -> Result<(), Unextended> {
        let Some(service) = services.get(name) else { return Ok(()) };
        let Some(extends) = service.get("extends").cloned() else { return Ok(()) };
        let outside = || Unextended("it extends a service that is not in the project".to_owned());
        let step = (file, name.to_owned());
        if chain.contains(&step) {
            let message = format!("`{name}` extends itself, be it through others");
            self.out.faults.push(Fault::written(message.clone(), extends.span));
            return Err(Unextended(message));
        }
        if chain.len() > MAX_CHAIN {
            return Err(outside());
        }
        chain.push(step);
        let base_name = if extends.as_map().is_some() { extends.get("service") } else { Some(&extends) };
        let Some(base_name) = base_name.filter(|it| !it.is_unknown()).and_then(Tree::as_text) else {
            return Err(outside());
        };
        let place = base_name.cover().unwrap_or(extends.span);
        let base_name = base_name.as_str().to_owned();
        let mut base = match extends.get("file").filter(|it| !it.is_null()) {
            None => {
                if services.get(&base_name).is_none() {
                    let message = format!("there is no service `{base_name}` in this file to extend");
                    self.out.faults.push(Fault::written(message, place));
                    return Err(outside());
                }
                self.extended(&base_name, services, file, &[], chain, world)?;
                services.get(&base_name).cloned()
            }
            Some(path) => {
                let path = path.clone();
                self.of_other_file(&path, &base_name, place, chain, world)?
            }
        };
        let Some(base) = base.take().filter(|it| it.as_map().is_some()) else { return Ok(()) };
        let Some(own) = services.get_mut(name) else { return Ok(()) };
        let own_span = own.span;
        let over = std::mem::replace(own, Tree { kind: TreeKind::Null, span: own_span });
        let key = |text: &str| Spanned::new(text.to_owned(), own_span);
        // What the file resets holds for what is extended as well.
        let mut alone = Tree::map(Vec::new(), own_span);
        alone.set(&key(name), base);
        let mut root = Tree::map(Vec::new(), own_span);
        root.set(&key("services"), alone);
        forget(&mut root, replaced);
        let base = root.get_mut("services").and_then(|it| it.take(name));
        let mut merged = base.unwrap_or_else(|| Tree::map(Vec::new(), own_span));
        merge::service(&mut merged, over, &mut self.out.faults);
        let _ = merged.take("extends");
        merged.span = own_span;
        if let Some(own) = services.get_mut(name) {
            *own = merged;
        }
        Ok(())
    }

    fn of_other_file(
        &mut self,
        path: &Tree,
        name: &str,
        place: Span,
        chain: &mut Vec<(FileId, String)>,
        world: &mut World<'_>,
    ) -> Result<Option<Tree>, Unextended> {
        let outside = || Unextended("it extends a service that is not in the project".to_owned());
        let text = path.as_text().filter(|_| !path.is_unknown()).ok_or_else(outside)?;
        let resolved = matches!(path.kind, TreeKind::Path(_));
        let wanted =
            if resolved { text.as_str().to_owned() } else { paths::join(world.folder, text.as_str()) };
        let Some(other) = self.index.find(&wanted) else {
            self.missing_file(&wanted, path.span);
            return Err(outside());
        };
        let folder = folder_of(self.index.facts, other).to_owned();
        let mut services = match world.extended.remove(&other) {
            Some(it) => it,
            None => self.services_alone(other, &folder, world),
        };
        let found = if services.get(name).is_none() {
            let message = format!("there is no service `{name}` in `{wanted}` to extend");
            self.out.faults.push(Fault::written(message, place));
            Err(outside())
        } else {
            let replaced = self.replaced_of(other);
            self.extended(name, &mut services, other, &replaced, chain, world)
                .map(|()| services.get(name).cloned())
        };
        world.extended.insert(other, services);
        found
    }

    fn replaced_of(&self, file: FileId) -> Vec<Vec<String>> {
        let documents = self.index.compose(file).into_iter().flat_map(|it| &it.documents);
        documents.last().map(|it| it.content.replaced.clone()).unwrap_or_default()
    }

    /// Notes a file that something needs and that was not read.
    pub(super) fn missing_file(&mut self, path: &str, span: Span) {
        if !self.index.facts.tree.has_file(path) {
            self.out.faults.push(Fault::absent(format!("there is no file `{path}`"), span));
        }
    }
}
