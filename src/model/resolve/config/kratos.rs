//! kratos: <https://go-kratos.dev/docs/component/config>. A configuration is made of sources, files and
//! variables of the environment, of which later ones win; then `${NAME:default}` in its values becomes
//! what it says of `NAME`.

use std::rc::Rc;

use super::Ask;
use super::tag::{of_field, option};
use super::text::{FileText, ReadFile, Reading, keys_of};
use crate::facts::catalogue::{DataRole, Naming};
use crate::facts::go::{Callee, Field, Value};
use crate::model::ProcessVariable;
use crate::model::go::entry_of;
use crate::model::resolve::{Evaluator, Frame, Outcome};
use crate::source::{Span, Text};

/// What a configuration is read from.
enum Source<'w> {
    /// A file.
    File(ReadFile<'w>),
    /// The variables whose names begin with one of these, without that beginning; all variables when there
    /// are none.
    Variables(Vec<String>),
}

impl<'w> Evaluator<'w> {
    /// What kratos gives to the field at the end of `path`; `None` when it leaves it as it is.
    pub(super) fn by_kratos(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, path, frame, span, depth, .. } = *ask;
        let unknown = |reason: &str| Some(Outcome::hole(reason, Some(span)));
        let Callee::Method { receiver, .. } = &decode.call.callee else { return None };
        let Some((sources, own_resolver)) = self.kratos_sources(receiver, frame, depth.min(16)) else {
            return unknown("a configuration decides that is not followed");
        };
        let last = of_field(path.last()?, "protobuf");
        if last.is_some_and(|it| option(&it, "enum", false).is_some()) {
            return unknown("it is the name of a number");
        }
        let is_generated = path.iter().any(|it| of_field(it, "protobuf").is_some());
        let mut ways = vec![keys_of(path, decode.entry.tag, Naming::Json)?];
        if is_generated {
            ways.push(path.iter().map(|it| json_name(it)).collect());
        }
        let mut found = None;
        let mut hidden = None;
        for source in sources.iter().rev() {
            match source {
                Source::File(ReadFile::Read(reading)) => {
                    let mut texts = ways.iter().filter_map(|it| reading.text.get(it, is_generated));
                    found = texts.find(|it| !it.as_str().is_empty()).map(|text| (text, reading.clone()));
                }
                Source::File(ReadFile::Unknown(it) | ReadFile::Sample(_, it)) => {
                    hidden.get_or_insert(it);
                }
                // Names of variables have no dots, so that they say nothing of what lies deeper.
                Source::File(ReadFile::Absent) | Source::Variables(_) => {}
            }
            if found.is_some() {
                break;
            }
        }
        match (found, hidden) {
            (Some((text, reading)), hidden) => {
                let outcome = self.with_placeholders(&text, &sources, reading, span);
                Some(if hidden.is_some() || own_resolver { Self::assumed(outcome) } else { outcome })
            }
            (None, Some(hidden)) => Some(hidden.hole(span)),
            (None, None) => None,
        }
    }

    /// The sources of `config.New(config.WithSource(...))`, and whether a function of the program replaces
    /// placeholders, which most likely does what kratos does and something besides; `None` when they do not
    /// show.
    fn kratos_sources(
        &self,
        config: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<(Vec<Source<'w>>, bool)> {
        let head = self.head(config, frame, depth);
        let Value::Call { callee, arguments, .. } = head.value else { return None };
        if callee.name() != "New" {
            return None;
        }
        let mut out = Vec::new();
        let mut own_resolver = false;
        for option in &**arguments {
            let Value::Call { callee, arguments, .. } = self.head(option, &head.frame, depth).value else {
                return None;
            };
            match callee.name() {
                "WithSource" => {
                    for source in &**arguments {
                        self.add_kratos_source(source, &head.frame, depth, &mut out)?;
                    }
                }
                // What only says how a file is decoded, which its ending says as well.
                "WithDecoder" | "WithLogger" => {}
                "WithResolver" => own_resolver = true,
                _ => return None,
            }
        }
        (!out.is_empty()).then_some((out, own_resolver))
    }

    fn add_kratos_source(
        &self,
        source: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
        out: &mut Vec<Source<'w>>,
    ) -> Option<()> {
        let head = self.head(source, frame, depth);
        let Value::Call { callee, arguments, .. } = head.value else { return None };
        let data = entry_of(&self.targets(callee, &head.frame)).and_then(|it| it.data)?;
        match data.role {
            DataRole::File => {
                let path = self.path_text(arguments.get(data.argument)?, &head.frame, depth);
                out.extend(self.kratos_files(path.as_deref()).into_iter().map(Source::File));
            }
            DataRole::Environment => {
                let prefixes = arguments.iter().skip(data.argument).map(|it| {
                    let it = self.inner(it, &head.frame, depth);
                    it.unknown.is_none().then(|| it.text.as_str().to_owned())
                });
                out.push(Source::Variables(prefixes.collect::<Option<_>>()?));
            }
            DataRole::Embedded
            | DataRole::Same
            | DataRole::Expand
            | DataRole::Replace
            | DataRole::Change
            | DataRole::Status
            | DataRole::Value => {
                return None;
            }
        }
        Some(())
    }

    /// The file at a path, or the files of the folder there, in the order of their names.
    fn kratos_files(&self, path: Option<&str>) -> Vec<ReadFile<'w>> {
        let Some(path) = path else {
            return vec![ReadFile::Unknown(self.file_of_unknown_path("path"))];
        };
        let known = self.files.facts.map(|it| it.configurations.as_slice()).unwrap_or_default();
        let name_of =
            |id| self.files.facts.map_or("", |it| it.path(id)).rsplit('/').next().unwrap_or_default();
        let mut names: Vec<&str> = known.iter().map(|(id, _)| name_of(*id)).collect();
        names.sort_unstable();
        names.dedup();
        let folder = path.trim_end_matches('/');
        let inside = names.iter().map(|name| self.read_file(&format!("{folder}/{name}")));
        let inside: Vec<_> = inside.filter(|it| matches!(it, ReadFile::Read(_))).collect();
        if inside.is_empty() { vec![self.read_file(path)] } else { inside }
    }

    /// A text of the configuration with its placeholders replaced.
    fn with_placeholders(
        &self,
        whole: &Text,
        sources: &[Source<'w>],
        reading: Reading<'w>,
        span: Span,
    ) -> Outcome {
        let text = whole.as_str();
        let mut out = Outcome { confidence: reading.confidence, ..Outcome::known(Text::default()) };
        let mut at = 0;
        while let Some(start) = text[at..].find("${").map(|it| at + it) {
            let Some(end) = text[start..].find('}').map(|it| start + it) else { break };
            out.text.append(&whole.slice(at..start));
            let place = whole.slice(start..end + 1).span().unwrap_or(span);
            let inner = start + 2..end;
            let (name, default) = match text[inner.clone()].find(':') {
                Some(colon) => {
                    (&text[inner.start..inner.start + colon], whole.slice(inner.start + colon + 1..end))
                }
                None => (&text[inner], Text::new("", place)),
            };
            out.append(self.placeholder(name.trim(), default, sources, place));
            at = end + 1;
        }
        out.text.append(&whole.slice(at..text.len()));
        out
    }

    fn placeholder(&self, name: &str, default: Text, sources: &[Source<'w>], place: Span) -> Outcome {
        let mut variables = Vec::new();
        for source in sources.iter().rev() {
            match source {
                Source::Variables(prefixes) if prefixes.is_empty() => variables.push(name.to_owned()),
                Source::Variables(prefixes) => variables.extend(prefixes.iter().flat_map(|prefix| {
                    let joined = [format!("{prefix}{name}"), format!("{prefix}_{name}")];
                    joined.into_iter().take(if prefix.ends_with('_') { 1 } else { 2 })
                })),
                // A value of the configuration itself: which of the two is replaced first is open.
                Source::File(ReadFile::Read(reading)) => {
                    let keys: Vec<String> = name.split('.').map(str::to_owned).collect();
                    if let FileText::Tree(_) = reading.text
                        && let Some(text) = reading.text.get(&keys, true)
                    {
                        return match text.as_str().contains("${") {
                            true => Outcome::hole(
                                "a variable in the configuration file is not known",
                                Some(place),
                            ),
                            false => Outcome::known(text),
                        };
                    }
                }
                Source::File(_) => {}
            }
        }
        // With several names the ones that are not set are left out, as nothing may set them later.
        variables.retain(|it| !matches!(self.process_variable(it), ProcessVariable::Unset));
        self.first_set(&variables, place, false, || Outcome::known(default))
    }
}

/// The name of a field of generated code in JSON: `protobuf:"bytes,1,opt,name=grpc_addr,json=grpcAddr"`.
fn json_name(field: &Field) -> String {
    let tag = of_field(field, "protobuf");
    let named = |key: &str| tag.as_ref().and_then(|it| option(it, key, false));
    let name = named("json").or_else(|| named("name"));
    name.map_or_else(|| field.name.value.clone(), |it| it.as_str().to_owned())
}
