//! Advertising reports, legacy and extended (volume 4, part E, 7.7.65.2 and 7.7.65.13).
//!
//! Read here rather than by `bt-hci`, whose reader of extended reports (0.10.1) panics on a truncated one.

/// LE meta event, subevent of a legacy report.
pub const LEGACY: u8 = 0x02;
/// LE meta event, subevent of an extended report: some controllers send it even to a legacy scan.
pub const EXTENDED: u8 = 0x0D;

/// A device's address, with the kind that a connection needs.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Peer {
    /// 0 public, 1 random (2 and 3: resolved identities of those).
    pub kind: u8,
    /// Least significant byte first, as the controller speaks.
    pub address: [u8; 6],
}

/// One packet heard.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Report<'a> {
    /// Who sent it.
    pub peer: Peer,
    /// Its advertising data.
    pub data: &'a [u8],
    /// Strength in dBm, `None` if the controller does not know.
    pub rssi_dbm: Option<i8>,
    /// Transmit power in dBm, if the packet says.
    pub tx_power_dbm: Option<i8>,
    /// Whether its sender can be connected to.
    pub connectable: bool,
}

/// The advertisements in the parameters of an LE meta event with this subevent. Scan responses are left out: a passive
/// scan has none, and a controller that reports one all the same repeats a packet that was reported already. So are
/// parts of long extended advertisements, since no frame of ours is long. Stops at the first malformed report.
pub fn reports(subevent: u8, parameters: &[u8]) -> impl Iterator<Item = Report<'_>> {
    let (&count, mut rest) = parameters.split_first().unwrap_or((&0, &[]));
    (0..count)
        .map_while(move |_| {
            let (report, after) = if subevent == LEGACY { legacy(rest)? } else { extended(rest)? };
            rest = after;
            Some(report)
        })
        .flatten()
}

/// One legacy report (`None` inside if it is not an advertisement) and what follows it.
fn legacy(bytes: &[u8]) -> Option<(Option<Report<'_>>, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<9>()?;
    let [event, kind, address @ .., length] = *head;
    let (data, rest) = rest.split_at_checked(usize::from(length))?;
    let (&rssi, rest) = rest.split_first()?;
    let report = (event <= 3).then(|| Report {
        peer: Peer { kind, address },
        data,
        rssi_dbm: strength(rssi),
        tx_power_dbm: tx_power(data),
        connectable: event <= 1,
    });
    Some((report, rest))
}

/// One extended report, likewise.
fn extended(bytes: &[u8]) -> Option<(Option<Report<'_>>, &[u8])> {
    const SCAN_RESPONSE: u16 = 1 << 3;
    const NOT_COMPLETE: u16 = 3 << 5;
    let (head, rest) = bytes.split_first_chunk::<24>()?;
    let event = u16::from_le_bytes([head[0], head[1]]);
    let mut address = [0; 6];
    address.copy_from_slice(&head[3..9]);
    let (data, rest) = rest.split_at_checked(usize::from(head[23]))?;
    let report = (event & (SCAN_RESPONSE | NOT_COMPLETE) == 0).then(|| Report {
        peer: Peer { kind: head[2], address },
        data,
        rssi_dbm: strength(head[13]),
        tx_power_dbm: strength(head[12]).or_else(|| tx_power(data)),
        connectable: event & 1 != 0,
    });
    Some((report, rest))
}

/// 127 says "not available".
pub fn strength(byte: u8) -> Option<i8> {
    Some(byte as i8).filter(|&dbm| dbm != 127)
}

/// The AD structure "TX power level", if there is one.
fn tx_power(mut data: &[u8]) -> Option<i8> {
    while let Some((&length, rest)) = data.split_first() {
        let (structure, rest) = rest.split_at_checked(usize::from(length))?;
        if let [0x0A, level] = structure {
            return strength(*level);
        }
        data = rest;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn legacy_bytes(event: u8, data: &[u8], rssi: i8) -> Vec<u8> {
        [&[event, 1, 1, 2, 3, 4, 5, 6, data.len() as u8], data, &[rssi as u8]].concat()
    }

    fn extended_bytes(event: u16, tx: i8, rssi: i8, data: &[u8]) -> Vec<u8> {
        let mut out = event.to_le_bytes().to_vec();
        out.extend([1, 1, 2, 3, 4, 5, 6, 1, 0, 0xFF, tx as u8, rssi as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        out.push(data.len() as u8);
        out.extend(data);
        out
    }

    #[test]
    fn several_legacy_reports_without_the_scan_response() {
        let mut event = vec![3];
        event.extend(legacy_bytes(0, &[2, 0x0A, 0xF4], -60));
        event.extend(legacy_bytes(4, &[9; 31], -61));
        event.extend(legacy_bytes(3, &[], 127));
        let heard: Vec<_> = reports(LEGACY, &event).collect();
        assert_eq!(heard.len(), 2);
        assert!(heard[0].peer == Peer { kind: 1, address: [1, 2, 3, 4, 5, 6] });
        assert_eq!(
            (heard[0].rssi_dbm, heard[0].tx_power_dbm, heard[0].connectable),
            (Some(-60), Some(-12), true)
        );
        assert_eq!((heard[1].rssi_dbm, heard[1].tx_power_dbm, heard[1].connectable), (None, None, false));
    }

    #[test]
    fn extended_reports_of_legacy_and_of_long_advertisements() {
        let mut event = vec![4];
        event.extend(extended_bytes(0x13, 127, -70, &[1, 2, 3]));
        event.extend(extended_bytes(0x08, 0, -70, &[1, 2, 3])); // scan response
        event.extend(extended_bytes(0x20, 0, -70, &[0; 229])); // more to come
        event.extend(extended_bytes(0x10, 4, -71, &[4]));
        let heard: Vec<_> = reports(EXTENDED, &event).collect();
        assert_eq!(heard.len(), 2);
        assert_eq!(
            (heard[0].data, heard[0].rssi_dbm, heard[0].tx_power_dbm),
            (&[1, 2, 3][..], Some(-70), None)
        );
        assert!(heard[0].connectable && !heard[1].connectable);
        assert_eq!((heard[1].data, heard[1].rssi_dbm, heard[1].tx_power_dbm), (&[4][..], Some(-71), Some(4)));
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(subevent in prop_oneof![Just(LEGACY), Just(EXTENDED)],
                                 bytes in proptest::collection::vec(any::<u8>(), 0..260)) {
            for report in reports(subevent, &bytes) {
                prop_assert!(report.data.len() <= bytes.len());
            }
        }

        #[test]
        fn a_truncated_report_is_none(cut in 0usize..27) {
            let mut event = vec![1];
            event.extend(extended_bytes(0x13, 127, -70, &[1, 2, 3]));
            event.truncate(1 + cut);
            prop_assert_eq!(reports(EXTENDED, &event).count(), usize::from(cut == 27));
        }
    }
}
