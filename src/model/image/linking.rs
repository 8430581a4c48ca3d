//! How `go build` links a program, as far as the build decides: whether cgo is on, the builder's C library, the
//! flags.
//!
//! What the go command does: <https://pkg.go.dev/cmd/go>, <https://pkg.go.dev/cmd/cgo>, <https://pkg.go.dev/cmd/link>.

use super::build::Stage;
use crate::facts::catalogue::{Libc, image_libc, split_reference};
use crate::net::HOLE;
use crate::source::{Confidence, Span, Spanned, Text};

/// How one `go build` links.
#[derive(Clone, Debug)]
pub struct Linking {
    /// `go build`.
    pub command: Span,
    /// The image that it runs in.
    pub builder: Spanned<String>,
    /// The C library of that image, whose loader a dynamic program asks for.
    pub libc: Libc,
    /// Whether cgo is on.
    pub cgo: Cgo,
    /// What its flags say.
    pub flags: LinkFlags,
}

/// Whether cgo is on.
#[derive(Clone, Copy, Debug)]
pub enum Cgo {
    /// It is not, or that is not known.
    Off,
    /// It is.
    On {
        /// Where `CGO_ENABLED=1` is written; `None` when it is on by default.
        written: Option<Span>,
        /// Whether a C compiler is there for C code.
        compiles: bool,
        /// How sure.
        confidence: Confidence,
    },
}

/// The flags of `go build` that decide how it links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkFlags {
    /// `-buildmode=pie`: asks for a loader, with cgo or without.
    pub pie: bool,
    /// `-race`, `-msan`, `-asan`: links C code.
    pub instrumented: bool,
    /// `-ldflags '-linkmode external'`: the linker of the C compiler links.
    pub external: bool,
    /// `-ldflags '-extldflags "-static"'`, which Go heeds when that linker links.
    pub is_static: bool,
    /// `-tags netgo`.
    pub netgo: bool,
    /// `-tags osusergo`.
    pub osusergo: bool,
}

/// What is known of a variable in the environment of `go build`.
#[derive(Clone, Debug)]
pub(in crate::model) enum Given {
    /// Nothing sets it.
    Unset,
    /// It is set to this.
    Set(Text),
    /// Something sets it to what is not known.
    Unknown,
}

/// The variables that decide how `go build` links, and which Go and which modules it takes.
pub(super) const VARIABLES: &[&str] =
    &["CC", "CGO_CFLAGS", "CGO_ENABLED", "CGO_LDFLAGS", "GOARCH", "GOFLAGS", "GOOS", "GOTOOLCHAIN", "GOWORK"];

/// The release from which on Go turns cgo off where there is no C compiler: <https://go.dev/doc/go1.20#cgo>.
const NEEDS_COMPILER_SINCE: u32 = 20;

/// How `go build` with these flags links in `stage`; `None` when that is not known, or when it builds for another
/// system. `follows_target` says whether `GOARCH` is the architecture that BuildKit builds for.
pub(super) fn linking(
    command: Span,
    stage: &Stage<'_>,
    words: &[Text],
    follows_target: bool,
    variable: &dyn Fn(&str) -> Given,
) -> Option<Linking> {
    let reference = stage.base.reference.clone()?;
    let libc = image_libc(&reference)?.libc?;
    let inherited = match variable("GOFLAGS") {
        Given::Unset => Vec::new(),
        Given::Set(text) => quoted_words(text.as_str()),
        Given::Unknown => return None,
    };
    let own = words.iter().map(|it| it.as_str().to_owned());
    let flags = LinkFlags::read(&inherited.into_iter().chain(own).collect::<Vec<_>>())?;
    match variable("GOOS") {
        Given::Unset => {}
        Given::Set(text) if text.as_str() == "linux" => {}
        Given::Unknown if follows_target => {}
        _ => return None,
    }
    // Another compiler may bring another C library, and flags of the linker may make it static.
    let is_plain = |name: &&str| matches!(variable(name), Given::Unset);
    if !["CC", "CGO_CFLAGS", "CGO_LDFLAGS"].iter().all(is_plain) {
        return None;
    }
    let cgo = cgo(stage, &reference, follows_target, variable)?;
    Some(Linking { command, builder: Spanned::new(reference, stage.base.span), libc, cgo, flags })
}

