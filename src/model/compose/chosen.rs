//! Which services of a Compose project are started, and how, as far as calls of Compose in scripts and documents say.

use rustc_hash::FxHashMap;

use super::files::Index;
use super::folder_of;
use crate::facts::Facts;
use crate::facts::compose_call::{ComposeCall, OneOff};
use crate::facts::kind::Kind;
use crate::model::{AtOnce, Chosen};
use crate::source::{FileId, Span};

/// Of each service those that are started with it.
pub(super) type Needs = FxHashMap<String, Vec<String>>;

/// Whether two services run at the same time; `chosen` as in [`Composition`](crate::model::Composition).
pub(in crate::model) fn run_at_once(chosen: Option<&Chosen>, services: [&str; 2]) -> AtOnce {
    let has_both = |parts: &[Vec<String>]| {
        parts.iter().any(|part| services.iter().all(|name| part.iter().any(|it| it == name)))
    };
    match chosen {
        Some(it) if !has_both(&it.possible) => AtOnce::Never,
        Some(it) if !has_both(&it.certain) => AtOnce::Perhaps,
        _ => AtOnce::Certainly,
    }
}

/// The calls that mean the files of one project.
pub(super) struct Calls<'a> {
    /// Those of exactly these files, each with the file that it stands in.
    own: Vec<(FileId, &'a ComposeCall)>,
    /// Those of some of them, where a setting lays the others over them, and those that may mean them.
    under: Vec<(FileId, &'a ComposeCall)>,
    /// Those that give the first of them a profile, whatever they lay over it.
    with_profiles: Vec<&'a ComposeCall>,
    /// Whether several files are merged.
    is_layered: bool,
    facts: &'a Facts,
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
        let mut out = Self {
            own: Vec::new(),
            under: Vec::new(),
            with_profiles: Vec::new(),
            is_layered: files.len() > 1,
            facts: index.facts,
        };
        let all = || {
            let all = index.facts.compose_calls.iter();
            let all = all.flat_map(|(by, calls)| calls.iter().map(|it| (*by, it)));
            all.filter(|(_, it)| !it.has_unknown_layers)
        };
        let mut settings = all().filter(|(_, it)| it.is_setting);
        let is_set = settings.any(|(by, it)| index.files_of(by, it).is_some_and(|it| it == files));
        for (by, call) in all() {
            let is_below = call.is_below_variable && index.ends_as(files, &call.files);
            let named = index.files_of(by, call);
            let is_of_base = named.as_ref().is_some_and(|it| it.first() == files.first());
            out.with_profiles.extend(Some(call).filter(|_| is_of_base && !call.profiles.is_empty()));
            match named {
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

    /// Whether all that mean the files deploy them as a stack, and some do.
    pub(super) fn only_deploy(&self) -> bool {
        !self.own.is_empty() && self.own.iter().all(|(_, it)| it.stack.is_some())
    }

    /// Whether some certainly start the files as they are.
    pub(super) fn start_them(&self) -> bool {
        self.own.iter().any(|(_, it)| it.started.is_some() || it.one_off.is_some())
    }

    /// The lists of profiles that calls activate; empty where some call starts the files without any, and where none
    /// is known that activates some.
    pub(super) fn profiles(&self) -> Vec<&'a [String]> {
        let mut lists: Vec<_> = match self.deciding() {
            calls if calls.is_empty() => self.with_profiles.iter().map(|it| it.profiles.as_slice()).collect(),
            calls => calls.iter().map(|(_, it)| it.profiles.as_slice()).collect(),
        };
        if lists.iter().any(|it| it.is_empty()) {
            return Vec::new();
        }
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// Whether a service of this name is there for its image: it runs with one of these profiles alone, and calls activate
    /// them to make images, none to start anything. What `up` and `run` name is started whatever is active:
    /// <https://docs.docker.com/compose/how-tos/profiles/>.
    pub(super) fn only_build(&self, name: &str, profiles: &[String]) -> bool {
        let by_name = |it: &ComposeCall| it.profiles.iter().any(|it| profiles.contains(it));
        let activates = |it: &ComposeCall| by_name(it) || it.profiles.iter().any(|it| it == "*");
        // `--profile '*' down` ends whatever runs.
        let starts_it = |it: &ComposeCall| activates(it) && !it.is_for_images && (by_name(it) || !it.is_end);
        let names_it = |call: &ComposeCall| {
            let once = call.one_off.iter().map(|it| &it.service);
            call.started.iter().flatten().chain(once).any(|it| it == name || it.contains('$'))
        };
        // A file beside it has the profile for the same end.
        let all = || self.facts.compose_calls.iter().flat_map(|(_, calls)| calls);
        all().any(|it| it.is_for_images && activates(it)) && all().all(|it| !names_it(it) && !starts_it(it))
    }

    /// Where a call stands that starts the files, without any profile if there is such a call.
    pub(super) fn start(&self) -> Option<Span> {
        let calls = self.deciding();
        let (by, call) = calls.iter().min_by_key(|(_, it)| !it.profiles.is_empty())?;
        let range = &call.places.iter().min_by_key(|it| it.is_comment)?.range;
        Some(Span::new(*by, range.start, range.end))
    }

    /// The calls that tell which profiles are active. Comments and documents leave out the profile that other calls
    /// give the same file.
    fn deciding(&self) -> Vec<(FileId, &'a ComposeCall)> {
        let is_told = |by: FileId, it: &ComposeCall| {
            is_document(self.facts.path(by)) || it.places.iter().all(|it| it.is_comment)
        };
        let calls = self.own.iter().filter(|(_, it)| it.started.is_some() || !it.profiles.is_empty());
        let decides = |(by, it): &&(FileId, &ComposeCall)| {
            !it.profiles.is_empty() || self.with_profiles.is_empty() || !is_told(*by, it)
        };
        calls.filter(decides).copied().collect()
    }

    /// The names of the stacks that `docker stack deploy` makes of the files, as they are written.
    pub(super) fn stacks(&self) -> Vec<String> {
        self.own.iter().chain(&self.under).filter_map(|(_, it)| it.stack.clone()).collect()
    }

    /// The services that are started by name, when all calls that start anything of these files name some. Whoever
    /// types a call for one file may leave names out, unless a script gathers them (`"${SERVICES[@]}"`) or several
    /// calls each start a part; then only what `run` starts stands apart, each beside all others.
    pub(super) fn chosen(&self, needs: &Needs) -> Option<Chosen> {
        if self.own.iter().any(|(_, it)| it.started.as_ref().is_some_and(Vec::is_empty)) {
            return None;
        }
        // What is ended again, by turns, and what is not.
        let mut turns: FxHashMap<Option<(FileId, u32)>, Started> = FxHashMap::default();
        let calls = || self.own.iter().chain(&self.under);
        let mut number = 0;
        for (by, call) in calls() {
            number += usize::from(call.started.as_ref().is_some_and(|it| !it.is_empty()));
            turns.entry(call.turn.map(|it| (*by, it))).or_default().add(call);
        }
        let Started { mut lasting, mut parts } = turns.remove(&None).unwrap_or_default();
        let ended: Vec<Vec<String>> = turns.into_values().flat_map(Started::beside).collect();
        let once: Vec<_> = calls().filter_map(|(_, it)| it.one_off.as_ref()).collect();
        let is_told = lasting.iter().chain(parts.iter().chain(&ended).flatten()).any(|it| it.contains('$'));
        // Only what runs once stands apart.
        let is_once_apart = !is_told && number <= 1 && !(self.is_layered && number > 0);
        if is_once_apart {
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
        lasting.extend(once.iter().flat_map(|it| it.needed(needs)));
        let mut possible = Started { lasting, parts }.beside();
        possible.extend(ended);
        possible.iter_mut().for_each(|it| add_needed(it, needs));
        let certain = if is_once_apart { possible.clone() } else { self.in_a_row(needs) };
        Some(Chosen { possible, certain })
    }

    /// Whether a file is a Makefile or a script.
    fn is_code(&self, file: FileId) -> bool {
        let makefiles = self.facts.makefiles.iter().map(|it| it.0);
        makefiles.chain(self.facts.scripts.iter().map(|it| it.0)).any(|it| it == file)
    }

    /// What one call starts, or calls in a row. What is commented out in a Makefile or script is started by nobody.
    fn in_a_row(&self, needs: &Needs) -> Vec<Vec<String>> {
        let mut rows: FxHashMap<(FileId, Option<u32>, u32), Started> = FxHashMap::default();
        for (by, call) in self.own.iter().chain(&self.under) {
            let is_code = self.is_code(*by);
            for place in call.places.iter().filter(|it| !(is_code && it.is_comment)) {
                let row = rows.entry((*by, call.turn, place.row)).or_default();
                row.add(call);
                row.lasting.extend(call.one_off.iter().flat_map(|it| it.needed(needs)));
            }
        }
        let mut out: Vec<Vec<String>> = rows.into_values().flat_map(Started::beside).collect();
        out.iter_mut().for_each(|it| add_needed(it, needs));
        out
    }
}

impl OneOff {
    /// What is started before it, and stays.
    fn needed<'n>(&self, needs: &'n Needs) -> impl Iterator<Item = String> + 'n {
        let needed = needs.get(&self.service).filter(|_| self.starts_needed);
        needed.into_iter().flatten().cloned()
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
    /// Adds what a call starts.
    fn add(&mut self, call: &ComposeCall) {
        let names = call.started.iter().flatten().cloned();
        match call.is_detached {
            true => self.lasting.extend(names),
            false => self.parts.push(names.collect()),
        }
    }

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

fn is_document(path: &str) -> bool {
    matches!(Kind::of_path(path), Some(Kind::Readme | Kind::Document))
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
