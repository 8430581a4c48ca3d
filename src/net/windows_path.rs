//! Paths as Windows writes them.

/// How a path of Windows is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowsPath {
    /// `C:\data`, `C:/data`: the letter in upper case.
    Drive(char),
    /// `\\server\share`.
    Share,
    /// `src\main.go`, `\data`, `.\data`: backslashes between its parts.
    Backslashes,
}

impl WindowsPath {
    /// The path that the whole of `text` is; `None` for one that Linux reads as it is meant, and for a
    /// text that is most likely no path: a pattern, an escape.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if let [letter, b':', rest @ ..] = bytes
            && letter.is_ascii_alphabetic()
        {
            let is_path = match rest {
                // `c://host` has a scheme.
                [b'/', behind @ ..] => letter.is_ascii_uppercase() && behind.first() != Some(&b'/'),
                [b'\\', ..] => true,
                _ => false,
            };
            return is_path.then_some(Self::Drive(char::from(letter.to_ascii_uppercase())));
        }
        if let Some(rest) = text.strip_prefix("\\\\") {
            let mut parts = rest.split('\\');
            // `\\d\w` is a pattern.
            let is_server = |it: &str| is_plain(it) && it.len() > 2;
            let is_share = parts.next().is_some_and(is_server) && parts.next().is_some_and(is_plain);
            return is_share.then_some(Self::Share);
        }
        // An escaped blank is one of a name.
        if text.contains("\\ ") || text.contains("\\$") {
            return None;
        }
        let rest = text.strip_prefix('\\').unwrap_or(text);
        let mut parts = rest.split(['\\', '/']);
        let are_plain = text.contains('\\') && parts.all(|it| it.is_empty() || is_plain(it));
        are_plain.then_some(Self::Backslashes)
    }

    /// As [`WindowsPath::of`], for a word that need not be a path: only what cannot be anything else.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let found = Self::of(word)?;
        let is_relative = word.starts_with(".\\") || word.starts_with("..\\");
        (found != Self::Backslashes || is_relative).then_some(found)
    }
}

/// The drive of a folder of Windows, as Windows, WSL or the machine of Docker Desktop names it:
/// `C:\src`, `/mnt/c/src`, `/run/desktop/mnt/host/c/src`.
#[must_use]
pub fn drive_of(path: &str) -> Option<char> {
    if let Some(WindowsPath::Drive(letter)) = WindowsPath::of(path) {
        return Some(letter);
    }
    let roots = ["/run/desktop/mnt/host/", "/host_mnt/", "/mnt/"];
    let rest = roots.iter().find_map(|it| path.strip_prefix(it))?;
    let drive = rest.split('/').next().unwrap_or_default();
    let letter = drive.chars().next().filter(|it| it.is_ascii_lowercase() && drive.len() == 1)?;
    Some(letter.to_ascii_uppercase())
}

/// Whether a drive is one that people map to a share: `net use` begins at Z and goes down.
#[must_use]
pub fn is_usually_mapped(drive: char) -> bool {
    ('S'..='Z').contains(&drive)
}

/// A part of a path that holds nothing but what names have.
fn is_plain(part: &str) -> bool {
    let is_part =
        |it: char| it.is_alphanumeric() || matches!(it, '.' | '-' | '_' | ' ' | '$' | '@' | '~' | '+');
    !part.is_empty() && part.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_windows_are_told() {
        for (text, expected) in [
            ("C:\\app", Some(WindowsPath::Drive('C'))),
            ("z:\\", Some(WindowsPath::Drive('Z'))),
            ("C:/app", Some(WindowsPath::Drive('C'))),
            ("\\\\nas\\media\\x", Some(WindowsPath::Share)),
            ("src\\main.go", Some(WindowsPath::Backslashes)),
            ("\\data", Some(WindowsPath::Backslashes)),
            (".\\conf/app.yaml", Some(WindowsPath::Backslashes)),
            ("c:/x", None),
            ("C://x", None),
            ("db:5432", None),
            ("C:", None),
            ("/app", None),
            ("^\\d+(a|b)$", None),
            ("\\\\d\\w", None),
            ("my\\ notes.txt", None),
            ("\\\\", None),
            ("", None),
        ] {
            assert_eq!(WindowsPath::of(text), expected, "{text}");
        }
        assert_eq!(WindowsPath::of_word("a\\nb"), None);
        assert_eq!(WindowsPath::of_word(".\\server"), Some(WindowsPath::Backslashes));
    }

    #[test]
    fn a_drive_has_several_names() {
        let drives: Vec<_> =
            ["/mnt/c/src", "D:\\x", "/run/desktop/mnt/host/e/x", "/mnt/data/x", "/mnt", "./c"]
                .map(drive_of)
                .to_vec();
        assert_eq!(drives, [Some('C'), Some('D'), Some('E'), None, None, None]);
        assert!(is_usually_mapped('Z') && !is_usually_mapped('D'));
    }
}
