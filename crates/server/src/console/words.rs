//! Words and small pieces that several pages share: what a status, a disease and a role are called.

use bluezone_domain::Timestamp;
use bluezone_domain::admin_unit::Edition;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::case::{CaseStatus, no_place};
use bluezone_domain::disease::{self, Name};
use bluezone_domain::officer::Role;
use bluezone_domain::unit::UnitKind;
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::time::{date, date_time, time_tag};
use bluezone_pages::{Lang, Text, text, unbroken};
use bluezone_transparency::entry::DataKind;
use maud::{Markup, html};

text! {
    SUSPECTED, "Nghi ngờ", "Suspected";
    PROBABLE, "Có thể", "Probable";
    CONFIRMED, "Xác định", "Confirmed";
    NEGATIVE, "Âm tính", "Negative";
    DISCARDED, "Loại trừ", "Discarded";
    ADMINISTRATOR, "Quản trị", "Administrator";
    PROVINCIAL_CDC, "Trung tâm kiểm soát bệnh tật", "Centre for disease control";
    COMMUNE_STATION, "Trạm y tế", "Health station";
    LAB, "Phòng xét nghiệm", "Laboratory";
    ISOLATION_SITE, "Cơ sở cách ly", "Isolation site";
    AUDITOR, "Kiểm toán", "Auditor";
    MINISTRY, "Bộ Y tế", "Ministry of health";
    NATION, "cả nước", "the whole country";
    NOWHERE, "chưa có địa bàn", "no territory yet";
    REFERENCE, "Mã hồ sơ", "Reference";
    DISEASE, "Bệnh", "Disease";
    STATUS, "Tình trạng", "Status";
    ONSET, "Ngày khởi phát triệu chứng", "First day of symptoms";
    TEST_DATE, "Ngày lấy mẫu xét nghiệm", "Day the sample was taken";
    ONSET_SHORT, "Khởi phát", "Symptoms";
    TEST_SHORT, "Lấy mẫu", "Sample";
    UNIT, "Đơn vị", "Unit";
    REGISTERED, "Ghi nhận lúc", "Registered";
    NOT_KNOWN, "Chưa rõ", "Not known";
    BACK_TO_CASE, "Về hồ sơ", "Back to the case";
    BACK_TO_ACCOUNT, "Về tài khoản", "Back to your account";
    CANCEL, "Không, quay lại", "No, go back";
    CONTACTS, "Tiếp xúc đã ghi", "Recorded contacts";
    KEYS, "Khóa định danh của chính máy đó", "The phone's own identifier keys";
    VISITS, "Nơi đã đến", "Visits to places";
    DECLARATIONS, "Khai báo y tế", "Health declarations";
    REGISTER, "Hồ sơ ca bệnh", "Records of the case register";
    SHARE_CONTACTS, "chia sẻ tiếp xúc đã ghi", "sharing the recorded contacts";
    BE_ASKED, "có thể được hỏi thêm", "being asked for more";
    REPORT_CONTACTS, "báo các lần gặp", "reporting the encounters";
    GIVE_NAME, "cho biết tên", "giving a name";
    ANSWER_REQUEST, "trả lời yêu cầu", "answering a request"
}

/// A kind of data that a request or an opening may be of.
pub fn data_kind(kind: DataKind) -> Text {
    match kind {
        DataKind::Contacts => CONTACTS,
        DataKind::IdentifierKeys => KEYS,
        DataKind::Visits => VISITS,
        DataKind::Declarations => DECLARATIONS,
        DataKind::Register => REGISTER,
    }
}

/// A purpose that somebody agreed to on their phone, by its name in uploads; the name itself where it is none of these.
pub fn purpose(lang: Lang, name: &str) -> &str {
    let known = [
        ("share-contacts", SHARE_CONTACTS),
        ("be-asked", BE_ASKED),
        ("report-contacts", REPORT_CONTACTS),
        ("give-name", GIVE_NAME),
        ("answer-request", ANSWER_REQUEST),
    ];
    known.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words.get(lang))
}

