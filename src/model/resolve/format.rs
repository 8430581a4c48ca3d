//! `fmt.Sprintf` and `net.JoinHostPort`.

use std::rc::Rc;

use super::{Evaluator, Frame, Outcome};
use crate::facts::go::Value;
use crate::source::{Span, Text};

impl<'w> Evaluator<'w> {
    pub(super) fn formatted(
        &self,
        format: &'w Value,
        arguments: &'w [Value],
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let format = self.text(format, frame, depth);
        if format.unknown.is_some() {
            return format;
        }
        let text = format.text.as_str();
        let mut out = Outcome { via: format.via.clone(), ..Outcome::known(Text::default()) };
        let mut arguments = arguments.iter();
        let mut at = 0;
        while let Some(percent) = text[at..].find('%').map(|it| at + it) {
            out.text.append(&format.text.slice(at..percent));
            let flags = text[percent + 1..]
                .find(|it: char| !matches!(it, '0'..='9' | '+' | '-' | '#' | ' ' | '.' | '*'));
            let verb_at = flags.map_or(text.len(), |it| percent + 1 + it);
            let Some(verb) = text[verb_at..].chars().next() else {
                at = text.len();
                break;
            };
            at = verb_at + verb.len_utf8();
            let plain = verb_at == percent + 1;
            match verb {
                '%' => out.text.append(&format.text.slice(percent..percent + 1)),
                's' | 'd' | 'v' => {
                    let argument = arguments.next().map(|it| self.text(it, frame, depth));
                    match argument {
                        Some(it) if plain => out.append(it),
                        _ => out.append(Outcome::hole("its format is not followed", Some(span))),
                    }
                }
                _ => {
                    arguments.next();
                    out.append(Outcome::hole("its format is not followed", Some(span)));
                }
            }
        }
        out.text.append(&format.text.slice(at..text.len()));
        out
    }

    pub(super) fn host_port(
        &self,
        host: &'w Value,
        port: &'w Value,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let (host, port) = (self.text(host, frame, depth), self.text(port, frame, depth));
        join_host_port(host, port, span)
    }
}

/// `host:port`, as `net.JoinHostPort` writes it in the call `span`.
pub(super) fn join_host_port(host: Outcome, port: Outcome, span: Span) -> Outcome {
    let mut out = Outcome::known(Text::default());
    if host.text.as_str().contains(':') {
        // The brackets stand nowhere; they belong to the address that needs them.
        let written = host.text.span().unwrap_or(span);
        out.text.push("[", written);
        out.append(host);
        out.text.push("]", written);
    } else {
        out.append(host);
    }
    out.text.push(":", span);
    out.append(port);
    out
}
