use bluezone_codes::national::{Masking, National, NotNational, Parts};
use bluezone_codes::{Birth, Gender};
use proptest::prelude::*;

/// The dummy code of the decision's own samples.
const SAMPLE: &str = "001093029317|NGUYEN VAN A|1987-01-18|0|162979388586171100|<1<00<0123232422";
const OPEN: Masking = Masking { paper: false, birth: false };

fn day(text: &str) -> Birth {
    Birth::Day(text.parse().unwrap())
}

#[test]
fn the_sample_is_read_and_written() {
    let code: National = SAMPLE.parse().unwrap();
    assert_eq!(
        (code.paper(), code.name(), code.birth()),
        ("001093029317", "NGUYEN VAN A", day("1987-01-18"))
    );
    assert_eq!((code.on_behalf(), code.qid(), code.proxy()), (false, "162979388586171100", None));
    assert_eq!(
        (code.gender(), code.insurance(), code.phone()),
        (Some(Gender::Male), Some("00"), Some("0123232422"))
    );
    assert_eq!(code.write(OPEN), SAMPLE);
}

#[test]
fn six_characters_and_day_and_month_are_masked_unless_one_asks() {
    let code: National = SAMPLE.parse().unwrap();
    let masked = code.write(Masking::default());
    assert_eq!(masked, "******029317|NGUYEN VAN A|1987-**-**|0|162979388586171100|<1<00<0123232422");
    let again: National = masked.parse().unwrap();
    assert_eq!(
        (again.birth(), again.write(OPEN)),
        (Birth::Year(1987), masked),
        "what is masked stays masked"
    );
    let half = code.write(Masking { paper: true, birth: false });
    assert!(half.starts_with("******029317|NGUYEN VAN A|1987-01-18|"));
    let short: National = "B123|A|1990-02-03|0|1|".parse().unwrap();
    assert!(short.write(Masking::default()).starts_with("****|A|"));
}

#[test]
fn a_code_is_made_of_a_person() {
    let parts = Parts {
        paper: "019085001234",
        name: "  Nguyễn   Thị Đức ",
        birth: day("1985-03-04"),
        on_behalf: true,
        qid: "123456789012345678",
        proxy: "876543210987654321",
        gender: Some(Gender::Female),
        insurance: "GD4191234567890",
        phone: "0912345678",
    };
    let code = National::new(&parts).unwrap();
    assert_eq!(
        code.write(OPEN),
        "019085001234|NGUYEN THI DUC|1985-03-04|1|123456789012345678|876543210987654321<2<GD4191234567890<0912345678"
    );
    assert_eq!(format!("{code:?}"), "National(..)");
    for (wrong, why) in [
        (Parts { paper: "01|9", ..parts }, NotNational::Fields),
        (Parts { paper: "", ..parts }, NotNational::Paper),
        (Parts { name: "", ..parts }, NotNational::Name),
        (Parts { name: "阮", ..parts }, NotNational::Name),
        (Parts { qid: "12x", ..parts }, NotNational::Qid),
        (Parts { phone: "0\n1", ..parts }, NotNational::Extension),
    ] {
        assert_eq!(National::new(&wrong).unwrap_err(), why);
    }
}

#[test]
fn other_texts_are_none() {
    for (text, why) in [
        ("", NotNational::Fields),
        ("a|b|c|d", NotNational::Fields),
        ("1|A|1987-01-18|0|1||", NotNational::Fields),
        ("1|nguyen|1987-01-18|0|1|", NotNational::Name),
        ("1| A|1987-01-18|0|1|", NotNational::Name),
        ("1|A|1987-02-30|0|1|", NotNational::Birth),
        ("1|A|18/01/1987|0|1|", NotNational::Birth),
        ("1|A|1987-*-18|0|1|", NotNational::Birth),
        ("1|A|1987-01-18|2|1|", NotNational::Kind),
        ("1|A|1987-01-18|0|one|", NotNational::Qid),
        ("１|A|1987-01-18|0|1|", NotNational::Paper),
    ] {
        assert_eq!(text.parse::<National>().unwrap_err(), why, "{text}");
    }
}

proptest! {
    #[test]
    fn what_reads_writes_the_same(text in r"[A-Z0-9*]{1,12}\|[A-Z]{1,9}( [A-Z]{1,9}){0,3}\|(19[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|19[0-9]{2}-\*\*-\*\*)\|[01]\|[0-9]{1,18}\|[0-9A-Za-z<]{0,15}") {
        let code: National = text.parse().unwrap();
        prop_assert_eq!(code.write(OPEN), text);
    }

    #[test]
    fn nothing_panics(text in any::<String>(), bars in prop::collection::vec("[0-9A-Z*<-]{0,8}", 0..9)) {
        let _ = text.parse::<National>();
        if let Ok(code) = bars.join("|").parse::<National>() {
            prop_assert_eq!(code.write(OPEN).parse::<National>(), Ok(code));
        }
    }
}
