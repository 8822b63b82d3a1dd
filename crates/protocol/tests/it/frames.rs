//! Advertisements: the three frames byte by byte, what is recognised and ignored, and garbage.

use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::frame::{
    BLUEZONE_CHARACTERISTIC_UUID, BLUEZONE_CHARACTERISTIC_UUID_TEXT, BLUEZONE_SERVICE_UUID,
    BLUEZONE_SERVICE_UUID_TEXT, DEFAULT_SERVICE_UUID, Frame, Heard, decode,
};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use proptest::prelude::*;

fn heard(hex_text: &str) -> Heard {
    decode(&hex::decode(hex_text.replace([' ', '\n'], "")).unwrap(), DEFAULT_SERVICE_UUID)
}

const RPI: &str = "8be6cd371c5c891604bfbe49df845096";
const AEM: &str = "72033874";
const ANDROID_ID: &str = "b9a665d754fe65e665d76a45";

fn rpi() -> RollingProximityIdentifier {
    RollingProximityIdentifier(hex::decode(RPI).unwrap().try_into().unwrap())
}

fn gaen() -> Frame {
    Frame::ServiceData { uuid: 0xFD6F, rpi: rpi(), aem: [0x72, 0x03, 0x38, 0x74] }
}

fn android() -> Frame {
    Frame::BluezoneAndroid(BluezoneId(hex::decode(ANDROID_ID).unwrap().try_into().unwrap()))
}

#[test]
fn the_default_frame_is_the_31_bytes_of_the_specification() {
    let expected = format!("02011a 03036ffd 17166ffd {RPI} {AEM}").replace(' ', "");
    assert_eq!(hex::encode(&*gaen().encode()), expected);
    assert_eq!(gaen().encode().len(), 31);
    assert_eq!(heard(&expected), Heard::Frame(gaen()));
}

#[test]
fn the_service_uuid_is_configuration() {
    let frame = Frame::ServiceData { uuid: 0xFEAA, rpi: rpi(), aem: [0; 4] };
    let advertisement = frame.encode();
    assert_eq!(advertisement[5..7], [0xAA, 0xFE]);
    assert_eq!(decode(&advertisement, 0xFEAA), Heard::Frame(frame));
    assert_eq!(decode(&advertisement, DEFAULT_SERVICE_UUID), Heard::Other);
}

#[test]
fn the_original_android_frame() {
    let advertisement = android().encode();
    assert_eq!(
        hex::encode(&*advertisement),
        format!("020106 0fffb522{ANDROID_ID} 0303564e").replace(' ', "")
    );
    assert_eq!(advertisement.len(), 23);
    // As stacks add it: other flags; or the list of services first.
    for bytes in [
        format!("020102 0fffb522{ANDROID_ID} 0303564e"),
        format!("0303564e 0fffb522{ANDROID_ID}"),
        format!("0502 6ffd564e 0fffb522{ANDROID_ID}"),
    ] {
        assert_eq!(heard(&bytes), Heard::Frame(android()), "{bytes}");
    }
}

#[test]
fn manufacturer_data_of_other_companies_is_nobody() {
    // The original took any 12 bytes of manufacturer data for an identifier.
    assert_eq!(heard(&format!("020106 0fff4c00{ANDROID_ID} 0303564e")), Heard::Other);
    assert_eq!(heard(&format!("020106 0fff22b5{ANDROID_ID} 0303564e")), Heard::Other);
    // Right company, but without the service, or too short or too long.
    assert_eq!(heard(&format!("020106 0fffb522{ANDROID_ID}")), Heard::Other);
    assert_eq!(heard(&format!("0effb522{} 0303564e", &ANDROID_ID[2..])), Heard::Other);
    assert_eq!(heard(&format!("10ffb522{ANDROID_ID}00 0303564e")), Heard::Other);
    // The service alone names nobody.
    assert_eq!(heard("020106 0303564e"), Heard::Other);
}

#[test]
fn the_iphone_frame_carries_only_the_service() {
    let service = hex::encode(BLUEZONE_SERVICE_UUID);
    assert_eq!(service, "67a607add1172fa1c44bf573564e0000");
    assert_eq!(hex::encode(&*Frame::BluezoneIos.encode()), format!("0201061107{service}"));
    assert_eq!(Frame::BluezoneIos.identifier(), None);
    // With the local name, as the original sends it.
    let original = format!("02011a 1107{service} 0909426c75657a6f6e65");
    assert_eq!(original.replace(' ', "").len(), 62);
    assert_eq!(heard(&original), Heard::Frame(Frame::BluezoneIos));
    assert_eq!(heard(&format!("2106{}{service}", "00".repeat(16))), Heard::Frame(Frame::BluezoneIos));
}

