//! Where a call has a value, as the tables and settings write it.

use std::borrow::Cow;

/// Where a call has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The argument, from 0; `None` for the receiver.
    pub argument: Option<usize>,
    /// All arguments from there on, none of which need be given.
    pub variadic: bool,
    /// Fields to go down.
    pub fields: Vec<String>,
    /// Whether the value is a list or a map, each element of which counts.
    pub list: bool,
}

/// Where a call has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The whole address, or the host alone when `port` has a place of its own.
    pub host: Place,
    /// The port.
    pub port: Option<Place>,
    /// Where it is when nothing is there.
    pub otherwise: Option<Box<Address>>,
}

/// A place, or a word that stands for all calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryAddress {
    /// A value of the call.
    At(Place),
    /// The same in every call.
    Fixed(Cow<'static, str>),
}

impl Place {
    /// Reads `0`, `0...`, `0[]`, `0.Addr`, `receiver.Addr`; `None` for `-` and nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (text, list) = text.strip_suffix("[]").map_or((text, false), |it| (it, true));
        let (text, variadic) = text.strip_suffix("...").map_or((text, false), |it| (it, true));
        let (root, fields) = text.split_once('.').unwrap_or((text, ""));
        let argument = if root == "receiver" { None } else { Some(root.parse().ok()?) };
        // A configuration map is keyed by dotted names; it is one step, not several.
        let is_key = fields.starts_with(|it: char| it.is_ascii_lowercase());
        let fields = match fields {
            "" => Vec::new(),
            key if is_key => vec![key.to_owned()],
            path => path.split('.').map(str::to_owned).collect(),
        };
        Some(Self { argument, variadic, fields, list })
    }
}

impl Address {
    /// Reads a place, or two for host and port (`0+1`, `0.Host+0.Port`); of several with `|` between them the
    /// first counts where anything is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (text, otherwise) = match text.split_once('|') {
            Some((text, rest)) => (text, Some(Box::new(Self::parse(rest)?))),
            None => (text, None),
        };
        let (host, port) = match text.split_once('+') {
            Some((host, port)) => (host, Some(Place::parse(port)?)),
            None => (text, None),
        };
        Some(Self { host: Place::parse(host)?, port, otherwise })
    }
}

impl EntryAddress {
    pub(super) fn parse(text: &'static str, fixed: &str) -> Option<Self> {
        match text.strip_prefix(fixed) {
            Some(word) => Some(Self::Fixed(word.into())),
            None => Place::parse(text).map(Self::At),
        }
    }
}
