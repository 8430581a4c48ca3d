//! The files of one Compose project as one tree, step by step as Compose makes it:
//! <https://github.com/compose-spec/compose-go/blob/main/loader/loader.go>.

mod canonical;
mod check;
mod expand;
mod extends;
mod include;
mod merge;
mod pattern;
mod unique;

use rustc_hash::FxHashMap;

use super::files::Index;
use super::paths;
use super::variables::Variables;
use crate::facts::compose::schema;
use crate::facts::tree::{Content, Tree};
use crate::model::{ComposeFault, FaultBasis};
use crate::source::{FileId, Span, Spanned, Text};

pub(super) use check::{LoadedBy, consistency, cycle, is_active};
pub(super) use merge::to_sequence;
pub(super) use pattern::each;
pub(super) use unique::single_ports;

type Fault = ComposeFault;
type Faults = Vec<Fault>;

impl Fault {
    fn written(message: String, span: Span) -> Self {
        Self { message, span, basis: FaultBasis::File, call: None }
    }

    fn absent(message: String, span: Span) -> Self {
        Self { message, span, basis: FaultBasis::Surroundings, call: None }
    }

    fn consistency(message: String, span: Span) -> Self {
        Self { message, span, basis: FaultBasis::Project, call: None }
    }

    /// The fault of a value at `span` which is `text`: when a variable has decided it, another shell may
    /// decide otherwise.
    fn of_value(message: String, span: Span, text: &Text) -> Self {
        // A block scalar has the line break behind it, too.
        let is_written = text.cover().is_some_and(|it| it.contains(span));
        if is_written { Self::written(message, span) } else { Self::absent(message, span) }
    }
}

/// The files of one Compose project, merged.
#[derive(Debug)]
pub(super) struct Loaded {
    /// What they say together, in long forms (but for ports), paths resolved.
    pub(super) tree: Tree,
    /// The files that took part, in the order in which they were read.
    pub(super) files: Vec<FileId>,
    /// What Compose refuses.
    pub(super) faults: Vec<ComposeFault>,
    /// Why the project may hold more.
    pub(super) incomplete: Option<String>,
    /// Services that could not be read in full, and why.
    pub(super) incomplete_services: FxHashMap<String, String>,
}

/// Merges `files`, whose paths count from `folder`.
pub(super) fn load(index: &Index<'_>, files: &[FileId], folder: &str, variables: &Variables) -> Loaded {
    let tree = Tree::map(Vec::new(), Span::new(files.first().copied().unwrap_or(FileId(0)), 0, 0));
    let mut loader = Loader {
        index,
        out: Loaded {
            tree,
            files: Vec::new(),
            faults: Vec::new(),
            incomplete: None,
            incomplete_services: FxHashMap::default(),
        },
    };
    let mut project = World { folder, variables, included: Vec::new(), extended: FxHashMap::default() };
    loader.out.tree = loader.model(files, &mut project);
    loader.out.faults.sort_by_key(|it| (it.span.file, it.span.start, it.span.end));
    loader.out.faults.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    // What was left out of a broken file may be all that is wrong.
    let is_broken = |file: FileId| index.compose(file).is_some_and(|it| !it.errors.is_empty());
    loader.out.faults.retain(|it| !is_broken(it.span.file));
    loader.out
}

struct Loader<'a> {
    index: &'a Index<'a>,
    out: Loaded,
}

/// What files are read with: the project's own, or an `include`'s.
struct World<'a> {
    /// The folder that paths count from.
    folder: &'a str,
    /// What variables mean.
    variables: &'a Variables,
    /// The files that include each other down to here.
    included: Vec<FileId>,
    /// Files that services extend, already read.
    extended: FxHashMap<FileId, Tree>,
}

