//! A name for a finding that survives edits elsewhere in its file.

use rustc_hash::FxHashMap;

use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// Gives out fingerprints; equal findings of one run get a counter.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: FxHashMap<u64, u32>,
}

impl Fingerprints {
    /// The fingerprint of `diagnostic`: made of its rule, its file, its message and the line it
    /// stands on, but not of that line's number.
    pub(super) fn of(&mut self, sources: &SourceMap, path: &str, diagnostic: &Diagnostic) -> String {
        let span = diagnostic.primary().span;
        let text = sources.file(span.file).text();
        let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let hash = fnv1a(&[diagnostic.rule, path, &diagnostic.message, line.trim()]);
        let occurrence = self.seen.entry(hash).or_default();
        *occurrence += 1;
        format!("{hash:016x}:{occurrence}")
    }
}

/// FNV-1a of 64 bits: small, and the same in every version of Rust.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
fn fnv1a(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
