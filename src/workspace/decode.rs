//! From bytes to text.

/// The text of a file without its byte order mark, and a remark when a byte had to be replaced.
///
/// UTF-8 and, behind a byte order mark, UTF-16 are read. A file that is text but for a few bytes
/// (a name in Latin-1 in a comment, which Docker takes) is read with those bytes replaced.
///
/// # Errors
/// Why it is no text.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, Option<&'static str>), &'static str> {
    match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, rest @ ..] => decode_utf8(rest.to_vec()),
        [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
        _ => decode_utf8(bytes),
    }
}

fn decode_utf8(bytes: Vec<u8>) -> Result<(String, Option<&'static str>), &'static str> {
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => Err("it is binary"),
        Ok(text) => Ok((text, None)),
        Err(error) if error.as_bytes().contains(&0) => Err("it is binary"),
        Err(error) => {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let replaced = text.matches(char::REPLACEMENT_CHARACTER).count();
            // Chance bytes are rarely valid: of a compressed file nearly a third is replaced.
            if replaced > 16 && replaced * 20 > text.len() {
                return Err("it is not UTF-8");
            }
            Ok((text, Some("it is not UTF-8 throughout, other bytes were replaced")))
        }
    }
}

fn decode_utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
) -> Result<(String, Option<&'static str>), &'static str> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("it is cut off in the middle of a UTF-16 character");
    }
    let text: Result<String, _> = char::decode_utf16(units.iter().map(|it| unit(*it))).collect();
    text.map(|it| (it, None)).map_err(|_| "it is not UTF-16, which its first two bytes announce")
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn encodings_are_told_apart() {
        let read = |bytes: &[u8]| decode(bytes.to_vec()).map(|(text, remark)| (text, remark.is_some()));
        assert_eq!(read(b"FROM a"), Ok(("FROM a".into(), false)));
        assert_eq!(read(b"\xEF\xBB\xBFFROM a"), Ok(("FROM a".into(), false)));
        assert_eq!(read(b"\xFF\xFEF\0\xE4\0"), Ok(("Fä".into(), false)));
        assert_eq!(read(b"\xFE\xFF\0F\0\xE4"), Ok(("Fä".into(), false)));
        assert_eq!(read(b"# M\xFCller"), Ok(("# M\u{FFFD}ller".into(), true)));
        assert!(read(b"\xFF\xFEF").is_err());
        assert!(read(b"\xFF\xFE\0\xD8").is_err());
        assert!(read(b"\x7FELF\0\0").is_err());
        assert!(read(&[0xFE; 100]).is_err());
        assert_eq!(read(b""), Ok((String::new(), false)));
    }
}