impl<'a> Loader<'a> {
    /// The files of a project or of one `include`, merged and resolved.
    fn model(&mut self, files: &[FileId], world: &mut World<'_>) -> Tree {
        let start = Span::new(files.first().copied().unwrap_or(FileId(0)), 0, 0);
        let mut merged = Tree::map(Vec::new(), start);
        for file in files {
            self.register(*file);
            for document in self.documents(*file) {
                self.document(*file, document, world, &mut merged);
            }
        }
        check::set_defaults(&mut merged);
        check::values(&merged, &mut self.out.faults);
        paths::resolve(&mut merged, world.folder);
        merged
    }

    /// Merges one YAML document.
    fn document(&mut self, file: FileId, content: &Content, world: &mut World<'_>, merged: &mut Tree) {
        let Some(mut tree) = self.expanded(content, world) else { return };
        self.extend_services(&mut tree, file, &content.replaced, world);
        forget(merged, &content.replaced);
        world.included.push(file);
        self.include(&mut tree, world);
        world.included.pop();
        merge::files(merged, tree, &mut self.out.faults);
        unique::enforce(merged, &mut self.out.faults);
        let refused = schema::validate(merged).into_iter().map(|it| {
            let fault = if it.is_missing { Fault::consistency } else { Fault::written };
            fault(it.message, it.span)
        });
        self.out.faults.extend(refused);
        let _ = merged.take("version");
        canonical::transform(merged, &mut self.out.faults);
        unique::enforce(merged, &mut self.out.faults);
    }

    /// The services that other files extend: what `file` says, nothing extended or included in it yet.
    fn services_alone(&mut self, file: FileId, folder: &str, world: &World<'_>) -> Tree {
        self.register(file);
        let mut merged = Tree::map(Vec::new(), Span::new(file, 0, 0));
        for content in self.documents(file) {
            let Some(tree) = self.expanded(content, world) else { continue };
            forget(&mut merged, &content.replaced);
            merge::files(&mut merged, tree, &mut self.out.faults);
            unique::enforce(&mut merged, &mut self.out.faults);
            canonical::transform(&mut merged, &mut self.out.faults);
            unique::enforce(&mut merged, &mut self.out.faults);
        }
        paths::resolve(&mut merged, folder);
        merged.take("services").unwrap_or_else(|| Tree::map(Vec::new(), merged.span))
    }

    fn expanded(&mut self, content: &Content, world: &World<'_>) -> Option<Tree> {
        let written = |it: &Spanned<String>| Fault::written(it.value.clone(), it.span);
        self.out.faults.extend(content.faults.iter().map(written));
        if content.tree.as_map().is_none() {
            let message = "a Compose file is a mapping of `services:` and its like".to_owned();
            self.out.faults.push(Fault::written(message, content.tree.span));
            return None;
        }
        Some(expand::expand(&content.tree, world.variables, &mut self.out.faults))
    }

    fn documents(&self, file: FileId) -> impl Iterator<Item = &'a Content> + use<'a> {
        let compose = self.index.compose(file);
        compose.into_iter().flat_map(|it| &it.documents).map(|it| &it.content)
    }

    fn register(&mut self, file: FileId) {
        if self.out.files.contains(&file) {
            return;
        }
        self.out.files.push(file);
        let Some(compose) = self.index.compose(file) else { return };
        if !compose.errors.is_empty() {
            self.incomplete(format!("`{}` could not be read in full", self.index.facts.path(file)));
        }
    }

    fn incomplete(&mut self, reason: String) {
        self.out.incomplete.get_or_insert(reason);
    }
}

/// Takes away what earlier files say at these paths, which a later one resets or overrides.
fn forget(tree: &mut Tree, replaced: &[Vec<String>]) {
    for path in replaced {
        let Some((last, parents)) = path.split_last() else { continue };
        let mut at = Some(&mut *tree);
        for key in parents {
            at = at.and_then(|it| it.get_mut(key));
        }
        // An item of a list cannot be reset.
        if let Some(parent) = at.filter(|it| it.as_map().is_some()) {
            let _ = parent.take(last);
        }
    }
}
