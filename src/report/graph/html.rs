//! The picture as one page that needs nothing else.
//!
//! Everything is in the page when it is opened: a click follows a link to a part of it, which the style shows. The
//! script only lights up what belongs together, and its place and the style's are named in the
//! Content-Security-Policy, which forbids everything else.

use std::io;

use super::digest;
use super::svg;
use super::{Edge, Node, NodeKind, Picture, Section, summary};
use crate::model::Verdict;
use crate::report::place;
use crate::source::Spanned;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn write(picture: &Picture<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let (style, script) = (digest::source_of(STYLE), digest::source_of(SCRIPT));
    let title = escape(&picture.title);
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{style}'; \
         script-src '{script}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"reachlint {}\">\n\
         <title>{title}: network</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>{title}</h1><p class=\"sum\">{}</p>\n{LEGEND}</header>\n<main>\n",
        env!("CARGO_PKG_VERSION"),
        escape(&overall(picture)),
    )?;
    for (number, section) in picture.sections.iter().enumerate() {
        write!(
            out,
            "<section class=\"stack\"><h2>{}</h2>\n<div class=\"scroll\">\n{}</div></section>\n",
            escape(&section.title),
            svg::draw(section, number)
        )?;
    }
    if picture.sections.is_empty() {
        out.write_all(b"<p class=\"empty\">Nothing in this project runs in a container.</p>\n")?;
    }
    out.write_all(b"</main>\n<aside aria-live=\"polite\">\n")?;
    for (number, section) in picture.sections.iter().enumerate() {
        for (at, edge) in section.edges.iter().enumerate() {
            out.write_all(edge_detail(picture, section, edge, &format!("s{number}e{at}")).as_bytes())?;
        }
        for at in 0..section.nodes.len() {
            out.write_all(node_detail(picture, section, number, at).as_bytes())?;
        }
    }
    out.write_all(overview(picture).as_bytes())?;
    write!(out, "</aside>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

/// What a colour says, and the switches that hide those of a verdict.
const LEGEND: &str = "<form class=\"legend\">\
    <label class=\"yes\"><input type=\"checkbox\" value=\"yes\" checked><i></i>reachable</label>\
    <label class=\"no\"><input type=\"checkbox\" value=\"no\" checked><i></i>not reachable</label>\
    <label class=\"unknown\"><input type=\"checkbox\" value=\"unknown\" checked><i></i>unknown</label>\
    <input type=\"search\" placeholder=\"Find a service\" aria-label=\"Find a service\">\
    <button type=\"button\" value=\"fit\" aria-pressed=\"true\">Fit</button></form>\n";

/// `text` for a place between tags or in a quoted attribute, without characters that control anything.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in place::printable(text).chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            it => out.push(it),
        }
    }
    out
}

fn overall(picture: &Picture<'_>) -> String {
    match &picture.sections[..] {
        [one] => summary(one),
        several => crate::report::count(several.len(), "stack"),
    }
}

/// What the panel shows before anything is clicked: what is not reached, and what is not known.
fn overview(picture: &Picture<'_>) -> String {
    let mut out = String::from("<section class=\"overview\"><h2>Connections</h2>\n");
    for (verdict, heading) in [
        (Verdict::NotReachable, "Not reachable"),
        (Verdict::Unknown, "Unknown"),
        (Verdict::Reachable, "Reachable"),
    ] {
        let mut items = String::new();
        for (number, section) in picture.sections.iter().enumerate() {
            for (at, edge) in section.edges.iter().enumerate().filter(|(_, it)| it.verdict == verdict) {
                let why = edge.reason().map(|it| format!("<p>{}</p>", code_spans(it))).unwrap_or_default();
                let stack = match picture.sections.len() {
                    1 => String::new(),
                    _ => format!("<small>{}</small>", escape(&section.title)),
                };
                items.push_str(&format!(
                    "<li><a href=\"#s{number}e{at}\" data-edge=\"s{number}e{at}\">{}</a>{stack}{why}</li>\n",
                    escape(&arrow(&section.title_of(edge)))
                ));
            }
        }
        if !items.is_empty() {
            out.push_str(&format!("<h3 class=\"{}\">{heading}</h3><ul>{items}</ul>\n", svg::class(verdict)));
        }
    }
    out.push_str("<p class=\"hint\">Click a connection or a container to see the lines that decide it.</p></section>\n");
    out
}

