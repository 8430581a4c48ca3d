//! Networks that others join, and services of which others are told.

use super::load::ProjectFiles;
use crate::facts::Facts;
use crate::facts::compose::{Service, TopNetwork};
use crate::facts::catalogue::UNKNOWN_TEXT;

