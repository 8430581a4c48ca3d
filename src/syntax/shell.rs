//! Shell scripts and command lines through tree-sitter.
