//! "Did you mean …?": the nearest of a few names.

/// The candidate that `word` was probably meant to be: the one with the fewest edits, when these
/// are no more than a third of the longer word's characters. Case does not count; of equals the first wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let mut best = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        let edits = edit_distance(&word, &other);
        let allowed = word.len().max(other.len()) / 3;
        if edits <= allowed && parts_are_alike(&word, &other) && best.is_none_or(|(fewest, _)| edits < fewest)
        {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether words of as many parts, between dashes and dots, are alike in each of them: `docker-exporter` is not
/// `node-exporter`, however long what they share is. A part may be short for the other: `auth-svc`, `auth-service`.
fn parts_are_alike(a: &[char], b: &[char]) -> bool {
    let parts =
        |word: &[char]| word.split(|it| matches!(it, '-' | '_' | '.')).map(<[char]>::to_vec).collect();
    let (a, b): (Vec<Vec<char>>, Vec<Vec<char>>) = (parts(a), parts(b));
    let alike = |(a, b): (&Vec<char>, &Vec<char>)| {
        let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
        let mut rest = long.iter();
        let is_short_for = short.iter().all(|it| rest.any(|other| it == other));
        is_short_for || edit_distance(a, b) <= (long.len() / 3).max(1)
    };
    a.len() != b.len() || a.len() == 1 || a.iter().zip(&b).all(alike)
}

/// Whether one word is the other but for one slip of the finger; short words, and those with digits, say too
/// little for that.
#[must_use]
pub fn is_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut both = a.iter().chain(&b);
    a.len().min(b.len()) >= SHORTEST && both.all(|it| it.is_alphabetic()) && edit_distance(&a, &b) <= 1
}

/// `http` and `https`, `host` and `post` are different words.
const SHORTEST: usize = 5;

/// Insertions, deletions, substitutions and swaps of neighbours that make `b` of `a` (the optimal
/// string alignment distance). The words are names that a person wrote; the cost is their product.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    // Three rows are enough: a swap looks two rows back.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, from) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, to) in b.iter().enumerate() {
            let substitute = above[column] + usize::from(from != to);
            let mut cost = substitute.min(above[column + 1] + 1).min(line[column] + 1);
            let swapped = row > 0 && column > 0 && *from == b[column - 1] && a[row - 1] == *to;
            if swapped {
                cost = cost.min(before[column - 1] + 1);
            }
            line.push(cost);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        let names = ["postgres", "redis", "api-gateway"];
        let near = |word| nearest(word, names);
        assert_eq!(near("postgers"), Some("postgres"));
        assert_eq!(near("Redis"), Some("redis"));
        assert_eq!(near("api_gateway"), Some("api-gateway"));
        assert_eq!(near("mongo"), None);
        assert_eq!(near("db"), None);
        assert_eq!(near(""), None);
        assert_eq!(nearest("ab", ["ba", ""]), None);
        assert_eq!(nearest("node-exporter", ["docker-exporter"]), None);
        assert_eq!(nearest("node-exportr", ["docker-exporter", "node-exporter"]), Some("node-exporter"));
        assert_eq!(nearest("auth-svc", ["auth-service"]), Some("auth-service"));
    }
}
