//! Of which types fields and values are, as far as their expressions show it.

use super::world::{FunctionId, FunctionInPackage, PackageId, Packages, Targets, TypeRef};
use crate::facts::catalogue::go as catalogue;
use crate::facts::go::{Field, Function, Value};

/// What the tables call the elements of a type that is a list.
const ELEMENTS: &str = "[]";

impl<'a> Packages<'a> {
    /// The type of a field, of an embedded struct's field too.
    #[must_use]
    pub fn field_type(&self, of: TypeRef<'a>, field: &str) -> Option<TypeRef<'a>> {
        self.field_type_within(of, field, 4)
    }

    /// The name of the embedded field of a struct that `field` is promoted from: of one that has such a field,
    /// else of the only one of another module. `None` when the struct has the field itself, or it is not known.
    #[must_use]
    pub fn promoting(&self, of: TypeRef<'a>, field: &str) -> Option<&'a str> {
        let structure = self.structure(of)?;
        if structure.fields.iter().any(|it| it.name.value == field) {
            return None;
        }
        let embedded = structure.fields.iter().filter(|it| it.embedded);
        let typed =
            embedded.filter_map(|it| Some((&it.name.value, self.type_in(of, it.type_name.as_ref()?))));
        let typed: Vec<_> = typed.collect();
        let has = |it: &TypeRef<'a>| self.has_field(*it, field, 4);
        if let Some((name, _)) = typed.iter().find(|(_, it)| has(it)) {
            return Some(name);
        }
        let mut external = typed.iter().filter(|(_, it)| matches!(it, TypeRef::External(..)));
        let (name, _) = external.next()?;
        external.next().is_none().then_some(name.as_str())
    }

    fn has_field(&self, of: TypeRef<'a>, field: &str, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        self.structure(of).is_some_and(|it| {
            it.fields.iter().any(|it| {
                let embedded = it.type_name.as_ref().filter(|_| it.embedded);
                it.name.value == field
                    || embedded.is_some_and(|it| self.has_field(self.type_in(of, it), field, depth))
            })
        })
    }

