//! What a database container creates at its first start, and who logs in to something else.

use super::compose::Mount;
use super::{Alternative, Dial, DialSource, Environment, HostAnswer, Project, Workload, WorkloadId};
use crate::facts::catalogue::{self, DatabaseEntry, DefaultName};
use crate::facts::creation::Creation;
use crate::facts::{Tree, catalogue::image};
use crate::source::{Confidence, Span, Spanned};

/// What a database container creates when it starts on an empty volume.
#[derive(Clone, Debug)]
pub struct Database {
    entry: &'static DatabaseEntry,
    /// What something else of the project may create in it.
    others: Creation,
    /// Its database.
    pub database: Created,
    /// Its user.
    pub user: Created,
    /// That user's password.
    pub password: Created,
    /// The password of the user that is there in any case.
    pub root_password: Created,
}

/// One thing that is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// What a variable says, at the variable.
    Set(Spanned<String>),
    /// What the image creates when no variable names it.
    Default(String),
    /// Nothing.
    Nothing,
    /// It cannot be told.
    Unknown,
}

/// A connection that asks a database container for something that it does not create.
#[derive(Clone, Debug)]
pub struct LoginMistake<'a> {
    /// The container.
    pub peer: &'a Workload,
    /// What is wrong.
    pub fault: LoginFault,
    /// What is asked for.
    pub written: Spanned<String>,
    /// What is created.
    pub created: &'a Created,
    /// As in [`crate::model::DialLogin`].
    pub alternative: Option<Alternative>,
    /// The call.
    pub site: Span,
    /// How sure.
    pub confidence: Confidence,
}

/// The part of a login that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginFault {
    /// There is no database of that name.
    Database,
    /// There is no user of that name.
    User,
    /// The user has another password.
    Password,
}

/// What decides what a database container creates, beside its image.
pub(super) struct Start<'a> {
    pub(super) environment: &'a Environment,
    pub(super) mounts: &'a [Mount],
    /// Whether the image's own entrypoint runs its own server, with no further files brought in.
    pub(super) is_plain: bool,
    pub(super) creation: Creation,
    pub(super) tree: &'a Tree,
}

impl Database {
    /// What a container of the image `reference` creates; `None` when it is no known database.
    pub(super) fn read(reference: &str, start: &Start<'_>) -> Option<Self> {
        let entry = catalogue::database(reference)?;
        let from_outside = start.mounts.iter().any(|it| may_hold_data(it, entry, start.tree));
        if !start.is_plain || from_outside || !starts(entry, start.environment) {
            return Some(Self {
                entry,
                others: start.creation,
                database: Created::Unknown,
                user: Created::Unknown,
                password: Created::Unknown,
                root_password: Created::Unknown,
            });
        }
        Some(Self { others: start.creation, ..Self::of_environment(entry, start.environment) })
    }

    fn of_environment(entry: &'static DatabaseEntry, environment: &Environment) -> Self {
        let find = |names: &[&str]| named(environment, names);
        let user = match (find(&entry.user), entry.user_default) {
            (Created::Nothing, Some(name)) => Created::Default(name.to_owned()),
            (found, _) => found,
        };
        let database = match (find(&entry.database), &user) {
            (Created::Nothing, user) if entry.database_default == DefaultName::OfUser => user.clone(),
            (found, _) => found,
        };
        let is_open = is_open(entry, environment);
        let password = |names: &[&str]| match find(names) {
            found @ Created::Set(_) if !is_open => found,
            _ => Created::Unknown,
        };
        let (password, root_password) = (password(&entry.password), password(&entry.root_password));
        let others = Creation::default();
        Self { entry, others, database, user, password, root_password }
    }

    fn lacks_database(&self, name: &str) -> bool {
        let may_exist = self.others.databases && !holds_query(name);
        !self.entry.always.contains(&name) && !may_exist && self.database.is_other_than(name)
    }

    fn lacks_user(&self, name: &str) -> bool {
        self.entry.root != Some(name) && !self.others.users && self.user.is_other_than(name)
    }

    /// The password of `user`, when it is known.
    fn password_of(&self, user: &str) -> &Created {
        if self.others.users {
            &Created::Unknown
        } else if self.entry.root == Some(user) {
            &self.root_password
        } else if self.user.name() == Some(user) {
            &self.password
        } else {
            &Created::Unknown
        }
    }
}

impl Created {
    /// What is created, when that is known.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Set(it) => Some(&it.value),
            Self::Default(it) => Some(it),
            Self::Nothing | Self::Unknown => None,
        }
    }

    /// Whether something is known to be created, and it is not `name`.
    fn is_other_than(&self, name: &str) -> bool {
        *self != Self::Unknown && self.name() != Some(name)
    }
}

/// Whether the server starts at all: without any word about its passwords it does not, so that more must
/// be said elsewhere.
fn starts(entry: &DatabaseEntry, environment: &Environment) -> bool {
    let passwords = if entry.root.is_some() { &entry.root_password } else { &entry.password };
    is_open(entry, environment) || named(environment, passwords) != Created::Nothing
}

