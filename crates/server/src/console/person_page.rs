//! One person: who they are, their cases, who may be the same person, what happened to the record.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::persons::name;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::registry::index::Query as Typed;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::case::Case;
use bluezone_domain::id::PersonId;
use bluezone_domain::person::{Identity, Likeness, PROBABLE, Person, Reason, likeness, together};
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, alert, back, badge, card, facts};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{PersonChange, PersonEvent, Within};
use maud::{Markup, html};
use serde::Deserialize;

/// People of the same name who are compared.
const MOST_NAMESAKES: usize = 20;

text! {
    BACK, "Tìm người", "Find persons";
    ABOUT, "Thông tin", "About";
    BORN, "Sinh", "Born";
    GENDER, "Giới tính", "Gender";
    CARD, "Số CCCD", "Identity card";
    PASSPORT, "Hộ chiếu", "Passport";
    PHONE, "Điện thoại", "Phone";
    ADDRESS, "Địa chỉ", "Address";
    LIVES, "Nơi ở", "Lives in";
    OCCUPATION, "Nghề nghiệp", "Occupation";
    MALE, "Nam", "Male";
    FEMALE, "Nữ", "Female";
    OTHER, "Khác", "Other";
    CASES, "Ca bệnh", "Cases";
    CASES_CAPTION, "Các ca bệnh của người này", "This person's cases";
    NO_CASES, "Không có ca bệnh nào trong địa bàn của bạn.", "No cases in your reach.";
    RECORDS, "Các hồ sơ đã gộp", "Merged records";
    RECORDS_WHY, "Những hồ sơ này là của cùng một người. Tách ra thì mọi thứ trở lại như trước khi gộp.",
        "These records are of one person. Parting them brings back everything as it was before.";
    PART, "Tách hồ sơ này", "Part this record";
    PART_WHICH, "Tách hồ sơ này: {name}", "Part this record: {name}";
    ALIKE, "Có thể là cùng một người", "Perhaps the same person";
    ALIKE_CAPTION, "Hồ sơ giống nhất trước", "The likeliest first";
    PROBABLY, "rất giống", "probably";
    POSSIBLY, "giống", "perhaps";
    WHY, "Vì sao", "Why";
    SCORE, "Điểm", "Points";
    DO, "Thao tác", "Action";
    MERGE, "Gộp vào hồ sơ này", "Merge into this record";
    MERGE_WHICH, "Gộp vào hồ sơ này: {name}", "Merge into this record: {name}";
    HISTORY, "Lịch sử", "History";
    HISTORY_CAPTION, "Các thay đổi của hồ sơ, cũ nhất trước", "Changes of the record, oldest first";
    WHEN, "Lúc", "When";
    WHAT, "Việc", "What";
    WHO, "Người thực hiện", "By";
    REGISTERED, "Ghi nhận", "Registered";
    CHANGED, "Sửa thông tin", "Details changed";
    MERGED_INTO, "Gộp vào hồ sơ khác", "Merged into another record";
    TOOK_IN, "Nhận gộp một hồ sơ", "Another record merged into it";
    PARTED, "Tách khỏi hồ sơ khác", "Parted from another record";
    LET_GO, "Một hồ sơ được tách ra", "Another record parted from it";
    DONE_MERGED, "Đã gộp hai hồ sơ", "The records are merged";
    DONE_PARTED, "Đã tách hồ sơ", "The record is parted";
    NOT_DONE, "Chưa gộp hoặc tách được", "Nothing was merged or parted";
    NOT_DONE_WHY, "Hồ sơ vừa được người khác gộp hoặc tách. Hãy xem lại.",
        "Somebody else has just merged or parted the record. Look at it again.";
    SAME_NATIONAL_ID, "cùng số CCCD", "same identity card";
    SAME_PASSPORT, "cùng hộ chiếu", "same passport";
    SAME_PHONE, "cùng điện thoại", "same phone";
    SAME_NAME, "cùng họ tên", "same name";
    SAME_FOLDED_NAME, "cùng họ tên, khác dấu", "same name but for diacritics";
    SIMILAR_NAME, "họ tên gần giống", "similar name";
    SAME_BIRTHDAY, "cùng ngày sinh", "born on the same day";
    SAME_BIRTH_YEAR, "cùng năm sinh", "born in the same year";
    SAME_COMMUNE, "cùng xã", "same commune";
    OTHER_NATIONAL_ID, "khác số CCCD", "other identity card";
    OTHER_BIRTH_YEAR, "khác năm sinh", "other year of birth";
    OTHER_GENDER, "khác giới tính", "other gender";
    OTHER_NAME, "khác họ tên", "other name"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// A person whom this officer may see. Any other is not found, whether they exist or not.
pub async fn find(state: &AppState, signed: &Signed, action: Action, id: &str) -> Result<Person, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let person = state.store.person(id).await?.ok_or(Failure::NotFound)?;
    if allows(signed.scope(), action, person.record()) { Ok(person) } else { Err(Failure::NotFound) }
}

