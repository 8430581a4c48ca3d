//! From byte offsets to the lines and columns that people and editors count.

/// A place as a person reads it: both numbers start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in the unit that was asked for.
    pub column: u32,
}

/// The byte offset at which each line starts.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads `text` once. A line ends behind `\n`; a lone `\r` ends none, as in Go, YAML 1.2 and Docker.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self { starts }
    }

    /// Line and column of `offset`, the column counted in characters (Unicode scalar values).
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        self.locate(text, offset, |line| line.chars().count())
    }

    /// Line and column of `offset`, the column counted in UTF-16 code units, as SARIF's default
    /// `columnKind` and the language server protocol count.
    #[must_use]
    pub fn position_utf16(&self, text: &str, offset: usize) -> Position {
        self.locate(text, offset, |line| line.encode_utf16().count())
    }

    /// Number of lines; a text that ends in a newline has an empty last line.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Byte offset at which `line` (from 1) starts, `None` beyond the last line.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<usize> {
        self.starts.get(line.checked_sub(1)? as usize).map(|it| *it as usize)
    }

    fn locate(&self, text: &str, offset: usize, width: impl Fn(&str) -> usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        Position { line: line as u32, column: width(&text[start..offset]) as u32 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_or_utf16_units() {
        let text = "a\n😀x\r\n";
        let index = LineIndex::new(text);
        let x = text.find('x').unwrap();
        assert_eq!(index.position(text, x), Position { line: 2, column: 2 });
        assert_eq!(index.position_utf16(text, x), Position { line: 2, column: 3 });
        assert_eq!(index.position(text, text.len()), Position { line: 3, column: 1 });
        assert_eq!(index.position(text, 999), Position { line: 3, column: 1 });
        assert_eq!(index.line_start(2), Some(2));
        assert_eq!(index.line_start(9), None);
    }
}
