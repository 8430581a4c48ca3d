//! What the file as a whole says about a name: imports, types, results.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{GoFile, TypeName};
use crate::facts::catalogue::package_name;
use crate::source::{FileId, Span};
use crate::syntax::go::Node;

/// Import path by the name that the file gives it, or most likely gives it.
#[must_use]
pub fn import_names(head: &super::Head) -> FxHashMap<String, &str> {
    let mut imports = FxHashMap::default();
    // A name by custom must not hide the name that another import certainly has.
    for import in &head.imports {
        let path = import.path.value.as_str();
        let last = path.rsplit('/').next().unwrap_or(path);
        for guess in [last, last.rsplit(['-', '.']).next().unwrap_or(last)] {
            imports.entry(guess.replace('-', "_")).or_insert(path);
        }
    }
    for import in head.imports.iter().filter(|it| it.alias.is_none()) {
        imports.insert(package_name(&import.path.value).to_owned(), import.path.value.as_str());
    }
    for import in &head.imports {
        if let Some(alias) = &import.alias {
            imports.insert(alias.clone(), import.path.value.as_str());
        }
    }
    imports
}

/// The names of one file.
pub(super) struct Context<'t> {
    pub(super) file: FileId,
    /// Import path by the local name.
    imports: FxHashMap<String, &'t str>,
    /// Types that the file declares.
    pub(super) types: FxHashSet<&'t str>,
    /// Field type by struct and field.
    fields: FxHashMap<(String, String), TypeName>,
    /// Field names in order, for literals without keys.
    orders: FxHashMap<String, Vec<String>>,
    /// Result type by receiver (empty for functions) and name.
    results: FxHashMap<(String, String), TypeName>,
    /// Type by package variable or constant.
    pub(super) variables: FxHashMap<String, TypeName>,
}

impl<'t> Context<'t> {
    /// What the head says; types, results and variables are added as they are read.
    pub(super) fn new(file: FileId, head: &'t super::Head) -> Self {
        let imports = import_names(head);
        Self {
            file,
            imports,
            types: FxHashSet::default(),
            fields: FxHashMap::default(),
            orders: FxHashMap::default(),
            results: FxHashMap::default(),
            variables: FxHashMap::default(),
        }
    }

    pub(super) fn span(&self, node: Node<'_>) -> Span {
        let range = node.range();
        Span::new(self.file, range.start, range.end)
    }

    pub(super) fn import(&self, name: &str) -> Option<&'t str> {
        self.imports.get(name).copied()
    }

    /// The named type behind stars and parentheses.
    pub(super) fn type_name(&self, node: Node<'_>) -> Option<TypeName> {
        let mut node = node;
        loop {
            match node.kind() {
                "type_identifier" => {
                    return Some(TypeName { package: String::new(), name: node.text().to_owned() });
                }
                "qualified_type" => {
                    let package = self.import(node.field("package")?.text())?.to_owned();
                    return Some(TypeName { package, name: node.field("name")?.text().to_owned() });
                }
                "pointer_type" | "parenthesized_type" => node = node.first_child()?,
                "generic_type" => node = node.field("type")?,
                _ => return None,
            }
        }
    }

    /// The type of the first result.
    pub(super) fn result_type(&self, function: Node<'_>) -> Option<TypeName> {
        let result = function.field("result")?;
        if result.kind() != "parameter_list" {
            return self.type_name(result);
        }
        self.type_name(result.first_child()?.field("type")?)
    }

    pub(super) fn field_type(&self, owner: &TypeName, field: &str) -> Option<&TypeName> {
        if !owner.package.is_empty() {
            return None;
        }
        self.fields.get(&(owner.name.clone(), field.to_owned()))
    }

    pub(super) fn field_at(&self, owner: &TypeName, index: usize) -> Option<&str> {
        let fields = self.orders.get(&owner.name).filter(|_| owner.package.is_empty())?;
        fields.get(index).map(String::as_str)
    }

    pub(super) fn result_of(&self, owner: &str, name: &str) -> Option<&TypeName> {
        self.results.get(&(owner.to_owned(), name.to_owned()))
    }

    pub(super) fn add_result(&mut self, owner: &str, name: &str, result: TypeName) {
        self.results.insert((owner.to_owned(), name.to_owned()), result);
    }

    pub(super) fn add_structs(&mut self, facts: &GoFile) {
        for it in &facts.structs {
            let owner = &it.name.value;
            let names = it.fields.iter().map(|field| field.name.value.clone()).collect();
            self.orders.insert(owner.clone(), names);
            for field in &it.fields {
                if let Some(type_name) = &field.type_name {
                    self.fields.insert((owner.clone(), field.name.value.clone()), type_name.clone());
                }
            }
        }
    }
}
