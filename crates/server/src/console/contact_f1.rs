//! What a close contact (F1) may be given: a code, with which their phone tells those who were near it, and a link by which
//! they name the people whom they met. Each is shown once, in answer to the form that makes it; the same form sent again
//! within two minutes shows the same.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{code_issue, code_shown, dates, once, routes, words};
use crate::listing;
use crate::secrets::{Hashed, Seal};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use bluezone_domain::case::Case;
use bluezone_domain::code::{Code, CodeKind, ContactFacts};
use bluezone_domain::contact::Contact;
use bluezone_domain::disease;
use bluezone_domain::id::CodeId;
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, back, big_code, button, card};
use bluezone_pages::time::{date, date_time, date_value};
use bluezone_pages::{Lang, Text, text};
use bluezone_protocol::time::DAY_S;
use bluezone_store::{ListingLink, NewCode, NewListingLink, StoreError};
use maud::{Markup, html};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use serde::Deserialize;

/// A code or link is shown again to the same form for so long, seconds.
const SHOWN_S: i64 = 120;

text! {
    TITLE, "Người tiếp xúc gần {code}", "Close contact {code}";
    PUBLISH, "Cho điện thoại của họ báo cho F2", "Let their phone tell F2";
    PUBLISH_WHY, "Với mã này, điện thoại của F1 báo cho những điện thoại đã ở gần rằng chủ của chúng đã ở gần một người tiếp xúc gần, chưa rõ có mắc bệnh hay không. F1 tự quyết định và xem trước từng ngày.",
        "With this code the phone of the F1 tells the phones that were near that their owners were near a close contact, who is not known to be ill. The F1 decides, and sees each day first.";
    NOT_F1, "Chưa cấp được", "Not possible yet";
    NOT_F1_WHY, "Chỉ khi cán bộ đã kết luận là F1 và người này chưa thành ca bệnh. Ca bệnh thì cấp mã ở trang của ca.",
        "Only when an officer concluded that they are F1, and while they are no case. For a case, issue a code on the page of the case.";
    FIRST, "Ngày đầu tiên họ ở gần ca bệnh", "First day they were near the case";
    FIRST_HINT, "Chỉ những ngày sau đó {n} ngày trở đi được công bố: trước đó họ chưa thể lây.",
        "Only days from {n} days after it are published: before, they could not infect anybody.";
    SHORT_DO, "Cấp mã 8 số", "Issue 8 digits";
    LINK_DO, "Cấp đường dẫn", "Issue a link";
    NAME, "Nhờ họ kể những người đã gặp", "Ask them to name whom they met";
    NAME_WHY, "Một đường dẫn dùng một lần, trong 48 giờ. Những người được kể thành F2 chờ cán bộ kiểm tra.",
        "A link that works once, within 48 hours. Those they name become F2 who wait for an officer's check.";
    NAME_DO, "Tạo đường dẫn kể tên", "Make a link for naming";
    ONCE, "Chỉ hiện một lần", "Shown only once";
    ONCE_WHY, "Máy chủ không lưu. Chỉ đưa cho chính người tiếp xúc này.", "The server does not keep it. Give it to this contact only.";
    UNTIL, "Dùng được một lần, đến {time}.", "Works once, until {time}.";
    GONE, "Đã cấp rồi", "It was made before";
    GONE_WHY, "Mã hay đường dẫn này đã hiện một lần. Nếu cần, hãy quay lại và tạo cái khác.",
        "This code or link was shown once. If needed, go back and make another.";
    ENOUGH, "Ba mã đang chờ dùng. Hãy chờ đến khi một mã được dùng hay hết hạn.",
        "Three codes wait to be used. Wait until one is used or expires.";
    LISTS, "Danh sách đã nhận", "Lists that came";
    LIST_AT, "Gửi lúc {time}. Kể {n} người:", "Sent at {time}. {n} named:";
    MET, "gặp ở: {where}", "met at: {where}";
    NOT_SAID, "không ghi", "not said";
    WAITS, "Một đường dẫn đang chờ, đến {time}.", "A link waits, until {time}."
}

/// The form of a code.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    kind: String,
    first: String,
    ticket: String,
}

/// The form of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ticket {
    ticket: String,
}

