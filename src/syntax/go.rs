//! Go source through tree-sitter.
