//! The files that git tracks: <https://git-scm.com/docs/index-format>.
//!
//! A pattern in `.gitignore` does not touch a file that is tracked already, and repositories rely on
//! that: a committed `.env` beside the pattern `.env`, a folder `cmd/server` beside the pattern
//! `server` that was meant for the binary.

use std::fs;
use std::path::{Path, PathBuf};

/// A larger index is not read; it would have some 500,000 entries.
const LARGEST_INDEX: u64 = 64 * 1024 * 1024;

/// The files in the index of the repository at `root`, relative to it. Empty when there is no index,
/// or none of a form that is known.
pub(super) fn tracked(root: &Path) -> Vec<String> {
    let index = git_folder(root).join("index");
    match fs::metadata(&index) {
        Ok(about) if about.is_file() && about.len() <= LARGEST_INDEX => {}
        _ => return Vec::new(),
    }
    fs::read(index).ok().and_then(|it| read(&it)).unwrap_or_default()
}

/// `.git`, or what the file of that name points to (a worktree, a submodule).
fn git_folder(root: &Path) -> PathBuf {
    let git = root.join(".git");
    let pointer = fs::metadata(&git).is_ok_and(|it| it.is_file() && it.len() < 10_000);
    let text = pointer.then(|| fs::read_to_string(&git).ok()).flatten();
    match text.as_deref().and_then(|it| it.strip_prefix("gitdir:")) {
        Some(target) => root.join(target.trim()),
        None => git,
    }
}

fn read(bytes: &[u8]) -> Option<Vec<String>> {
    let mut rest = bytes.strip_prefix(b"DIRC")?;
    let version = number(&mut rest)?;
    let count = number(&mut rest)?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut paths = Vec::new();
    let mut name: Vec<u8> = Vec::new();
    for _ in 0..count {
        let entry = rest;
        // Times, device and owner are in the first 24 and the 12 bytes behind the mode; a hash of 20
        // bytes and the flags follow.
        let mode = u32::from_be_bytes(entry.get(24..28)?.try_into().ok()?);
        let flags = u16::from_be_bytes(entry.get(60..62)?.try_into().ok()?);
        let extended = version >= 3 && flags & 0x4000 != 0;
        let head = if extended { 64 } else { 62 };
        rest = entry.get(head..)?;
        if version == 4 {
            let dropped = varint(&mut rest)?;
            name.truncate(name.len().checked_sub(dropped)?);
        } else {
            name.clear();
        }
        let end = memchr::memchr(0, rest)?;
        name.extend_from_slice(&rest[..end]);
        rest = if version == 4 {
            &rest[end + 1..]
        } else {
            // One to eight zeros, so that the entry's length is a multiple of eight.
            entry.get((head + end + 8) & !7..)?
        };
        let regular_or_link = mode & 0o170_000 == 0o100_000 || mode & 0o170_000 == 0o120_000;
        if regular_or_link && let Ok(path) = std::str::from_utf8(&name) {
            paths.push(path.to_owned());
        }
    }
    Some(paths)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (value, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_be_bytes(*value))
}

/// The variable-length number of pack offsets: seven bits a byte, the highest bit says that more
/// follow, and each further byte adds one.
fn varint(rest: &mut &[u8]) -> Option<usize> {
    let mut value: usize = 0;
    loop {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7F))?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(mode: u32, tail: &[u8], padded: bool) -> Vec<u8> {
        let mut bytes = vec![0; 62];
        bytes[24..28].copy_from_slice(&mode.to_be_bytes());
        bytes.extend_from_slice(tail);
        bytes.push(0);
        while padded && !bytes.len().is_multiple_of(8) {
            bytes.push(0);
        }
        bytes
    }

    fn index(version: u32, entries: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend_from_slice(&version.to_be_bytes());
        bytes.extend_from_slice(&(entries.len() as u32).to_be_bytes());
        entries.iter().for_each(|it| bytes.extend_from_slice(it));
        bytes
    }

    #[test]
    fn every_version_gives_its_paths() {
        let padded = [
            entry(0o100_644, b".env", true),
            entry(0o160_000, b"submodule", true),
            entry(0o120_000, b"cmd/server/main.go", true),
        ];
        assert_eq!(read(&index(2, &padded)).unwrap(), [".env", "cmd/server/main.go"]);
        let packed = [
            entry(0o100_644, b"\x00cmd/a.go", false),
            entry(0o100_755, b"\x04b.go", false),
            entry(0o100_644, b"\x08z", false),
        ];
        assert_eq!(read(&index(4, &packed)).unwrap(), ["cmd/a.go", "cmd/b.go", "z"]);
    }

    #[test]
    fn a_broken_index_gives_nothing_and_never_panics() {
        let whole = index(2, &[entry(0o100_644, b"a/b", true)]);
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_none(), "{end}");
        }
        assert!(read(&index(4, &[entry(0o100_644, b"\x7Fx", false)])).is_none());
        assert!(read(&index(4, &[entry(0o100_644, &[0xFF; 30], false)])).is_none());
        assert!(read(b"DIRC\0\0\0\x02\xFF\xFF\xFF\xFF").is_none());
    }

    #[test]
    fn offsets_count_as_git_counts_them() {
        assert_eq!(varint(&mut &[0x80, 0x00][..]), Some(128));
        assert_eq!(varint(&mut &[0x7F][..]), Some(127));
    }
}
