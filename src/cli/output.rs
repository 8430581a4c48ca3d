//! Where output goes, and whether it is coloured.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;

use super::exit::Failure;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE stands for a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    /// Whether standard output is to be coloured: <https://no-color.org>, <https://bixense.com/clicolors/>.
    pub(super) fn on_stdout(self) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty() && it != "0");
        let dumb = || std::env::var_os("TERM").is_some_and(|it| it == "dumb");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty()) => false,
            Self::Auto if set("CLICOLOR_FORCE") => true,
            Self::Auto => io::stdout().is_terminal() && !dumb(),
        }
    }
}

/// Prints on standard output. A reader that went away (`| head`) has what it wanted.
pub(super) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new("standard output", &error))
        }
        _ => Ok(()),
    }
}

/// Writes into a file, which is made or emptied.
pub(super) fn to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let to_file = || {
        let mut out = io::BufWriter::new(File::create(path)?);
        write(&mut out)?;
        out.flush()
    };
    to_file().map_err(|error| Failure::new(path.display(), &error))
}

/// Prints one line on standard error; nobody can be told when that fails.
pub(super) fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