/// Whether cgo is on; `None` when that is not known.
fn cgo(
    stage: &Stage<'_>,
    reference: &str,
    follows_target: bool,
    variable: &dyn Fn(&str) -> Given,
) -> Option<Cgo> {
    let compiler = compiler(stage, reference);
    let is_old = go_minor(reference).is_some_and(|it| it < NEEDS_COMPILER_SINCE);
    let compiles = compiler != Some(false);
    let written = match variable("CGO_ENABLED") {
        Given::Set(text) if text.as_str() == "1" => text.span(),
        Given::Set(text) if text.as_str() == "0" => return Some(Cgo::Off),
        Given::Unset => None,
        _ => return None,
    };
    if written.is_some() {
        // Without a compiler a newer Go does not build at all.
        let builds = compiles || is_old;
        return builds.then_some(Cgo::On { written, compiles, confidence: Confidence::Proven });
    }
    // By default cgo is off as soon as Go builds for another architecture than its own.
    let confidence = match variable("GOARCH") {
        Given::Unset => Confidence::Proven,
        Given::Set(text) if text.as_str() == "amd64" => Confidence::Likely,
        Given::Unknown if follows_target => Confidence::Likely,
        _ => return None,
    };
    match compiler {
        Some(true) => Some(Cgo::On { written, compiles, confidence }),
        Some(false) if is_old => Some(Cgo::On { written, compiles, confidence }),
        Some(false) => Some(Cgo::Off),
        None => None,
    }
}

/// Whether gcc is in a stage; `None` when that is not known.
fn compiler(stage: &Stage<'_>, reference: &str) -> Option<bool> {
    let of_base = image_libc(reference).and_then(|it| it.compiler);
    let brings = |names: &[&str]| names.iter().any(|it| stage.tools.bring(it));
    // gcc alone has no headers on Alpine, where Go then builds nothing.
    let is_whole = brings(&["build-base", "alpine-sdk", "build-essential", "g++"])
        || (brings(&["gcc"]) && brings(&["musl-dev", "libc-dev", "libc6-dev"]));
    match of_base {
        Some(true) => Some(true),
        _ if is_whole => Some(true),
        Some(false) if !brings(&["gcc", "clang", "go", "golang"]) && stage.tools.is_known() => Some(false),
        _ => None,
    }
}

/// The minor number of the Go release in an official image, at most.
fn go_minor(reference: &str) -> Option<u32> {
    let (image, Some(tag)) = split_reference(reference) else { return None };
    if image != "golang" {
        return None;
    }
    let written = tag.strip_prefix("1.").map(|it| it.split(['.', '-']).next().unwrap_or_default());
    let newest = || image_libc(reference).and_then(|it| it.newest_go);
    written.and_then(|it| it.parse().ok()).or_else(newest)
}

impl LinkFlags {
    /// Reads the words behind `go build`; [`HOLE`] stands in them for what is not known. `None` when one of the
    /// flags that count is not known.
    fn read(words: &[String]) -> Option<Self> {
        let mut out = Self::default();
        for (name, value) in flags_of(words)? {
            match name {
                "buildmode" => match value {
                    "pie" => out.pie = true,
                    "exe" | "default" => out.pie = false,
                    _ => return None,
                },
                "race" | "msan" | "asan" => out.instrumented |= !matches!(value, "false" | "0"),
                "tags" => {
                    if value.contains(HOLE) {
                        return None;
                    }
                    let has = |tag: &str| value.split([',', ' ']).any(|it| it == tag);
                    (out.netgo, out.osusergo) = (has("netgo"), has("osusergo"));
                }
                "ldflags" => out.read_linker(value)?,
                "compiler" | "linkshared" | "overlay" | "toolexec" => return None,
                _ => {}
            }
        }
        Some(out)
    }

    /// The value of `-ldflags`; a later one replaces it.
    fn read_linker(&mut self, value: &str) -> Option<()> {
        (self.external, self.is_static) = (false, false);
        // `-ldflags='all=-s -w'` names the packages first.
        let pattern = value.split_once('=').filter(|(it, _)| !it.contains(['-', ' ']));
        let words = quoted_words(pattern.map_or(value, |(_, flags)| flags));
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let flag = word.trim_start_matches('-');
            let (name, inline) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (flag, None),
            };
            match name {
                // What is written into a variable may be anything.
                "X" if inline.is_some() => {}
                "X" => {
                    rest.next();
                }
                _ if name.contains(HOLE) => return None,
                "linkmode" | "extldflags" | "extld" | "buildmode" | "I" | "d" => {
                    let next = || rest.next().map(String::as_str);
                    let value = inline.or_else(next).unwrap_or_default();
                    match name {
                        _ if value.contains(HOLE) => return None,
                        "linkmode" => self.external = value == "external",
                        "extldflags" => self.is_static = value.contains("-static"),
                        // Another linker, another loader, none at all.
                        _ => return None,
                    }
                }
                _ if inline.is_some_and(|it| it.contains(HOLE)) => return None,
                _ => {}
            }
        }
        Some(())
    }
}