fn is_open(entry: &DatabaseEntry, environment: &Environment) -> bool {
    entry.open.iter().any(|(name, value)| {
        environment.get(name).is_some_and(|it| match (value, &it.value) {
            (Some(value), Some(text)) => text.as_str() == *value,
            _ => true,
        })
    })
}

/// `shop@sslmode=disable`: the query of a URL became part of a name that nobody gives a database.
fn holds_query(name: &str) -> bool {
    name.split_once('@').is_some_and(|(_, query)| query.contains('='))
}

/// What the first of these variables that is set says; an empty one counts as not set.
fn named(environment: &Environment, names: &[&str]) -> Created {
    for name in names {
        if environment.get(&format!("{name}_FILE")).is_some() {
            return Created::Unknown;
        }
        let Some(variable) = environment.get(name) else { continue };
        match &variable.value {
            Some(text) if text.as_str().is_empty() => {}
            Some(text) => return Created::Set(Spanned::new(text.as_str().to_owned(), variable.span)),
            None => return Created::Unknown,
        }
    }
    if environment.incomplete.is_some() { Created::Unknown } else { Created::Nothing }
}

/// Whether a mount may bring databases or users that the variables do not name: a script for the first
/// start, or data that were there before. A volume that Docker makes is empty at first.
fn may_hold_data(mount: &Mount, entry: &DatabaseEntry, tree: &Tree) -> bool {
    let Some(target) = &mount.target else { return true };
    if target.starts_with(entry.scripts) {
        return true;
    }
    if mount.external {
        return true;
    }
    // Docker makes a folder that is not in the repository; one outside of it may hold anything.
    let may_be_full =
        |it: &String| it.starts_with(['/', '~', '$']) || it.starts_with("..") || tree.has_directory(it);
    let holds_data = ["/var/lib", "/data"].iter().any(|it| target.starts_with(it));
    mount.bind && holds_data && mount.source.as_ref().is_none_or(may_be_full)
}

impl Project {
    /// What `dial` of `from` asks a database container for that this does not create.
    #[must_use]
    pub fn login_mistakes(&self, from: WorkloadId, dial: &Dial) -> Vec<LoginMistake<'_>> {
        let HostAnswer::Workloads(peers) = self.resolve_host(from, &dial.host) else { return Vec::new() };
        let [peer] = peers[..] else { return Vec::new() };
        let peer = self.workload(peer);
        let Some(database) = &peer.database else { return Vec::new() };
        // The steps of a job may create what they need.
        let is_of_job = peer.pipeline.is_some();
        if !database.entry.schemes.contains(&dial.scheme.as_str())
            || !self.is_known_in_full(peer)
            || is_of_job
        {
            return Vec::new();
        }
        let mut found: Vec<(LoginFault, &Spanned<String>, &Created)> = Vec::new();
        let named = dial.login.database.as_ref().filter(|it| database.lacks_database(&it.value));
        found.extend(named.map(|it| (LoginFault::Database, it, &database.database)));
        if let Some(user) = &dial.login.user {
            if database.lacks_user(&user.value) {
                found.push((LoginFault::User, user, &database.user));
            }
            let password = database.password_of(&user.value);
            let other = dial.login.password.as_ref().filter(|it| password.is_other_than(&it.value));
            found.extend(other.map(|it| (LoginFault::Password, it, password)));
        }
        let mut confidence = dial.confidence.min(self.certainty_of_clients(from, dial, peer));
        if dial.login.alternative.is_some() {
            confidence = confidence.min(Confidence::Likely);
        }
        found
            .into_iter()
            .map(|(fault, written, created)| LoginMistake {
                peer,
                fault,
                written: written.clone(),
                created,
                alternative: dial.login.alternative,
                site: dial.site,
                confidence: match created {
                    Created::Set(_) => confidence,
                    _ => confidence.min(Confidence::Likely),
                },
            })
            .collect()
    }

    /// A client of which nothing is known may create what it needs: some migration tools do.
    fn certainty_of_clients(&self, from: WorkloadId, dial: &Dial, peer: &Workload) -> Confidence {
        let dials = |it: &Workload| {
            it.dependencies.iter().any(|it| it.service.value == peer.name.value)
                || self.destinations(it.id).iter().any(|dial| {
                    matches!(self.resolve_host(it.id, &dial.host), HostAnswer::Workloads(them) if them.contains(&peer.id))
                })
        };
        let is_stranger = |it: &Workload| {
            let catalogued = it.image_reference.as_ref().is_some_and(|it| image(it.text.as_str()).is_some());
            it.program.is_none() && (it.image.is_some() || !catalogued)
        };
        let others = self.workloads.iter().filter(|it| {
            it.kind.composition().is_some() && it.kind == peer.kind && it.id != peer.id && it.id != from
        });
        let own = self.workload(from).program.is_none() && dial.source != DialSource::Command;
        if own || others.filter(|it| is_stranger(it)).any(dials) {
            Confidence::Possible
        } else {
            Confidence::Proven
        }
    }
}
