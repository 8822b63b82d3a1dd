//! The file of scanned identifiers: raw records, or CSV with times.

use super::Scheme;
use anyhow::{Context, bail, ensure};
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;

/// What one record says beside the identifier.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// When.
    pub time: Timestamp,
    /// How strongly, in dBm, if the file says.
    pub rssi: Option<i16>,
}

/// The records in the file's order.
#[derive(Debug)]
pub struct Ids {
    /// The identifiers.
    pub identifiers: Vec<Identifier>,
    /// For each what else is known; empty for raw records.
    pub heard: Vec<Heard>,
}

impl Ids {
    /// From a file's contents.
    pub fn read(bytes: &[u8], scheme: Scheme) -> anyhow::Result<Self> {
        match as_csv(bytes) {
            Some(text) => csv(text, scheme),
            None => raw(bytes, scheme),
        }
    }
}

/// A file is CSV if its first line is text with a comma: random bytes are not.
fn as_csv(bytes: &[u8]) -> Option<&str> {
    let first = bytes.split(|byte| *byte == b'\n').next()?;
    let text = |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r');
    let readable = first.contains(&b',') && first.iter().all(text);
    std::str::from_utf8(bytes).ok().filter(|_| readable)
}

fn raw(bytes: &[u8], scheme: Scheme) -> anyhow::Result<Ids> {
    let length = scheme.identifier_length();
    ensure!(
        bytes.len().is_multiple_of(length),
        "neither CSV (hex,unix_seconds[,rssi]) nor records of {length} bytes: it has {} bytes",
        bytes.len()
    );
    let record = |bytes: &[u8]| identifier(bytes, scheme).expect("a record has the length of an identifier");
    Ok(Ids { identifiers: bytes.chunks(length).map(record).collect(), heard: Vec::new() })
}

fn csv(text: &str, scheme: Scheme) -> anyhow::Result<Ids> {
    let mut ids = Ids { identifiers: Vec::new(), heard: Vec::new() };
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || (number == 1 && line.starts_with("identifier")) {
            continue;
        }
        let (identifier, heard) = csv_line(line, scheme).with_context(|| format!("line {number}"))?;
        ids.identifiers.push(identifier);
        ids.heard.push(heard);
    }
    Ok(ids)
}

fn csv_line(line: &str, scheme: Scheme) -> anyhow::Result<(Identifier, Heard)> {
    let fields: Vec<_> = line.split(',').map(str::trim).collect();
    let (hex_identifier, time, rssi) = match fields[..] {
        [identifier, time] => (identifier, time, ""),
        [identifier, time, rssi] => (identifier, time, rssi),
        _ => bail!("expected hex,unix_seconds[,rssi]"),
    };
    let bytes = hex::decode(hex_identifier).context("the identifier is not hexadecimal")?;
    let identifier = identifier(&bytes, scheme)
        .with_context(|| format!("an identifier of this scheme has {} bytes", scheme.identifier_length()))?;
    let time = Timestamp(time.parse().context("the time is in whole seconds since 1970")?);
    let rssi = match rssi {
        "" => None,
        rssi => Some(rssi.parse().context("rssi is a whole number of dBm")?),
    };
    Ok((identifier, Heard { time, rssi }))
}

/// With the 4 bytes of metadata or without: matching does not look at them.
fn identifier(bytes: &[u8], scheme: Scheme) -> Option<Identifier> {
    match scheme {
        Scheme::Gaen => {
            let (rpi, rest) = bytes.split_first_chunk()?;
            let rpi = RollingProximityIdentifier(*rpi);
            matches!(rest.len(), 0 | 4).then_some(Identifier::Gaen { rpi, aem: [0; 4] })
        }
        Scheme::Bluezone2020 => Some(Identifier::Bluezone2020(BluezoneId(bytes.try_into().ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "8be6cd371c5c891604bfbe49df845096";

    #[test]
    fn raw_records_have_no_times() {
        let ids = Ids::read(&[7; 48], Scheme::Gaen).unwrap();
        assert_eq!((ids.identifiers.len(), ids.heard.len()), (3, 0));
        assert_eq!(Ids::read(&[7; 48], Scheme::Bluezone2020).unwrap().identifiers.len(), 4);
        assert!(Ids::read(&[], Scheme::Gaen).unwrap().identifiers.is_empty());
        // Bytes that happen to be letters are records still.
        assert_eq!(Ids::read(&[b'a'; 32], Scheme::Gaen).unwrap().identifiers.len(), 2);
        let error = Ids::read(&[7; 47], Scheme::Gaen).unwrap_err().to_string();
        assert!(error.contains("nor records of 16 bytes: it has 47"), "{error}");
    }

    #[test]
    fn csv_has_a_time_and_maybe_a_strength() {
        let text = format!("identifier,time,rssi\r\n{HEX},1585785600,-70\n\n {HEX}72033874 , 5 \n{HEX},6,\n");
        let ids = Ids::read(text.as_bytes(), Scheme::Gaen).unwrap();
        let heard: Vec<_> = ids.heard.iter().map(|heard| (heard.time.0, heard.rssi)).collect();
        assert_eq!(heard, [(1_585_785_600, Some(-70)), (5, None), (6, None)]);
        assert!(ids.identifiers.iter().all(|identifier| *identifier == ids.identifiers[0]));
        let original = format!("{},5", &HEX[..24]);
        assert_eq!(Ids::read(original.as_bytes(), Scheme::Bluezone2020).unwrap().identifiers.len(), 1);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (bad, words) in [
            ("xyz,1585785600".to_owned(), "not hexadecimal"),
            ("0102,1585785600".to_owned(), "has 16 bytes"),
            ("a".to_owned(), "expected hex,unix_seconds"),
            (format!("{HEX},noon"), "seconds since 1970"),
            (format!("{HEX},5,loud"), "whole number"),
        ] {
            let text = format!("{HEX},5\n{bad}\n");
            let error = format!("{:#}", Ids::read(text.as_bytes(), Scheme::Gaen).unwrap_err());
            assert!(error.starts_with("line 2: ") && error.contains(words), "{error}");
        }
    }
}
