//! Posters.

use crate::paper::Seen;
use bluezone_pages::Lang;
use bluezone_print::poster::{Install, Kind, Place, Wording, install, place};
use bluezone_print::{Paper, PrintError};
use proptest::prelude::*;

const LINK: &str = "https://bluezone.example.vn/p/482917360?k=12-5F3ZK8QA";

const MARKET: Place<'static> = Place {
    kind: Kind::Place,
    name: "Chợ Thái, cổng số 2",
    address: "Đường Bến Tượng, phường Phan Đình Phùng, tỉnh Thái Nguyên",
    code: "482 917 360",
    link: LINK,
    site: "bluezone.example.vn/p",
};

const BUS: Place<'static> = Place {
    kind: Kind::Vehicle,
    name: "Xe buýt số 01: Thái Nguyên – Đại Từ",
    address: "Biển số 20B-012.34 · Hợp tác xã vận tải Chiến Công",
    ..MARKET
};

const WORDINGS: [(Wording, &str); 3] =
    [(Wording::Both, "both"), (Wording::One(Lang::Vi), "vi"), (Wording::One(Lang::En), "en")];

#[test]
fn the_code_of_a_poster_is_15_cm_wide_and_read_by_a_stranger() {
    for (of, name) in [(&MARKET, "place"), (&BUS, "vehicle")] {
        for (paper, size, least) in [(Paper::A4, (210.0, 297.0), 156.5), (Paper::A3, (297.0, 420.0), 221.0)] {
            for (wording, words) in WORDINGS {
                let seen = Seen::new(&place(of, paper, wording).unwrap());
                assert_eq!(seen.pages.len(), 1);
                assert!((seen.pages[0].0 - size.0).abs() < 0.1 && (seen.pages[0].1 - size.1).abs() < 0.1);
                let codes = seen.codes();
                let [code] = codes.as_slice() else { panic!("{} codes", codes.len()) };
                assert_eq!(code.text, LINK);
                let (wide, tall) = (code.right - code.left, code.bottom - code.top);
                assert!(wide >= least && tall >= least, "{wide} x {tall} mm on {paper:?}");
                seen.quiet(code, 37.0);
                seen.fits();
                let text = seen.text();
                for word in [of.name, of.address, of.code] {
                    assert!(text.contains(word), "{word:?} is not in {text}");
                }
                if paper == Paper::A4 {
                    seen.keep(&format!("{name}-{words}"));
                }
            }
        }
    }
}

#[test]
fn each_wording_says_the_three_steps() {
    let text = |wording| Seen::new(&place(&MARKET, Paper::A4, wording).unwrap()).text();
    let (vi, en) = ("Quét mã khi đến và khi về", "Scan when you come and when you leave");
    assert!(text(Wording::Both).contains(vi) && text(Wording::Both).contains(en));
    assert!(text(Wording::One(Lang::Vi)).contains(vi) && !text(Wording::One(Lang::Vi)).contains("Scan"));
    assert!(text(Wording::One(Lang::En)).contains(en) && !text(Wording::One(Lang::En)).contains("Quét"));
    for number in ["1.", "2.", "3."] {
        assert_eq!(text(Wording::Both).matches(number).count(), 2, "{number}");
    }
}

#[test]
fn a_long_name_gets_smaller_and_stays_out_of_the_quiet_zone() {
    let long = "Trung tâm Thương mại, Dịch vụ, Hội nghị và Triển lãm quốc tế vùng Đông Bắc tỉnh Thái Nguyên mở rộng ".repeat(3);
    let word = "Nghiêngnghiêng".repeat(40);
    for name in [long.as_str(), word.as_str(), "", "\u{202e}ngược\u{0} \n\t", "李小龙 ລາວ 🦠"] {
        for address in [long.as_str(), word.as_str(), ""] {
            let of = Place { name, address, ..MARKET };
            let seen = Seen::new(&place(&of, Paper::A4, Wording::Both).unwrap());
            let codes = seen.codes();
            assert_eq!(codes.len(), 1);
            seen.quiet(&codes[0], 37.0);
            seen.fits();
        }
    }
    let seen = Seen::new(
        &place(&Place { name: &long, address: &long, ..MARKET }, Paper::A4, Wording::Both).unwrap(),
    );
    seen.keep("place-long");
}

#[test]
fn the_poster_to_install_names_who_asks() {
    for paper in [Paper::A4, Paper::A3] {
        for (wording, words) in WORDINGS {
            let poster = Install {
                link: "https://bluezone.example.vn/",
                unit: "Trung tâm Kiểm soát bệnh tật tỉnh Thái Nguyên",
            };
            let seen = Seen::new(&install(&poster, paper, wording).unwrap());
            let codes = seen.codes();
            assert_eq!(codes.iter().map(|code| code.text.as_str()).collect::<Vec<_>>(), [poster.link]);
            seen.quiet(&codes[0], 29.0);
            seen.fits();
            assert!(seen.text().contains(poster.unit));
            if paper == Paper::A4 {
                seen.keep(&format!("install-{words}"));
            }
        }
    }
}

#[test]
fn a_link_that_no_code_holds_is_refused_by_its_length() {
    let link = "x".repeat(3000);
    let refused = place(&Place { link: &link, ..MARKET }, Paper::A4, Wording::Both);
    assert!(matches!(refused, Err(PrintError::QrTooLong(3000))));
}

#[test]
fn the_same_data_make_the_same_bytes() {
    let draw = || place(&MARKET, Paper::A4, Wording::Both).unwrap();
    assert_eq!(draw(), draw());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_words_make_a_poster(name in "\\PC{0,200}", address in any::<String>(), code in "\\PC{0,40}", site in "\\PC{0,80}") {
        let of = Place { name: &name, address: &address, code: &code, site: &site, ..MARKET };
        prop_assert!(place(&of, Paper::A4, Wording::Both).is_ok());
    }
}