/// A disease's name, as pages show it; its id where it has none here.
pub fn disease(lang: Lang, id: &str) -> String {
    unbroken(disease::find(id).map_or(id, |disease| of_disease(lang, &disease.name)))
}

/// What the file of a disease says in both languages.
pub fn of_disease(lang: Lang, words: &Name) -> &str {
    match lang {
        Lang::Vi => &words.vi,
        Lang::En => &words.en,
    }
}

/// Every disease with its name, to choose one.
pub fn diseases(lang: Lang) -> Vec<(&'static str, &'static str)> {
    disease::all().iter().map(|of| (of.id.as_str(), of_disease(lang, &of.name))).collect()
}

/// A status in words.
pub fn status(lang: Lang, status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Suspected => SUSPECTED,
        CaseStatus::Probable => PROBABLE,
        CaseStatus::Confirmed => CONFIRMED,
        CaseStatus::Negative => NEGATIVE,
        CaseStatus::Discarded => DISCARDED,
    }
    .get(lang)
}

/// How a status looks.
pub fn status_tone(status: CaseStatus) -> Tone {
    match status {
        CaseStatus::Suspected | CaseStatus::Probable => Tone::Caution,
        CaseStatus::Confirmed => Tone::Bad,
        CaseStatus::Negative | CaseStatus::Discarded => Tone::Neutral,
    }
}

/// A status as a label.
pub fn status_badge(lang: Lang, of: CaseStatus) -> Markup {
    badge(status_tone(of), status(lang, of))
}

/// A role in words.
pub fn role(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Administrator => ADMINISTRATOR,
        Role::ProvincialCdc => PROVINCIAL_CDC,
        Role::CommuneStation => COMMUNE_STATION,
        Role::Lab => LAB,
        Role::IsolationSite => ISOLATION_SITE,
        Role::Auditor => AUDITOR,
    }
    .get(lang)
}

/// A kind of unit in words.
pub fn unit_kind(lang: Lang, kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Ministry => MINISTRY,
        UnitKind::ProvincialCdc => PROVINCIAL_CDC,
        UnitKind::CommuneStation => COMMUNE_STATION,
        UnitKind::Lab => LAB,
        UnitKind::IsolationSite => ISOLATION_SITE,
    }
    .get(lang)
}

/// A territory in words: `Phường Phan Đình Phùng, Tỉnh Thái Nguyên`. Its codes, where the list in force has no such unit.
pub fn territory(lang: Lang, territory: Territory) -> String {
    let code = match &territory {
        Territory::Nowhere => return NOWHERE.get(lang).to_owned(),
        Territory::Nation => return NATION.get(lang).to_owned(),
        Territory::Province(province) => province.as_str(),
        Territory::Commune(_, commune) => commune.as_str(),
    };
    let names: Vec<_> = Edition::in_force()
        .path(code)
        .into_iter()
        .map(|unit| match lang {
            Lang::Vi => unit.full_name,
            Lang::En => unit.full_name_en,
        })
        .collect();
    if names.is_empty() { territory.to_string() } else { names.join(", ") }
}

/// What a unit is and what it answers for.
pub fn unit_place(lang: Lang, kind: UnitKind, of: Territory) -> String {
    format!("{} · {}", unit_kind(lang, kind), territory(lang, of))
}

/// A commune and its province in words.
pub fn area(lang: Lang, area: Area) -> String {
    match area {
        area if area == no_place() => NOT_KNOWN.get(lang).to_owned(),
        Area { province, commune: Some(commune) } => territory(lang, Territory::Commune(province, commune)),
        Area { province, commune: None } => territory(lang, Territory::Province(province)),
    }
}

/// An instant, to the minute.
pub fn instant(lang: Lang, at: Timestamp) -> Markup {
    time_tag(at.0, &date_time(lang, at.0))
}

/// A calendar day that is stored as its midnight UTC; on Vietnam's clock that is seven in the morning of the same day.
pub fn calendar_day(lang: Lang, day: Option<Timestamp>) -> Markup {
    match day {
        Some(day) => html! { (date(lang, day.0)) },
        None => html! { span.soft { (NOT_KNOWN.get(lang)) } },
    }
}
