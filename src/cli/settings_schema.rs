//! `reachlint settings-schema`.

use super::exit::{Done, Failure};
use super::output;
use crate::report::settings_schema;

pub(super) fn run() -> Result<Done, Failure> {
    output::print(|out| settings_schema::write(out))?;
    Ok(Done::Clean)
}
