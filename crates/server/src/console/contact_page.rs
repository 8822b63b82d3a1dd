//! One contact: what they are called and why, the evaluation sheet, what the phones recorded, follow-up, history.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{
    contact_assign, contact_follow, contact_history, contact_sheet, contact_words as words, routes,
    words as shared,
};
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::contact::rule::Rule;
use bluezone_domain::contact::{Contact, Evaluation, Origin, OriginIs};
use bluezone_domain::disease;
use bluezone_domain::evidence::{Comparison, Encounter, Side, Verdict};
use bluezone_domain::id::ContactId;
use bluezone_domain::person::Identity;
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::parts::{Tone, Weight, alert, back, card, facts, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{clock, date, date_time};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::ops::RangeInclusive;

text! {
    TITLE, "Người tiếp xúc {code}", "Contact {code}";
    BACK, "Người tiếp xúc của ca {reference}", "Contacts of case {reference}";
    ABOUT, "Thông tin", "About";
    NAME, "Họ tên", "Name";
    BIRTH, "Năm sinh", "Born";
    PHONE, "Điện thoại", "Phone";
    NEAR, "Tiếp xúc với", "Was near";
    THE_CASE, "ca {reference}", "case {reference}";
    CLASS, "Loại", "Class";
    CONCLUDED, "Cán bộ kết luận", "An officer's conclusion";
    PROPOSED, "Đề xuất của quy tắc", "The rule's proposal";
    BECAME, "Đã trở thành ca bệnh", "Became a case";
    OPEN_CASE, "Mở ca bệnh", "Open the case";
    SOURCE, "Nguồn", "Source";
    RELATION, "Quan hệ", "Relation";
    BASIS, "Căn cứ", "Legal basis";
    LAST, "Gặp cuối", "Last exposure";
    UNIT, "Đơn vị phụ trách", "Unit in charge";
    NO_UNIT, "Chưa giao", "Not handed over";
    NO_RULE, "Bệnh này không có quy tắc xếp loại", "This disease has no rule of classes";
    NO_RULE_WHY, "Không có hướng dẫn nào nói thế nào là tiếp xúc gần. Cán bộ tự chọn loại ở phần Kết luận.",
        "No guidance says what a close contact of it is. The officer chooses the class under Conclude.";
    RULE_SAYS, "Quy tắc đề xuất: {class}", "The rule proposes: {class}";
    RULE_SOURCE, "Quy tắc của {disease}, bản {version}. Nguồn: {source}.",
        "The rule of {disease}, version {version}. Source: {source}.";
    RULE_OPEN, "Chưa đủ thông tin. Cần hỏi thêm: {questions}.", "Not enough is known. Still to ask: {questions}.";
    MAY_BE, "Có thể là:", "It may be:";
    CONCLUDE, "Kết luận", "Conclude";
    TO_CASE, "Trở thành ca bệnh", "Became a case";
    RECORDED, "Điện thoại hai bên đã ghi", "What both phones recorded";
    COMPARED, "So sánh lúc {when}.", "Compared {when}.";
    OFFSET, "Đồng hồ hai máy lệch {n} giây; đã hiệu chỉnh.", "The phones' clocks differ by {n} seconds; this is corrected.";
    DAY_LINE, "{day}: {n} phút cả hai cùng ghi; khả năng là tiếp xúc gần: {p} %.",
        "{day}: {n} minutes that both recorded; likely a close contact: {p} %.";
    ENCOUNTERS, "Các lần gặp", "Encounters";
    WHEN, "Lúc", "When";
    VERDICT, "Đánh giá", "Verdict";
    BY_CASE, "Máy của ca ghi", "The case's phone";
    BY_CONTACT, "Máy người này ghi", "This person's phone";
    LIKELY, "Khả năng", "Likely";
    SIDE, "{n} phút, {m} lần quét", "{n} min, {m} scans";
    STRENGTH, "{median} dBm, mạnh nhất {best}", "{median} dBm, strongest {best}";
    NOTHING, "không ghi", "nothing";
    RESIDUAL, "“Hai phía” loại trừ phát lại một chiều hoặc phát chậm. Nó không loại trừ người chuyển tiếp tín hiệu tức thời theo cả hai chiều: hãy hỏi hai bên có biết lần gặp này không.",
        "“Two-sided” excludes one-way and delayed replay. It does not exclude somebody who relays both signals at once: ask both whether they know of the meeting.";
    F1_LEVEL, "Mã và đường dẫn cho người này", "Code and link for this person";
    DONE_REGISTERED, "Đã ghi nhận người tiếp xúc", "The contact is registered";
    DONE_SHEET, "Đã lưu phiếu đánh giá", "The sheet is saved";
    DONE_CONCLUDED, "Đã lưu kết luận", "The conclusion is saved";
    DONE_CASE, "Đã ghi nhận thành ca bệnh", "Noted as a case";
    DONE_FOLLOWED, "Đã ghi theo dõi", "The follow-up is noted";
    DONE_UNDONE, "Đã hoàn tác", "Undone";
    NOT_UNDONE, "Chưa hoàn tác được", "Not undone";
    NOT_UNDONE_WHY, "Có thay đổi sau đó, hoặc đã hoàn tác rồi. Hãy hoàn tác thay đổi sau trước.",
        "A later change stands on it, or it was undone already. Undo the later one first."
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// A contact that this officer may see. Any other is not found, whether it exists or not.
pub async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Contact, Failure> {
    let id: ContactId = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = state.store.contact(id).await?.ok_or(Failure::NotFound)?;
    match allows(signed.scope(), Action::SeeContacts, contact.record()) {
        true => Ok(contact),
        false => Err(Failure::NotFound),
    }
}

/// A contact that this officer may change.
pub async fn find_to_change(state: &AppState, signed: &Signed, id: ContactId) -> Result<Contact, Failure> {
    let contact = state.store.contact(id).await?.ok_or(Failure::NotFound)?;
    if contact_assign::may_change(signed, &contact) { Ok(contact) } else { Err(Failure::NotFound) }
}

/// What a contact's pages need to know of the chain above.
pub struct Around {
    /// The case at the top.
    pub case: Case,
    /// What the origin is.
    pub origin: OriginIs,
    /// The contact above, if the origin is one.
    pub above: Option<Contact>,
}

impl Around {
    /// Finds it.
    pub async fn of(state: &AppState, contact: &Contact) -> Result<Around, Failure> {
        let case = state.store.case(contact.case).await?.ok_or(Failure::NotFound)?;
        let above = match contact.origin {
            Origin::Case(_) => None,
            Origin::Contact(above) => state.store.contact(above).await?,
        };
        let source = above.as_ref().map_or(Some(contact.case), |above| above.became);
        let stands = match source {
            Some(id) if id == case.id => !case.facts.status.is_ruled_out(),
            Some(id) => state.store.case(id).await?.is_some_and(|case| !case.facts.status.is_ruled_out()),
            None => false,
        };
        let origin = match (&above, stands) {
            (_, true) => OriginIs::Case,
            (Some(above), false) => OriginIs::Contact(above.class),
            (None, false) => OriginIs::Nothing,
        };
        Ok(Around { case, origin, above })
    }

    /// When the origin could infect: from the disease's days before onset on. Known of the case itself only.
    pub fn infectious(&self, now: Timestamp) -> Option<RangeInclusive<Timestamp>> {
        if self.above.is_some() {
            return None;
        }
        disease::find(&self.case.disease)?.infectious(&self.case.facts, self.case.created_at, now)
    }

    /// What a close contact of the case's disease is.
    pub fn rule(&self) -> Option<&'static Rule> {
        disease::contact_rule(&self.case.disease)
    }
}

/// `GET /console/contacts/{contact}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let contact = find(&state, &signed, &id).await?;
    let lang = view.lang;
    let around = Around::of(&state, &contact).await?;
    let evaluation = state.store.evaluation(contact.id).await?;
    let identity =
        state.store.person(contact.person).await?.map(|person| person.identity).unwrap_or_default();
    let infectious = around.infectious(state.now());
    let evidence = state.store.evidence_of(contact.id).await?;
    let changes = state.store.contact_changes(contact.id).await?;
    let may = contact_assign::may_change(&signed, &contact);
    let body = html! {
        (back(&routes::contacts_of(contact.case), &BACK.fill(lang, &[("reference", &around.case.reference)])))
        (done(lang, &asked.done))
        div.grid {
            (about(&signed, lang, &contact, &around, &identity, may))
            (proposed(lang, &around, infectious.as_ref(), &evaluation))
        }
        (contact_sheet::sheet(&signed, lang, &contact, &evaluation, may))
        @for (at, comparison) in evidence.iter().take(1) { (recorded(lang, *at, comparison)) }
        @if may { (contact_follow::offer(&signed, lang, &contact, &around.case)) }
        (contact_history::shown(&state, &signed, lang, &contact, &changes, may).await?)
    };
    let title = TITLE.fill(lang, &[("code", &contact.code())]);
    let view = view.clone().at(&routes::contact(contact.id));
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead: None, wide: true, body }.render())
}

