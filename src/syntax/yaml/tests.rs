use super::*;

fn read(source: &str) -> Stream {
    parse(FileId(0), source)
}

/// Our tree as serde_yaml's value, to be compared with what serde_yaml reads.
fn to_value(node: &Node) -> serde_yaml::Value {
    match &node.kind {
        NodeKind::Scalar(_) if node.is_null() => serde_yaml::Value::Null,
        NodeKind::Scalar(scalar) if scalar.style == Style::Plain && node.tag.is_none() => {
            // The type of a plain scalar is serde_yaml's own affair; its text is ours.
            serde_yaml::from_str(scalar.text.as_str()).unwrap_or_else(|_| scalar.text.as_str().into())
        }
        NodeKind::Scalar(scalar) => scalar.text.as_str().into(),
        NodeKind::Sequence(items) => items.iter().map(|it| to_value(it)).collect::<Vec<_>>().into(),
        NodeKind::Mapping(entries) => {
            let pairs = entries.iter().map(|it| (to_value(&it.key), to_value(&it.value)));
            serde_yaml::Value::Mapping(pairs.collect())
        }
    }
}

#[test]
fn values_are_those_of_serde_yaml() {
    let sources = [
        "services:\n  web:\n    ports: [\"8080:80\", 9090]\n    command: ['sh', '-c', 'it''s']\n",
        "a: \"tab\\there \\u00e9 \\x41\"\nb: |\n  one\n    two\n\n  three\nc: >-\n  folded\n  text\n\n  more\nd: |+\n  x\n\n",
        "base: &base\n  image: x\n  env: {A: 1}\nweb:\n  <<: *base\n  env: {B: 2}\nall:\n  <<: [*base, {image: y, k: v}]\n",
        "? key\n: value\nempty:\nnull: ~\nlist:\n- a\n-\n- - nested\n",
        "plain: many words\n  on two lines # comment\nquoted: \"on\n  two\\\n  lines\n\n  and more\"\nsingle: 'a\n  b'\n",
        "é: \"ü€\"\n日本: '語'\n",
        "text: |2\n   indented\n  less\n# end",
        "crlf: |\r\n  one\r\n  two\r\nnext: a\r\n",
        "eof: |\n  no newline",
    ];
    for source in sources {
        let stream = read(source);
        assert!(stream.errors.is_empty(), "{source}: {:?}", stream.errors);
        let mut expected: serde_yaml::Value = serde_yaml::from_str(source).unwrap();
        expected.apply_merge().unwrap();
        assert_eq!(to_value(&stream.documents[0]), expected, "{source}");
    }
}

#[test]
fn spans_are_the_text_without_quotes() {
    let source = "a: \"8080:80\"\nb: '9000'\nc: plain # no\nd: [x, \"y\"]\né: z\n";
    let document = &read(source).documents[0];
    let at = |node: &Node| source[node.span.range()].to_owned();
    assert_eq!(at(document.get("a").unwrap()), "8080:80");
    assert_eq!(at(document.get("b").unwrap()), "9000");
    assert_eq!(at(document.get("c").unwrap()), "plain");
    assert_eq!(at(document.get("d").unwrap()), "[x, \"y\"]");
    assert_eq!(at(&document.get("d").unwrap().as_sequence().unwrap()[1]), "y");
    assert_eq!(at(document.get("é").unwrap()), "z");
    assert_eq!(&source[document.entry("a").unwrap().span().range()], "a: \"8080:80");
}

#[test]
fn a_word_inside_of_escapes_and_blocks_is_found() {
    let source = "a: \"say \\\"hi\\\" to web:80\"\nb: |\n  first\n    web:81\nc: >\n  folded\n  web:82\n";
    let document = &read(source).documents[0];
    for (key, word) in [("a", "web:80"), ("b", "web:81"), ("c", "web:82")] {
        let text = document.get(key).unwrap().as_text().unwrap();
        let at = text.as_str().find(word).unwrap();
        let span = text.span_of(at..at + word.len()).unwrap();
        assert_eq!(&source[span.range()], word);
    }
}

