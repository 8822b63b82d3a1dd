//! Names as they are kept, and as they are compared and searched.

use crate::fold::fold;

/// Without spaces around it and with one between its words.
pub fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `  NGUYỄN   Văn Đức ` is `nguyen van duc`: as [`fold`] has it, and everything that is neither letter nor digit parts
/// words.
pub fn folded_name(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diacritics_and_capitals_do_not_count() {
        for (name, folded) in [
            ("  NGUYỄN   Văn Đức ", "nguyen van duc"),
            ("Hồ Thị Kỷ", "ho thi ky"),
            // Typed with combining marks.
            ("Ho\u{302}\u{300} Thi\u{323} Ky\u{309}", "ho thi ky"),
            ("ưỡng ấy ổ Ẵ ỷ", "uong ay o a y"),
            ("H'Hen Niê", "h hen nie"),
            ("Lý-Thường.Kiệt", "ly thuong kiet"),
            ("", ""),
            (" - ", ""),
        ] {
            assert_eq!(folded_name(name), folded, "{name}");
        }
        assert_eq!(tidy("  Nguyễn  Văn Đức "), "Nguyễn Văn Đức");
    }
}