fn done(lang: Lang, what: &str) -> Markup {
    let said: Option<Text> = match what {
        "registered" => Some(DONE_REGISTERED),
        "sheet" => Some(DONE_SHEET),
        "concluded" => Some(DONE_CONCLUDED),
        "case" => Some(DONE_CASE),
        "followed" => Some(DONE_FOLLOWED),
        "undone" => Some(DONE_UNDONE),
        _ => None,
    };
    html! {
        @if let Some(title) = said { (alert(Tone::Good, title.get(lang), html! {})) }
        @if what == "kept" {
            (alert(Tone::Caution, NOT_UNDONE.get(lang), html! { p { (NOT_UNDONE_WHY.get(lang)) } }))
        }
    }
}

fn about(
    signed: &Signed,
    lang: Lang,
    contact: &Contact,
    around: &Around,
    identity: &Identity,
    may: bool,
) -> Markup {
    let near = match &around.above {
        Some(above) => html! { a href=(routes::contact(above.id)) { (above.code()) } },
        None => html! {
            a href=(routes::case(around.case.id)) {
                (THE_CASE.fill(lang, &[("reference", &around.case.reference)]))
            }
        },
    };
    let how = if contact.concluded { CONCLUDED } else { PROPOSED };
    let class = html! {
        (words::class_badge(lang, contact.class)) " " (words::closeness(lang, contact.closeness)) " "
        span.soft { "(" (how.get(lang)) ")" }
    };
    let birth = identity.birth.map(|birth| birth.to_string()).unwrap_or_default();
    let phone = identity.phone.as_ref().map(|phone| phone.as_str()).unwrap_or_default();
    let mut pairs = vec![
        (NAME.get(lang), html! { (identity.name) }),
        (BIRTH.get(lang), html! { (birth) }),
        (PHONE.get(lang), html! { (phone) }),
        (NEAR.get(lang), near),
        (CLASS.get(lang), class),
        (SOURCE.get(lang), html! { (words::source(lang, contact.source)) }),
        (RELATION.get(lang), html! { (words::relation(lang, contact.relation)) }),
        (LAST.get(lang), html! { (date(lang, contact.last_exposure.0)) }),
        (BASIS.get(lang), html! { (words::legal_basis(lang, contact.legal_basis)) }),
        (UNIT.get(lang), html! { (contact.assigned.as_deref().unwrap_or(NO_UNIT.get(lang))) }),
    ];
    if let Some(case) = contact.became {
        pairs.push((BECAME.get(lang), html! { a href=(routes::case(case)) { (OPEN_CASE.get(lang)) } }));
    }
    let here = routes::contact(contact.id);
    card(
        ABOUT.get(lang),
        html! {
            (facts(pairs))
            @if may {
                div.actions {
                    (link_button(Weight::Primary, &format!("{here}/conclusion"), CONCLUDE.get(lang)))
                    @if contact.became.is_none() {
                        (link_button(Weight::Secondary, &format!("{here}/case"), TO_CASE.get(lang)))
                    }
                    @if signed.may(Action::IssueCode) {
                        (link_button(Weight::Secondary, &routes::contact_f1(contact.id), F1_LEVEL.get(lang)))
                    }
                }
            }
        },
    )
}

