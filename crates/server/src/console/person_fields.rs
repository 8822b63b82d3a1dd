//! The fields that say who somebody is, as a part of a form: all may be left empty.

use crate::console::case_new::Problems;
use bluezone_domain::admin_unit::Edition;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::person::{Gender, Identity, tidy};
use bluezone_pages::form::Field;
use bluezone_pages::{Lang, Text, text};
use bluezone_protocol::history::Reporter;
use maud::{Markup, html};
use serde::Deserialize;

/// Longest text, in characters.
const LONGEST: usize = 200;

text! {
    WHO_WHY, "Được mã hóa khi lưu. Bỏ trống nếu chưa biết.", "Encrypted where it is kept. Leave empty what is not known.";
    NAME, "Họ và tên", "Name";
    BIRTH, "Ngày sinh hoặc năm sinh", "Day or year of birth";
    BIRTH_HINT, "Ví dụ 23/11/1985 hoặc 1985.", "For example 23/11/1985 or 1985.";
    GENDER, "Giới tính", "Gender";
    MALE, "Nam", "Male";
    FEMALE, "Nữ", "Female";
    OTHER, "Khác hoặc chưa rõ", "Other or not known";
    CARD, "Số CCCD", "Identity card number";
    PASSPORT, "Số hộ chiếu", "Passport number";
    PHONE, "Điện thoại", "Phone";
    ADDRESS, "Số nhà, đường, tổ, thôn", "House, street, hamlet";
    COMMUNE, "Xã, phường", "Commune or ward";
    NOT_KNOWN, "Chưa rõ", "Not known";
    BAD_TEXT, "Dài quá 200 ký tự hoặc có ký tự không dùng được.", "Longer than 200 characters, or with a character that cannot be used.";
    BAD_BIRTH, "Hãy ghi ngày như 23/11/1985 hoặc năm như 1985.", "Write a day like 23/11/1985 or a year like 1985.";
    BAD_CARD, "Số CCCD có 12 chữ số.", "An identity card number has 12 digits.";
    BAD_PASSPORT, "Số hộ chiếu có 5 đến 12 chữ cái và chữ số.", "A passport number has 5 to 12 letters and digits.";
    BAD_PHONE, "Hãy ghi số như 0912345678 hoặc +84912345678.", "Write a number like 0912345678 or +84912345678.";
    BAD_COMMUNE, "Hãy chọn xã, phường trong danh sách.", "Choose a commune from the list."
}

/// What was typed, as it was typed. No `Debug`: it is a patient's.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedPerson {
    name: String,
    birth: String,
    gender: String,
    national_id: String,
    passport: String,
    phone: String,
    address: String,
    commune: String,
}

impl From<(&Identity, Option<Area>)> for TypedPerson {
    fn from((of, area): (&Identity, Option<Area>)) -> TypedPerson {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        TypedPerson {
            name: of.name.clone(),
            birth: of.birth.map(|birth| birth.to_string()).unwrap_or_default(),
            gender: text(of.gender.map(Gender::as_str)),
            national_id: text(of.national_id.as_ref().map(|number| number.as_str())),
            passport: text(of.passport.as_ref().map(|number| number.as_str())),
            phone: text(of.phone.as_ref().map(|number| number.as_str())),
            address: of.address.clone(),
            commune: text(
                area.as_ref().and_then(|area| area.commune.as_ref()).map(|commune| commune.as_str()),
            ),
        }
    }
}

impl TypedPerson {
    /// What is known already.
    pub fn of(identity: &Identity) -> TypedPerson {
        let number = |number: Option<&str>| number.unwrap_or_default().to_owned();
        TypedPerson {
            name: identity.name.clone(),
            birth: identity.birth.map(|birth| birth.to_string()).unwrap_or_default(),
            gender: identity.gender.map(|gender| gender.as_str().to_owned()).unwrap_or_default(),
            national_id: number(identity.national_id.as_ref().map(|number| number.as_str())),
            passport: number(identity.passport.as_ref().map(|number| number.as_str())),
            phone: number(identity.phone.as_ref().map(|number| number.as_str())),
            address: identity.address.clone(),
            commune: String::new(),
        }
    }

