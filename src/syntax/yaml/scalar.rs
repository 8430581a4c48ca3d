//! What a plain scalar means: <https://github.com/go-yaml/yaml/blob/v3/resolve.go>.

/// The truth value of a plain scalar, as yaml.v3 decodes it into a boolean field.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "false" | "False" | "FALSE" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// The text that Go prints for the value of a plain scalar that is a number or a YAML 1.2 truth
/// value; `None` when it is text.
pub(super) fn canonical(text: &str) -> Option<String> {
    match text {
        "true" | "True" | "TRUE" => return Some("true".to_owned()),
        "false" | "False" | "FALSE" => return Some("false".to_owned()),
        _ => {}
    }
    match is_whole_number(text)? {
        true => integer(text).map(|it| it.to_string()),
        false => float(text),
    }
}

/// Whether a plain scalar is a whole number or another one; `None` when it is no number.
pub(super) fn is_whole_number(text: &str) -> Option<bool> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    let whole = integer(text).map(|_| true);
    whole.or_else(|| float(text).map(|_| false))
}

/// Decimal, hexadecimal (`0x`), octal (`0o` and a leading 0) and binary (`0b`), `_` between digits.
fn integer(text: &str) -> Option<i128> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'o' | b'O', ..] => (&digits[2..], 8),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', b'0'..=b'7', ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    // from_str_radix takes a second sign.
    if !digits.bytes().next()?.is_ascii_alphanumeric() {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let in_range = value <= i128::from(u64::MAX);
    in_range.then_some(sign * value)
}

/// Floats, printed as Go's `%v` prints them.
fn float(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let digits = plain.trim_start_matches(['+', '-']);
    let number = digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        && digits.bytes().any(|it| it.is_ascii_digit())
        && plain.len() - digits.len() <= 1;
    let value: f64 = plain.parse().ok().filter(|_| number)?;
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e21).contains(&magnitude) {
        // Go writes an exponent of two digits and a sign: `1e+21`, `1e-05`.
        let scientific = format!("{value:e}");
        let (mantissa, exponent) = scientific.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let sign = if exponent < 0 { '-' } else { '+' };
        return Some(format!("{mantissa}e{sign}{:02}", exponent.abs()));
    }
    Some(format!("{value}"))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    /// What `fmt.Sprint` prints of what yaml.v3 decodes.
    #[test]
    fn numbers_are_printed_as_go_prints_them() {
        let cases: &[(&str, Option<&str>)] = &[
            ("8080", Some("8080")),
            ("+8080", Some("8080")),
            ("010", Some("8")),
            ("0o10", Some("8")),
            ("0x1F", Some("31")),
            ("1_000", Some("1000")),
            ("1.10", Some("1.1")),
            ("1.0", Some("1")),
            (".5", Some("0.5")),
            ("1e3", Some("1000")),
            ("1e21", Some("1e+21")),
            ("0.00001", Some("1e-05")),
            ("TRUE", Some("true")),
            ("yes", None),
            ("1.2.3", None),
            ("8080:80", None),
            ("10.0.0.1", None),
            ("-", None),
            ("--5", None),
            ("+-5", None),
            ("09", Some("9")),
            ("12ab", None),
            (".", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(canonical(text).as_deref(), *expected, "{text}");
        }
    }
}
