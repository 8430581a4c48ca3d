//! Exit codes: 0 nothing found, 1 something found, 2 could not run, 3 it cannot be told.

use std::process::ExitCode;
use std::{fmt, io};

/// How a command that ran has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// Nothing at or above the fail level.
    Clean,
    /// Something at or above the fail level.
    Found,
    /// What was asked cannot be told.
    Unknown,
}

/// Why a command could not run: what is printed behind `error: `.
#[derive(Debug)]
pub(super) struct Failure(pub String);

impl Failure {
    pub(super) fn new(what: impl fmt::Display, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        Self(format!("{what}: {reason}"))
    }
}

pub(super) fn code(done: Result<Done, Failure>) -> ExitCode {
    match done {
        Ok(Done::Clean) => ExitCode::SUCCESS,
        Ok(Done::Found) => ExitCode::from(1),
        Ok(Done::Unknown) => ExitCode::from(3),
        Err(Failure(message)) => {
            super::output::complain(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}