/// The proposal in the rule's own words.
fn proposed(
    lang: Lang,
    around: &Around,
    infectious: Option<&RangeInclusive<Timestamp>>,
    evaluation: &Evaluation,
) -> Markup {
    let Some(rule) = around.rule() else {
        return card(NO_RULE.get(lang), html! { p { (NO_RULE_WHY.get(lang)) } });
    };
    let proposal = rule.propose(&evaluation.counted(), infectious);
    let row = |at: &usize| {
        let row = &rule.rows[*at];
        let class = words::class_and_closeness(lang, around.origin, row.closeness);
        let said = if lang == Lang::Vi { &row.vi } else { &row.en };
        html! { li { (said) " → " strong { (class) } } }
    };
    let questions: Vec<_> =
        proposal.missing.iter().map(|question| words::question(lang, *question)).collect();
    let class = words::class_and_closeness(lang, around.origin, proposal.closeness);
    let title = RULE_SAYS.fill(lang, &[("class", &class)]);
    let version = rule.version.to_string();
    let disease = shared::disease(lang, &around.case.disease);
    let source =
        RULE_SOURCE.fill(lang, &[("disease", &disease), ("version", &version), ("source", &rule.source)]);
    card(
        &title,
        html! {
            @if !proposal.missing.is_empty() {
                p { (RULE_OPEN.fill(lang, &[("questions", &questions.join(", "))])) }
                // Nothing answered yet: the whole rule would stand here.
                @if *evaluation != Evaluation::default() { p.soft { (MAY_BE.get(lang)) } ul { @for at in &proposal.rows { (row(at)) } } }
            } @else {
                ul { @for at in &proposal.rows { (row(at)) } }
            }
            @if let Some(note) = &rule.note { p { (shared::of_disease(lang, note)) } }
            p.soft.small { (source) }
        },
    )
}