#[test]
fn merged_entries_yield_to_own_ones() {
    let source = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9\nq:\n  \"<<\": 1\n";
    let document = &read(source).documents[0];
    let z = document.get("z").unwrap();
    let value = |key: &str| z.get(key).unwrap().as_text().unwrap().as_str().to_owned();
    assert_eq!((value("a"), value("b"), value("c")), ("9".into(), "2".into(), "4".into()));
    assert!(z.entry("c").unwrap().merged && !z.entry("a").unwrap().merged);
    assert!(document.get("q").unwrap().get("<<").is_some());
}

#[test]
fn duplicates_and_tags_are_kept() {
    let source = "a: 1\na: 2\nports: !reset []\ntext: !!str 010\n";
    let document = &read(source).documents[0];
    assert_eq!(document.as_mapping().unwrap().len(), 4);
    assert_eq!(document.get("a").unwrap().as_text().unwrap().as_str(), "2");
    assert_eq!(document.get("ports").unwrap().tag.as_ref().unwrap().value, "!reset");
    assert_eq!(document.get("text").unwrap().to_plain_text().unwrap().as_str(), "010");
}

#[test]
fn the_rest_of_a_broken_file_counts() {
    let cases = [
        ("a: 1\nb: \"open\nc: 3\nd: 4\n", "open"),
        ("a: 1\nb: [1, 2\nc: 3\nd: 4\n", ""),
        ("a: 1\n\tb: x\nc: 3\nd: 4\n", "b: x"),
        ("a: 1\nb: x: y\nc: 3\nd: 4\n", ""),
        ("a: 1\n  b: 2\nc: 3\nd: 4\n", ""),
        ("a: 1\nb: @x\nc: 3\nd: 4\n", "@x"),
    ];
    for (source, at) in cases {
        let stream = read(source);
        assert_eq!(stream.errors.len(), 1, "{source}: {:?}", stream.errors);
        assert!(source[stream.errors[0].span.range()].contains(at), "{source}: {:?}", stream.errors);
        let document = &stream.documents[0];
        assert!(document.get("d").is_some(), "{source}: {document:?}");
    }
}

#[test]
fn documents_are_apart() {
    let stream = read("a: &x 1\n---\nb: [\n---\nc: 3\n");
    assert!(stream.documents.iter().any(|it| it.get("a").is_some()));
    assert!(stream.documents.iter().any(|it| it.get("c").is_some()));
    assert_eq!(stream.errors.len(), 1);
    assert_eq!(read("a: &x 1\n---\nb: *x\n").errors.len(), 1);
    assert!(read("").documents.is_empty());
    assert!(read("# only a comment\n").documents.is_empty());
}

#[test]
fn hostile_files_end() {
    let mut laughs = "a0: &a0 [x, x]\n".to_owned();
    for at in 1..60 {
        laughs += &format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}]\n", at - 1);
    }
    assert_eq!(read(&laughs).errors.len(), 1);
    let mut merges = "m0: &m0 {k0: 1}\n".to_owned();
    for at in 1..3000 {
        merges += &format!("m{at}: &m{at} {{<<: *m{}, k{at}: 1}}\n", at - 1);
    }
    assert_eq!(read(&merges).errors.len(), 1);
    assert!(!read(&"{a: ".repeat(100_000)).errors.is_empty());
    assert!(!read(&"[".repeat(100_000)).errors.is_empty());
    assert!(!read(&"- ".repeat(100_000)).errors.is_empty());
    assert!(!read("a: &a [*a]\n").errors.is_empty());
    assert!(!read("<<: 1\n").errors.is_empty());
    let _ = read(&"a:\n".repeat(10_000));
    let _ = read("\u{0}\u{1}: {");
    let _ = read(&"\"".repeat(9_999));
}

proptest::proptest! {
    #[test]
    fn no_input_panics(source in "[a-c:\\-\\[\\]{}&*!|>'\"%@`#?, \\n\\t\\\\é<0-9]{0,80}") {
        let stream = read(&source);
        for error in &stream.errors {
            proptest::prop_assert!(source.get(error.span.range()).is_some());
        }
    }
}
