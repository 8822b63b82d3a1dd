//! One case: how it stands, its codes, its history, and what can be done.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{case_reported, code_issue, epi, persons, place_warnings, routes, timeline, words};
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::case::{Case, CaseChange, CaseStatus};
use bluezone_domain::id::OfficerId;
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, back, badge, button, card, facts, link_button, status};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{CodeState, IssuedCode};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;

text! {
    TITLE, "Ca {reference}", "Case {reference}";
    BACK, "Danh sách ca", "All cases";
    IS_SUSPECTED, "Ca nghi ngờ, chưa có kết quả xét nghiệm. Nếu người bệnh chia sẻ, điện thoại khác được báo là tiếp xúc với ca nghi ngờ.",
        "A suspected case without a test result. If the patient shares, other phones are told of contact with a suspected case.";
    IS_PROBABLE, "Ca có thể: nghi ngờ và có liên hệ dịch tễ. Nếu người bệnh chia sẻ, điện thoại khác được báo là tiếp xúc với ca nghi ngờ.",
        "A probable case: suspected, and linked to another. If the patient shares, other phones are told of contact with a suspected case.";
    IS_CONFIRMED, "Ca xác định bằng xét nghiệm. Hãy cấp mã để người bệnh báo cho những người đã ở gần.",
        "Confirmed by a test. Issue a code so that the patient can warn those who were near.";
    IS_DISCARDED, "Không phải ca bệnh. Nếu trước đó người bệnh đã chia sẻ, hãy cấp mã mới để điện thoại của họ rút lại cảnh báo.",
        "It is no case. If the patient had shared, issue a new code so that their phone withdraws the warning.";
    IS_NEGATIVE, "Xét nghiệm âm tính. Nếu trước đó người bệnh đã chia sẻ, hãy cấp mã mới để điện thoại của họ rút lại cảnh báo.",
        "A test was negative. If the patient had shared, issue a new code so that their phone withdraws the warning.";
    ABOUT, "Thông tin ca", "About the case";
    PATIENT, "Người bệnh", "Patient";
    HIDDEN, "ngoài quyền xem của bạn", "not yours to see";
    PLACE, "Nơi ở", "Lives in";
    ASSIGNED, "Đơn vị được giao", "Handed to";
    BY, "{when}, {who}", "{when}, by {who}";
    CHANGE, "Đổi tình trạng", "Change the status";
    TO_CONFIRMED, "Xét nghiệm dương tính", "The test is positive";
    TO_PROBABLE, "Có liên hệ dịch tễ", "It is linked to another case";
    TO_NEGATIVE, "Xét nghiệm âm tính", "The test is negative";
    TO_DISCARDED, "Loại trừ ca này", "It is no case";
    FINAL, "Tình trạng này không đổi được nữa. Nếu sau này xét nghiệm dương tính, hãy ghi nhận một ca mới.",
        "This status is final. If a later test is positive, register a new case.";
    ASK, "Lịch sử tiếp xúc", "Contact history";
    ASK_WHY, "Người bệnh cho phép được hỏi. Yêu cầu cần hai cán bộ ký và nằm trong sổ công khai.",
        "The patient lets themselves be asked. A request needs two officers' signatures and stands in the public log.";
    ASK_DO, "Viết yêu cầu", "Write a request";
    CONTACTS, "Người tiếp xúc", "Contacts";
    CONTACTS_THERE, "Đã ghi nhận {n} người tiếp xúc.", "{n} contacts are registered.";
    OPEN_CONTACTS, "Danh sách tiếp xúc", "Contact list";
    OPEN_GRAPH, "Sơ đồ lây truyền", "Transmission graph";
    CODES, "Mã đã cấp", "Codes issued";
    CODES_CAPTION, "Các mã đã cấp cho ca này, mới nhất trước", "Codes issued for this case, newest first";
    NO_CODES, "Chưa cấp mã nào.", "No code has been issued yet.";
    KIND, "Loại", "Kind";
    STATE, "Trạng thái", "State";
    ISSUED, "Cấp lúc", "Issued";
    EXPIRES, "Hết hạn", "Expires";
    SHORT, "Mã 8 số", "8 digits";
    LINK, "Đường dẫn", "Link";
    ACTION, "Thao tác", "Action";
    CANCEL_CODE, "Hủy mã", "Cancel the code";
    DONE_CANCELLED, "Đã hủy mã", "The code is cancelled";
    DONE_CANCELLED_WHY, "Mã này không dùng được nữa. Nếu cần, hãy cấp mã khác.",
        "It does not work any more. If needed, issue another.";
    LIVE, "Đang chờ dùng", "Waiting to be used";
    USED, "Đã dùng", "Used";
    EXPIRED, "Hết hạn", "Expired";
    WHO, "Người thực hiện", "By";
    SOMEBODY, "không rõ", "unknown";
    DONE_REGISTERED, "Đã ghi nhận ca", "The case is registered";
    DONE_REGISTERED_WHY, "Bước tiếp theo: cấp mã cho người bệnh, nếu họ muốn báo cho những người đã ở gần.",
        "Next: issue a code, if the patient wants to warn those who were near.";
    DONE_POINT, "Đã lưu mốc dịch tễ", "It is written down";
    DONE_POINT_WHY, "Ai cùng ở đó vào lúc ấy có thể là người tiếp xúc: hãy thêm họ.",
        "Whoever was there then may be a contact: add them.";
    DONE_POINT_REMOVED, "Đã xóa mốc dịch tễ", "It is removed";
    DONE_POINT_REMOVED_WHY, "Những người tiếp xúc đã ghi nhận vẫn còn.", "Contacts that were registered stay.";
    DONE_REPORTED, "Đã ghi báo cáo", "The report is noted";
    DONE_REPORTED_WHY, "Ca này không còn trong việc cần làm.", "The case has left the list of what is to do.";
    REPORT_TIME, "Chưa ghi được báo cáo", "The report is not noted";
    REPORT_TIME_WHY, "Giờ báo cáo nằm giữa lúc ghi nhận ca và bây giờ.",
        "A case is reported between its registration and now.";
    CHANGED_MEANWHILE, "Ca đã được người khác thay đổi", "Somebody else changed the case";
    CHANGED_MEANWHILE_WHY, "Chưa có gì được lưu. Hãy xem lại rồi làm lại.", "Nothing was saved. Look at it, then do it again.";
    DONE_CHANGED, "Đã đổi tình trạng", "The status is changed";
    DONE_CHANGED_WHY, "Nếu người bệnh đã chia sẻ trước đó, hãy cấp mã mới để điện thoại của họ cập nhật.",
        "If the patient shared before, issue a new code so that their phone can update what it shared."
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// A case that this officer may see. Any other is not found, whether it exists or not.
pub async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Case, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let case = state.store.case(id).await?.ok_or(Failure::NotFound)?;
    if may_see_case(signed, &case) { Ok(case) } else { Err(Failure::NotFound) }
}

