//! SHA-256 in base64, by which a Content-Security-Policy names the one script and the one style that it allows:
//! <https://www.w3.org/TR/CSP3/#grammardef-hash-source>.

/// `sha256-` and the digest of `text` in base64.
pub(super) fn source_of(text: &str) -> String {
    format!("sha256-{}", base64(&sha256(text.as_bytes())))
}

/// FIPS 180-4, <https://csrc.nist.gov/pubs/fips/180-4/upd1/final>.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    let (constants, mut state) = constants();
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64), 0);
    if bytes.len() % 64 >= 56 {
        padded.resize(padded.len() + 64, 0);
    }
    let end = padded.len() - 8;
    padded[end..].copy_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut w = [0_u32; 64];
        for (word, bytes) in w.iter_mut().zip(block.chunks_exact(4)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        for at in 16..64 {
            let (x, y) = (w[at - 15], w[at - 2]);
            let s0 = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3);
            let s1 = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10);
            w[at] = w[at - 16].wrapping_add(s0).wrapping_add(w[at - 7]).wrapping_add(s1);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for at in 0..64 {
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let choice = (e & f) ^ (!e & g);
            let t1 = h.wrapping_add(s1).wrapping_add(choice).wrapping_add(constants[at]).wrapping_add(w[at]);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let t2 = s0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e) = (g, f, e, d.wrapping_add(t1));
            (d, c, b, a) = (c, b, a, t1.wrapping_add(t2));
        }
        for (sum, word) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *sum = sum.wrapping_add(word);
        }
    }
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

/// The first 32 bits of the fractions of the cube roots of the first 64 primes, and of the square roots of the
/// first eight, which is how the standard defines its constants.
fn constants() -> ([u32; 64], [u32; 8]) {
    let primes = (2_u128..).filter(|it| (2..*it).take_while(|by| by * by <= *it).all(|by| it % by != 0));
    let (mut cubes, mut squares) = ([0; 64], [0; 8]);
    for (at, prime) in primes.take(64).enumerate() {
        cubes[at] = fraction(prime << 96, 3);
        if at < 8 {
            squares[at] = fraction(prime << 64, 2);
        }
    }
    (cubes, squares)
}

/// The low 32 bits of the whole part of a root.
fn fraction(number: u128, degree: u32) -> u32 {
    let (mut low, mut high) = (0_u128, 1 << 38);
    while low + 1 < high {
        let middle = u128::midpoint(low, high);
        if middle.pow(degree) <= number { low = middle } else { high = middle }
    }
    (low & 0xffff_ffff) as u32
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            (0..3).fold(0_u32, |group, at| group << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { digit as char } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::source_of;

    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(source_of(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(source_of("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        // 56 bytes: the length does not fit behind them any more.
        let two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(source_of(two_blocks), "sha256-JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=");
    }
}
