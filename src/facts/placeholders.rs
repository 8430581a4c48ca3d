//! What somebody still has to put a value in the place of.

/// Whether a text has a name in capitals between two marks, as `sed` looks for it: `__PORT__`, `@PORT@`.
#[must_use]
pub fn has_name_between(text: &str, open: &str, close: &str) -> bool {
    let is_part = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_';
    let is_name = |it: &str| it.len() > 1 && it.bytes().all(is_part);
    text.match_indices(open)
        .filter_map(|(at, _)| text[at + open.len()..].split_once(close))
        .any(|(name, _)| is_name(name))
}

/// Whether a text has something in angle brackets that reads as a name: `<service-name>`, `<your image>`.
#[must_use]
pub fn has_name_in_angles(text: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '.' | ' ');
    let is_name = |it: &str| it.starts_with(char::is_alphabetic) && it.chars().all(is_part);
    text.match_indices('<')
        .filter_map(|(at, _)| text[at + 1..].split_once('>'))
        .any(|(name, _)| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_between_marks() {
        assert!(has_name_between("__PORT__:80", "__", "__") && has_name_between("a@HOST_1@", "@", "@"));
        assert!(has_name_between("@@PORT@@:80", "@@", "@@") && has_name_between("{a} {PORT}", "{", "}"));
        assert!(!has_name_between("a__b__c", "__", "__") && !has_name_between("a@sha256:1", "@", "@"));
    }

    #[test]
    fn names_stand_in_angle_brackets() {
        assert!(has_name_in_angles("<service-name>") && has_name_in_angles("a: <your image>:1"));
        assert!(
            !has_name_in_angles("a < b > c") && !has_name_in_angles("<>") && !has_name_in_angles("<<: *a")
        );
    }
}
