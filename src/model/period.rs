//! Spans of time, as Go and Compose write them.

use std::fmt;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    microseconds: u64,
}

/// Units with their length in microseconds. Go knows no day and no week, Compose does:
/// <https://pkg.go.dev/time#ParseDuration>,
/// <https://github.com/compose-spec/compose-go/blob/main/types/duration.go>.
const UNITS: &[(&str, f64)] = &[
    ("ns", 0.001),
    ("us", 1.0),
    ("µs", 1.0),
    ("ms", 1e3),
    ("s", 1e6),
    ("m", 60e6),
    ("h", 3600e6),
    ("d", 86_400e6),
    ("w", 604_800e6),
];

impl Period {
    /// `seconds` seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self { microseconds: seconds.saturating_mul(1_000_000) }
    }

    /// Reads `1m30s`, `500ms`, `1.5h`; `None` for anything else, a negative one included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self::seconds(0));
        }
        let mut rest = text.strip_prefix('+').unwrap_or(text);
        let mut microseconds = 0.0;
        while !rest.is_empty() {
            let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
            let number: f64 = rest[..end].parse().ok()?;
            let unit_end = rest[end..].find(|it: char| it.is_ascii_digit() || it == '.');
            let unit_end = unit_end.map_or(rest.len(), |it| end + it);
            let (_, length) = UNITS.iter().find(|(unit, _)| *unit == &rest[end..unit_end])?;
            microseconds += number * length;
            rest = &rest[unit_end..];
        }
        let is_some = !text.is_empty() && microseconds < 1e18;
        is_some.then_some(Self { microseconds: microseconds as u64 })
    }

    /// As Go prints a duration: `1m0s`, `1.5s`, `500ms`. <https://pkg.go.dev/time#Duration.String>
    #[must_use]
    pub fn to_go(self) -> String {
        let micros = self.microseconds;
        if micros == 0 {
            return "0s".to_owned();
        }
        if micros < 1000 {
            return format!("{micros}µs");
        }
        if micros < 1_000_000 {
            return format!("{}ms", micros as f64 / 1e3);
        }
        let (hours, minutes) = (micros / 3_600_000_000, micros / 60_000_000 % 60);
        let seconds = (micros % 60_000_000) as f64 / 1e6;
        match (hours, minutes) {
            (0, 0) => format!("{seconds}s"),
            (0, _) => format!("{minutes}m{seconds}s"),
            _ => format!("{hours}h{minutes}m{seconds}s"),
        }
    }
}

impl fmt::Display for Period {
    /// `1m30s`, `500ms`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, rest) = (self.microseconds / 1_000_000, self.microseconds % 1_000_000);
        if rest > 0 {
            return write!(out, "{}ms", self.microseconds as f64 / 1e3);
        }
        let parts = [(seconds / 3600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
        let mut written = parts.iter().filter(|it| it.0 > 0).peekable();
        if written.peek().is_none() {
            return write!(out, "0s");
        }
        written.try_for_each(|(number, unit)| write!(out, "{number}{unit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Period;

    #[test]
    fn periods_are_read_as_go_and_compose_read_them() {
        for (text, shown) in [
            ("10s", "10s"),
            ("1m30s", "1m30s"),
            ("90s", "1m30s"),
            ("1.5h", "1h30m"),
            ("500ms", "500ms"),
            ("1d", "24h"),
            ("0", "0s"),
            ("5s500ms", "5500ms"),
        ] {
            let period = Period::parse(text).map(|it| it.to_string());
            assert_eq!(period.as_deref(), Some(shown), "{text}");
        }
        for text in ["", "10", "s", "10 s", "-5s", "10ss", "5x", "1.2.3s"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
        let as_go = |text: &str| Period::parse(text).map(Period::to_go).unwrap_or_default();
        for (text, shown) in
            [("60s", "1m0s"), ("1h", "1h0m0s"), ("1500ms", "1.5s"), ("50ms", "50ms"), ("0", "0s")]
        {
            assert_eq!(as_go(text), shown);
        }
        assert!(Period::parse("1m") > Period::parse("59s"));
    }
}
