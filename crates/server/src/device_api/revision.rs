//! Revision tokens: a sealed list of the keys that somebody published. Whoever holds it may publish these keys again with
//! another report, given a fresh certificate. Opaque to phones; the server keeps no list of who published what.

use crate::secrets::{Seal, Secrets};
use bluezone_domain::publication::RevisableKey;
use bluezone_protocol::api::{MAX_KEY_AGE_DAYS, decode_base64, encode_base64};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{DAY_S, IntervalNumber, Timestamp};
use rand::Rng;

/// Layout of the sealed bytes: version, number of keys, then the entries of key (16 bytes), first interval and number of
/// intervals (4 bytes each, little-endian). Unused entries are zero: the length tells nothing. Version 1 had 30 entries.
const VERSION: u8 = 2;
const VERSIONS: std::ops::RangeInclusive<u8> = 1..=VERSION;
const ENTRY_BYTES: usize = 24;
/// A phone has keys of 16 days, today's included, of which each may have been cut into three
/// ([`bluezone_protocol::api::validate_publish`]): 48, and a reserve.
const ENTRIES: usize = 64;
const PLAIN_BYTES: usize = 2 + ENTRIES * ENTRY_BYTES;

/// Seals a list of keys, without those too old to be published again; should there be too many, the newest count.
pub fn seal(secrets: &Secrets, keys: &[RevisableKey], now: Timestamp, rng: &mut dyn Rng) -> String {
    let oldest = now - MAX_KEY_AGE_DAYS * DAY_S;
    let end = |key: &RevisableKey| (key.rolling_start + key.rolling_period).start();
    let mut newest: Vec<&RevisableKey> = keys.iter().filter(|key| end(key) >= oldest).collect();
    newest.sort_by_key(|key| std::cmp::Reverse(key.rolling_start));
    newest.truncate(ENTRIES);
    let mut plain = vec![VERSION, u8::try_from(newest.len()).unwrap_or(u8::MAX)];
    for key in newest {
        plain.extend(key.key.as_bytes());
        plain.extend(key.rolling_start.0.to_le_bytes());
        plain.extend(key.rolling_period.to_le_bytes());
    }
    plain.resize(PLAIN_BYTES, 0);
    encode_base64(&secrets.seal(Seal::RevisionToken, b"", &plain, rng))
}

/// Opens a token. `None` if it is not one of ours.
pub fn open(secrets: &Secrets, token: &str) -> Option<Vec<RevisableKey>> {
    let plain = secrets.open(Seal::RevisionToken, b"", &decode_base64(token)?).ok()?;
    let (head, entries) = plain.split_first_chunk::<2>()?;
    if !VERSIONS.contains(&head[0]) {
        return None;
    }
    entries.chunks_exact(ENTRY_BYTES).take(head[1].into()).map(entry).collect()
}

fn entry(bytes: &[u8]) -> Option<RevisableKey> {
    let (key, rest) = bytes.split_first_chunk::<16>()?;
    let (start, rest) = rest.split_first_chunk::<4>()?;
    let (period, _) = rest.split_first_chunk::<4>()?;
    Some(RevisableKey {
        key: TemporaryExposureKey::from_bytes(*key),
        rolling_start: IntervalNumber(u32::from_le_bytes(*start)),
        rolling_period: u32::from_le_bytes(*period),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn keys(count: u8) -> Vec<RevisableKey> {
        (0..count)
            .map(|i| RevisableKey {
                key: TemporaryExposureKey::from_bytes([i; 16]),
                rolling_start: IntervalNumber(10_000 - 48 * u32::from(i)),
                rolling_period: 48,
            })
            .collect()
    }

    fn now() -> Timestamp {
        IntervalNumber(10_048).start()
    }

    #[test]
    fn the_same_keys_come_out_and_the_length_says_nothing() {
        let secrets = Secrets::from_master([1; 32]);
        let mut rng = StdRng::seed_from_u64(1);
        let tokens: Vec<String> = [0, 1, 14, 46].map(|n| seal(&secrets, &keys(n), now(), &mut rng)).into();
        assert!(tokens.iter().all(|token| token.len() == tokens[0].len()));
        for (token, count) in tokens.iter().zip([0, 1, 14, 46]) {
            assert_eq!(open(&secrets, token).unwrap(), keys(count));
        }
        // What ended more than 15 days ago cannot be published again.
        assert_eq!(open(&secrets, &seal(&secrets, &keys(50), now(), &mut rng)).unwrap(), keys(46));
    }

    #[test]
    fn tokens_of_the_first_layout_are_read() {
        let secrets = Secrets::from_master([1; 32]);
        let mut rng = StdRng::seed_from_u64(1);
        let key = &keys(1)[0];
        let mut plain = vec![1, 1];
        plain.extend(key.key.as_bytes());
        plain.extend(key.rolling_start.0.to_le_bytes());
        plain.extend(key.rolling_period.to_le_bytes());
        plain.resize(2 + 30 * 24, 0);
        let token = encode_base64(&secrets.seal(Seal::RevisionToken, b"", &plain, &mut rng));
        assert_eq!(open(&secrets, &token).unwrap(), keys(1));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let secrets = Secrets::from_master([1; 32]);
        let mut rng = StdRng::seed_from_u64(1);
        let token = seal(&secrets, &keys(3), now(), &mut rng);
        assert!(open(&Secrets::from_master([2; 32]), &token).is_none());
        for wrong in ["", "AAAA", "%", &token[4..], &token[..token.len() - 4]] {
            assert!(open(&secrets, wrong).is_none());
        }
    }
}
