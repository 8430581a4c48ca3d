//! Published and exposed ports, read as Docker's `nat.ParsePortSpec` does.

use std::ops::Range;

use super::variables::{UNKNOWN, Variables};
use crate::facts::compose::{Port, Value};
use crate::model::PublishedPort;
use crate::net::{PortRange, Protocol};
use crate::source::{Span, Spanned, Text};

/// The ports of a service, and the first entry whose container port is not known.
pub(super) fn published(ports: &[Port], variables: &Variables) -> (Vec<PublishedPort>, Option<Span>) {
    let (mut out, mut incomplete) = (Vec::new(), None);
    for port in ports {
        let read = match port {
            Port::Short(value) => short(&variables.partly(value), value.span),
            Port::Long { target, published, host_ip, protocol, span } => {
                let texts = [target, published, host_ip, protocol];
                let [target, published, host_ip, protocol] =
                    texts.map(|it| it.as_ref().map(|it| variables.partly(it)));
                long(target, published, host_ip.as_ref(), protocol.as_ref(), *span)
            }
        };
        match read {
            Some(port) => out.push(port),
            None => incomplete = incomplete.or(Some(port.span())),
        }
    }
    (out, incomplete)
}

/// `expose:`.
pub(super) fn exposed(values: &[Value], variables: &Variables) -> Vec<Spanned<PortRange>> {
    let read = |value: &Value| {
        let text = variables.text(value)?;
        let ports = text.as_str().split('/').next().unwrap_or_default();
        Some(Spanned::new(PortRange::parse(ports)?, text.span_of(0..ports.len()).unwrap_or(value.span)))
    };
    values.iter().filter_map(read).collect()
}

/// `[[address:]host:]container[/protocol]`.
pub(in crate::model) fn short(text: &Text, span: Span) -> Option<PublishedPort> {
    let whole = text.as_str();
    let (ports, protocol) = match whole.rsplit_once('/') {
        Some((ports, protocol)) => (ports, Protocol::parse(protocol)?),
        None => (whole, Protocol::Tcp),
    };
    let container = ports.rfind(':').map_or(0, |it| it + 1)..ports.len();
    let before = &ports[..container.start.saturating_sub(1)];
    let host = before.rfind(':').map_or(0, |it| it + 1)..before.len();
    let address = &before[..host.start.saturating_sub(1)];
    let place = |range: Range<usize>| text.span_of(range).unwrap_or(span);
    let host_text = &whole[host.clone()];
    let host_span = (!host_text.is_empty()).then(|| place(host.clone()));
    let container_span = place(container.clone());
    let container = PortRange::parse(&whole[container])?;
    let is_address_known = !address.contains(UNKNOWN);
    let (host_ip, host) = host_side(address, host_text, container)?;
    Some(PublishedPort {
        host_ip,
        is_address_known,
        host,
        container,
        protocol,
        span,
        host_span,
        container_span,
    })
}

fn long(
    target: Option<Text>,
    published: Option<Text>,
    host_ip: Option<&Text>,
    protocol: Option<&Text>,
    span: Span,
) -> Option<PublishedPort> {
    let target = target?;
    let container = PortRange::parse(target.as_str())?;
    let protocol = match protocol {
        Some(text) => Protocol::parse(text.as_str())?,
        None => Protocol::Tcp,
    };
    let address = host_ip.map_or("", Text::as_str);
    let (host_ip, host) = host_side(address, published.as_ref().map_or("", Text::as_str), container)?;
    Some(PublishedPort {
        host_ip,
        is_address_known: !address.contains(UNKNOWN),
        host,
        container,
        protocol,
        span,
        host_span: published.and_then(|it| it.cover()),
        container_span: target.cover().unwrap_or(span),
    })
}

/// Address and ports on the host: no ports when Docker chooses one or they are not known. `None`
/// when the entry is none that Docker takes.
fn host_side(
    address: &str,
    ports: &str,
    container: PortRange,
) -> Option<(Option<String>, Option<PortRange>)> {
    let address = address.trim_start_matches('[').trim_end_matches(']');
    let address = Some(address).filter(|it| !matches!(*it, "" | "0.0.0.0" | "::")).map(str::to_owned);
    let unknown = ports.contains(UNKNOWN) || address.as_ref().is_some_and(|it| it.contains(UNKNOWN));
    if ports.is_empty() || unknown || ports == "0" {
        return Some((address.filter(|it| !it.contains(UNKNOWN)), None));
    }
    let host = PortRange::parse(ports)?;
    match (host.len(), container.len()) {
        (many, some) if many == some => Some((address, Some(host))),
        // Docker takes a free one of the range.
        (_, 1) => Some((address, None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn read(source: &str) -> String {
        let text = Text::new(source, Span::new(FileId(0), 0, source.len()));
        let Some(it) = short(&text, Span::new(FileId(0), 0, source.len())) else { return "-".to_owned() };
        let at = |span: Span| &source[span.range()];
        format!(
            "{} {} {}/{} [{}|{}]",
            it.host_ip.as_deref().unwrap_or("*"),
            it.host.map_or("?".to_owned(), |it| it.to_string()),
            it.container,
            it.protocol.as_str(),
            it.host_span.map_or("", at),
            at(it.container_span)
        )
    }

    #[test]
    fn entries_are_read_as_docker_reads_them() {
        let cases = [
            ("8080", "* ? 8080/tcp [|8080]"),
            ("80:8080", "* 80 8080/tcp [80|8080]"),
            ("127.0.0.1:80:8080/udp", "127.0.0.1 80 8080/udp [80|8080]"),
            ("0.0.0.0:80:8080", "* 80 8080/tcp [80|8080]"),
            ("127.0.0.1::8080", "127.0.0.1 ? 8080/tcp [|8080]"),
            ("[::1]:80:8080", "::1 80 8080/tcp [80|8080]"),
            ("::1:80:8080", "::1 80 8080/tcp [80|8080]"),
            ("3000-3002:4000-4002", "* 3000-3002 4000-4002/tcp [3000-3002|4000-4002]"),
            ("3000-3002:80", "* ? 80/tcp [3000-3002|80]"),
            ("\u{FFFD}:80", "* ? 80/tcp [\u{FFFD}|80]"),
            ("\u{FFFD}:80:80", "* ? 80/tcp [80|80]"),
            ("80:\u{FFFD}", "-"),
            ("\u{FFFD}", "-"),
            ("80:80/\u{FFFD}", "-"),
            ("1-3:5-6", "-"),
            ("x:80", "-"),
            ("80:99999", "-"),
            ("", "-"),
        ];
        for (source, expected) in cases {
            assert_eq!(read(source), expected, "{source}");
        }
    }
}
