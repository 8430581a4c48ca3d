//! The configurations of WSL, judged as WSL reads them:
//! <https://learn.microsoft.com/windows/wsl/wsl-config>,
//! <https://github.com/microsoft/WSL/blob/master/src/shared/configfile/configfile.cpp>.

use crate::facts::Facts;
use crate::facts::catalogue::{WslScope, WslSetting, WslValue, all_wsl_settings, wsl_settings};
use crate::facts::wslconfig::{Fault, WslAssignment, WslConfiguration};
use crate::source::{Span, Spanned, nearest};

/// A configuration of WSL.
#[derive(Clone, Debug)]
pub struct WslFile {
    /// Which of the two files it is.
    pub scope: WslScope,
    /// The format that it has instead of INI, at its first word.
    pub foreign: Option<Spanned<&'static str>>,
    /// A setting of the file as WSL would want it, for a file in another format.
    pub example: Option<String>,
    /// Lines that WSL skips, or misreads.
    pub lines: Vec<WslLine>,
    /// Settings that do not do what they say, or cost something.
    pub mistakes: Vec<WslMistake>,
}

/// A line that WSL skips or misreads.
#[derive(Clone, Debug)]
pub struct WslLine {
    /// What is wrong.
    pub fault: WslLineFault,
    /// Where.
    pub span: Span,
    /// Backslashes that want another one in front.
    pub backslashes: Vec<Span>,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WslLineFault {
    /// WSL cannot read it.
    Unread(Fault),
    /// A backslash makes another character of the one behind it, in a path.
    Decoded,
}

/// A setting that does not do what it says, or costs something.
#[derive(Clone, Debug)]
pub struct WslMistake {
    /// What is wrong.
    pub kind: WslMistakeKind,
    /// The key, or the section.
    pub name: Spanned<String>,
    /// The words to underline.
    pub span: Span,
}

/// What is wrong with a setting.
#[derive(Clone, Debug)]
pub enum WslMistakeKind {
    /// No section of the file has that name; the section of the other file, or the name that was meant.
    Section {
        /// Whether the other file has it.
        of_other: bool,
        /// The nearest name of this file.
        near: Option<&'static str>,
    },
    /// No setting has that name; the one that was meant.
    Unknown(Option<&'static WslSetting>),
    /// A setting of another section, or of the other file.
    Misplaced(&'static WslSetting),
    /// No setting at all, or one of older versions: what to do instead stands with it.
    Dropped(&'static WslSetting),
    /// The value is none that the setting takes; what it takes, one clause.
    Value(String),
    /// It is set further up, where it counts.
    Repeated(Span),
    /// It does what it says, which costs something.
    Costs(WslCost),
}

/// A setting with a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WslCost {
    /// Little memory.
    Memory,
    /// No swap.
    Swap,
    /// No way from `localhost` of Windows.
    Localhost,
}

/// The configurations of WSL of a project.
pub(super) fn files(facts: &Facts) -> Vec<WslFile> {
    facts.wsl.iter().map(|(_, it)| file(it)).collect()
}

fn file(it: &WslConfiguration) -> WslFile {
    let unread = it.faults.iter().map(|line| WslLine {
        fault: WslLineFault::Unread(line.fault),
        span: line.span,
        backslashes: line.backslashes.clone(),
    });
    let is_path =
        |setting: &&WslAssignment| find(it.scope, setting).is_some_and(|known| known.value == WslValue::Path);
    let decoded = it.settings.iter().filter(is_path).filter_map(|setting| {
        let first = setting.backslashes.first()?;
        let span = Span { end: first.end + 1, ..*first };
        Some(WslLine { fault: WslLineFault::Decoded, span, backslashes: setting.backslashes.clone() })
    });
    let mut lines: Vec<_> = unread.chain(decoded).collect();
    lines.sort_by_key(|line| line.span);
    let example = it.settings.iter().find_map(|setting| {
        let known = wsl_settings(&setting.key.value).find(|known| known.scope == it.scope)?;
        Some(format!("`[{}]`, and below it `{}={}`", known.section, known.key, setting.value.as_str()))
    });
    let mistakes = match it.foreign {
        Some(_) => it.settings.iter().filter_map(without_meaning).collect(),
        None => judged(it),
    };
    WslFile { scope: it.scope, foreign: it.foreign, example, lines, mistakes }
}

/// A name that no file of WSL knows, whatever its format.
fn without_meaning(setting: &WslAssignment) -> Option<WslMistake> {
    let kind = match wsl_settings(&setting.key.value).next() {
        Some(known) if known.value == WslValue::Nothing => WslMistakeKind::Dropped(known),
        Some(_) => return None,
        None => WslMistakeKind::Unknown(None),
    };
    Some(WslMistake { kind, name: setting.key.clone(), span: setting.key.span })
}

fn judged(it: &WslConfiguration) -> Vec<WslMistake> {
    let mut out = Vec::new();
    for section in &it.sections {
        let is_empty =
            it.settings.iter().all(|setting| setting.section.as_deref() != Some(section.value.as_str()));
        let is_first = it.sections.iter().find(|other| other.value == section.value) == Some(section);
        if !is_empty
            && is_first
            && !sections(it.scope).any(|known| known.eq_ignore_ascii_case(&section.value))
        {
            let of_other = all_wsl_settings()
                .iter()
                .any(|known| known.scope != it.scope && known.section.eq_ignore_ascii_case(&section.value));
            let near = nearest(&section.value, sections(it.scope));
            let kind = WslMistakeKind::Section { of_other, near };
            out.push(WslMistake { kind, name: section.clone(), span: section.span });
        }
    }
    let is_mirrored = it.settings.iter().any(|setting| {
        find(it.scope, setting).is_some_and(|known| known.key == "networkingMode")
            && setting.value.as_str().eq_ignore_ascii_case("mirrored")
    });
    for (at, setting) in it.settings.iter().enumerate() {
        let in_known = |name: &String| sections(it.scope).any(|known| known.eq_ignore_ascii_case(name));
        if setting.section.as_ref().is_some_and(|name| !in_known(name)) {
            continue;
        }
        let name = setting.key.clone();
        let Some(known) = find(it.scope, setting) else {
            out.push(WslMistake { kind: unknown(it.scope, setting), span: name.span, name });
            continue;
        };
        let same = |other: &&WslAssignment| find(it.scope, other).is_some_and(|other| other.key == known.key);
        if let Some(first) = it.settings[..at].iter().find(same) {
            let kind = WslMistakeKind::Repeated(first.key.span);
            out.push(WslMistake { kind, span: name.span, name });
            continue;
        }
        let kind = match known.until {
            "" => value_mistake(known, setting.value.as_str(), is_mirrored),
            _ => Some(WslMistakeKind::Dropped(known)),
        };
        let at_value = setting.value.cover().filter(|it| !it.is_empty());
        out.extend(kind.map(|kind| match kind {
            WslMistakeKind::Dropped(_) => WslMistake { kind, span: name.span, name },
            _ => WslMistake { kind, span: at_value.unwrap_or(name.span), name },
        }));
    }
    out.sort_by_key(|it| it.span);
    out
}

fn sections(scope: WslScope) -> impl Iterator<Item = &'static str> {
    let own = all_wsl_settings().iter().filter(move |it| it.scope == scope);
    own.map(|it| it.section).filter(|it| !it.is_empty())
}

/// The setting that WSL takes an assignment for.
fn find(scope: WslScope, setting: &WslAssignment) -> Option<&'static WslSetting> {
    let section = setting.section.as_deref()?;
    wsl_settings(&setting.key.value)
        .find(|it| it.scope == scope && it.section.eq_ignore_ascii_case(section) && !it.section.is_empty())
}

/// Why WSL does not know a name.
fn unknown(scope: WslScope, setting: &WslAssignment) -> WslMistakeKind {
    let mut others: Vec<_> = wsl_settings(&setting.key.value).collect();
    others.sort_by_key(|it| it.scope != scope);
    if let Some(other) = others.first() {
        return match other.value {
            WslValue::Nothing => WslMistakeKind::Dropped(other),
            _ => WslMistakeKind::Misplaced(other),
        };
    }
    let own = || all_wsl_settings().iter().filter(move |it| it.scope == scope);
    let near = nearest(&setting.key.value, own().map(|it| it.key));
    WslMistakeKind::Unknown(own().find(|it| Some(it.key) == near && it.value != WslValue::Nothing))
}

/// Below this Docker Desktop, a database and a Go build have no room beside each other.
const ENOUGH_MEMORY: u64 = 4 << 30;

fn value_mistake(known: &WslSetting, value: &str, is_mirrored: bool) -> Option<WslMistakeKind> {
    // What is written for somebody to fill in, and what a backslash made something else of.
    if value.is_empty() || value.contains(['<', '%', '$', '{', '@']) || value.contains(char::is_control) {
        return None;
    }
    if !fits(&known.value, value) {
        return Some(WslMistakeKind::Value(wanted(&known.value)));
    }
    let cost = match known.key {
        "memory" if (1..ENOUGH_MEMORY).contains(&size(value)?) => WslCost::Memory,
        "swap" if size(value) == Some(0) => WslCost::Swap,
        // Mirrored networks share the ports of Windows.
        "localhostForwarding" if !is_mirrored && is_false(value) => WslCost::Localhost,
        _ => return None,
    };
    Some(WslMistakeKind::Costs(cost))
}

fn is_false(value: &str) -> bool {
    value == "0" || value.eq_ignore_ascii_case("false")
}

fn fits(wanted: &WslValue, value: &str) -> bool {
    match wanted {
        WslValue::Boolean => is_false(value) || value == "1" || value.eq_ignore_ascii_case("true"),
        WslValue::Number => is_number(value),
        WslValue::Size => size(value).is_some(),
        WslValue::Path => {
            let bytes = value.as_bytes();
            let drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
            (drive && matches!(bytes[2], b'\\' | b'/'))
                || value.starts_with("\\\\")
                || value.starts_with("//")
        }
        WslValue::Choice(words) => words.iter().any(|it| it.eq_ignore_ascii_case(value)),
        WslValue::Ports => value.split(',').all(|it| it.trim().parse::<u16>().is_ok_and(|it| it > 0)),
        WslValue::Address => value.parse::<std::net::Ipv4Addr>().is_ok(),
        WslValue::Text | WslValue::Nothing => true,
    }
}

fn wanted(value: &WslValue) -> String {
    match value {
        WslValue::Boolean => "`true` or `false`".to_owned(),
        WslValue::Number => "a whole number".to_owned(),
        WslValue::Size => "a whole number, with `KB`, `MB`, `GB` or `TB` right behind it".to_owned(),
        WslValue::Path => "an absolute path of Windows, such as `C:\\\\wsl\\\\kernel`".to_owned(),
        WslValue::Choice(words) => {
            let words: Vec<_> = words.iter().map(|it| format!("`{it}`")).collect();
            match words.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => words.concat(),
            }
        }
        WslValue::Ports => "port numbers with commas between them".to_owned(),
        WslValue::Address => "an IPv4 address".to_owned(),
        WslValue::Text | WslValue::Nothing => "a text".to_owned(),
    }
}

