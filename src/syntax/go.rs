//! Go source through tree-sitter.
//!
//! Trees are large (about ten times the text), so none outlives [`read`]: the caller takes from it
//! what it wants. A parser costs more to make than a small file to parse, so each thread keeps one.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use tree_sitter::{Language, Node as RawNode, Parser, Point, Range as RawRange};

/// Files above this many bytes are not parsed: nobody writes them by hand.
pub const LARGEST_FILE: usize = 50 * 1024 * 1024;

/// At most this many unreadable places of one file are listed; behind a broken brace there is no end of them.
const MOST_ERRORS: usize = 8;

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// Parses `text` and hands the root (`source_file`) to `visit`. `None` when the file is too large.
pub fn read<R>(text: &str, visit: impl FnOnce(Node<'_>) -> R) -> Option<R> {
    read_without(text, &[], visit)
}

/// As [`read`], as if the byte ranges `skipped` (in order, apart) were not there; positions stay.
pub fn read_without<R>(text: &str, skipped: &[Range<usize>], visit: impl FnOnce(Node<'_>) -> R) -> Option<R> {
    if text.len() > LARGEST_FILE {
        return None;
    }
    // Taken out of its cell while in use, so that a `visit` that parses again finds no locked cell.
    let mut parser = PARSER.with(|it| it.borrow_mut().take()).or_else(new_parser)?;
    let masked = without_new_of_values(&mut parser, text);
    let masked = without_parameters_of_methods(masked.as_deref().unwrap_or(text)).or(masked);
    parser.set_included_ranges(&kept(text, skipped)).ok()?;
    let tree = parser.parse(masked.as_deref().unwrap_or(text), None);
    PARSER.with(|it| *it.borrow_mut() = Some(parser));
    let tree = tree?;
    Some(visit(Node { raw: tree.root_node(), text }))
}

/// The text with every `new` that is given a value written as `neW`, so that it reads as any other
/// function: Go 1.26 takes `new(expression)`, of which the grammar, which expects a type, makes an
/// error that can cost a whole function. `None` when there is none; positions stay.
fn without_new_of_values(parser: &mut Parser, text: &str) -> Option<String> {
    let mut masked: Option<Vec<u8>> = None;
    for at in memchr::memmem::find_iter(text.as_bytes(), "new(") {
        let before = text.as_bytes()[..at].last();
        let is_word = before.is_none_or(|it| !it.is_ascii_alphanumeric() && !matches!(it, b'_' | b'.'));
        let argument = || argument(&text[at + "new(".len()..]);
        if is_word && argument().is_some_and(|it| !is_type(parser, it)) {
            masked.get_or_insert_with(|| text.as_bytes().to_vec())[at + 2] = b'W';
        }
    }
    String::from_utf8(masked?).ok()
}

/// What stands between a parenthesis, behind which `text` begins, and the one that closes it.
fn argument(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match byte {
            b'"' | b'\'' | b'`' => quoted(rest)?,
            b'/' if rest.starts_with(b"//") => memchr::memchr(b'\n', rest)?,
            b'/' if rest.starts_with(b"/*") => memchr::memmem::find(rest, b"*/")? + 2,
            b')' if depth == 0 => return text.get(..at),
            b'(' | b'[' | b'{' => {
                depth += 1;
                1
            }
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                1
            }
            _ => 1,
        };
    }
    None
}

/// The length of the text or the character that `bytes` begins with, its quotes included.
fn quoted(bytes: &[u8]) -> Option<usize> {
    let (quote, inside) = bytes.split_first()?;
    let mut escaped = false;
    let end = inside.iter().position(|it| {
        let closes = it == quote && !escaped;
        escaped = *it == b'\\' && !escaped && *quote != b'`';
        closes
    })?;
    Some(end + 2)
}

/// Whether the argument of a `new` may be a type, as every name may.
fn is_type(parser: &mut Parser, argument: &str) -> bool {
    let argument = argument.trim();
    let argument = argument.strip_suffix(',').unwrap_or(argument);
    let is_name = |it: &str| {
        !it.starts_with(|it: char| it.is_ascii_digit())
            && it.chars().all(|it| it.is_alphanumeric() || it == '_')
    };
    let (package, name) = argument.split_once('.').unwrap_or(("", argument));
    if is_name(package) && is_name(name) {
        return true;
    }
    let declaration = format!("package p\ntype _ = {argument}\n");
    let whole = parser.set_included_ranges(&[]).is_ok();
    whole && parser.parse(&declaration, None).is_some_and(|it| !it.root_node().has_error())
}

