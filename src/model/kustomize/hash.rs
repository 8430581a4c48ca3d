//! The suffix that tells one content of a ConfigMap or Secret from another:
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go>.

use super::resource::Resource;
use crate::facts::tree::{Tree, TreeKind};

/// The suffix of an object, without the dash.
pub(super) fn suffix(resource: &Resource) -> String {
    let is_secret = resource.kind().kind == "Secret";
    let optional = if is_secret { "stringData" } else { "binaryData" };
    let mut members = vec![("data", resource.tree.get("data")), ("name", None)];
    if let Some(value) = resource.tree.get(optional).filter(|it| it.as_map().is_some()) {
        members.push((optional, Some(value)));
    }
    if is_secret {
        members.push(("type", resource.tree.get("type")));
    }
    let mut members: Vec<(&str, String)> =
        members.into_iter().map(|(key, it)| (key, it.map_or_else(|| "\"\"".to_owned(), json))).collect();
    members.push(("kind", if is_secret { "\"Secret\"" } else { "\"ConfigMap\"" }.to_owned()));
    members.sort_by_key(|(key, _)| *key);
    let members: Vec<String> = members.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    let digest = sha256(format!("{{{}}}", members.join(",")).as_bytes());
    let hex: String = digest.iter().take(5).map(|it| format!("{it:02x}")).collect();
    // Without letters and digits that could make a word, or be taken for each other.
    let safe = |it: char| match it {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        it => it,
    };
    hex.chars().map(safe).collect()
}

/// As Go's `json.Marshal` writes it.
fn json(tree: &Tree) -> String {
    match &tree.kind {
        TreeKind::Null => "null".to_owned(),
        TreeKind::Bool(it) => it.to_string(),
        TreeKind::Integer(text) | TreeKind::Float(text) => text.as_str().to_owned(),
        TreeKind::Text(text) | TreeKind::Path(text) => quoted(text.as_str()),
        TreeKind::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        TreeKind::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|a, b| a.key.value.cmp(&b.key.value));
            let members =
                entries.into_iter().map(|it| format!("{}:{}", quoted(&it.key.value), json(&it.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for it in text.chars() {
        match it {
            '"' | '\\' => out.extend(['\\', it]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(it)));
            }
            it => out.push(it),
        }
    }
    out.push('"');
    out
}

/// <https://doi.org/10.6028/NIST.FIPS.180-4>, section 6.2.
fn sha256(message: &[u8]) -> [u8; 32] {
    let mut state = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19_u32,
    ];
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64), 0);
    if padded.len() - message.len() < 9 {
        padded.resize(padded.len() + 64, 0);
    }
    let length = padded.len() - 8;
    padded[length..].copy_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    for block in padded.as_chunks::<64>().0 {
        let mut schedule = [0_u32; 64];
        for (word, bytes) in schedule.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        for at in 16..64 {
            let (near, far) = (schedule[at - 15], schedule[at - 2]);
            let near = near.rotate_right(7) ^ near.rotate_right(18) ^ (near >> 3);
            let far = far.rotate_right(17) ^ far.rotate_right(19) ^ (far >> 10);
            schedule[at] =
                schedule[at - 16].wrapping_add(near).wrapping_add(schedule[at - 7]).wrapping_add(far);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (word, constant) in schedule.iter().zip(CONSTANTS) {
            let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let choice = (e & f) ^ (!e & g);
            let first =
                h.wrapping_add(mixed).wrapping_add(choice).wrapping_add(*constant).wrapping_add(*word);
            let mixed = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let majority = (a & b) ^ (a & c) ^ (b & c);
            let second = mixed.wrapping_add(majority);
            (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(second));
        }
        for (own, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *own = own.wrapping_add(add);
        }
    }
    let mut out = [0; 32];
    for (bytes, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    out
}

#[rustfmt::skip]
const CONSTANTS: &[u32; 64] = &[
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

#[cfg(test)]
mod tests {
    use super::sha256;

    /// The examples of the standard, and lengths around the end of a block.
    #[test]
    fn the_digest_is_that_of_the_standard() {
        let hex =
            |text: &str| sha256(text.as_bytes()).iter().map(|it| format!("{it:02x}")).collect::<String>();
        assert_eq!(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        assert_eq!(hex(&"a".repeat(64)), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    }
}
