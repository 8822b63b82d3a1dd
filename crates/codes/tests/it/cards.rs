use bluezone_codes::identity_card::IdentityCard;
use bluezone_codes::insurance_card::InsuranceCard;
use bluezone_codes::{Birth, Gender};
use proptest::prelude::*;

/// Of an invented person.
const CARD: &str =
    "019085001234|090123456|Nguyễn Văn A|04031985|Nam|Tổ 5, Phan Đình Phùng, Thái Nguyên|15042021";

#[test]
fn an_identity_card_is_read() {
    let card: IdentityCard = CARD.parse().unwrap();
    assert_eq!((card.number.as_str(), card.old_number.as_deref()), ("019085001234", Some("090123456")));
    assert_eq!((card.name.as_str(), card.gender), ("Nguyễn Văn A", Some(Gender::Male)));
    assert_eq!(card.birth, Birth::Day("1985-03-04".parse().unwrap()));
    assert_eq!(card.address.as_deref(), Some("Tổ 5, Phan Đình Phùng, Thái Nguyên"));
    assert_eq!(card.issued, Some("2021-04-15".parse().unwrap()));
    assert_eq!(format!("{card:?}"), "IdentityCard(..)");

    // No card before it; a card of 2024 with more fields.
    let young: IdentityCard = "019310001234||Trần Thị B|01022010|Nữ|Thái Nguyên|01072024|||".parse().unwrap();
    assert_eq!((young.old_number, young.gender), (None, Some(Gender::Female)));
}

#[test]
fn other_texts_are_no_identity_card() {
    for wrong in [
        "",
        "019085001234",
        "01908500123|090123456|A|04031985|Nam|x|15042021",
        "019085001234|12|A|04031985|Nam|x|15042021",
        "019085001234||A|31021985|Nam|x|15042021",
        "019085001234|||04031985|Nam|x|15042021",
        "001093029317|NGUYEN VAN A|1987-01-18|0|162979388586171100|<1<00<0123232422",
    ] {
        assert!(wrong.parse::<IdentityCard>().is_err(), "{wrong}");
    }
}

fn insurance(number: &str, name: &str, birth: &str, gender: &str) -> String {
    let name: String = name.bytes().map(|b| format!("{b:02x}")).collect();
    format!(
        "{number}|{name}|{birth}|{gender}|-|19 - 001|01/01/2026|31/12/2026|15/12/2025|1905{number}|-|4|01/10/2027|0123456789abcdef-7102|4|-|$"
    )
}

#[test]
fn an_insurance_card_is_read() {
    let card: InsuranceCard = insurance("1912345678", "Nguyễn Văn A", "04/03/1985", "1").parse().unwrap();
    assert_eq!((card.number.as_str(), card.name.as_str()), ("1912345678", "Nguyễn Văn A"));
    assert_eq!((card.birth, card.gender), (Birth::Day("1985-03-04".parse().unwrap()), Some(Gender::Male)));
    assert_eq!(card.valid_from, Some("2026-01-01".parse().unwrap()));
    assert_eq!((card.valid_to, card.address), (Some("2026-12-31".parse().unwrap()), None));
    let old: InsuranceCard = insurance("GD4191234567890", "Trần Thị B", "1950", "2").parse().unwrap();
    assert_eq!((old.birth, old.gender), (Birth::Year(1950), Some(Gender::Female)));
    for wrong in [
        "".to_owned(),
        insurance("191234567", "A", "1950", "1"),
        insurance("gd4191234567890", "A", "1950", "1"),
        insurance("1912345678", "", "1950", "1"),
        insurance("1912345678", "A", "1950-01-01", "1"),
        insurance("1912345678", "A", "1950", "1").replace("|41|", "|4g|"),
        CARD.to_owned(),
    ] {
        assert!(wrong.parse::<InsuranceCard>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), fields in prop::collection::vec("([0-9]{8,12}|[0-9a-f]{0,9}|\\PC{0,6})", 0..18)) {
        let _ = (text.parse::<IdentityCard>(), text.parse::<InsuranceCard>());
        let text = fields.join("|");
        let _ = (text.parse::<IdentityCard>(), text.parse::<InsuranceCard>());
    }
}