/// Whether a case is within an officer's reach. The only place that decides it.
pub fn may_see_case(signed: &Signed, case: &Case) -> bool {
    allows(signed.scope(), Action::SeeCases, case.record())
}

/// `GET /console/cases/{case}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let case = find(&state, &signed, &id).await?;
    let codes = state.store.codes_of_case(case.id, state.now()).await?;
    let changes = state.store.case_changes(case.id).await?;
    let people = names(&state, &case, &codes, &changes).await?;
    let sees_points = epi::are_seen_by(&signed, &case);
    let points = if sees_points { state.store.epi_points_of_case(case.id).await? } else { Vec::new() };
    let who = who(&state, &signed, view.lang, &case).await?;
    let paused = code_issue::short_codes_paused(&state).await?;
    let can_ask =
        signed.may(Action::AskForHistory) && !state.store.mailboxes_of_case(case.id).await?.is_empty();
    let contacts_there = state.store.count_contacts(case.id).await?;
    let lang = view.lang;
    let known = timeline::Known { case: &case, codes: &codes, changes: &changes, points: &points };
    let timeline =
        timeline::shown(&state, &signed, lang, known, |id| people.name(lang, id).to_owned()).await?;
    let body = html! {
        (back(routes::CASES, BACK.get(lang)))
        (done(lang, &asked.done))
        (how_it_stands(lang, &case))
        @if signed.may(Action::IssueCode) { (code_issue::offer(&state, &signed, lang, &case, &codes, paused)) }
        div.grid {
            (about(lang, &case, who, &people))
            div.stack {
                (case_reported::offer(&signed, lang, &case, state.now()))
                @if signed.may(Action::ChangeCase) { (change(lang, &case)) }
                @if signed.may(Action::SeeContacts) { (contacts(lang, &case, contacts_there)) }
                (place_warnings::offer(&signed, lang, &case))
                @if can_ask { (card(ASK.get(lang), html! {
                    p { (ASK_WHY.get(lang)) }
                    div.actions { (link_button(Weight::Secondary, &routes::ask_case(case.id), ASK_DO.get(lang))) }
                })) }
            }
        }
        @if sees_points { (epi::shown(&signed, lang, &case, &points)) }
        section.stack { h2 { (CODES.get(lang)) } (code_rows(lang, &signed, &case, &codes, &people)) }
        (timeline)
    };
    let title = TITLE.fill(lang, &[("reference", &case.reference)]);
    // The language switch leads to the case, not to the message about what was just done.
    let view = view.clone().at(&routes::case(case.id));
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead: None, wide: true, body }.render())
}

