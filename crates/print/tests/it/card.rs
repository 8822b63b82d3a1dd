//! Personal cards.

use crate::paper::Seen;
use bluezone_pages::Lang;
use bluezone_print::card::{Card, cards};

const CODE: &str = "BZ1:04HM2Q7C9X3V8RZ6N1TKY5WDPJ0B4G8SFA2E6U9LM7Q3X1C5V0RZ8N6TKY2WDPJ4B9GS";

fn card(name: &str) -> Card<'_> {
    Card { code: CODE, name, born: Some(1987), until: "25/05/2027" }
}

#[test]
fn the_code_of_a_card_is_5_cm_wide_and_read_by_a_stranger() {
    for lang in Lang::ALL {
        let family = [
            "Nguyễn Thị Ánh Nguyệt",
            "Trần Văn Khoẻ",
            "Trần Nguyễn Ngọc Bảo Hân",
            "Phạm Thị Thuỷ",
            "Trần Văn Út",
        ];
        let family: Vec<_> = family.into_iter().map(card).collect();
        let seen = Seen::new(&cards(&family, lang).unwrap());
        assert_eq!(seen.pages.len(), 2, "four on a sheet");
        let codes = seen.codes();
        assert_eq!(codes.len(), 4);
        for code in &codes {
            assert_eq!(code.text, CODE);
            let (wide, tall) = (code.right - code.left, code.bottom - code.top);
            assert!(wide >= 52.6 && tall >= 52.6, "{wide} x {tall} mm");
            seen.quiet(code, 45.0);
        }
        seen.fits();
        assert!(seen.text().contains("Nguyễn Thị Ánh Nguyệt"));
        seen.keep(&format!("cards-{}", lang.code()));
    }
}

#[test]
fn one_card_and_names_of_any_length() {
    let long = "Nguyễn Hoàng Công Tôn Nữ Thị Phương Nghiêng ".repeat(8);
    for name in [long.as_str(), "", "Nghiêng".repeat(50).as_str()] {
        let seen = Seen::new(&cards(&[card(name)], Lang::Vi).unwrap());
        let codes = seen.codes();
        assert_eq!(codes.len(), 1);
        seen.quiet(&codes[0], 45.0);
        for word in &seen.words {
            assert!(
                word.bottom < 35.0 || (word.left > 68.0 && word.right < 142.0 && word.bottom < 149.0),
                "{}",
                word.text
            );
        }
    }
    let seen = Seen::new(&cards(&[card("Lê Thị Riêng")], Lang::Vi).unwrap());
    seen.keep("card");
}
