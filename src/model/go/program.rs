//! Go main packages.

use rayon::prelude::*;

use super::leads::Leads;
use super::reachable::Reachable;
use super::world::{PackageId, Packages};
use super::written_addresses::WrittenAddresses;
use super::{Program, ProgramId, cgo, profiler, reads, routes, shutdown};
use crate::facts::Facts;
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
    pub(super) packages: Packages<'a>,
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
    /// Reads the programs out of the facts of all files.
    #[must_use]
    pub fn new(facts: &'a Facts, detail: Detail) -> Self {
        let world = Self { packages: Packages::new(facts), facts: Some(facts), detail, ..Self::default() };
        let mut mains = Vec::new();
        for (id, package) in world.packages.iter().filter(|(_, it)| it.name == "main") {
            mains.extend(package.mains().map(|(file, span)| (id, file, span)));
        }
        let leads = Leads::new(&world.packages);
        let written = WrittenAddresses::new(&world.packages);
        let read = |&(id, file, main): &(PackageId, FileId, Span)| {
            let package = world.packages.package(id);
            let module_directory = package.module_directory.clone();
            let reachable = Reachable::new(&world.packages, &leads, id, file);
            let environment =
                Environment { incomplete: Some("no workload".to_owned()), ..Environment::default() };
            let files = ContainerFiles::default();
            let setting = Setting { environment: &environment, arguments: None, files: &files };
            let evaluator = Evaluator::new(&world.packages, &reachable, setting, &Shared::default());
            let (routes, profilers) = (routes::routes(&evaluator, main), profiler::profilers(&evaluator));
            let program = Program {
                directory: package.directory.clone(),
                module_directory: module_directory.unwrap_or_else(|| package.directory.clone()),
                import_path: package.import_path.clone(),
                main,
                shutdown: shutdown::shutdown(&world.packages, &reachable),
                reads: reads::reads(&evaluator),
                expansion: reads::expansion(&world.packages, &reachable),
                written_addresses: written.of(&reachable),
                serve_calls: shutdown::serve_calls(&world.packages, &reachable),
                fixed_ports: world.fixed_ports(&evaluator, main),
                decides_trust: decides_trust(&world.packages, &reachable),
                cgo_use: cgo::cgo_use(&world.packages, &reachable),
                routes,
                profilers,
            };
            (program, reachable)
        };
        let (programs, reachable) = mains.par_iter().map(read).unzip();
        Self { programs, reachable, ..world }
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
