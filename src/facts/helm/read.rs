//! From a template to objects with holes.
//!
//! Actions are masked by blanks or by words of the same length, so that what is left is YAML and every place stays
//! what it is.

use std::cell::RefCell;
use std::ops::Range;

use super::expression::Meaning;
use super::mask::{Hole, Masked, blank, mask};
use super::{Choice, Condition, Definition, Template, body, hole};
use crate::facts::tree::{self, Tree, TreeEntry, TreeKind};
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::template::{self, Block, BlockKind};
use crate::syntax::yaml::{self, Entry, Node, NodeKind};

/// Reads a file in `templates/`.
#[must_use]
pub fn read(file: FileId, text: &str) -> Template {
    let parsed = template::parse(text);
    let whole = Span::new(file, 0, text.len());
    if parsed.is_broken {
        return Template { open: Some(whole), ..Template::default() };
    }
    let Masked { text: masked, holes, silent } = mask(file, text, &parsed);
    let stream = yaml::parse(file, &masked);
    if !stream.errors.is_empty() {
        return Template { open: Some(whole), ..Template::default() };
    }
    let is_block = |it: &&Block| it.kind != BlockKind::Define && text[it.whole.clone()].contains('\n');
    let blocks: Vec<&Block> = parsed.blocks.iter().filter(is_block).collect();
    let meaning = Meaning::new(&parsed);
    let branches = body::branches(&parsed);
    let conditions = blocks.iter().map(|it| condition(file, it, &branches, &meaning)).collect();
    let choices = RefCell::default();
    let reader =
        Reader { file, text: &masked, blocks, conditions, holes: &holes, silent: &silent, choices: &choices };
    let out = reader.template(&stream.documents);
    Template { choices: choices.take(), ..out }
}

/// Reads the named templates of a file.
#[must_use]
pub fn read_definitions(file: FileId, text: &str) -> Vec<Definition> {
    let parsed = template::parse(text);
    let branches = body::branches(&parsed);
    let bodies = body::Bodies { file, text, parsed: &parsed, branches: &branches };
    let definitions = parsed.blocks.iter().filter(|it| it.kind == BlockKind::Define);
    let read = definitions.filter_map(|it| {
        let name = it.head.strip_prefix('"')?.strip_suffix('"')?.to_owned();
        // The body alone, where it stands.
        let mut bytes = text.as_bytes()[..it.range.end].to_owned();
        blank(&mut bytes[..it.range.start]);
        let Template { mut objects, choices, .. } = read(file, &String::from_utf8(bytes).ok()?);
        let tree = objects.pop().filter(|_| objects.is_empty());
        Some(Definition { name, tree, choices, body: bodies.read(&it.range) })
    });
    read.collect()
}

/// When the branch of a block is taken, as far as its expressions are known; `None` for one of a `range`.
fn condition(
    file: FileId,
    block: &Block,
    branches: &body::Branches<'_>,
    meaning: &Meaning<'_>,
) -> Option<Condition> {
    let expression = |it: &Block| match it.kind {
        BlockKind::If | BlockKind::With => {
            meaning.condition(it.condition(), &it.whole).filter(|it| !it.is_empty())
        }
        BlockKind::Range | BlockKind::Define => None,
    };
    let all = body::branches_at(branches, block.whole.start);
    let before = all.iter().filter(|it| it.range.start < block.range.start);
    let holds = match block.condition().is_empty() {
        true => None,
        false => Some(expression(block)?),
    };
    let place = Span::new(file, block.range.start, block.range.start);
    Some(Condition { not: before.map(|it| expression(it)).collect::<Option<_>>()?, holds, place })
}

struct Reader<'t> {
    file: FileId,
    /// The masked text.
    text: &'t str,
    /// Blocks of several lines.
    blocks: Vec<&'t Block>,
    /// When each is taken, when that is known.
    conditions: Vec<Option<Condition>>,
    holes: &'t [Hole],
    silent: &'t [usize],
    choices: &'t RefCell<Vec<(String, Vec<Choice>)>>,
}