fn contacts(lang: Lang, case: &Case, there: u32) -> Markup {
    card(
        CONTACTS.get(lang),
        html! {
            p { (CONTACTS_THERE.fill(lang, &[("n", &there.to_string())])) }
            div.actions {
                (link_button(Weight::Secondary, &routes::contacts_of(case.id), OPEN_CONTACTS.get(lang)))
                (link_button(Weight::Secondary, &routes::graph(case.id), OPEN_GRAPH.get(lang)))
            }
        },
    )
}

fn done(lang: Lang, what: &str) -> Markup {
    let said: Option<(Tone, Text, Text)> = match what {
        "registered" => Some((Tone::Good, DONE_REGISTERED, DONE_REGISTERED_WHY)),
        "changed" => Some((Tone::Good, DONE_CHANGED, DONE_CHANGED_WHY)),
        "cancelled" => Some((Tone::Good, DONE_CANCELLED, DONE_CANCELLED_WHY)),
        "point" => Some((Tone::Good, DONE_POINT, DONE_POINT_WHY)),
        "point-removed" => Some((Tone::Good, DONE_POINT_REMOVED, DONE_POINT_REMOVED_WHY)),
        "reported" => Some((Tone::Good, DONE_REPORTED, DONE_REPORTED_WHY)),
        "report-time" => Some((Tone::Bad, REPORT_TIME, REPORT_TIME_WHY)),
        "again" => Some((Tone::Bad, CHANGED_MEANWHILE, CHANGED_MEANWHILE_WHY)),
        _ => None,
    };
    html! {
        @if let Some((tone, title, why)) = said {
            (alert(tone, title.get(lang), html! { p { (why.get(lang)) } }))
        }
    }
}

fn how_it_stands(lang: Lang, case: &Case) -> Markup {
    let (icon, why) = match case.facts.status {
        CaseStatus::Suspected => (Icon::Search, IS_SUSPECTED),
        CaseStatus::Probable => (Icon::Search, IS_PROBABLE),
        CaseStatus::Confirmed => (Icon::Warning, IS_CONFIRMED),
        CaseStatus::Negative => (Icon::Check, IS_NEGATIVE),
        CaseStatus::Discarded => (Icon::Check, IS_DISCARDED),
    };
    let tone = words::status_tone(case.facts.status);
    status(tone, icon, words::status(lang, case.facts.status), html! { p { (why.get(lang)) } })
}

/// The patient's name, as a link, for those who may see persons.
async fn who(state: &AppState, signed: &Signed, lang: Lang, case: &Case) -> Result<Markup, Failure> {
    let Some(id) = case.person else {
        return Ok(html! { span.soft { (words::NOT_KNOWN.get(lang)) } });
    };
    let person = state.store.person(id).await?;
    let person = person.filter(|person| allows(signed.scope(), Action::SeePersons, person.record()));
    Ok(match &person {
        Some(person) => html! { a href=(routes::person(id)) { (persons::name(lang, person)) } },
        None => html! { span.soft { (HIDDEN.get(lang)) } },
    })
}

