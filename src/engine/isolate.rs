//! A fault of reachlint in one file or rule costs that file or rule, never the run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// Runs `work`; a panic in it becomes a sentence in `errors` and `None`.
pub(super) fn run<T>(what: &str, errors: &Mutex<Vec<String>>, work: impl FnOnce() -> T) -> Option<T> {
    // Nothing that `work` borrows is written through, so a half-done write cannot be seen.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => Some(value),
        Err(panic) => {
            let reason = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("unknown reason");
            if let Ok(mut errors) = errors.lock() {
                errors.push(format!("internal error in {what}: {reason}"));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence() {
        let errors = Mutex::new(Vec::new());
        assert_eq!(run("a.go", &errors, || 1), Some(1));
        assert_eq!(run("b.go", &errors, || -> i32 { panic!("boom {}", 2) }), None);
        assert_eq!(errors.into_inner().unwrap(), ["internal error in b.go: boom 2"]);
    }
}
