//! The `reachlint` command.

fn main() {}