    /// The type of a value that stands in a function, where its expression shows it.
    #[must_use]
    pub fn type_of(
        &self,
        package: PackageId,
        function: Option<&'a Function>,
        value: &'a Value,
    ) -> Option<TypeRef<'a>> {
        self.type_within(package, function, value, 8)
    }

    /// The only type of another module that a struct embeds and that may so have a method.
    pub(super) fn promoted(&self, of: TypeRef<'a>) -> Option<TypeRef<'a>> {
        let TypeRef::Own(package, _) = of else { return None };
        let embedded = self.structure(of)?.fields.iter().filter(|it| it.embedded);
        let types = embedded.filter_map(|it| it.type_name.as_ref()).map(|it| self.type_ref(package, it));
        let mut external = types.filter(|it| matches!(it, TypeRef::External(..)));
        let first = external.next()?;
        external.next().is_none().then_some(first)
    }

    pub(super) fn method_within(
        &self,
        package: PackageId,
        type_name: &str,
        name: &str,
        depth: usize,
    ) -> Option<FunctionId> {
        if let Some(found) = self.scope(package).methods.get(type_name).and_then(|it| it.get(name)) {
            return Some(*found);
        }
        let depth = depth.checked_sub(1)?;
        let structure = self.scope(package).structs.get(type_name)?;
        let embedded =
            structure.fields.iter().filter(|it| it.embedded).filter_map(|it| it.type_name.as_ref());
        embedded.map(|it| self.type_ref(package, it)).find_map(|it| match it {
            TypeRef::Own(package, type_name) => self.method_within(package, type_name, name, depth),
            TypeRef::External(..) => None,
        })
    }

    /// The type of the elements of a field that is a list or a map, of an embedded struct's field too.
    fn field_element(&self, of: TypeRef<'a>, field: &str, depth: usize) -> Option<TypeRef<'a>> {
        let structure = self.structure(of)?;
        if let Some(found) = structure.fields.iter().find(|it| it.name.value == field) {
            return self.element_of_field(of, found);
        }
        let depth = depth.checked_sub(1)?;
        let embedded = structure.fields.iter().filter(|it| it.embedded);
        let mut types = embedded.filter_map(|it| Some(self.type_in(of, it.type_name.as_ref()?)));
        types.find_map(|it| self.field_element(it, field, depth))
    }

    /// The type of the elements of a field of a struct of type `of`, when it is a list or a map of structs.
    #[must_use]
    pub fn element_of_field(&self, of: TypeRef<'a>, field: &'a Field) -> Option<TypeRef<'a>> {
        if let Some(element) = &field.element {
            return Some(self.type_in(of, element));
        }
        // A type of a library that is a list has its elements for its only field.
        let listed = self.type_in(of, field.type_name.as_ref()?);
        match self.structure(listed)?.fields.as_slice() {
            [only] if only.name.value == ELEMENTS => Some(self.type_in(listed, only.type_name.as_ref()?)),
            _ => None,
        }
    }

    fn element_type(
        &self,
        package: PackageId,
        function: Option<&'a Function>,
        of: &'a Value,
        depth: usize,
    ) -> Option<TypeRef<'a>> {
        match of {
            Value::Field { receiver, receiver_type, field } => {
                let shown = receiver_type.as_ref().map(|it| self.type_ref(package, it));
                let owner = shown.or_else(|| self.type_within(package, function, receiver, depth))?;
                self.field_element(owner, &field.value, 4)
            }
            // Elements of several types are what an interface says of them.
            Value::List(parts, _) => {
                let mut types = parts.iter().map(|it| self.type_within(package, function, it, depth));
                let first = types.next()??;
                types.all(|it| it == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    fn field_type_within(&self, of: TypeRef<'a>, field: &str, depth: usize) -> Option<TypeRef<'a>> {
        let structure = self.structure(of)?;
        if let Some(found) = structure.fields.iter().find(|it| it.name.value == field) {
            return found.type_name.as_ref().map(|it| self.type_in(of, it));
        }
        let depth = depth.checked_sub(1)?;
        let embedded =
            structure.fields.iter().filter(|it| it.embedded).filter_map(|it| it.type_name.as_ref());
        embedded.map(|it| self.type_in(of, it)).find_map(|it| self.field_type_within(it, field, depth))
    }

    pub(super) fn type_within(
        &self,
        package: PackageId,
        function: Option<&'a Function>,
        value: &'a Value,
        depth: usize,
    ) -> Option<TypeRef<'a>> {
        let depth = depth.checked_sub(1)?;
        match value {
            Value::Name { package: path, name } => {
                let Some(owner) = self.import(package, path) else {
                    let variable = catalogue().variable(path, &name.value)?;
                    return Some(TypeRef::External(&variable.package, &variable.name));
                };
                let declaration = self.declaration(owner, &name.value)?;
                let shown = declaration.type_name.as_ref().map(|it| self.type_ref(owner, it));
                shown.or_else(|| self.type_within(owner, None, &declaration.value, depth))
            }
            Value::Parameter { index, .. } => {
                let type_name = function?.parameters.get(*index)?.type_name.as_ref()?;
                Some(self.type_ref(package, type_name))
            }
            Value::Receiver { type_name, .. } => Some(self.type_ref(package, type_name)),
            Value::Struct { type_name, .. } => Some(self.type_ref(package, type_name.as_ref()?)),
            Value::Field { receiver, receiver_type, field } => {
                let shown = receiver_type.as_ref().map(|it| self.type_ref(package, it));
                let owner = shown.or_else(|| self.type_within(package, function, receiver, depth))?;
                self.field_type(owner, &field.value)
            }
            Value::Call { callee, .. } => match self.targets(package, function, callee) {
                Targets::Own(targets) => {
                    let target = self.function(*targets.first()?);
                    let result = self.type_ref(target.package, target.function.result_type.as_ref()?);
                    self.instantiated(result, target, package, function, value, depth)
                }
                Targets::Imported(path, name) => result_of(path, "", name),
                Targets::ExternalMethod(TypeRef::External(path, type_name), name) => {
                    result_of(path, type_name, name)
                }
                _ => None,
            },
            Value::Choice(arms, _) => {
                arms.iter().find_map(|it| self.type_within(package, function, &it.value, depth))
            }
            Value::Filled { call, argument, .. } => {
                let Value::Call { arguments, .. } = &**call else { return None };
                self.type_within(package, function, arguments.get(*argument)?, depth)
            }
            Value::Result { call, index, .. } => {
                let Value::Call { callee, .. } = &**call else { return None };
                let Targets::Own(targets) = self.targets(package, function, callee) else { return None };
                let target = self.function(*targets.first()?);
                let value = target.function.returns.first()?.get(*index)?;
                let result = self.type_within(target.package, Some(target.function), value, depth)?;
                self.instantiated(result, target, package, function, call, depth)
            }
            Value::FirstNonEmpty(parts, _) => {
                parts.iter().find_map(|it| self.type_within(package, function, it, depth))
            }
            Value::Element { of, .. } => self.element_type(package, function, of, depth),
            _ => None,
        }
    }

    /// What a type that stands in `target` is for a `call` of it: `Config` is the `T` of `Load[Config]()`, and of
    /// `load(Config{})` where that is a `func load[T any](into T) T`.
    fn instantiated(
        &self,
        of: TypeRef<'a>,
        target: FunctionInPackage<'a>,
        package: PackageId,
        function: Option<&'a Function>,
        call: &'a Value,
        depth: usize,
    ) -> Option<TypeRef<'a>> {
        let Function { type_parameters, parameters, .. } = target.function;
        let is_it = |name: &String| of == TypeRef::Own(target.package, name);
        let Some(at) = type_parameters.iter().position(is_it) else { return Some(of) };
        let Value::Call { arguments, span, .. } = call else { return None };
        let call = function.and_then(|it| it.calls.iter().find(|it| it.span == *span));
        if let Some(named) = call.and_then(|it| it.type_argument.as_ref()).filter(|_| at == 0) {
            return Some(self.type_ref(package, named));
        }
        let mut types = parameters.iter().map(|it| it.type_name.as_ref());
        let given = types.position(|it| it.is_some_and(|it| self.type_ref(target.package, it) == of))?;
        self.type_within(package, function, arguments.get(given)?, depth)
    }
}

fn result_of<'a>(path: &str, type_name: &str, name: &str) -> Option<TypeRef<'a>> {
    let result = catalogue().find(path, type_name, name)?.result.as_ref()?;
    Some(TypeRef::External(&result.package, &result.name))
}