/// The text with blanks for the type parameters of every method, `func (c *Cache) Get[T any](key string) T`: Go
/// 1.27 takes them, and the grammar does not. `None` when there are none; positions stay.
fn without_parameters_of_methods(text: &str) -> Option<String> {
    let mut masked: Option<Vec<u8>> = None;
    for at in memchr::memmem::find_iter(text.as_bytes(), "func (") {
        let is_declaration = matches!(text.as_bytes()[..at].last(), None | Some(b'\n'));
        let Some(range) = type_parameters(text, at + "func ".len()).filter(|_| is_declaration) else {
            continue;
        };
        masked.get_or_insert_with(|| text.as_bytes().to_vec())[range].fill(b' ');
    }
    String::from_utf8(masked?).ok()
}

/// Where the type parameters of a method stand whose receiver begins at `receiver`.
fn type_parameters(text: &str, receiver: usize) -> Option<Range<usize>> {
    let name = receiver + closed(&text[receiver..])?;
    let behind = &text[name..];
    let start = name + behind.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == ' '))?;
    let has_name = !text[name..start].trim().is_empty();
    let end = start + closed(text[start..].strip_prefix('[').map(|_| &text[start..])?)?;
    (has_name && text[end..].starts_with('(')).then_some(start..end)
}

/// The length of the brackets that `text` begins with, up to the one that closes the first; `None` for longer
/// ones than anybody writes.
fn closed(text: &str) -> Option<usize> {
    const LONGEST: usize = 4096;
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().take(LONGEST).enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// What is left between `skipped`; empty, which is everything, when nothing is skipped. Rows and columns are
/// never asked for, so they are not counted.
fn kept(text: &str, skipped: &[Range<usize>]) -> Vec<RawRange> {
    let point = Point::default();
    let range =
        |start_byte, end_byte| RawRange { start_byte, end_byte, start_point: point, end_point: point };
    let mut found = Vec::with_capacity(skipped.len() + 1);
    let mut start = 0;
    for skip in skipped {
        found.push(range(start, skip.start));
        start = skip.end;
    }
    if !skipped.is_empty() {
        found.push(range(start, text.len()));
    }
    found
}

fn new_parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_go::LANGUAGE.into()).ok()?;
    Some(parser)
}

/// The grammar's fields by name: asked for at every node, while tree-sitter itself compares the name
/// with that of every field each time.
fn field_ids() -> &'static FxHashMap<&'static str, u16> {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    static IDS: OnceLock<FxHashMap<&'static str, u16>> = OnceLock::new();
    IDS.get_or_init(|| {
        let language = LANGUAGE.get_or_init(|| Language::new(tree_sitter_go::LANGUAGE));
        let count = u16::try_from(language.field_count()).unwrap_or(u16::MAX);
        // Field numbers start at 1.
        (1..=count).filter_map(|id| Some((language.field_name_for_id(id)?, id))).collect()
    })
}

/// A node of a Go tree with the text it stands in.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    raw: RawNode<'t>,
    text: &'t str,
}