/// As C's `strtol` with base 0 reads it.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) => i32::from_str_radix(hexadecimal, 16).is_ok(),
        None if digits.len() > 1 && digits.starts_with('0') => i32::from_str_radix(digits, 8).is_ok(),
        None => digits.bytes().all(|it| it.is_ascii_digit()) && digits.parse::<i32>().is_ok(),
    }
}

/// A number of bytes, as `ParseMemorySize` of WSL reads it: units are capitals, and no blank is before them.
fn size(value: &str) -> Option<u64> {
    let end = value.find(|it: char| !it.is_ascii_digit()).unwrap_or(value.len());
    let number: u64 = value[..end].parse().ok()?;
    let unit = match &value[end..] {
        "" | "B" => 1,
        "K" | "KB" => 1 << 10,
        "M" | "MB" => 1 << 20,
        "G" | "GB" => 1 << 30,
        "T" | "TB" => 1 << 40,
        _ => return None,
    };
    // A zero stands alone.
    if number == 0 && value != "0" { None } else { number.checked_mul(unit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_wsl_reads_them() {
        let is = |value: WslValue, text| fits(&value, text);
        for text in ["true", "FALSE", "1", "0"] {
            assert!(is(WslValue::Boolean, text), "{text}");
        }
        assert!(!is(WslValue::Boolean, "yes") && !is(WslValue::Boolean, "on"));
        for (text, bytes) in
            [("8GB", Some(8 << 30)), ("512M", Some(512 << 20)), ("1024", Some(1024)), ("0", Some(0))]
        {
            assert_eq!(size(text), bytes, "{text}");
        }
        for text in ["8 GB", "8gb", "8GiB", "1.5GB", "half", "0GB", ""] {
            assert_eq!(size(text), None, "{text}");
        }
        assert!(is(WslValue::Number, "-1") && is(WslValue::Number, "0x10") && is(WslValue::Number, "0022"));
        assert!(!is(WslValue::Number, "4 cores") && !is(WslValue::Number, "08") && !is(WslValue::Number, ""));
        assert!(
            is(WslValue::Path, "C:\\wsl\\k") && is(WslValue::Path, "D:/k") && !is(WslValue::Path, "/mnt/c/k")
        );
        assert!(is(WslValue::Ports, "3000,9000, 9090") && !is(WslValue::Ports, "3000;9000"));
        assert!(is(WslValue::Choice(vec!["nat", "mirrored"]), "Mirrored"));
    }
}