    /// What somebody wrote of themselves on their phone, for the officer to check.
    pub fn reported(reporter: &Reporter) -> TypedPerson {
        let Reporter { name, phone, commune } = reporter.clone();
        TypedPerson { name, phone, commune, ..TypedPerson::default() }
    }
}

/// Reads the fields: who it is, and where they live, which is the officer's territory where nothing better is chosen.
pub fn read(typed: &TypedPerson, territory: Territory, problems: &mut Problems) -> (Identity, Option<Area>) {
    let mut optional = |field, typed: &str, wrong: Text, right: bool| {
        if !right && !typed.trim().is_empty() {
            problems.push((field, wrong));
        }
    };
    let text = |typed: &str| {
        let text = tidy(typed);
        (text.chars().count() <= LONGEST && !text.chars().any(char::is_control)).then_some(text)
    };
    let (name, address) = (text(&typed.name), text(&typed.address));
    optional("name", &typed.name, BAD_TEXT, name.is_some());
    let birth = typed.birth.parse().ok();
    optional("birth", &typed.birth, BAD_BIRTH, birth.is_some());
    let national_id = typed.national_id.parse().ok();
    optional("national_id", &typed.national_id, BAD_CARD, national_id.is_some());
    let passport = typed.passport.parse().ok();
    optional("passport", &typed.passport, BAD_PASSPORT, passport.is_some());
    let phone = typed.phone.parse().ok();
    optional("phone", &typed.phone, BAD_PHONE, phone.is_some());
    optional("address", &typed.address, BAD_TEXT, address.is_some());
    let commune = typed.commune.parse().ok().and_then(|code| Edition::in_force().area(code));
    let commune = commune.filter(|area| territory.covers(*area));
    optional("commune", &typed.commune, BAD_COMMUNE, commune.is_some());
    let identity = Identity {
        name: name.unwrap_or_default(),
        birth,
        gender: Gender::ALL.into_iter().find(|gender| gender.as_str() == typed.gender),
        national_id,
        passport,
        phone,
        address: address.unwrap_or_default(),
        occupation: String::new(),
    };
    (identity, commune.or_else(|| territory.area()))
}

/// Draws the fields. Communes are offered where the officer answers for a province; a station has only its own.
pub fn draw(
    lang: Lang,
    title: &str,
    typed: &TypedPerson,
    territory: Territory,
    problem: impl Fn(&str) -> Option<&'static str>,
) -> Markup {
    let genders = vec![
        ("", NOT_KNOWN.get(lang)),
        (Gender::Male.as_str(), MALE.get(lang)),
        (Gender::Female.as_str(), FEMALE.get(lang)),
        (Gender::Other.as_str(), OTHER.get(lang)),
    ];
    let line = |kind: &'static str, name: &'static str, label: Text, value| {
        Field::input(lang, kind, name, label.get(lang))
            .value(value)
            .error(problem(name))
            .complete("off")
            .verbatim()
            .optional()
    };
    html! {
        h2 { (title) }
        p.hint { (WHO_WHY.get(lang)) }
        (line("text", "name", NAME, &typed.name))
        (line("text", "birth", BIRTH, &typed.birth).hint(BIRTH_HINT.get(lang)))
        (Field::select(lang, "gender", GENDER.get(lang), genders).value(&typed.gender).optional())
        (line("text", "national_id", CARD, &typed.national_id).digits(20))
        (line("text", "passport", PASSPORT, &typed.passport))
        (line("tel", "phone", PHONE, &typed.phone))
        (line("text", "address", ADDRESS, &typed.address))
        @if let Territory::Province(province) = territory {
            (Field::select(lang, "commune", COMMUNE.get(lang), communes(lang, province.as_str()))
                .value(&typed.commune)
                .error(problem("commune"))
                .optional())
        }
    }
}

fn communes(lang: Lang, province: &str) -> Vec<(&'static str, &'static str)> {
    let mut communes: Vec<_> = Edition::in_force()
        .children(province)
        .map(|unit| (unit.code, if lang == Lang::En { unit.full_name_en } else { unit.full_name }))
        .collect();
    communes.sort_by_key(|(_, name)| *name);
    communes.insert(0, ("", NOT_KNOWN.get(lang)));
    communes
}
