//! Parts of a file (RFC 9110, section 14): a download that broke off goes on where it stopped.

use axum::http::{HeaderMap, header};
use std::ops::Range;

/// What a request asks of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of it.
    Whole,
    /// These bytes.
    Bytes(Range<u64>),
    /// Bytes that it does not have.
    Beyond,
}

/// The part that a request asks for, of a file of `size` bytes that is known by `etag`. More than one range, another unit, a
/// range that cannot be read or one of another version: the whole file, as the RFC allows.
pub fn part(headers: &HeaderMap, etag: &str, size: u64) -> Part {
    let one = |name| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
    };
    if headers.contains_key(header::IF_RANGE) && one(header::IF_RANGE) != Some(etag) {
        return Part::Whole;
    }
    let asked =
        one(header::RANGE).and_then(|range| range.strip_prefix("bytes=")).and_then(|r| r.split_once('-'));
    let Some((first, last)) = asked else { return Part::Whole };
    let number =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(length)) if first.is_empty() => size.saturating_sub(length)..size,
        _ => return Part::Whole,
    };
    if range.is_empty() { Part::Beyond } else { Part::Bytes(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &'static str) -> Part {
        part(&HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())]), "\"a\"", 1000)
    }

    #[test]
    fn a_range_is_first_to_last_from_first_or_the_last_so_many() {
        assert_eq!(asked("bytes=0-0"), Part::Bytes(0..1));
        assert_eq!(asked("bytes=10-2000"), Part::Bytes(10..1000));
        assert_eq!(asked("bytes=999-"), Part::Bytes(999..1000));
        assert_eq!(asked("bytes=-10"), Part::Bytes(990..1000));
        assert_eq!(asked("bytes=-2000"), Part::Bytes(0..1000));
        for beyond in ["bytes=1000-", "bytes=1000-1001", "bytes=-0"] {
            assert_eq!(asked(beyond), Part::Beyond, "{beyond}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_the_whole_file() {
        for strange in [
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "bytes=+1-2",
            "lines=0-1",
            "bytes=0x1-2",
            "bytes=99999999999999999999-",
            "0-1",
        ] {
            assert_eq!(asked(strange), Part::Whole, "{strange}");
        }
        assert_eq!(part(&HeaderMap::new(), "\"a\"", 1000), Part::Whole);
    }

    #[test]
    fn a_part_of_another_version_is_not_given() {
        let mut headers = HeaderMap::from_iter([(header::RANGE, "bytes=1-2".parse().unwrap())]);
        headers.insert(header::IF_RANGE, "\"b\"".parse().unwrap());
        assert_eq!(part(&headers, "\"a\"", 1000), Part::Whole);
        headers.insert(header::IF_RANGE, "\"a\"".parse().unwrap());
        assert_eq!(part(&headers, "\"a\"", 1000), Part::Bytes(1..3));
    }
}
