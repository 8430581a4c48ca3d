//! The environment of a service: `environment:` over `env_file:`.

use rustc_hash::FxHashMap;

use super::files::ProjectFiles;
use super::variables::{self, UNKNOWN};
use crate::facts::compose::{EnvFile, Service};
use crate::facts::{Facts, Lookup};
use crate::model::{Environment, Origin, Variable};
use crate::source::Text;

/// What Compose gives the service; the image's part is not in it.
pub(super) fn environment(facts: &Facts, project: &ProjectFiles, service: &Service) -> Environment {
    let mut out = Environment::default();
    let mut own: FxHashMap<&str, Option<Text>> = FxHashMap::default();
    for variable in &service.environment {
        let name = &variable.name.value;
        if name.contains(UNKNOWN) {
            out.incomplete.get_or_insert_with(|| "a variable's name is not known".to_owned());
            continue;
        }
        let value = match &variable.value {
            Some(value) => project.variables.text(value),
            None => match project.variables.lookup(name) {
                Lookup::Set(text) => Some(text),
                _ => None,
            },
        };
        own.insert(name, value.clone());
        let entry = Variable { value, span: variable.span, origin: Origin::Workload };
        out.variables.insert(name.clone(), entry);
    }
    for file in &service.env_files {
        add_file(facts, project, file, &own, &mut out);
    }
    out
}

fn add_file(
    facts: &Facts,
    project: &ProjectFiles,
    file: &EnvFile,
    own: &FxHashMap<&str, Option<Text>>,
    out: &mut Environment,
) {
    let written = project.variables.partly(&file.path);
    let path = Some(written.as_str()).filter(|it| !it.contains(UNKNOWN));
    let Some(dotenv) = path.and_then(|it| variables::dotenv(facts, it)) else {
        let reason = format!("the env_file `{}` is not in the project", written.as_str());
        out.incomplete.get_or_insert(reason);
        let samples = path.into_iter().flat_map(|it| variables::samples(facts, it));
        out.proposed.extend(samples.flat_map(|it| &it.entries).map(|it| it.name.value.clone()));
        return;
    };
    if !dotenv.errors.is_empty() {
        out.incomplete.get_or_insert_with(|| format!("`{}` could not be read in full", written.as_str()));
    }
    // The project's variables come first, then those of `environment:`, then those of the files.
    let mut outer = |name: &str| match project.variables.lookup(name) {
        found @ (Lookup::NotHere(_) | Lookup::Proposed(_) | Lookup::Unset) => match (own.get(name), found) {
            (Some(Some(text)), _) => Lookup::Set(text.clone()),
            (Some(None), Lookup::NotHere(_) | Lookup::Proposed(_)) => {
                Lookup::Unresolved(format!("`{name}` is set to something unknown"))
            }
            (_, found) => found,
        },
        found => found,
    };
    let earlier = out.variables.iter().filter(|(_, it)| it.origin == Origin::EnvFile);
    let earlier = earlier.map(|(name, it)| {
        let value = it.value.clone().ok_or_else(|| format!("`{name}` is not known"));
        (name.clone(), value)
    });
    for (entry, value) in variables::read(dotenv, &mut outer, earlier.collect()) {
        let raw = entry.raw.clone().filter(|_| file.raw);
        let name = &entry.name.value;
        let held = out.variables.get(name).is_some_and(|it| it.origin == Origin::Workload);
        if !held {
            let value = raw.or(value.ok());
            out.variables.insert(name.clone(), Variable { value, span: entry.span, origin: Origin::EnvFile });
        }
    }
}
