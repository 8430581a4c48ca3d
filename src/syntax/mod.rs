//! Text to tree, one file a format: grammar only, no meaning.
//!
//! Each parser returns what it could read together with what it could not; none of them fails.

pub mod caddyfile;
pub mod directive;
pub mod dockerfile;
pub mod go;
pub mod haproxy;
pub mod hcl;
pub mod ini;
pub mod interpolation;
pub mod leaf;
pub mod markdown;
pub mod nginx;
pub mod shell;
pub mod template;
pub mod toml;
pub mod yaml;