/// `GET /console/persons/{person}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let person = find(&state, &signed, Action::SeePersons, &id).await?;
    let records = reached(&state, &signed, person.id).await?;
    let who = together(records.iter().map(|record| &record.identity));
    let mut cases = Vec::new();
    for record in &records {
        cases.extend(state.store.cases_of_person(record.id).await?);
    }
    cases.retain(|case| allows(signed.scope(), Action::SeeCases, case.record()));
    let alike = match signed.may(Action::MergePersons) {
        true => alike(&state, &signed, &who, &records).await?,
        false => Vec::new(),
    };
    let changes = state.store.person_changes(person.id).await?;
    let body = html! {
        (back(routes::PERSONS, BACK.get(lang)))
        (done(lang, &asked.done))
        (about(lang, &who, &person))
        section.stack { h2 { (CASES.get(lang)) } (case_rows(lang, &cases)) }
        @if records.len() > 1 { (merged(lang, &signed, &records)) }
        @if !alike.is_empty() {
            section.stack { h2 { (ALIKE.get(lang)) } (alike_rows(lang, &signed, person.id, &alike)) }
        }
        section.stack { h2 { (HISTORY.get(lang)) } (history(&state, lang, &changes).await?) }
    };
    let view = view.clone().at(&routes::person(person.id));
    let title = if who.name.is_empty() { name(lang, &person) } else { &who.name };
    Ok(Shell { view: &view, signed: Some(&signed), title, lead: None, wide: true, body }.render())
}

/// The records of the same person that the officer reaches, the one that speaks for them first.
async fn reached(state: &AppState, signed: &Signed, id: PersonId) -> Result<Vec<Person>, Failure> {
    let mut records = Vec::new();
    for id in state.store.person_records(id).await? {
        if let Some(record) = state.store.person(id).await?
            && allows(signed.scope(), Action::SeePersons, record.record())
        {
            records.push(record);
        }
    }
    Ok(records)
}