/// What the phones recorded, as a card. `at`: when it was compared.
pub fn recorded(lang: Lang, at: Timestamp, comparison: &Comparison) -> Markup {
    let columns = [
        Column::words(WHEN.get(lang)),
        Column::words(VERDICT.get(lang)),
        Column::words(BY_CASE.get(lang)),
        Column::words(BY_CONTACT.get(lang)),
        Column::numbers(LIKELY.get(lang)),
    ];
    let rows = comparison.encounters.iter().map(|encounter| {
        vec![
            html! { (date(lang, encounter.from.0)) " " (clock(lang, encounter.from.0)) "–" (clock(lang, encounter.to.0)) },
            verdict(lang, encounter),
            side(lang, &encounter.by_case),
            side(lang, &encounter.by_contact),
            html! { (percent(encounter.probability)) " %" },
        ]
    });
    let days = comparison.days.iter().map(|day| {
        let minutes = format!("{:.0}", day.two_sided_minutes);
        DAY_LINE.fill(
            lang,
            &[("day", &date(lang, day.day.0)), ("n", &minutes), ("p", &percent(day.probability).to_string())],
        )
    });
    card(
        RECORDED.get(lang),
        html! {
            p.soft {
                (COMPARED.fill(lang, &[("when", &date_time(lang, at.0))]))
                @if let Some(offset) = comparison.clock_offset_s.filter(|offset| *offset != 0) {
                    " " (OFFSET.fill(lang, &[("n", &offset.abs().to_string())]))
                }
            }
            @if !comparison.days.is_empty() { ul { @for day in days { li { (day) } } } }
            (table(ENCOUNTERS.get(lang), &columns, rows))
            p.soft.small { (RESIDUAL.get(lang)) }
        },
    )
}

fn verdict(lang: Lang, encounter: &Encounter) -> Markup {
    html! {
        (words::verdict_badge(lang, encounter.verdict))
        @if let Verdict::Contradicted(conflict) = encounter.verdict {
            span.below { (words::conflict(lang, conflict)) }
        }
    }
}

fn side(lang: Lang, side: &Side) -> Markup {
    if side.scans == 0 {
        return html! { span.soft { (NOTHING.get(lang)) } };
    }
    let minutes = format!("{:.0}", side.minutes);
    let counted = SIDE.fill(lang, &[("n", &minutes), ("m", &side.scans.to_string())]);
    html! {
        (counted)
        @if let (Some(median), Some(best)) = (side.median_dbm, side.strongest_dbm) {
            span.below { (STRENGTH.fill(lang, &[("median", &median.to_string()), ("best", &best.to_string())])) }
        }
    }
}

fn percent(probability: f64) -> u32 {
    (probability * 100.0).round().clamp(0.0, 100.0) as u32
}
