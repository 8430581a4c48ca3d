//! YAML through parser events into our own node tree with spans.