/// Others who may be the same person, the likeliest first: whoever shares a number, and people of the same name.
async fn alike(
    state: &AppState,
    signed: &Signed,
    who: &Identity,
    records: &[Person],
) -> Result<Vec<(Person, Likeness)>, Failure> {
    let Some(own) = records.first() else { return Ok(Vec::new()) };
    let mut ids = state.store.persons_with_numbers_of(who).await?;
    if !Typed::read(&who.name).is_empty() {
        let within = Within::from(signed.scope());
        let year = who.birth.map(|birth| format!(" {}", birth.year())).unwrap_or_default();
        let typed = format!("{}{year}", who.name);
        ids.extend(state.persons.find(&state.store, &typed, &within, MOST_NAMESAKES).await?.persons);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut alike = Vec::new();
    for id in ids.into_iter().filter(|id| records.iter().all(|record| record.id != *id)) {
        let Some(other) = state.store.person(id).await? else { continue };
        if other.merged_into.is_some() || !allows(signed.scope(), Action::MergePersons, other.record()) {
            continue;
        }
        let likeness = likeness((who, own.area), (&other.identity, other.area));
        if likeness.is_possible() {
            alike.push((other, likeness));
        }
    }
    alike.sort_by_key(|(other, likeness)| (std::cmp::Reverse(likeness.score), other.id));
    Ok(alike)
}

fn done(lang: Lang, what: &str) -> Markup {
    match what {
        "merged" => alert(Tone::Good, DONE_MERGED.get(lang), html! {}),
        "parted" => alert(Tone::Good, DONE_PARTED.get(lang), html! {}),
        "not" => alert(Tone::Caution, NOT_DONE.get(lang), html! { p { (NOT_DONE_WHY.get(lang)) } }),
        _ => html! {},
    }
}

fn about(lang: Lang, who: &Identity, person: &Person) -> Markup {
    use bluezone_domain::person::Gender;
    let gender = who.gender.map(|gender| match gender {
        Gender::Male => MALE.get(lang),
        Gender::Female => FEMALE.get(lang),
        Gender::Other => OTHER.get(lang),
    });
    let or_unknown = |text: Option<String>| match text.filter(|text| !text.is_empty()) {
        Some(text) => html! { (text) },
        None => html! { span.soft { (words::NOT_KNOWN.get(lang)) } },
    };
    card(
        ABOUT.get(lang),
        facts([
            (BORN.get(lang), or_unknown(who.birth.map(|birth| birth.to_string()))),
            (GENDER.get(lang), or_unknown(gender.map(str::to_owned))),
            (CARD.get(lang), or_unknown(who.national_id.as_ref().map(ToString::to_string))),
            (PASSPORT.get(lang), or_unknown(who.passport.as_ref().map(ToString::to_string))),
            (PHONE.get(lang), or_unknown(who.phone.as_ref().map(ToString::to_string))),
            (ADDRESS.get(lang), or_unknown(Some(who.address.clone()))),
            (LIVES.get(lang), html! { (words::area(lang, person.area)) }),
            (OCCUPATION.get(lang), or_unknown(Some(who.occupation.clone()))),
        ]),
    )
}

fn case_rows(lang: Lang, cases: &[Case]) -> Markup {
    if cases.is_empty() {
        return html! { p.soft { (NO_CASES.get(lang)) } };
    }
    let columns = [
        Column::words(words::REFERENCE.get(lang)),
        Column::words(words::STATUS.get(lang)),
        Column::words(words::DISEASE.get(lang)),
        Column::words(words::ONSET_SHORT.get(lang)),
        Column::words(words::REGISTERED.get(lang)),
    ];
    let rows = cases.iter().map(|case| {
        vec![
            html! { a href=(routes::case(case.id)) { (case.reference) } },
            words::status_badge(lang, case.facts.status),
            html! { (words::disease(lang, &case.disease)) },
            words::calendar_day(lang, case.facts.symptom_onset),
            words::instant(lang, case.created_at),
        ]
    });
    table(CASES_CAPTION.get(lang), &columns, rows)
}

fn merged(lang: Lang, signed: &Signed, records: &[Person]) -> Markup {
    card(
        RECORDS.get(lang),
        html! {
            p.soft { (RECORDS_WHY.get(lang)) }
            ul.plain {
                @for record in records {
                    li {
                        a href=(routes::person(record.id)) { (name(lang, record)) }
                        @if let Some(birth) = record.identity.birth { " · " (birth) }
                        @if record.merged_into.is_some() && signed.may(Action::MergePersons) {
                            @let label = PART_WHICH.fill(lang, &[("name", name(lang, record))]);
                            (form(&routes::unmerge_person(record.id), &signed.form_token, html! {
                                button.button type="submit" aria-label=(label) { (PART.get(lang)) }
                            }))
                        }
                    }
                }
            }
        },
    )
}

fn alike_rows(lang: Lang, signed: &Signed, into: PersonId, alike: &[(Person, Likeness)]) -> Markup {
    let columns = [
        Column::words(crate::console::persons::NAME.get(lang)),
        Column::words(BORN.get(lang)),
        Column::numbers(SCORE.get(lang)),
        Column::words(WHY.get(lang)),
        Column::words(DO.get(lang)),
    ];
    let rows = alike.iter().map(|(other, likeness)| {
        let (tone, how) =
            if likeness.score >= PROBABLE { (Tone::Caution, PROBABLY) } else { (Tone::Neutral, POSSIBLY) };
        let reasons: Vec<&str> =
            likeness.reasons.iter().map(|reason| reason_words(*reason).get(lang)).collect();
        let label = MERGE_WHICH.fill(lang, &[("name", name(lang, other))]);
        let merge = html! {
            input type="hidden" name="other" value=(other.id);
            button.button type="submit" aria-label=(label) { (MERGE.get(lang)) }
        };
        vec![
            html! { a href=(routes::person(other.id)) { (name(lang, other)) } },
            html! { @if let Some(birth) = other.identity.birth { (birth) } },
            html! { (likeness.score) " " (badge(tone, how.get(lang))) },
            html! { (reasons.join(", ")) },
            form(&routes::merge_person(into), &signed.form_token, merge),
        ]
    });
    table(ALIKE_CAPTION.get(lang), &columns, rows)
}

fn reason_words(reason: Reason) -> Text {
    match reason {
        Reason::SameNationalId => SAME_NATIONAL_ID,
        Reason::SamePassport => SAME_PASSPORT,
        Reason::SamePhone => SAME_PHONE,
        Reason::SameName => SAME_NAME,
        Reason::SameFoldedName => SAME_FOLDED_NAME,
        Reason::SimilarName => SIMILAR_NAME,
        Reason::SameBirthday => SAME_BIRTHDAY,
        Reason::SameBirthYear => SAME_BIRTH_YEAR,
        Reason::SameCommune => SAME_COMMUNE,
        Reason::OtherNationalId => OTHER_NATIONAL_ID,
        Reason::OtherBirthYear => OTHER_BIRTH_YEAR,
        Reason::OtherGender => OTHER_GENDER,
        Reason::OtherName => OTHER_NAME,
    }
}

async fn history(state: &AppState, lang: Lang, changes: &[PersonChange]) -> Result<Markup, Failure> {
    let columns =
        [Column::words(WHEN.get(lang)), Column::words(WHAT.get(lang)), Column::words(WHO.get(lang))];
    let mut rows = Vec::new();
    for change in changes {
        let what = match change.event {
            PersonEvent::Registered => REGISTERED,
            PersonEvent::Changed => CHANGED,
            PersonEvent::MergedInto(_) => MERGED_INTO,
            PersonEvent::TookIn(_) => TOOK_IN,
            PersonEvent::PartedFrom(_) => PARTED,
            PersonEvent::LetGo(_) => LET_GO,
        };
        let by = state.store.officer(change.by).await?.map(|officer| officer.username).unwrap_or_default();
        rows.push(vec![words::instant(lang, change.at), html! { (what.get(lang)) }, html! { (by) }]);
    }
    Ok(table(HISTORY_CAPTION.get(lang), &columns, rows))
}
