//! Sets of functions, which most questions about a program look into.

use super::world::FunctionId;

/// A set of functions, a bit for each.
#[derive(Clone, Debug, Default)]
pub(super) struct FunctionSet(Vec<u64>);

impl FunctionSet {
    /// Whether the function is in it.
    pub(super) fn contains(&self, function: FunctionId) -> bool {
        let (at, bit) = place(function);
        self.0.get(at).is_some_and(|it| it & bit != 0)
    }

    /// Puts a function in; says whether it was not there.
    pub(super) fn insert(&mut self, function: FunctionId) -> bool {
        let (at, bit) = place(function);
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        let is_new = self.0[at] & bit == 0;
        self.0[at] |= bit;
        is_new
    }
}

/// The word and the bit of it that stand for a function.
fn place(function: FunctionId) -> (usize, u64) {
    let at = function.0 as usize;
    (at / 64, 1 << (at % 64))
}
