//! Paths of the system as the rest of reachlint has them: relative to a root, with `/`. Nothing else
//! knows that Windows writes them otherwise.

use std::io;
use std::path::{Component, Path, PathBuf, Prefix};

/// The absolute path of what is there, links resolved. On Windows it is written as people write it,
/// `C:\src`, where the system says `\\?\C:\src`.
///
/// # Errors
/// When it is not there or cannot be looked at.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    Ok(without_verbatim(path.canonicalize()?))
}

/// `path` without the prefix that tells Windows to take it as it is, when it needs none.
fn without_verbatim(path: PathBuf) -> PathBuf {
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else { return path };
    let Prefix::VerbatimDisk(drive) = prefix.kind() else { return path };
    let mut out = PathBuf::from(format!("{}:\\", char::from(drive)));
    out.extend(parts.filter(|it| !matches!(it, Component::RootDir)));
    out
}

/// `path` seen from `root`, with `/`; `None` for the root itself, for a path outside, and for a name that
/// is no Unicode.
pub(super) fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(root).ok()?.components().map(|it| it.as_os_str().to_str()).collect();
    parts.filter(|it| !it.is_empty()).map(|it| it.join("/"))
}

/// `path` seen from `root`, both absolute, with `/`: it may lead up first. Where there is no way from one
/// to the other, on another drive, it stays absolute.
pub(super) fn from_root(root: &Path, path: &Path) -> String {
    let common = root.components().zip(path.components()).take_while(|(left, right)| left == right).count();
    if common == 0 {
        return with_slashes(path);
    }
    let up = root.components().skip(common).map(|_| Component::ParentDir);
    let whole: PathBuf = up.chain(path.components().skip(common)).collect();
    with_slashes(&whole)
}

/// A path as it is printed, with `/`. A backslash is a separator on Windows alone.
#[must_use]
pub fn with_slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_path_may_lead_up() {
        let seen = |root: &str, path: &str| from_root(Path::new(root), Path::new(path));
        assert_eq!(seen("/a/b", "/a/b/reachlint.toml"), "reachlint.toml");
        assert_eq!(seen("/a/b", "/a/reachlint.toml"), "../reachlint.toml");
        assert_eq!(seen("/a/b/c", "/x/y.toml"), "../../../x/y.toml");
        assert_eq!(seen("/a/b", "/a/b/back\\slash.toml"), "back\\slash.toml");
        assert_eq!(relative(Path::new("/a"), Path::new("/a/b/c.go")).as_deref(), Some("b/c.go"));
        assert_eq!(relative(Path::new("/a"), Path::new("/a")), None);
    }

    #[cfg(windows)]
    #[test]
    fn paths_of_windows_get_slashes() {
        let seen = |root: &str, path: &str| from_root(Path::new(root), Path::new(path));
        assert_eq!(seen("C:\\a\\b", "C:\\a\\b\\reachlint.toml"), "reachlint.toml");
        assert_eq!(seen("C:\\a\\b", "C:\\a\\reachlint.toml"), "../reachlint.toml");
        assert_eq!(seen("C:\\a", "D:\\x\\y.toml"), "D:/x/y.toml");
        assert_eq!(relative(Path::new("C:\\a"), Path::new("C:\\a\\b\\c.go")).as_deref(), Some("b/c.go"));
        assert_eq!(without_verbatim(PathBuf::from("\\\\?\\C:\\a\\b")), Path::new("C:\\a\\b"));
        assert_eq!(without_verbatim(PathBuf::from("\\\\?\\UNC\\s\\x")), Path::new("\\\\?\\UNC\\s\\x"));
    }
}