/// A contact that this officer reaches for this. Any other is not found, whether it exists or not.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Contact, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = state.store.contact(id).await?.ok_or(Failure::NotFound)?;
    let reaches = allows(signed.scope(), Action::IssueCode, contact.record())
        && allows(signed.scope(), Action::SeeContacts, contact.record());
    if reaches { Ok(contact) } else { Err(Failure::NotFound) }
}

/// `GET /console/contacts/{contact}/f1`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let contact = find(&state, &signed, &id).await?;
    draw(&state, &signed, &view, &contact, None).await
}

async fn draw(
    state: &AppState,
    signed: &Signed,
    view: &View,
    contact: &Contact,
    problem: Option<Text>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let links = state.store.listings_of(contact.id).await?;
    let is_f1 = contact.class.ring() == 1 && contact.concluded && contact.became.is_none();
    let no_phones = if is_f1 { code_issue::no_phones(lang, &case_of(state, contact).await?) } else { None };
    let body = html! {
        (back(&routes::case(contact.case), words::BACK_TO_CASE.get(lang)))
        @if is_f1 {
            (card(PUBLISH.get(lang), no_phones.unwrap_or_else(|| publish(state, signed, lang, contact, problem))))
        } @else {
            (alert(Tone::Info, NOT_F1.get(lang), html! { p { (NOT_F1_WHY.get(lang)) } }))
        }
        (card(NAME.get(lang), html! {
            p { (NAME_WHY.get(lang)) }
            (form(&routes::contact_listing(contact.id), &signed.form_token, html! {
                (once::field(&once::ticket(state)))
                (button(Weight::Secondary, NAME_DO.get(lang)))
            }))
        }))
        @if !links.is_empty() { (card(LISTS.get(lang), lists(state, lang, &links))) }
    };
    Ok(shown(signed, view, contact, body))
}

/// The case, whose disease says whether phones get codes.
async fn case_of(state: &AppState, contact: &Contact) -> Result<Case, Failure> {
    state.store.case(contact.case).await?.ok_or(Failure::NotFound)
}

fn publish(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    contact: &Contact,
    problem: Option<Text>,
) -> Markup {
    let first = date_value(contact.last_exposure.0);
    let hint = FIRST_HINT.fill(lang, &[("n", &state.config.latency_days.to_string())]);
    let choose = |kind: CodeKind, weight, label: Text| {
        html! { button.button.(weight) type="submit" name="kind" value=(kind.as_str()) { (label.get(lang)) } }
    };
    html! {
        p { (PUBLISH_WHY.get(lang)) }
        (form(&routes::contact_codes(contact.id), &signed.form_token, html! {
            (once::field(&once::ticket(state)))
            (Field::input(lang, "date", "first", FIRST.get(lang)).hint(&hint).value(&first)
                .error(problem.map(|words| words.get(lang))))
            div.actions {
                (choose(CodeKind::Short, "primary", SHORT_DO))
                (choose(CodeKind::Link, "secondary", LINK_DO))
            }
        }))
    }
}

fn lists(state: &AppState, lang: Lang, links: &[ListingLink]) -> Markup {
    let now = state.now();
    html! {
        @for link in links {
            @match (link.used_at, &link.notes) {
                (Some(at), Some(notes)) => {
                    @let places = read_notes(state, link, notes);
                    p { (LIST_AT.fill(lang, &[("time", &date_time(lang, at.0)), ("n", &places.len().to_string())])) }
                    ul { @for place in &places {
                        li { (MET.fill(lang, &[("where", if place.is_empty() { NOT_SAID.get(lang) } else { place })])) }
                    } }
                }
                _ if link.expires_at > now => {
                    p { (WAITS.fill(lang, &[("time", &date_time(lang, link.expires_at.0))])) }
                }
                _ => {}
            }
        }
    }
}

/// Where each of the named was met, in the order of the list.
fn read_notes(state: &AppState, link: &ListingLink, notes: &[u8]) -> Vec<String> {
    let plain = state.secrets.open(Seal::Listing, link.contact.as_bytes(), notes).unwrap_or_default();
    let notes: Vec<(String, String)> = serde_json::from_slice(&plain).unwrap_or_default();
    notes.into_iter().map(|(_, place)| place).collect()
}