fn edge_detail(picture: &Picture<'_>, section: &Section, edge: &Edge, id: &str) -> String {
    let verdict = svg::class(edge.verdict);
    let mut out = format!(
        "<section class=\"detail\" id=\"{id}\">{CLOSE}<h2>{}</h2><p class=\"verdict {verdict}\">{}</p>",
        escape(&arrow(&section.title_of(edge))),
        edge.verdict.as_str()
    );
    let to = &section.nodes[edge.to];
    if let Some(host) = edge.host.as_ref().filter(|it| **it != to.label && to.kind != NodeKind::Internet) {
        out.push_str(&format!("<p>Dialled as <code>{}</code></p>", escape(host)));
    }
    out.push_str(&format!("<ul class=\"evidence\">{}</ul>", evidence(picture, &edge.origins)));
    out.push_str("<ol class=\"steps\">");
    for step in &edge.steps {
        out.push_str(&format!(
            "<li class=\"{}\"><b>{}</b> {}<ul class=\"evidence\">{}</ul></li>",
            match step.outcome {
                crate::model::Outcome::Passes => "yes",
                crate::model::Outcome::Stops => "no",
                crate::model::Outcome::Unknown => "unknown",
            },
            step.stage.as_str(),
            code_spans(&step.says),
            evidence(picture, &step.evidence)
        ));
    }
    out.push_str("</ol>");
    if let Some(fix) = &edge.fix {
        out.push_str(&format!("<p class=\"fix\"><b>Fix</b> {}</p>", code_spans(fix)));
    }
    out.push_str("</section>\n");
    out
}

/// Leads back to the overview.
const CLOSE: &str = "<a class=\"close\" href=\"#\" aria-label=\"Back to all connections\">×</a>";

fn node_detail(picture: &Picture<'_>, section: &Section, number: usize, at: usize) -> String {
    let node: &Node = &section.nodes[at];
    let mut out = format!(
        "<section class=\"detail\" id=\"s{number}n{at}\">{CLOSE}<h2>{}</h2><p class=\"kind\">{}</p>",
        escape(&node.label),
        node.kind.as_str()
    );
    let mut rows: Vec<(&str, String)> = Vec::new();
    if let Some(span) = node.span {
        rows.push(("written at", format!("<code>{}</code>", escape(&picture.locus(span)))));
    }
    if let Some(runs) = &node.runs {
        rows.push(("runs", format!("<code>{}</code>", escape(runs))));
    }
    for region in &node.regions {
        rows.push(("in", escape(&section.regions[*region].title())));
    }
    for it in &node.listens {
        let (address, place) = (escape(&it.says), escape(&picture.locus(it.span)));
        rows.push(("listens on", format!("<code>{address}</code><br><code class=\"place\">{place}</code>")));
    }
    if let Some(it) = &node.listens_unknown {
        let place = escape(&picture.locus(it.span));
        rows.push(("not known", format!("{}<br><code class=\"place\">{place}</code>", code_spans(&it.says))));
    }
    if let Some(it) = &node.dials_unknown {
        rows.push(("not known", code_spans(it)));
    }
    let rows = rows.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>"));
    out.push_str(&format!("<dl>{}</dl>", rows.collect::<String>()));
    for (heading, is_out) in [("Connects to", true), ("Is connected to by", false)] {
        let edges = section.edges.iter().enumerate();
        let edges = edges.filter(|(_, it)| if is_out { it.from == at } else { it.to == at });
        let items = edges.map(|(number_of, edge)| {
            format!(
                "<li class=\"{}\"><a href=\"#s{number}e{number_of}\" data-edge=\"s{number}e{number_of}\">{}</a></li>",
                svg::class(edge.verdict),
                escape(&arrow(&section.title_of(edge)))
            )
        });
        let items: String = items.collect();
        if !items.is_empty() {
            out.push_str(&format!("<h3>{heading}</h3><ul class=\"links\">{items}</ul>"));
        }
    }
    out.push_str("</section>\n");
    out
}

fn evidence(picture: &Picture<'_>, places: &[Spanned<String>]) -> String {
    let item = |it: &Spanned<String>| {
        let place = escape(&picture.locus(it.span));
        format!("<li><code class=\"place\">{place}</code> {}</li>", code_spans(&it.value))
    };
    places.iter().map(item).collect()
}

fn arrow(title: &str) -> String {
    title.replace(" -> ", " → ")
}

/// The text with what stands between backquotes as code.
fn code_spans(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        let closes = parts.peek().is_some();
        match (is_code, closes) {
            (true, true) => out.push_str(&format!("<code>{}</code>", escape(part))),
            (true, false) => out.push_str(&format!("`{}", escape(part))),
            (false, _) => out.push_str(&escape(part)),
        }
        is_code = !is_code;
    }
    out
}
