//! reachlint finds the network faults of containerised Go services before anything runs.
//!
//! docs/architecture.md describes the layers; each module may use only those above it in this
//! list, and `tests/architecture.rs` holds that.

pub mod source;

pub mod net;

pub mod diagnostic;

pub mod syntax;

pub mod facts;

pub mod model;

pub mod rules;

pub mod config;

pub mod engine;

pub mod fix;

pub mod workspace;

pub mod report;

pub mod cli;
