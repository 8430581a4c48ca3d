//! Puts values in the place of variables, and turns texts into numbers and truth values where Compose
//! does: <https://github.com/compose-spec/compose-go/blob/main/loader/interpolate.go>.

use super::pattern::{self, Path};
use super::{Fault, Faults};
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::facts::{Dialect, Part, Template};
use crate::model::compose::variables::Variables;
use crate::source::{Span, Text};

#[derive(Clone, Copy)]
enum Cast {
    Bool,
    Integer,
    Float,
}

const CASTS: &[(&str, Cast)] = &[
    ("services.*.cpu_count", Cast::Integer),
    ("services.*.cpu_percent", Cast::Float),
    ("services.*.cpu_period", Cast::Integer),
    ("services.*.cpu_quota", Cast::Integer),
    ("services.*.cpu_rt_period", Cast::Integer),
    ("services.*.cpu_rt_runtime", Cast::Integer),
    ("services.*.cpus", Cast::Float),
    ("services.*.cpu_shares", Cast::Integer),
    ("services.*.init", Cast::Bool),
    ("services.*.deploy.replicas", Cast::Integer),
    ("services.*.deploy.update_config.parallelism", Cast::Integer),
    ("services.*.deploy.update_config.max_failure_ratio", Cast::Float),
    ("services.*.deploy.rollback_config.parallelism", Cast::Integer),
    ("services.*.deploy.rollback_config.max_failure_ratio", Cast::Float),
    ("services.*.deploy.restart_policy.max_attempts", Cast::Integer),
    ("services.*.deploy.placement.max_replicas_per_node", Cast::Integer),
    ("services.*.healthcheck.retries", Cast::Integer),
    ("services.*.healthcheck.disable", Cast::Bool),
    ("services.*.oom_kill_disable", Cast::Bool),
    ("services.*.oom_score_adj", Cast::Integer),
    ("services.*.pids_limit", Cast::Integer),
    ("services.*.ports.[].target", Cast::Integer),
    ("services.*.privileged", Cast::Bool),
    ("services.*.read_only", Cast::Bool),
    ("services.*.scale", Cast::Integer),
    ("services.*.stdin_open", Cast::Bool),
    ("services.*.tty", Cast::Bool),
    ("services.*.ulimits.*", Cast::Integer),
    ("services.*.ulimits.*.hard", Cast::Integer),
    ("services.*.ulimits.*.soft", Cast::Integer),
    ("services.*.volumes.[].read_only", Cast::Bool),
    ("services.*.volumes.[].volume.nocopy", Cast::Bool),
    ("networks.*.external", Cast::Bool),
    ("networks.*.internal", Cast::Bool),
    ("networks.*.attachable", Cast::Bool),
    ("networks.*.enable_ipv4", Cast::Bool),
    ("networks.*.enable_ipv6", Cast::Bool),
    ("volumes.*.external", Cast::Bool),
    ("secrets.*.external", Cast::Bool),
    ("configs.*.external", Cast::Bool),
];

/// `tree` with the values of its variables; what is not known of a text is
/// [`UNKNOWN`](crate::facts::tree::UNKNOWN).
pub(super) fn expand(tree: &Tree, variables: &Variables, faults: &mut Faults) -> Tree {
    Expansion { variables, faults }.tree(tree, &mut Vec::new())
}

struct Expansion<'a> {
    variables: &'a Variables,
    faults: &'a mut Faults,
}

impl Expansion<'_> {
    fn tree<'t>(&mut self, tree: &'t Tree, path: &mut Path<'t>) -> Tree {
        let kind = match &tree.kind {
            TreeKind::Text(text) => self.text(text, tree.span, path),
            TreeKind::List(items) => {
                path.push("[]");
                let items = items.iter().map(|it| self.tree(it, path)).collect();
                path.pop();
                TreeKind::List(items)
            }
            TreeKind::Map(entries) => {
                let mut out = Vec::with_capacity(entries.len());
                for entry in entries {
                    path.push(&entry.key.value);
                    let value = self.tree(&entry.value, path);
                    path.pop();
                    out.push(TreeEntry { key: entry.key.clone(), value, span: entry.span });
                }
                TreeKind::Map(out)
            }
            other => other.clone(),
        };
        Tree { kind, span: tree.span }
    }

    fn text(&mut self, text: &Text, span: Span, path: &Path<'_>) -> TreeKind {
        let has_variable = text.as_str().contains('$');
        let expanded = if has_variable { self.substitute(text, span) } else { text.clone() };
        let Some(cast) = pattern::find(path, CASTS) else { return TreeKind::Text(expanded) };
        if expanded.as_str().contains(crate::facts::tree::UNKNOWN) {
            return TreeKind::Text(expanded);
        }
        match cast_to(cast, &expanded) {
            Some(kind) => kind,
            None => {
                let expected = match cast {
                    Cast::Bool => "true or false",
                    Cast::Integer => "a whole number",
                    Cast::Float => "a number",
                };
                let message = format!("`{}` must be {expected}", expanded.as_str());
                let fault = if has_variable { Fault::absent } else { Fault::written };
                self.faults.push(fault(message, span));
                TreeKind::Text(expanded)
            }
        }
    }

    fn substitute(&mut self, text: &Text, span: Span) -> Text {
        let template = Template::parse(text, Dialect::Compose);
        if let Some(span) = invalid_part(&template) {
            let message = "this is no variable that Compose understands; a dollar sign is written `$$`";
            self.faults.push(Fault::written(message.to_owned(), span));
        } else if let Err(reason) = self.variables.expand(&template)
            && self.variables.is_closed()
        {
            self.faults.push(Fault::absent(reason.value, reason.span));
        }
        let expanded = self.variables.expand_partly(&template);
        // Even an empty text has a place.
        if expanded.cover().is_none() { Text::new("", span) } else { expanded }
    }
}

/// The first part that starts like a variable and is none, be it in a default that is not used.
fn invalid_part(template: &Template) -> Option<Span> {
    template.parts().iter().find_map(|part| match part {
        Part::Invalid(span) => Some(*span),
        Part::Variable(reference) => invalid_part(&reference.fallback.as_ref()?.word),
        Part::Literal(_) => None,
    })
}

fn cast_to(cast: Cast, text: &Text) -> Option<TreeKind> {
    let written = text.as_str();
    match cast {
        Cast::Bool => match written.to_ascii_lowercase().as_str() {
            "true" | "y" | "yes" | "on" => Some(TreeKind::Bool(true)),
            "false" | "n" | "no" | "off" => Some(TreeKind::Bool(false)),
            _ => None,
        },
        Cast::Integer => {
            let value: i64 = written.parse().ok()?;
            let decimal = value.to_string();
            let same = decimal == written;
            Some(TreeKind::Integer(if same { text.clone() } else { Text::new(decimal, text.cover()?) }))
        }
        Cast::Float => written.parse::<f64>().ok().map(|_| TreeKind::Float(text.clone())),
    }
}
