//! Go main packages.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::leads::Leads;
use super::network::fixed_ports;
use super::reachable::Reachable;
use super::world::{Package, PackageId, Packages};
use super::written_addresses::WrittenAddresses;
use super::{Program, ProgramId, cgo, profiler, reads, routes, shutdown};
use crate::facts::Facts;
use crate::facts::go::{BuildTags, is_built};
use crate::model::resolve::{Evaluator, Setting, Shared};
use crate::model::{ContainerFiles, Environment};
use crate::source::{FileId, Span};

/// How much is said of an address that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Why it is not, which is all that rules ask.
    #[default]
    Reason,
    /// What brings it, too: a request, a row of a database. That takes about as long as all the rest.
    Origin,
}

/// Every Go program of a project, ready to be looked at in a workload.
#[derive(Debug, Default)]
pub struct World<'a> {
    /// The programs; a [`ProgramId`] is an index.
    pub programs: Vec<Program>,
    /// The packages as builds with different tags take them, and for each program which of them it is of.
    packages: Vec<Packages<'a>>,
    of_program: Vec<usize>,
    pub(super) facts: Option<&'a Facts>,
    pub(super) detail: Detail,
    reachable: Vec<Reachable<'a>>,
}

/// Packages with which a program says whose certificates it trusts, whole or as the start of a path.
const OF_TRUST: &[&str] = &["crypto/tls", "crypto/x509", "golang.org/x/crypto/x509roots/"];

/// Whether a program may say itself whose certificates it trusts.
fn decides_trust(packages: &Packages<'_>, reachable: &Reachable<'_>) -> bool {
    let files = reachable.packages.iter().flat_map(|it| &packages.package(*it).files);
    let mut imports = files.flat_map(|(_, file)| &file.imports);
    imports.any(|it| {
        let path = it.path.value.as_str();
        OF_TRUST.iter().any(|of| path.starts_with(of)) || path.contains("cert")
    })
}

impl<'a> World<'a> {
    /// Reads the programs out of the facts of all files. `tags` are those that programs are built with, by the
    /// folder of their package, none for the others.
    #[must_use]
    pub fn new(facts: &'a Facts, detail: Detail, tags: &BTreeMap<String, Vec<String>>) -> Self {
        let sets: BTreeSet<&[String]> = tags.values().map(Vec::as_slice).chain([&[][..]]).collect();
        let packages = sets.iter().map(|it| Packages::new(facts, it)).collect();
        let mut world = Self { packages, facts: Some(facts), detail, ..Self::default() };
        let (mut programs, mut reachable, mut of_program) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (set, packages)) in sets.iter().zip(&world.packages).enumerate() {
            let is_of_set = |it: &Package<'_>| tags.get(&it.directory).map_or(&[][..], Vec::as_slice) == *set;
            let found = world.programs_of(packages, is_of_set);
            of_program.extend(found.iter().map(|_| at));
            let (of_set, reached): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            programs.extend(of_set);
            reachable.extend(reached);
        }
        (world.programs, world.reachable, world.of_program) = (programs, reachable, of_program);
        world
    }

    /// The programs of those packages that `counts` says.
    fn programs_of(
        &self,
        packages: &Packages<'a>,
        counts: impl Fn(&Package<'a>) -> bool,
    ) -> Vec<(Program, Reachable<'a>)> {
        let mut mains = Vec::new();
        for (id, package) in packages.iter().filter(|(_, it)| it.name == "main" && counts(it)) {
            mains.extend(package.mains().map(|(file, span)| (id, file, span)));
        }
        let leads = Leads::new(packages);
        let written = WrittenAddresses::new(packages);
        let read = |&(id, file, main): &(PackageId, FileId, Span)| {
            let package = packages.package(id);
            let module_directory = package.module_directory.clone();
            let reachable = Reachable::new(packages, &leads, id, file);
            let environment =
                Environment { incomplete: Some("no workload".to_owned()), ..Environment::default() };
            let files = ContainerFiles::default();
            let setting = Setting { environment: &environment, arguments: None, files: &files };
            let evaluator = Evaluator::new(packages, &reachable, setting, &Shared::default());
            let (routes, profilers) = (routes::routes(&evaluator, main), profiler::profilers(&evaluator));
            let program = Program {
                directory: package.directory.clone(),
                module_directory: module_directory.unwrap_or_else(|| package.directory.clone()),
                import_path: package.import_path.clone(),
                main,
                shutdown: shutdown::shutdown(packages, &reachable),
                reads: reads::reads(&evaluator),
                flags: evaluator.flag_definitions().iter().flat_map(|it| it.names().to_vec()).collect(),
                expansion: reads::expansion(packages, &reachable),
                written_addresses: written.addresses_of(&reachable),
                named_hosts: written.hosts_of(&reachable),
                serve_calls: shutdown::serve_calls(packages, &reachable),
                fixed_ports: fixed_ports(&evaluator, main),
                decides_trust: decides_trust(packages, &reachable),
                cgo_use: cgo::cgo_use(packages, &reachable),
                routes,
                profilers,
            };
            (program, reachable)
        };
        mains.par_iter().map(read).collect()
    }

    /// Whether a build with these tags takes other files of the project than one without.
    #[must_use]
    pub fn heeds(&self, tags: &[String]) -> bool {
        let files = self.facts.into_iter().flat_map(|it| it.go.iter().map(|(id, file)| (it.path(*id), file)));
        files.into_iter().any(|(path, file)| {
            let constraint = file.constraint.as_ref().map(|it| it.value.as_str());
            let is_built = |tags| is_built(path, constraint, BuildTags::These(tags));
            is_built(tags) != is_built(&[])
        })
    }

    /// The packages that a program is built of.
    pub(super) fn packages(&self, program: ProgramId) -> &Packages<'a> {
        &self.packages[self.of_program[program.0 as usize]]
    }

    /// The programs of a folder; several when files of it each have a `main`, of which a build
    /// names one (`go build one.go`).
    pub fn programs_in<'s>(&'s self, directory: &'s str) -> impl Iterator<Item = (ProgramId, FileId)> + 's {
        let all = self.programs.iter().enumerate();
        all.filter(move |(_, it)| it.directory == directory)
            .map(|(index, it)| (ProgramId(index as u32), it.main.file))
    }

    /// What the program may run.
    pub(super) fn reachable(&self, program: ProgramId) -> &Reachable<'a> {
        &self.reachable[program.0 as usize]
    }
}