#[test]
fn uuid_constants_are_their_texts() {
    for (text, bytes) in [
        (BLUEZONE_SERVICE_UUID_TEXT, BLUEZONE_SERVICE_UUID),
        (BLUEZONE_CHARACTERISTIC_UUID_TEXT, BLUEZONE_CHARACTERISTIC_UUID),
    ] {
        let mut big_endian = hex::decode(text.replace('-', "")).unwrap();
        big_endian.reverse();
        assert_eq!(big_endian, bytes);
    }
}

#[test]
fn apples_overflow_area_and_the_wake_beacon_are_recognised_and_ignored() {
    assert_eq!(heard(&format!("14ff4c0001 08{}", "00".repeat(15))), Heard::IosOverflow);
    // Another app's bit beside ours; and only others' bits.
    assert_eq!(heard(&format!("02011a 14ff4c0001 09{}40", "00".repeat(14))), Heard::IosOverflow);
    assert_eq!(heard(&format!("14ff4c0001 01{}", "00".repeat(15))), Heard::Other);
    assert_eq!(heard(&format!("13ff4c0001 08{}", "00".repeat(14))), Heard::Other);

    let beacon = "c7afef7b17884f4aa87d691d53bf21c4";
    assert_eq!(heard(&format!("02011a 1aff4c000215{beacon}00140014c5")), Heard::IBeacon);
    assert_eq!(heard(&format!("1aff4c000215{}00140014c5", "11".repeat(16))), Heard::Other);
    assert_eq!(heard(&format!("19ff4c000215{beacon}00140014")), Heard::Other);
}

#[test]
fn what_stands_whole_before_a_cut_counts() {
    let whole = gaen().encode();
    for length in 0..whole.len() {
        assert_eq!(decode(&whole[..length], DEFAULT_SERVICE_UUID), Heard::Other, "{length} bytes");
    }
    for rest in ["00", "0000000000", "05", "1fff", "ff16"] {
        assert_eq!(heard(&format!("{}{rest}", hex::encode(&*whole))), Heard::Frame(gaen()), "{rest}");
    }
    // A length of 0 ends the advertisement: what follows is padding.
    assert_eq!(heard(&format!("00 {}", hex::encode(&*whole))), Heard::Other);
}

#[test]
fn service_data_of_another_length_is_nobody() {
    for (length, bytes) in
        [("16", "72033874"[2..].to_owned()), ("18", "7203387400".to_owned()), ("13", String::new())]
    {
        assert_eq!(heard(&format!("{length}166ffd{RPI}{bytes}")), Heard::Other);
    }
    // Another service's data first.
    assert_eq!(heard(&format!("0516aafe0102 17166ffd{RPI}{AEM}")), Heard::Frame(gaen()));
}

#[test]
fn debug_output_shows_no_identifier() {
    let shown = format!("{:?} {:?} {:?}", gaen(), android(), gaen().encode());
    assert_eq!(shown, "ServiceData(0xfd6f, ..) BluezoneAndroid(..) AdvertisingData(31 bytes)");
    assert_eq!(format!("{:?}", Heard::Frame(gaen())), "Frame(ServiceData(0xfd6f, ..))");
}

proptest! {
    #[test]
    fn any_frame_comes_back(uuid: u16, rpi: [u8; 16], aem: [u8; 4], id: [u8; 12]) {
        let identifiers =
            [Identifier::Gaen { rpi: RollingProximityIdentifier(rpi), aem }, Identifier::Bluezone2020(BluezoneId(id))];
        for identifier in identifiers {
            let frame = Frame::for_identifier(&identifier, uuid);
            let advertisement = frame.encode();
            prop_assert!(advertisement.len() <= 31);
            prop_assert_eq!(decode(&advertisement, uuid), Heard::Frame(frame));
            prop_assert_eq!(frame.identifier(), Some(identifier));
        }
    }

    #[test]
    fn garbage_of_any_length_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600), uuid: u16) {
        decode(&bytes, uuid);
        let _ = Identifier::from_bytes(&bytes);
    }

    /// Garbage that looks like structures reaches further into the decoder.
    #[test]
    fn garbage_in_structures_never_panics(
        structures in prop::collection::vec((
            prop::sample::select(vec![0x01u8, 0x02, 0x03, 0x06, 0x07, 0x09, 0x16, 0x21, 0xFF]),
            prop::sample::select(vec![vec![], vec![0x6F, 0xFD], vec![0xB5, 0x22], vec![0x4C, 0x00, 0x01], vec![0x4C, 0x00, 0x02, 0x15]]),
            prop::collection::vec(any::<u8>(), 0..24),
        ), 0..12),
        cut in 0usize..16,
    ) {
        let mut bytes = Vec::new();
        for (kind, prefix, data) in structures {
            bytes.push((1 + prefix.len() + data.len()) as u8);
            bytes.push(kind);
            bytes.extend(prefix);
            bytes.extend(data);
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        if let Heard::Frame(frame) = decode(&bytes, DEFAULT_SERVICE_UUID) {
            prop_assert_eq!(decode(&frame.encode(), DEFAULT_SERVICE_UUID), Heard::Frame(frame));
        }
    }
}
