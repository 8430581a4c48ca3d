//! `reachlint compose-config`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Done, Failure};
use super::output;
use crate::facts::kind::Kind;
use crate::facts::{Facts, compose, dotenv};
use crate::model::compose::{ConfigRequest, config};
use crate::report::compose_config;
use crate::source::{SourceMap, Span};
use crate::workspace::{self, Workspace};

#[derive(Debug, Args)]
pub(super) struct ComposeConfigArguments {
    /// A Compose file; several are merged [default: those that Compose finds in PATH].
    #[arg(short, long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// A variable of the shell, NAME=VALUE; no others are set.
    #[arg(short, long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// The folder in which Compose is started.
    #[arg(default_value = ".")]
    path: PathBuf,
}

pub(super) fn run(arguments: &ComposeConfigArguments) -> Result<Done, Failure> {
    let start = arguments.file.first().and_then(|it| it.parent()).unwrap_or(&arguments.path);
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    let target = workspace::locate(start).map_err(|error| Failure::new(start.display(), &error))?;
    // Other files of the repository may be included, unless the folder is one that is not looked into
    // from there.
    let repository = workspace::repository_of(&target.root).filter(|it| holds(it, &target.root));
    let root = repository.unwrap_or(target.root);
    let workspace = workspace::load(&root, None);
    let request = ConfigRequest {
        files: arguments.file.iter().map(|it| inside(&root, it)).collect::<Result<_, _>>()?,
        folder: inside(&root, &arguments.path)?,
        root: workspace::with_slashes(&root),
        variables: arguments
            .env
            .iter()
            .filter_map(|it| it.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    match config(&facts(&workspace), &request) {
        Ok(tree) => {
            output::print(|out| compose_config::write(&tree, out))?;
            Ok(Done::Clean)
        }
        Err(faults) => {
            faults.iter().for_each(|it| complain(&it.message, it.span, &workspace.sources));
            Ok(Done::Found)
        }
    }
}

/// Whether the files of `folder` are read when the project at `root` is.
pub(super) fn holds(root: &Path, folder: &Path) -> bool {
    inside(root, folder).is_ok_and(|it| workspace::load(root, None).tree.has_directory(&it))
}

/// `path` relative to the project's root, `.` for the root itself.
pub(super) fn inside(root: &Path, path: &Path) -> Result<String, Failure> {
    let whole = workspace::canonical(path).map_err(|error| Failure::new(path.display(), &error))?;
    let relative = whole.strip_prefix(root).map_err(|_| {
        Failure(format!("{}: it is outside of the project {}", path.display(), root.display()))
    })?;
    let text = workspace::with_slashes(relative);
    Ok(if text.is_empty() { ".".to_owned() } else { text })
}

/// What the Compose files and the files of variables say; nothing else is needed.
fn facts(workspace: &Workspace) -> Facts {
    let mut out = Facts {
        paths: workspace.sources.iter().map(|(_, file)| file.path().to_owned()).collect(),
        tree: workspace.tree.clone(),
        ..Facts::default()
    };
    for ((id, file), kind) in workspace.sources.iter().zip(&workspace.kinds) {
        match kind {
            Kind::Compose => out.compose.push((id, compose::read(id, file.text()))),
            Kind::Dotenv => out.dotenv.push((id, dotenv::read(id, file.text()))),
            _ => {}
        }
    }
    out
}

pub(super) fn complain(message: &str, span: Span, sources: &SourceMap) {
    if span.is_empty() && span.start == 0 {
        return output::complain(message);
    }
    let file = sources.file(span.file);
    let line = file.lines().position(file.text(), span.range().start).line;
    output::complain(&format!("{}:{line}: {message}", file.path()));
}