impl<'t> Node<'t> {
    /// The grammar's name of the node, `call_expression`.
    #[must_use]
    pub fn kind(self) -> &'t str {
        self.raw.kind()
    }

    /// The source text of the node.
    #[must_use]
    pub fn text(self) -> &'t str {
        self.text.get(self.raw.byte_range()).unwrap_or_default()
    }

    /// Byte range in the file.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.raw.byte_range()
    }

    /// The child in the grammar's field `name`.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Self> {
        let id = field_ids().get(name)?;
        self.raw.child_by_field_id(*id).map(|raw| Self { raw, text: self.text })
    }

    /// The text of the child in the grammar's field `name`, `+` of an operator.
    #[must_use]
    pub fn field_text(self, name: &str) -> Option<&'t str> {
        self.field(name).map(Self::text)
    }

    /// Named children without comments and unreadable parts.
    #[must_use]
    pub fn children(self) -> Vec<Self> {
        let mut cursor = self.raw.walk();
        let mut found = Vec::with_capacity(self.raw.named_child_count());
        if !cursor.goto_first_child() {
            return found;
        }
        loop {
            let raw = cursor.node();
            if raw.is_named() && !raw.is_extra() && !raw.is_error() {
                found.push(Self { raw, text: self.text });
            }
            if !cursor.goto_next_sibling() {
                return found;
            }
        }
    }

    /// Every child in the grammar's field `name`.
    #[must_use]
    pub fn fields(self, name: &str) -> Vec<Self> {
        let mut cursor = self.raw.walk();
        let found = self.raw.children_by_field_name(name, &mut cursor);
        found.filter(|raw| raw.is_named()).map(|raw| Self { raw, text: self.text }).collect()
    }

    /// The line comments on the lines directly above the node's own, nearest first, each with its offset.
    pub fn comments_above(self) -> impl Iterator<Item = (usize, &'t str)> {
        let text = self.text;
        let mut end = text[..self.range().start].rfind('\n');
        std::iter::from_fn(move || {
            let line_end = end?;
            let start = text[..line_end].rfind('\n').map_or(0, |it| it + 1);
            end = start.checked_sub(1);
            let line = &text[start..line_end];
            let trimmed = line.trim_start();
            trimmed.starts_with("//").then(|| (start + line.len() - trimmed.len(), trimmed.trim_end()))
        })
    }

    /// The first named child.
    #[must_use]
    pub fn first_child(self) -> Option<Self> {
        self.children().into_iter().next()
    }

    /// Visits the nodes below this one, itself included, depth first and without recursion;
    /// `enter` says whether to go into the node's children.
    pub fn visit(self, mut enter: impl FnMut(Self) -> bool) {
        let mut cursor = self.raw.walk();
        loop {
            let go_in = enter(Self { raw: cursor.node(), text: self.text });
            if go_in && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    /// The places below this node that could not be read, outermost first, one for each line: what follows on it
    /// is most often the same fault.
    #[must_use]
    pub fn errors(self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if !self.raw.has_error() {
            return found;
        }
        self.visit(|it| {
            let broken = it.raw.is_error() || it.raw.is_missing();
            let last = found.last().map(|it: &Range<usize>| it.start);
            let on_line = last.and_then(|last| self.text.get(last..it.range().start));
            let is_new = on_line.is_none_or(|between| between.contains('\n'));
            if broken && is_new && found.len() < MOST_ERRORS {
                found.push(it.range());
            }
            !broken && it.raw.has_error() && found.len() < MOST_ERRORS
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stays_where_it_is() {
        let text = "package a\nfunc f() { x := = 1 }\nfunc g() {}\n";
        let (functions, errors) = read(text, |root| {
            let functions = root.children().iter().filter(|it| it.kind() == "function_declaration").count();
            (functions, root.errors())
        })
        .unwrap();
        assert_eq!((functions, errors.len()), (2, 1));
        assert!(text.find(":=").unwrap() <= errors[0].start && errors[0].end < text.find("func g").unwrap());
    }

    #[test]
    fn what_is_skipped_leaves_positions_as_they_are() {
        let text = "package a\nfunc f() { @@@ }\nfunc g() {}\n";
        let inside = text.find(" @").unwrap()..text.find("}").unwrap();
        let names = read_without(text, &[inside], |root| {
            assert!(root.errors().is_empty());
            let functions = root.children().into_iter().filter_map(|it| it.field("name"));
            functions.map(|it| (it.range().start, it.text().to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(names.unwrap(), [(15, "f".to_owned()), (text.find("g()").unwrap(), "g".to_owned())]);
        assert_eq!(read(text, |root| root.errors().len()), Some(1));
    }

    #[test]
    fn new_of_a_value_is_a_call_like_any_other() {
        let text = "package a\n\nfunc f() {\n\tx := g(h{e: new(\"s\"), u: new(c.URL()), n: new(1 + 2), e: new(s[0]), i: new(s[2*i]), j: new(a.b.C), l: new([]p.S{p.A, b}), m: new(map[string]int{\"a\": 1})}).k()\n\ty := new(http.Server)\n\tz := new(map[string]int)\n\tv := new(\n\t\tbytes.Buffer,\n\t)\n\tw := new(List[int])\n\tr := new([]struct{})\n\tt := new(func (string) string)\n}\n";
        assert_eq!(read(text, |root| root.errors()), Some(vec![]));
    }

    #[test]
    fn methods_may_have_type_parameters() {
        let text = "package a\n\nfunc (c *cache[K]) Get[T any, L []T](key K) (T, error) {\n\treturn v, nil\n}\n\nfunc (c *cache) G[\n\tT any,\n](k T) {}\n\nfunc g[T any](f func (int) []T) {}\n";
        let read = read(text, |root| {
            let names = root.children().into_iter().filter_map(|it| it.field_text("name"));
            (names.map(str::to_owned).collect::<Vec<_>>(), root.errors())
        });
        assert_eq!(read, Some((vec!["Get".to_owned(), "G".to_owned(), "g".to_owned()], vec![])));
        assert_eq!(without_parameters_of_methods("func (c *cache) G(k []T) {}\n"), None);
    }

    #[test]
    fn a_line_has_one_error() {
        let text = "package a\nfunc f() { x := = 1; y := = 2 }\nfunc g() { z := = 3 }\n";
        assert_eq!(super::read(text, |root| root.errors().len()), Some(2));
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_hangs() {
        let deep = format!("package a\nvar x = {}1{}\n", "(".repeat(20_000), ")".repeat(20_000));
        let mut nodes = 0;
        read(&deep, |root| {
            root.visit(|_| {
                nodes += 1;
                true
            })
        });
        assert!(nodes > 20_000);
    }
}
