//! Where transformers look: what kustomize knows, and what `configurations:` add:
//! <https://github.com/kubernetes-sigs/kustomize/tree/master/examples/transformerconfigs>.

use super::{Outcome, items, refused, section, switch, text};
use crate::facts::catalogue::kustomize_fields;
use crate::facts::tree::Tree;
use crate::source::Span;

/// A field that a transformer changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Group, version and kind of the objects that have it; an empty one is any.
    pub(super) object: [String; 3],
    pub(super) path: String,
    /// Whether it is made where it is missing.
    pub(super) create: bool,
}

/// The fields of all transformers.
#[derive(Clone, Debug, Default)]
pub(super) struct Config {
    /// For each use, and what it is about, the fields.
    sections: Vec<Section>,
}

#[derive(Clone, Debug)]
struct Section {
    usage: String,
    /// Of `nameReference`: group, version and kind of what is named.
    target: [String; 3],
    fields: Vec<Field>,
}

/// The uses that a configuration may speak of, `nameReference` apart.
const USES: &[&str] = &[
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "volumeClaimTemplateLabels",
    "commonAnnotations",
    "varReference",
    "images",
    "replicas",
];

impl Config {
    /// What kustomize knows by itself.
    pub(super) fn standard() -> Self {
        let mut out = Self::default();
        for field in kustomize_fields() {
            let owned = |it: [&str; 3]| it.map(str::to_owned);
            let entry =
                Field { object: owned(field.object), path: field.path.to_owned(), create: field.create };
            out.section(field.r#use, owned(field.target)).push(entry);
        }
        out
    }

    /// Adds what a configuration file says.
    pub(super) fn read(&mut self, tree: &Tree) -> Outcome<()> {
        for usage in USES {
            let fields: Vec<Field> = items(tree, usage)?.iter().map(Field::read).collect::<Outcome<_>>()?;
            self.add(usage, Default::default(), &fields, tree.span)?;
        }
        for reference in items(tree, "nameReference")? {
            let fields: Vec<Field> =
                items(reference, "fieldSpecs")?.iter().map(Field::read).collect::<Outcome<_>>()?;
            self.add("nameReference", kind_of(reference)?, &fields, reference.span)?;
        }
        Ok(())
    }

    /// Adds what another one knows.
    pub(super) fn merge(&mut self, other: &Self, span: Span) -> Outcome<()> {
        other.sections.iter().try_for_each(|it| self.add(&it.usage, it.target.clone(), &it.fields, span))
    }

    /// The fields of a transformer.
    pub(super) fn fields(&self, usage: &str) -> &[Field] {
        self.sections.iter().find(|it| it.usage == usage).map(|it| it.fields.as_slice()).unwrap_or_default()
    }

    /// What may be named, and the fields that name it.
    pub(super) fn references(&self) -> impl Iterator<Item = ([&str; 3], &[Field])> {
        let sections = self.sections.iter().filter(|it| it.usage == "nameReference");
        sections.map(|it| (it.target.each_ref().map(String::as_str), it.fields.as_slice()))
    }

    fn section(&mut self, usage: &str, target: [String; 3]) -> &mut Vec<Field> {
        let found = self.sections.iter().position(|it| it.usage == usage && it.target == target);
        let at = found.unwrap_or_else(|| {
            self.sections.push(Section { usage: usage.to_owned(), target, fields: Vec::new() });
            self.sections.len() - 1
        });
        &mut self.sections[at].fields
    }

    fn add(&mut self, usage: &str, target: [String; 3], fields: &[Field], span: Span) -> Outcome<()> {
        let own = self.section(usage, target);
        fields.iter().try_for_each(|it| add_field(own, it, span))
    }
}

/// Adds a field; one that is there already must agree.
pub(super) fn add_field(fields: &mut Vec<Field>, field: &Field, span: Span) -> Outcome<()> {
    let selects = |known: &Field| {
        let mut pairs = field.object.iter().zip(&known.object);
        known.path == field.path && pairs.all(|(new, old)| new.is_empty() || new == old)
    };
    match fields.iter().find(|it| selects(it)) {
        Some(known) if known.create != field.create => {
            Err(refused(format!("two configurations disagree about `{}`", field.path), span))
        }
        Some(_) => Ok(()),
        None => {
            fields.push(field.clone());
            Ok(())
        }
    }
}

impl Field {
    pub(super) fn read(tree: &Tree) -> Outcome<Self> {
        let path = text(tree, "path")?.map(|it| it.as_str().to_owned()).unwrap_or_default();
        Ok(Self { object: kind_of(tree)?, path, create: switch(tree, "create")? })
    }

    /// Group, version and kind.
    pub(super) fn object(&self) -> [&str; 3] {
        self.object.each_ref().map(String::as_str)
    }
}

fn kind_of(tree: &Tree) -> Outcome<[String; 3]> {
    let part = |key: &str| text(tree, key).map(|it| it.map(|it| it.as_str().to_owned()).unwrap_or_default());
    if section(tree, "group").is_none() && section(tree, "apiVersion").is_some() {
        return Err(super::Failure::Unknown("a configuration names an `apiVersion`".to_owned()));
    }
    Ok([part("group")?, part("version")?, part("kind")?])
}
