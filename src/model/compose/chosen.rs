//! Which services of a Compose project are started, and how, as far as calls of Compose in scripts and documents say.

use rustc_hash::FxHashMap;

use super::files::Index;
use super::folder_of;
use crate::facts::compose_call::ComposeCall;
use crate::source::FileId;

/// Of each service those that are started with it.
pub(super) type Needs = FxHashMap<String, Vec<String>>;

/// Whether two services are certainly started at the same time; `parts` as in
/// [`Composition::chosen`](crate::model::Composition::chosen).
pub(in crate::model) fn run_at_once(parts: Option<&[Vec<String>]>, services: [&str; 2]) -> bool {
    let has = |part: &Vec<String>, name: &str| part.iter().any(|it| it == name);
    parts.is_none_or(|parts| parts.iter().any(|part| services.iter().all(|it| has(part, it))))
}

/// The calls that mean the files of one project.
pub(super) struct Calls<'a> {
    /// Those of exactly these files, each with the file that it stands in.
    own: Vec<(FileId, &'a ComposeCall)>,
    /// Those of some of them, where a setting lays the others over them, and those that may mean them.
    under: Vec<(FileId, &'a ComposeCall)>,
    /// Whether several files are merged.
    is_layered: bool,
}

impl<'a> Calls<'a> {
    pub(super) fn of(index: &Index<'a>, files: &[FileId]) -> Self {
        let own = Self::meaning(index, files);
        if !own.own.is_empty() {
            return own;
        }
        // A variant that no call names is started as the file beside it.
        let beside = files.first().map(|it| index.default_files(folder_of(index.facts, *it)));
        match (beside, files) {
            (Some(beside), [only]) if index.varies(*only, &beside) => Self::meaning(index, &beside),
            _ => own,
        }
    }

    fn meaning(index: &Index<'a>, files: &[FileId]) -> Self {
        let mut out = Self { own: Vec::new(), under: Vec::new(), is_layered: files.len() > 1 };
        let all = || {
            let all = index.facts.compose_calls.iter();
            let all = all.flat_map(|(by, calls)| calls.iter().map(|it| (*by, it)));
            all.filter(|(_, it)| !it.has_unknown_layers)
        };
        let mut settings = all().filter(|(_, it)| it.is_setting);
        let is_set = settings.any(|(by, it)| index.files_of(by, it).is_some_and(|it| it == files));
        for (by, call) in all() {
            let is_below = call.is_below_variable && index.ends_as(files, &call.files);
            match index.files_of(by, call) {
                _ if is_below => out.own.push((by, call)),
                Some(it) if it == files => out.own.push((by, call)),
                Some(it) if call.files.is_empty() && is_set && files.starts_with(&it) => {
                    out.under.push((by, call))
                }
                _ => {}
            }
        }
        // What is deployed as a stack may be any file, where its name is not known.
        let unnamed = all().filter(|(_, it)| it.stack.is_some() && it.files.is_empty());
        out.under.extend(unnamed);
        out
    }

    /// Whether some certainly means the files.
    pub(super) fn are_certain(&self) -> bool {
        !self.own.is_empty()
    }

    /// Whether some certainly start the files as they are.
    pub(super) fn start_them(&self) -> bool {
        self.own.iter().any(|(_, it)| it.started.is_some() || it.one_off.is_some())
    }

    /// The lists of profiles that calls activate; empty where some call starts the files without any, and where none
    /// is known that activates some.
    pub(super) fn profiles(&self) -> Vec<&'a [String]> {
        let calls = self.own.iter().map(|(_, it)| *it);
        let calls = calls.filter(|it| it.started.is_some() || !it.profiles.is_empty());
        if calls.clone().any(|it| it.profiles.is_empty()) {
            return Vec::new();
        }
        let mut lists: Vec<_> = calls.map(|it| it.profiles.as_slice()).collect();
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// The names of the stacks that `docker stack deploy` makes of the files, as they are written.
    pub(super) fn stacks(&self) -> Vec<String> {
        self.own.iter().chain(&self.under).filter_map(|(_, it)| it.stack.clone()).collect()
    }

    /// The services that are started by name, when all calls that start anything of these files name some. Whoever
    /// types a call for one file may leave names out, unless a script gathers them (`"${SERVICES[@]}"`) or several
    /// calls each start a part; then only what `run` starts stands apart, each beside all others.
    pub(super) fn chosen(&self, needs: &Needs) -> Option<Vec<Vec<String>>> {
        if self.own.iter().any(|(_, it)| it.started.as_ref().is_some_and(Vec::is_empty)) {
            return None;
        }
        // What is ended again, by turns, and what is not.
        let mut turns: FxHashMap<Option<(FileId, u32)>, Started> = FxHashMap::default();
        let calls = || self.own.iter().chain(&self.under);
        let mut number = 0;
        for (by, call) in calls() {
            let names = call.started.iter().flatten().cloned().collect::<Vec<_>>();
            number += usize::from(!names.is_empty());
            let started = turns.entry(call.turn.map(|it| (*by, it))).or_default();
            match call.is_detached {
                true => started.lasting.extend(names),
                false => started.parts.push(names),
            }
        }
        let Started { mut lasting, mut parts } = turns.remove(&None).unwrap_or_default();
        let ended: Vec<Vec<String>> = turns.into_values().flat_map(Started::beside).collect();
        let once: Vec<_> = calls().filter_map(|(_, it)| it.one_off.as_ref()).collect();
        let is_told = lasting.iter().chain(parts.iter().chain(&ended).flatten()).any(|it| it.contains('$'));
        if !is_told && number <= 1 && !(self.is_layered && number > 0) {
            let stays = |name: &String| lasting.contains(name) || ended.iter().flatten().any(|it| it == name);
            let is_apart = |name: &String| once.iter().any(|it| it.service == *name) && !stays(name);
            let all = || needs.keys().cloned();
            parts = all()
                .filter(is_apart)
                .map(|own| all().filter(|it| *it == own || !is_apart(it)).collect())
                .collect();
            if parts.len() < 2 {
                return None;
            }
        }
        let needed = once.iter().filter(|it| it.starts_needed).filter_map(|it| needs.get(&it.service));
        lasting.extend(needed.flatten().cloned());
        let mut parts = Started { lasting, parts }.beside();
        parts.extend(ended);
        parts.iter_mut().for_each(|it| add_needed(it, needs));
        Some(parts)
    }
}

/// What is started by name.
#[derive(Default)]
struct Started {
    /// What goes on running behind its call.
    lasting: Vec<String>,
    /// What each other call starts.
    parts: Vec<Vec<String>>,
}

impl Started {
    /// What runs at the same time: what stays runs beside each part.
    fn beside(self) -> Vec<Vec<String>> {
        let Self { lasting, mut parts } = self;
        parts.iter_mut().for_each(|it| it.extend(lasting.iter().cloned()));
        parts.push(lasting);
        parts
    }
}

/// Adds what the services of a part need, and what that needs.
fn add_needed(part: &mut Vec<String>, needs: &Needs) {
    let mut at = 0;
    while let Some(name) = part.get(at) {
        let new = needs.get(name).into_iter().flatten().filter(|it| !part.contains(it));
        let new: Vec<String> = new.cloned().collect();
        part.extend(new);
        at += 1;
    }
}

impl Index<'_> {
    /// The files that a call in the file `by` names, or those that Compose finds.
    pub(super) fn files_of(&self, by: FileId, call: &ComposeCall) -> Option<Vec<FileId>> {
        let find = |start: &String| match call.files.is_empty() {
            true => Some(self.default_files(start)).filter(|it| !it.is_empty()),
            false => call.files.iter().map(|it| self.find_in(start, it)).collect::<Option<Vec<_>>>(),
        };
        let is_unknown = call.is_below_variable || (call.stack.is_some() && call.files.is_empty());
        call.starts(folder_of(self.facts, by)).iter().find_map(find).filter(|_| !is_unknown)
    }

    /// Whether the paths of `files` end as these do.
    fn ends_as(&self, files: &[FileId], ends: &[String]) -> bool {
        let is_it = |(file, end): (&FileId, &String)| {
            let rest = self.facts.path(*file).strip_suffix(end.as_str());
            rest.is_some_and(|it| it.is_empty() || it.ends_with('/'))
        };
        files.len() == ends.len() && files.iter().zip(ends).all(is_it)
    }

    /// Whether `file` is another way to write what `others` say: it has no service that they lack.
    fn varies(&self, file: FileId, others: &[FileId]) -> bool {
        let names = |file: FileId| {
            let documents = self.compose(file).into_iter().flat_map(|it| &it.documents);
            let services = documents.flat_map(|it| &it.services);
            services.filter_map(|it| Some(it.name.as_ref()?.value.as_str())).collect::<Vec<_>>()
        };
        let known: Vec<&str> = others.iter().flat_map(|it| names(*it)).collect();
        !others.contains(&file) && names(file).iter().all(|it| known.contains(it))
    }
}
