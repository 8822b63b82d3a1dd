//! Choosing a health unit: a search by name that works without a script, and short lists shown whole.

use bluezone_pages::form::Field;
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Weight, button, link_button};
use bluezone_pages::{Lang, text};

text! {
    UNIT, "Gửi cho đơn vị y tế nào", "To which health unit";
    UNIT_NONE, "Hãy chọn đơn vị trước: trạm y tế nơi bạn ở, hoặc CDC tỉnh.",
        "Choose the unit first: the health station where you live, or the provincial CDC.";
    UNIT_ANOTHER, "Chọn đơn vị khác", "Choose another";
    SEARCH, "Tên phường, xã hoặc tỉnh", "Name of the ward, commune or province";
    SEARCH_HINT, "Không cần gõ dấu.", "Accents may be left out.";
    FIND, "Tìm", "Find";
    NOT_FOUND, "Không có đơn vị nào có tên như vậy.", "No unit has such a name.";
    MORE, "Còn nữa. Hãy gõ rõ hơn.", "There are more. Please type more of the name."
}

/// A list that is this short is shown without a search.
const SHORT: usize = 12;
/// Units shown of a search.
const SHOWN: usize = 20;

/// A unit: code and name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The choice of a unit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Units {
    /// All of them.
    pub all: Vec<Unit>,
    /// The one chosen.
    pub chosen: Option<Unit>,
    /// What was searched for.
    pub search: String,
}

impl Units {
    /// Those that the search finds.
    fn found(&self) -> Vec<&Unit> {
        let wanted = folded(&self.search);
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        if wanted.is_empty() && self.all.len() > SHORT {
            return Vec::new();
        }
        let fits = |unit: &&Unit| {
            let name = folded(&unit.name);
            wanted.iter().all(|word| name.contains(word))
        };
        self.all.iter().filter(fits).collect()
    }
}

/// Draws the choice; `path` is the page that it belongs to.
pub fn units(lang: Lang, path: &str, units: &Units) -> Markup {
    let found = units.found();
    html! {
        section.card {
            h2 #unit { (UNIT.get(lang)) }
            @if let Some(unit) = &units.chosen {
                p { strong { (unit.name) } }
                div.actions { (link_button(Weight::Secondary, path, UNIT_ANOTHER.get(lang))) }
            } @else {
                p { (UNIT_NONE.get(lang)) }
                @if units.all.len() > SHORT {
                    form.form method="get" action=(path) role="search" {
                        (Field::input(lang, "search", "q", SEARCH.get(lang)).hint(SEARCH_HINT.get(lang))
                            .value(&units.search).optional().verbatim())
                        (button(Weight::Secondary, FIND.get(lang)))
                    }
                }
                @if found.is_empty() && !units.search.is_empty() { p role="status" { (NOT_FOUND.get(lang)) } }
                ul {
                    @for unit in found.iter().take(SHOWN) {
                        li { a href={ (path) "?unit=" (escaped(&unit.code)) } { (unit.name) } }
                    }
                }
                @if found.len() > SHOWN { p.small { (MORE.get(lang)) } }
            }
        }
    }
}

/// Everything but plain letters, digits and `-._~` as `%XX`.
fn escaped(code: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    code.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Vietnamese letters without their marks, in lower case: people search as they type.
fn folded(text: &str) -> String {
    const LETTERS: [(char, &str); 7] = [
        ('a', "àáạảãâầấậẩẫăằắặẳẵ"),
        ('e', "èéẹẻẽêềếệểễ"),
        ('i', "ìíịỉĩ"),
        ('o', "òóọỏõôồốộổỗơờớợởỡ"),
        ('u', "ùúụủũưừứựửữ"),
        ('y', "ỳýỵỷỹ"),
        ('d', "đ"),
    ];
    let plain =
        |c: char| LETTERS.iter().find(|(_, marked)| marked.contains(c)).map_or(c, |(plain, _)| *plain);
    // Marks that stand behind their letter fall away.
    let marks = '\u{300}'..='\u{36F}';
    text.to_lowercase().chars().filter(|c| !marks.contains(c)).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_without_marks() {
        let unit = |name: &str| Unit { code: "x".to_owned(), name: name.to_owned() };
        let mut all: Vec<_> = (0..SHORT).map(|n| unit(&format!("Trạm y tế xã {n}"))).collect();
        all.push(unit("Trạm y tế phường Phan Đình Phùng"));
        let find = |search: &str| {
            let units = Units { all: all.clone(), chosen: None, search: search.to_owned() };
            units.found().into_iter().map(|unit| unit.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(find("phan dinh"), ["Trạm y tế phường Phan Đình Phùng"]);
        assert_eq!(find("PHÙNG đình"), ["Trạm y tế phường Phan Đình Phùng"]);
        assert_eq!(find("Phu\u{300}ng").len(), 1, "marks behind their letter");
        assert_eq!(find("").len(), 0, "a long list is searched");
        assert_eq!(find("hanoi").len(), 0);
        assert_eq!(escaped("cdc 19/đ"), "cdc%2019%2F%C4%91");
    }
}
