//! Dockerfile grammar: instructions, words, heredocs, directives.
