//! Seeded mutations of real input.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

/// Pieces that parsers trip over.
const TOKENS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\\uD83D\\uDE00",
    b"null",
    b"true",
    b"1e999",
    b"-0",
    b"18446744073709551616",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"{}",
    b"[]",
    b"\"id\"",
    b"/*",
    b"01",
    b"0.",
    b"\t",
    b" ",
    b"\"\\\"",
    b"NaN",
    b"{\"a\":",
    b"[[[[",
    b"}}}}",
];

/// Runs `target` on each of `seeds`, on every cut of the shorter ones, and on `rounds` mutations.
pub fn run(seed: u64, seeds: &[&[u8]], rounds: usize, target: impl Fn(&[u8])) {
    let mut chance = StdRng::seed_from_u64(seed);
    for seed in seeds {
        target(seed);
        for end in 0..seed.len().min(2048) {
            target(&seed[..end]);
        }
    }
    for _ in 0..rounds {
        let mut bytes = seeds[chance.random_range(0..seeds.len())].to_vec();
        for _ in 0..chance.random_range(1..6) {
            mutate(&mut bytes, seeds, &mut chance);
        }
        target(&bytes);
    }
}

fn mutate(bytes: &mut Vec<u8>, seeds: &[&[u8]], chance: &mut StdRng) {
    let at = chance.random_range(0..=bytes.len());
    match chance.random_range(0..7) {
        0 if at < bytes.len() => bytes[at] = chance.random(),
        1 if at < bytes.len() => bytes[at] ^= 1 << chance.random_range(0..8),
        2 => {
            let end = (at + chance.random_range(0..16)).min(bytes.len());
            bytes.drain(at..end);
        }
        3 => {
            let end = (at + chance.random_range(0..64)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => {
            let other = seeds[chance.random_range(0..seeds.len())];
            let from = chance.random_range(0..=other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ => {
            let token = TOKENS[chance.random_range(0..TOKENS.len())];
            bytes.splice(at..at, token.iter().copied());
        }
    }
}
