//! The short forms of ports and volumes, read as Compose reads them.

use std::ops::Range;

use crate::facts::tree::{Tree, TreeKind, UNKNOWN};
use crate::source::{Span, Spanned, Text};

/// One port of an entry of `ports:`.
#[derive(Clone, Debug)]
pub(super) struct SinglePort {
    /// The address on the host.
    pub(super) host_ip: Option<Text>,
    /// The port on the host, or the range of which Docker takes one.
    pub(super) published: Option<Text>,
    /// The port in the container.
    pub(super) target: Text,
    /// `tcp`, `udp` or `sctp`.
    pub(super) protocol: Text,
}

impl SinglePort {
    /// It as an entry in the long form, written at `span`.
    pub(super) fn into_tree(self, span: Span) -> Tree {
        let mut out = Tree::map(Vec::new(), span);
        let mut set = |key: &str, value: TreeKind, at: Option<Span>| {
            let at = at.unwrap_or(span);
            out.set(&Spanned::new(key.to_owned(), at), Tree { kind: value, span: at });
        };
        set("mode", TreeKind::Text(Text::new("ingress", span)), None);
        if let Some(it) = self.host_ip {
            let at = it.cover();
            set("host_ip", TreeKind::Text(it), at);
        }
        let at = self.target.cover();
        set("target", TreeKind::Integer(self.target), at);
        if let Some(it) = self.published {
            let at = it.cover();
            set("published", TreeKind::Text(it), at);
        }
        let at = self.protocol.cover();
        set("protocol", TreeKind::Text(self.protocol), at);
        out
    }
}

/// The ports that `[[address:]host:]container[/protocol]` means, one by one.
///
/// # Errors
/// Why Compose refuses it: <https://github.com/docker/go-connections/blob/main/nat/nat.go>.
pub(super) fn ports(text: &Text) -> Result<Vec<SinglePort>, String> {
    let whole = text.as_str();
    let ports = whole.find('/').unwrap_or(whole.len());
    let (protocol, rest) = (&whole[(ports + 1).min(whole.len())..], &whole[..ports]);
    let container = rest.rfind(':').map_or(0, |it| it + 1)..rest.len();
    let before = &rest[..container.start.saturating_sub(1)];
    let host = before.rfind(':').map_or(0, |it| it + 1)..before.len();
    let address = 0..host.start.saturating_sub(1);
    let protocol = match protocol.to_ascii_lowercase().as_str() {
        "" => text_of(text, "tcp", 0..whole.len()),
        it @ ("tcp" | "udp" | "sctp") => text_of(text, it, ports + 1..whole.len()),
        _ => return Err(format!("`{protocol}` is no protocol: tcp, udp and sctp are")),
    };
    let host_ip = &whole[address.clone()];
    let host_ip = host_ip.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host_ip);
    if !host_ip.is_empty() && host_ip.parse::<std::net::IpAddr>().is_err() {
        return Err(format!("`{host_ip}` is no IP address"));
    }
    let host_ip = (!host_ip.is_empty()).then(|| text_of(text, host_ip, address));
    if container.is_empty() {
        return Err("the container port is missing".to_owned());
    }
    let targets = range(&whole[container.clone()])?;
    let published = if host.is_empty() { None } else { Some(range(&whole[host.clone()])?) };
    let count = targets.1 - targets.0;
    let single = |it: u16| text_of(text, &it.to_string(), container.clone());
    let mut out = Vec::new();
    for at in 0..=count {
        let published = match published {
            None => None,
            Some((first, last)) if last - first == count => Some((first + at).to_string()),
            Some((first, last)) if count == 0 => Some(format!("{first}-{last}")),
            Some(_) => return Err("as many ports of the host as of the container are needed".to_owned()),
        };
        out.push(SinglePort {
            host_ip: host_ip.clone(),
            published: published.map(|it| text_of(text, &it, host.clone())),
            target: single(targets.0 + at),
            protocol: protocol.clone(),
        });
    }
    // Compose sorts them as texts.
    out.sort_by(|a, b| a.target.as_str().cmp(b.target.as_str()));
    Ok(out)
}

fn range(text: &str) -> Result<(u16, u16), String> {
    let number = |it: &str| -> Result<u16, String> { it.parse().map_err(|_| format!("`{it}` is no port")) };
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(text)?, number(text)?),
    };
    if last < first {
        return Err(format!("`{text}` is no range of ports"));
    }
    Ok((first, last))
}

/// `value`, which stands at `range` of `text`.
fn text_of(text: &Text, value: &str, range: Range<usize>) -> Text {
    if text.as_str().get(range.clone()) == Some(value) {
        return text.slice(range);
    }
    match text.span_of(range).or_else(|| text.cover()) {
        Some(span) => Text::new(value, span),
        None => Text::default(),
    }
}

/// One entry of `volumes:` in the short form.
#[derive(Clone, Debug)]
pub(super) struct Volume {
    /// A folder of the host or a volume's name.
    pub(super) source: Option<Text>,
    /// The path in the container.
    pub(super) target: Text,
    /// What stands behind.
    pub(super) options: Vec<String>,
    /// Whether the source is a folder of the host; `None` when that is not known.
    pub(super) bind: Option<bool>,
}

/// Reads `[source:]target[:options]`.
///
/// # Errors
/// Why Compose refuses it: <https://github.com/compose-spec/compose-go/blob/main/format/volume.go>.
pub(super) fn volume(text: &Text) -> Result<Volume, String> {
    let whole = text.as_str();
    if whole.is_empty() {
        return Err("a volume without any text".to_owned());
    }
    if whole.len() <= 2 {
        return Ok(Volume { source: None, target: text.clone(), options: Vec::new(), bind: Some(false) });
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for (at, _) in whole.match_indices(':') {
        // The colon of a drive letter separates nothing.
        if at - start == 1 && whole.as_bytes()[start].is_ascii_alphabetic() {
            continue;
        }
        parts.push(start..at);
        start = at + 1;
    }
    parts.push(start..whole.len());
    if parts.iter().any(Range::is_empty) {
        return Err("nothing stands between two colons".to_owned());
    }
    let slice = |at: usize| text.slice(parts[at].clone());
    match parts.len() {
        1 => Ok(Volume { source: None, target: slice(0), options: Vec::new(), bind: Some(false) }),
        2 | 3 => {
            let source = slice(0);
            let options = parts.get(2).map(|it| whole[it.clone()].split(',').map(str::to_owned).collect());
            let bind = is_path(source.as_str());
            Ok(Volume { source: Some(source), target: slice(1), options: options.unwrap_or_default(), bind })
        }
        _ => Err("there are too many colons".to_owned()),
    }
}

/// The source, the target, and whether the source is a path of the host (or not known); `None` when Docker
/// refuses it.
pub(in crate::model) fn volume_parts(text: &Text) -> Option<(Option<Text>, Text, bool)> {
    let read = volume(text).ok()?;
    Some((read.source, read.target, read.bind.unwrap_or(true)))
}

fn is_path(source: &str) -> Option<bool> {
    if source.starts_with(UNKNOWN) {
        return None;
    }
    let bytes = source.as_bytes();
    let drive = bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    Some(source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || drive)
}