impl Reader<'_> {
    fn template(&self, documents: &[std::sync::Arc<Node>]) -> Template {
        let mut out = Template::default();
        let ends: Vec<usize> = memchr::memmem::find_iter(self.text.as_bytes(), "\n---")
            .map(|it| it + 1)
            .chain([self.text.len()])
            .collect();
        let part_of = |at: usize| ends.iter().position(|end| at < *end);
        // An empty document is nothing.
        let documents: Vec<_> = documents.iter().filter(|it| !it.is_null()).collect();
        let parts: Vec<_> = documents.iter().map(|it| part_of(it.span.range().start)).collect();
        let alone = || self.holes.iter().filter(|it| it.column.is_some());
        let orphan = alone().find(|it| !parts.contains(&part_of(it.range.start)));
        out.open = orphan.map(|it| self.span(&it.range));
        for (document, part) in documents.into_iter().zip(&parts) {
            let NodeKind::Mapping(entries) = &document.kind else {
                out.open.get_or_insert(document.span);
                continue;
            };
            let mut keys = entries.iter().map(|it| self.blocks_at(it.key.span));
            let mut within = keys.next().unwrap_or_default();
            keys.for_each(|key| within.retain(|it| key.contains(it)));
            if within.iter().any(|it| self.blocks[*it].kind == BlockKind::Range) {
                out.open.get_or_insert(document.span);
                continue;
            }
            let holes = alone().filter(|it| part_of(it.range.start) == *part).collect();
            let tree = Tree { kind: self.mapping(entries, &within, holes), span: document.span };
            if tree.as_map().into_iter().flatten().any(|it| super::is_hole(&it.key.value)) {
                out.open.get_or_insert(document.span);
            }
            out.objects.push(tree);
        }
        out
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// The blocks around the start of something.
    fn blocks_at(&self, span: Span) -> Vec<usize> {
        let at = span.range().start;
        (0..self.blocks.len()).filter(|it| self.blocks[*it].range.contains(&at)).collect()
    }

    /// Whether something is there only sometimes, in what is in these blocks.
    fn is_conditional(&self, span: Span, within: &[usize]) -> bool {
        self.blocks_at(span).iter().any(|it| !within.contains(it))
    }

    fn column(&self, span: Span) -> usize {
        let at = span.range().start;
        at - memchr::memrchr(b'\n', &self.text.as_bytes()[..at]).map_or(0, |it| it + 1)
    }

    fn mapping(&self, entries: &[Entry], within: &[usize], holes: Vec<&Hole>) -> TreeKind {
        let column = entries.first().map_or(0, |it| self.column(it.key.span));
        let mut own = Vec::new();
        let mut below: Vec<Vec<&Hole>> = vec![Vec::new(); entries.len()];
        for hole in holes {
            let before = |it: &Entry| !it.merged && it.key.span.range().start < hole.range.start;
            match entries.iter().rposition(before) {
                Some(at) => {
                    let (is_own, is_below) = self.belongs(hole, &entries[at].value, column);
                    own.extend(is_own.then_some(hole));
                    below[at].extend(is_below.then_some(hole));
                }
                None => own.push(hole),
            }
        }
        let mut out: Vec<TreeEntry> = Vec::with_capacity(entries.len());
        for (entry, holes) in entries.iter().zip(below) {
            let key = self.text_of(&entry.key, &self.blocks_at(entry.key.span));
            let key = Spanned::new(
                key.map_or_else(|| hole(None, entry.key.span), |it| it.as_str().to_owned()),
                entry.key.span,
            );
            let value = self.part(&entry.value, entry.key.span, within, holes);
            match out.iter_mut().find(|it| it.key.value == key.value) {
                Some(same) => same.value = self.either(&same.value, &value, entry.key.span),
                None => out.push(TreeEntry { key, value, span: entry.span() }),
            }
        }
        for it in own {
            let span = self.span(&it.range);
            let value = Tree::text(Text::new(it.text.as_str(), span), span);
            out.push(TreeEntry { key: Spanned::new(it.text.clone(), span), value, span });
        }
        TreeKind::Map(out)
    }

    /// Whether what a hole writes belongs to a mapping whose keys stand in `column`, and whether it belongs to the
    /// value of the key in front of it. It may be either.
    fn belongs(&self, hole: &Hole, value: &Node, column: usize) -> (bool, bool) {
        let to = hole.column.unwrap_or(0);
        match &value.kind {
            NodeKind::Scalar(_) if to > column => (false, true),
            NodeKind::Scalar(_) => (true, value.is_null()),
            NodeKind::Sequence(_) if to == column && self.is_dash_at(value.span, column) => (true, true),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => match to > column {
                true => (false, true),
                false => (true, false),
            },
        }
    }

    /// Whether the first item of a list has its dash in that column.
    fn is_dash_at(&self, list: Span, column: usize) -> bool {
        let line = list.range().start - self.column(list);
        self.text.as_bytes().get(line + column) == Some(&b'-')
    }

    fn value(&self, node: &Node, within: &[usize], holes: Vec<&Hole>) -> Tree {
        let kind = match &node.kind {
            NodeKind::Scalar(_) => {
                return match holes[..] {
                    [] => self.scalar(node, within),
                    [it] if node.is_null() => {
                        let span = self.span(&it.range);
                        Tree::text(Text::new(it.text.as_str(), span), span)
                    }
                    _ => self.unknown(node.span),
                };
            }
            NodeKind::Mapping(entries) => self.mapping(entries, within, holes),
            NodeKind::Sequence(items) => self.sequence(items, within, holes),
        };
        Tree { kind, span: node.span }
    }

    /// A value of an entry, or an item, which starts at `at`: a hole when it is there only sometimes, with what stands
    /// there then.
    fn part(&self, node: &Node, at: Span, within: &[usize], holes: Vec<&Hole>) -> Tree {
        let around = self.blocks_at(at);
        let mut own = around.iter().filter(|it| !within.contains(it)).peekable();
        if own.peek().is_none() {
            return self.value(node, within, holes);
        }
        let unknown = self.unknown(at);
        let conditions = own.map(|it| self.conditions[*it].clone()).collect::<Option<Vec<_>>>();
        if let (Some(conditions), Some(hole)) = (conditions, unknown.as_text()) {
            let choice = Choice { conditions, tree: self.value(node, &around, holes) };
            self.choices.borrow_mut().push((hole.as_str().to_owned(), vec![choice]));
        }
        unknown
    }

    /// A hole for two values of one key, the second at `at`, with what stands there when.
    fn either(&self, first: &Tree, second: &Tree, at: Span) -> Tree {
        let mut all = self.take_choices(first);
        all.extend(self.take_choices(second));
        self.choices.borrow_mut().push((hole(None, at), all));
        self.unknown(at)
    }

    /// What may stand in a hole, or what stands there in any case.
    fn take_choices(&self, tree: &Tree) -> Vec<Choice> {
        let mut choices = self.choices.borrow_mut();
        let known = tree.as_text().and_then(|it| choices.iter().position(|(hole, _)| hole == it.as_str()));
        match known {
            Some(at) => choices.swap_remove(at).1,
            None => vec![Choice { conditions: Vec::new(), tree: tree.clone() }],
        }
    }

    fn sequence(&self, items: &[std::sync::Arc<Node>], within: &[usize], holes: Vec<&Hole>) -> TreeKind {
        let mut below: Vec<Vec<&Hole>> = vec![Vec::new(); items.len()];
        let mut own = Vec::new();
        for hole in holes {
            let before = items.iter().rposition(|it| it.span.range().start < hole.range.start);
            let inside = before.filter(|at| {
                let item = &items[*at];
                item.as_scalar().is_none() && hole.column.is_some_and(|it| it >= self.column(item.span))
            });
            match inside {
                Some(at) => below[at].push(hole),
                None => own.push(hole),
            }
        }
        let read = items.iter().zip(below).map(|(item, holes)| self.part(item, item.span, within, holes));
        let own = own.into_iter().map(|it| {
            let span = self.span(&it.range);
            Tree::text(Text::new(it.text.as_str(), span), span)
        });
        TreeKind::List(read.chain(own).collect())
    }

    fn scalar(&self, node: &Node, within: &[usize]) -> Tree {
        match self.text_of(node, within) {
            Some(text) if text.as_str().contains("{{") => Tree::text(text, node.span),
            Some(_) => tree::read(node).tree,
            None => self.unknown(node.span),
        }
    }

    /// The text of a scalar with its holes; `None` when it is not known which lines of it there are.
    fn text_of(&self, node: &Node, within: &[usize]) -> Option<Text> {
        let written = &node.as_scalar()?.text;
        if node.is_null() {
            return Some(Text::default());
        }
        let range = node.span.range();
        let is_inside = |at: usize| range.contains(&at) && at > range.start;
        let alone = self.holes.iter().filter(|it| it.column.is_some()).map(|it| it.range.start);
        if self.is_conditional(node.span, within) || alone.chain(self.silent.iter().copied()).any(is_inside) {
            return None;
        }
        let mut out = Text::default();
        let mut done = 0;
        for hole in self.holes.iter().filter(|it| it.column.is_none() && range.contains(&it.range.start)) {
            let mark = &self.text[hole.range.clone()];
            let at = done + written.as_str()[done..].find(mark)?;
            out.append(&written.slice(done..at));
            out.push(&hole.text, self.span(&hole.range));
            done = at + mark.len();
        }
        out.append(&written.slice(done..written.as_str().len()));
        Some(out)
    }

    fn unknown(&self, span: Span) -> Tree {
        Tree::text(Text::new(hole(None, span), span), span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::helm::is_hole;
    use crate::facts::tree::UNKNOWN;

    /// The objects in the flow style; `?` for a hole that is not known.
    fn show(tree: &Tree) -> String {
        let hole =
            |it: &str| if is_hole(it) && it.contains(UNKNOWN) { "?".to_owned() } else { it.to_owned() };
        match &tree.kind {
            TreeKind::Map(entries) => {
                let entries =
                    entries.iter().map(|it| format!("{}: {}", hole(&it.key.value), show(&it.value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            TreeKind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
            _ => tree.to_text().map_or("~".to_owned(), |it| hole(it.as_str())),
        }
    }

    fn objects(text: &str) -> (String, bool) {
        let it = read(FileId(0), text);
        (it.objects.iter().map(show).collect::<Vec<_>>().join(" "), it.open.is_some())
    }

    #[test]
    fn what_a_template_decides_is_a_hole_where_it_stands() {
        let cases = [
            (
                "a: {{ .Values.x }}\nb: \"{{ .Values.x | quote }}:{{ .Chart.Name }}\"\n",
                "{a: {{ .Values.x }}, b: {{ .Values.x | quote }}:{{ .Chart.Name }}}",
            ),
            ("a:\n  {{- toYaml .Values.x | nindent 2 }}\nb: 1\n", "{a: {{ toYaml .Values.x }}, b: 1}"),
            (
                "a:\n  {{- include \"l\" . | nindent 2 }}\n  b: 1\n",
                "{a: {b: 1, {{ include \"l\" . }}: {{ include \"l\" . }}}}",
            ),
            (
                "a:\n  b: 1\n{{ toYaml .Values.x | indent 2 }}\nc: 1\n",
                "{a: {b: 1, {{ toYaml .Values.x }}: {{ toYaml .Values.x }}}, c: 1}",
            ),
            (
                "a:\n  - b: 1\n  {{- toYaml .Values.x | nindent 2 }}\n",
                "{a: [{b: 1}, {{ toYaml .Values.x }}]}",
            ),
            (
                "a:\n  - b: 1\n    {{- toYaml .Values.x | nindent 4 }}\n",
                "{a: [{b: 1, {{ toYaml .Values.x }}: {{ toYaml .Values.x }}}]}",
            ),
            // Items may stand in the column of their key.
            (
                "a:\n- b\n{{ toYaml .Values.x }}\n",
                "{a: [b, {{ toYaml .Values.x }}], {{ toYaml .Values.x }}: {{ toYaml .Values.x }}}",
            ),
            ("a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", "{a: 1, b: ?}"),
            ("a: 0\n{{- if .Values.x }}\nb: 2\n{{- else }}\nb: 3\n{{- end }}\n", "{a: 0, b: ?}"),
            ("a:\n  {{- if .Values.x }}\n  foo\n  {{- else }}\n  bar\n  {{- end }}\n", "{a: ?}"),
            ("a:\n  - b\n  {{- range .Values.x }}\n  - {{ . }}\n  {{- end }}\n", "{a: [b, ?]}"),
            ("a: {{ if .Values.x }}b{{ else }}c{{ end }}\nd: 1\n", "{a: ?, d: 1}"),
            ("a: |\n  b\n  {{- if .Values.x }}\n  c\n  {{- end }}\n", "{a: ?}"),
            ("a: |\n  b {{ .Values.x }}\n  c\n", "{a: b {{ .Values.x }}\nc\n}"),
            ("{{ $k }}: 1\na: {{/* x: y */}} 2\n", "{?: 1, a: 2}"),
            ("a: [b, {{ .Values.x }}]\n", "{a: [b, {{ .Values.x }}]}"),
        ];
        for (text, expected) in cases {
            assert_eq!(objects(text).0, expected, "{text}");
        }
    }

    /// What may stand in holes: `condition: value`, `not` in front of a branch that is not to be taken.
    fn choices(text: &str) -> Vec<String> {
        let condition = |it: &Condition| {
            let not = it.not.iter().map(|it| format!("not {it}"));
            not.chain(it.holds.clone()).collect::<Vec<_>>().join(", ")
        };
        let one = |it: &Choice| {
            let conditions: Vec<_> = it.conditions.iter().map(condition).collect();
            format!("{}: {}", conditions.join("; "), show(&it.tree))
        };
        let found = read(FileId(0), text).choices;
        let each = found.iter().map(|(_, it)| it.iter().map(one).collect::<Vec<_>>().join(" | "));
        each.collect()
    }

    #[test]
    fn what_stands_in_a_branch_is_kept_with_its_conditions() {
        let cases: &[(&str, &[&str])] = &[
            ("a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", &[".Values.x: 2"]),
            (
                "a: 1\n{{- if .Values.x }}\nb: 2\n{{- else if eq .Values.y 1 }}\nb: 3\n{{- else }}\nb: 4\n{{- end }}\n",
                &[".Values.x: 2 | not .Values.x, eq .Values.y 1: 3 | not .Values.x, not eq .Values.y 1: 4"],
            ),
            (
                "b: 1\n{{- with .Values.x }}\nb: {{ .y }}\n{{- end }}\n",
                &[": 1 | .Values.x: {{ .Values.x.y }}"],
            ),
            (
                "a:\n- 1\n{{- if .Values.x }}\n{{- if .Values.y }}\n- 2\n{{- end }}\n{{- end }}\n",
                &[".Values.y; .Values.x: 2"],
            ),
            ("a:\n- 1\n{{- range .Values.x }}\n- {{ . }}\n{{- end }}\n", &[]),
            ("a: 1\n{{- if $x }}\nb: 2\n{{- end }}\n", &[]),
            ("{{- if .Values.x }}\na: 1\n{{- end }}\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(choices(text), *expected, "{text}");
        }
    }

    #[test]
    fn what_may_make_other_objects_is_open() {
        let whole = "{{- if .Values.x }}\na: 1\n---\nb: 2\n{{- end }}\n{{ define \"d\" }}\nc: 3\n{{ end }}";
        assert_eq!(objects(whole), ("{a: 1} {b: 2}".to_owned(), false));
        let open = [
            "a: 1\n---\n{{ include \"x\" . }}\n",
            "{{ range .Values.x }}\n---\na: {{ . }}\n{{ end }}",
            "{{ if .Values.x }}",
            "a: b: c\n",
            "a: 1\n{{ include \"x\" . }}\n",
            "text\n",
        ];
        assert!(open.into_iter().all(|it| objects(it).1));
        assert_eq!(objects(""), (String::new(), false));
    }

    #[test]
    fn named_templates_are_read_where_they_stand() {
        let text = "{{ define \"a.b\" -}}\nx: {{ .Chart.Name }}\n{{- end }}\n{{ define \"name\" }}{{ .Values.x }}{{ end }}";
        let found = read_definitions(FileId(0), text);
        let shown: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.tree.as_ref().map(show))).collect();
        assert_eq!(shown, [("a.b", Some("{x: {{ .Chart.Name }}}".to_owned())), ("name", None)]);
        let place = found[0].tree.as_ref().and_then(|it| it.get("x")).map(|it| &text[it.span.range()]);
        assert_eq!(place, Some("{{ .Chart.Name }}"));
    }
}