/// `POST /console/contacts/{contact}/f1/codes`
pub async fn issue(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let contact = find(&state, &signed, &id).await?;
    let view = view.at(&routes::contact_f1(contact.id));
    let kind: CodeKind = wanted.kind.parse().map_err(|_| Failure::Unreadable)?;
    if !disease::is_on_phones(&case_of(&state, &contact).await?.disease) {
        return draw(&state, &signed, &view, &contact, None).await;
    }
    let now = state.now();
    let first = match dates::read(&wanted.first, now) {
        Ok(Some(first)) if first <= contact.last_exposure => first,
        Ok(_) => return draw(&state, &signed, &view, &contact, Some(dates::NO_DATE)).await,
        Err(problem) => return draw(&state, &signed, &view, &contact, Some(problem)).await,
    };
    let facts = ContactFacts { publish_from: first + state.config.latency_days * DAY_S };
    let purpose = format!("contact code {} {}", kind.as_str(), contact.id);
    let seed = once::derive(&state, &signed, &purpose, &wanted.ticket);
    let code = Code::generate(kind, &mut ChaCha20Rng::from_seed(seed));
    let new = NewCode {
        id: CodeId::from_bytes(once::id(&state, &signed, &format!("{purpose} id"), &wanted.ticket)),
        case: contact.case,
        contact: Some((contact.id, facts)),
        kind,
        code_hash: state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
        issued_by: signed.officer.id,
        issued_at: now,
        expires_at: now + kind.lifetime_s(),
    };
    let until = match state.store.issue_code(&new).await {
        Ok(()) => Some(new.expires_at),
        Err(StoreError::Conflict(_)) => {
            let issued = state.store.codes_of_contact(contact.id, now).await?;
            let before = issued.into_iter().find(|issued| issued.id == new.id);
            before.filter(|before| now - before.issued_at <= SHOWN_S).map(|before| before.expires_at)
        }
        Err(StoreError::NotAllowed(_)) => return draw(&state, &signed, &view, &contact, Some(ENOUGH)).await,
        Err(error) => return Err(error.into()),
    };
    let lang = view.lang;
    let body = until.map(|until| {
        let secret = match kind {
            CodeKind::Short => big_code(code.as_str()),
            CodeKind::Link => code_shown::link(lang, &code.link(&state.config.public_url)),
        };
        once_shown(lang, secret, &date_time(lang, until.0))
    });
    Ok(shown(&signed, &view, &contact, body.unwrap_or_else(|| gone(lang))))
}

/// `POST /console/contacts/{contact}/f1/listing`
pub async fn listing(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(sent): Form<Ticket>,
) -> Result<Response, Failure> {
    let contact = find(&state, &signed, &id).await?;
    let view = view.at(&routes::contact_f1(contact.id));
    let now = state.now();
    let seed = once::derive(&state, &signed, &format!("listing {}", contact.id), &sent.ticket);
    let secret = Code::generate(CodeKind::Link, &mut ChaCha20Rng::from_seed(seed));
    let link = NewListingLink {
        secret_hash: state.secrets.hash(Hashed::Listing, secret.as_str().as_bytes()),
        contact: contact.id,
        created_by: signed.officer.id,
        created_at: now,
        expires_at: now + listing::LIFETIME_S,
    };
    state.store.create_listing_link(&link).await?;
    let lang = view.lang;
    let address = code_shown::link(lang, &listing::link(&state.config.public_url, &secret));
    Ok(shown(&signed, &view, &contact, once_shown(lang, address, &date_time(lang, link.expires_at.0))))
}

fn once_shown(lang: Lang, secret: Markup, until: &str) -> Markup {
    html! {
        section.card.accent {
            (secret)
            p { strong { (UNTIL.fill(lang, &[("time", until)])) } }
        }
        (alert(Tone::Caution, ONCE.get(lang), html! { p { (ONCE_WHY.get(lang)) } }))
    }
}

fn gone(lang: Lang) -> Markup {
    alert(Tone::Info, GONE.get(lang), html! { p { (GONE_WHY.get(lang)) } })
}

fn shown(signed: &Signed, view: &View, contact: &Contact, body: Markup) -> Response {
    let title = TITLE.fill(view.lang, &[("code", &contact.code())]);
    let lead = date(view.lang, contact.last_exposure.0);
    Shell { view, signed: Some(signed), title: &title, lead: Some(&lead), wide: false, body }.render()
}