fn about(lang: Lang, case: &Case, who: Markup, people: &People) -> Markup {
    let when = bluezone_pages::time::date_time(lang, case.created_at.0);
    let registered = BY.fill(lang, &[("when", &when), ("who", people.name(lang, case.created_by))]);
    card(
        ABOUT.get(lang),
        facts([
            (PATIENT.get(lang), who),
            (words::DISEASE.get(lang), html! { (words::disease(lang, &case.disease)) }),
            (words::ONSET.get(lang), words::calendar_day(lang, case.facts.symptom_onset)),
            (words::TEST_DATE.get(lang), words::calendar_day(lang, case.facts.test_date)),
            (PLACE.get(lang), html! { (words::area(lang, case.area)) }),
            (words::UNIT.get(lang), html! { (case.unit) }),
            (
                ASSIGNED.get(lang),
                match &case.assigned {
                    Some(unit) => html! { (unit) },
                    None => html! { span.soft { (words::NOT_KNOWN.get(lang)) } },
                },
            ),
            (words::REGISTERED.get(lang), html! { (registered) }),
        ]),
    )
}

fn change(lang: Lang, case: &Case) -> Markup {
    let may = |to| case.facts.status.may_become(to);
    let to = |status: CaseStatus| format!("{}?to={}", routes::status(case.id), status.as_str());
    card(
        CHANGE.get(lang),
        html! {
            div.actions {
                @for (status, words) in [
                    (CaseStatus::Probable, TO_PROBABLE),
                    (CaseStatus::Confirmed, TO_CONFIRMED),
                    (CaseStatus::Negative, TO_NEGATIVE),
                    (CaseStatus::Discarded, TO_DISCARDED),
                ] {
                    @if may(status) { (link_button(Weight::Secondary, &to(status), words.get(lang))) }
                }
            }
            @if !CaseStatus::ALL.into_iter().any(may) { p.soft { (FINAL.get(lang)) } }
        },
    )
}

fn code_rows(lang: Lang, signed: &Signed, case: &Case, codes: &[IssuedCode], people: &People) -> Markup {
    if codes.is_empty() {
        return html! { p.soft { (NO_CODES.get(lang)) } };
    }
    let columns = [
        Column::words(ISSUED.get(lang)),
        Column::words(KIND.get(lang)),
        Column::words(STATE.get(lang)),
        Column::words(EXPIRES.get(lang)),
        Column::words(WHO.get(lang)),
        Column::words(ACTION.get(lang)),
    ];
    let rows = codes.iter().map(|code| {
        let state = match code.state {
            CodeState::Live => badge(Tone::Info, LIVE.get(lang)),
            CodeState::Used(_) => badge(Tone::Good, USED.get(lang)),
            CodeState::Expired => badge(Tone::Neutral, EXPIRED.get(lang)),
        };
        vec![
            words::instant(lang, code.issued_at),
            html! { (kind(lang, code)) },
            state,
            words::instant(lang, code.expires_at),
            html! { (people.name(lang, code.issued_by)) },
            html! {
                @if code.state == CodeState::Live && signed.may(Action::IssueCode) {
                    (form(
                        &routes::cancel_code(case.id, code.id),
                        &signed.form_token,
                        button(Weight::Secondary, CANCEL_CODE.get(lang)),
                    ))
                }
            },
        ]
    });
    table(CODES_CAPTION.get(lang), &columns, rows)
}

fn kind(lang: Lang, code: &IssuedCode) -> &'static str {
    use bluezone_domain::code::CodeKind;
    match code.kind {
        CodeKind::Short => SHORT.get(lang),
        CodeKind::Link => LINK.get(lang),
    }
}

/// Usernames of those who had a hand in the case.
struct People(HashMap<OfficerId, String>);

impl People {
    fn name(&self, lang: Lang, id: OfficerId) -> &str {
        self.0.get(&id).map_or(SOMEBODY.get(lang), String::as_str)
    }
}

async fn names(
    state: &AppState,
    case: &Case,
    codes: &[IssuedCode],
    changes: &[CaseChange],
) -> Result<People, Failure> {
    let mut people = HashMap::new();
    let ids = codes.iter().map(|code| code.issued_by).chain(changes.iter().map(|change| change.by));
    for id in ids.chain([case.created_by]) {
        if !people.contains_key(&id)
            && let Some(officer) = state.store.officer(id).await?
        {
            people.insert(id, officer.username);
        }
    }
    Ok(People(people))
}