/// The flags among the words behind `go build`, each with its value, which is empty where it has none; [`HOLE`] stands
/// for what is not known. `None` when some of the words may be any flags.
fn flags_of(words: &[String]) -> Option<Vec<(&str, &str)>> {
    let mut out = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some(flag) = word.strip_prefix('-') else {
            // Where a whole word is not known, it may be flags.
            if word.starts_with(HOLE) {
                return None;
            }
            continue;
        };
        let flag = flag.strip_prefix('-').unwrap_or(flag);
        let (name, inline) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (flag, None),
        };
        if name.contains(HOLE) {
            return None;
        }
        let takes_value = super::go_build::TAKES_VALUE.contains(&name);
        let value = match inline {
            None if takes_value => rest.next().map(String::as_str).unwrap_or_default(),
            other => other.unwrap_or_default(),
        };
        out.push((name, value));
    }
    Some(out)
}

/// The tags that the words behind `go build` ask for: the last `-tags` counts. `None` when they are not known.
pub(super) fn tags(words: &[String]) -> Option<Vec<String>> {
    let flags = flags_of(words)?;
    let tags = flags.iter().rev().find(|(name, _)| *name == "tags").map_or("", |(_, value)| value);
    let words = tags.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned);
    (!tags.contains(HOLE)).then(|| words.collect())
}

/// The words of a text in which quotes hold blanks: `-linkmode external -extldflags "-static -lm"`.
pub(super) fn quoted_words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => out.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    out.extend(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(words: &[&str]) -> Option<LinkFlags> {
        LinkFlags::read(&words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn flags_say_how_it_is_linked() {
        let none = LinkFlags::default();
        assert_eq!(flags(&["-o", "app", "-v", "-ldflags", "-s -w", "./cmd/app"]), Some(none));
        let is_static = LinkFlags { external: true, is_static: true, ..none };
        for value in [
            "-linkmode external -extldflags \"-static\"",
            "-s -linkmode=external '-extldflags=-static -lm'",
            "all=-linkmode external -extldflags -static",
        ] {
            assert_eq!(flags(&["-ldflags", value]), Some(is_static), "{value}");
            assert_eq!(flags(&[&format!("--ldflags={value}")]), Some(is_static), "{value}");
        }
        assert_eq!(flags(&["-ldflags", "-extldflags=-static", "-ldflags=-s"]), Some(none));
        assert_eq!(
            flags(&["-tags", "netgo,osusergo", "-race"]),
            Some(LinkFlags { netgo: true, osusergo: true, instrumented: true, ..none })
        );
        assert_eq!(flags(&["-buildmode=pie"]), Some(LinkFlags { pie: true, ..none }));
    }

    #[test]
    fn the_last_list_of_tags_counts() {
        let of = |words: &[&str]| tags(&words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        let words = |it: &[&str]| Some(it.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(of(&["-o", "/app", "./cmd/app"]), words(&[]));
        assert_eq!(of(&["-tags", "prod", "."]), words(&["prod"]));
        assert_eq!(of(&["-tags=dev", "--tags=prod,netgo", "."]), words(&["prod", "netgo"]));
        assert_eq!(of(&["-tags", "prod netgo", "."]), words(&["prod", "netgo"]));
        assert_eq!(of(&["-ldflags", &format!("-X main.version={HOLE}"), "."]), words(&[]));
        assert_eq!(of(&[&format!("-tags={HOLE}"), "."]), None);
        assert_eq!(of(&[&HOLE.to_string(), "."]), None);
    }

    #[test]
    fn what_is_not_known_in_a_version_is_no_flag() {
        let hole = HOLE.to_string();
        let version = format!("-s -X main.version={HOLE} -X 'main.date={HOLE} {HOLE}'");
        assert_eq!(flags(&["-ldflags", &version, "-o", &hole]), Some(LinkFlags::default()));
        for unknown in
            [&["-ldflags", hole.as_str()][..], &["-tags", &hole], &[&hole], &["-buildmode", "plugin"]]
        {
            assert_eq!(flags(unknown), None, "{unknown:?}");
        }
        assert_eq!(flags(&["-ldflags", &format!("-s {HOLE}")]), None);
        assert_eq!(flags(&["-ldflags", &format!("-extldflags={HOLE}")]), None);
    }
}
