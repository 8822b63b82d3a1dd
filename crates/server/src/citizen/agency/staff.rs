//! An agency's list: who declared today, whose app runs, as far as each lets it be known.

use super::{find, today};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::agency::{Agency, Staff, Tally};
use bluezone_domain::id::{AgencyId, StaffId};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, badge, button, empty, figures, fold, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    LEAD, "Hôm nay, {day}. Bạn chỉ thấy có hoặc chưa, và chỉ của người đồng ý cho biết.",
        "Today, {day}. You see yes or no only, and only of those who agree to tell.";
    EMPTY, "Danh sách còn trống", "The list is empty";
    EMPTY_WHY, "Mời nhân viên bằng số điện thoại ở dưới.", "Invite your staff by telephone number below.";
    CAPTION, "Nhân viên, theo tên", "Staff, by name";
    NAME, "Họ và tên", "Name";
    PHONE, "Điện thoại", "Telephone";
    DECLARED, "Khai báo hôm nay", "Declared today";
    APP, "Ứng dụng đang bật", "App running";
    DO, "Thao tác", "Action";
    REMOVE, "Bỏ khỏi danh sách", "Take off the list";
    REMOVE_WHOM, "Bỏ khỏi danh sách: {name}", "Take off the list: {name}";
    YES, "Có", "Yes";
    NOT_YET, "Chưa", "Not yet";
    UNKNOWN, "chưa cho biết", "not told";
    ON_LIST, "người trong danh sách", "people on the list";
    HAVE_DECLARED, "đã khai báo hôm nay", "declared today";
    HAVE_APP, "đang bật ứng dụng", "have the app running";
    REMIND, "Nhắc người chưa khai báo", "Remind those who have not declared";
    REMIND_WHY, "Lời nhắc đến hộp thư của người cho biết là chưa khai báo, nhiều nhất một lần trong 12 giờ.",
        "The reminder goes to the inbox of those who let you know that they have not declared, at most once in 12 hours.";
    PRINT, "In danh sách (PDF)", "Print the list (PDF)";
    INVITE, "Mời thêm người", "Invite more people";
    PEOPLE, "Mỗi dòng một người: họ tên, số điện thoại", "One person a line: name, telephone number";
    PEOPLE_HINT, "Ví dụ: Nguyễn Văn An, 0912 345 678", "For example: Nguyễn Văn An, 0912 345 678";
    SEND, "Mời", "Invite";
    POSTER, "Tờ dán mời cài Bluezone (PDF)", "Poster that asks to install Bluezone (PDF)";
    HOW, "Người được mời làm gì?", "What do those who are invited do?";
    HOW_WHY, "Họ đăng nhập bằng chính số đó, mở thư mời trong Hộp thư, và tự chọn cho bạn biết điều gì. Không ai bị buộc; ai chưa trả lời, từ chối hay không chọn gì đều hiện giống nhau: “chưa cho biết”. Ai đã từ chối thì mời lại cũng không được nhắc lại. Lời mời không được trả lời sẽ bị xóa sau 60 ngày. Ai đang cho bạn biết mà xóa tài khoản thì rời danh sách.",
        "They sign in with that number, open the invitation in their inbox, and choose what you may know. Nobody has to; those who did not answer, refused or chose nothing look alike: “not told”. Who refused hears of it no second time, however often you invite them. An invitation without an answer is deleted after 60 days. Who lets you know something and deletes their account leaves the list."
}

/// Which person a form is about.
#[derive(Deserialize)]
pub struct Whom {
    staff: StaffId,
}

/// `GET /agency/{agency}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<AgencyId>,
) -> Result<Response, Failure> {
    let agency = find(&state, &signed, id).await?;
    shown(&state, &signed, view, &agency, "", &[]).await
}

/// `POST /agency/{agency}/remove`
pub async fn remove(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<AgencyId>,
    Form(whom): Form<Whom>,
) -> Result<Response, Failure> {
    let agency = find(&state, &signed, id).await?;
    state.store.remove_staff(agency.id, whom.staff, state.now()).await?;
    Ok(Redirect::to(&routes::agency(id)).into_response())
}

/// The page, with what was typed and is wrong about it.
pub(super) async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    agency: &Agency,
    typed: &str,
    problems: &[(&str, &str)],
) -> Result<Response, Failure> {
    let lang = view.lang;
    let now = state.now();
    let staff = state.store.staff(agency.id, today(now)).await?;
    let here = routes::agency(agency.id);
    let problem = problems.first().map(|(_, words)| *words);
    let fields = html! {
        (Field::area(lang, "people", PEOPLE.get(lang), 4).hint(PEOPLE_HINT.get(lang)).value(typed).error(problem))
        div.actions { (button(Weight::Primary, SEND.get(lang))) }
    };
    let body = html! {
        (to_mend(lang, problems))
        @if staff.is_empty() { (empty(Icon::People, EMPTY.get(lang), html! { p { (EMPTY_WHY.get(lang)) } })) }
        @else {
            (tally(lang, &staff))
            div.actions { (link_button(Weight::Secondary, &routes::agency_paper(agency.id), PRINT.get(lang))) }
            (rows(lang, &staff, agency.id, &signed.form_token))
            @if staff.iter().any(|one| one.declared == Some(false)) {
                section.card {
                    p { (REMIND_WHY.get(lang)) }
                    (form(&routes::remind(agency.id), &signed.form_token, button(Weight::Primary, REMIND.get(lang))))
                }
            }
        }
        section.card { h2 { (INVITE.get(lang)) } (form(&routes::invite(agency.id), &signed.form_token, fields)) }
        div.actions { (link_button(Weight::Secondary, routes::POSTER, POSTER.get(lang))) }
        (fold(HOW.get(lang), html! { p { (HOW_WHY.get(lang)) } }))
    };
    let lead = LEAD.fill(lang, &[("day", &date(lang, now.0))]);
    let back = Some((routes::AGENCIES, super::agencies::TITLE.get(lang)));
    let view = view.at(&here);
    let shell =
        Shell { back, lead: Some(&lead), wide: true, body, ..Shell::new(&view, Some(signed), &agency.name) };
    Ok(shell.render())
}

fn tally(lang: Lang, staff: &[Staff]) -> Markup {
    let declared = Tally::of(staff.iter().map(|one| one.declared));
    let app = Tally::of(staff.iter().map(|one| one.app));
    figures([
        (declared.all.to_string(), ON_LIST.get(lang)),
        (declared.yes.to_string(), HAVE_DECLARED.get(lang)),
        (app.yes.to_string(), HAVE_APP.get(lang)),
    ])
}

fn rows(lang: Lang, staff: &[Staff], agency: AgencyId, token: &str) -> Markup {
    let columns = [NAME, PHONE, DECLARED, APP, DO].map(|label| Column::words(label.get(lang)));
    let rows = staff.iter().map(|one| {
        let whom = REMOVE_WHOM.fill(lang, &[("name", &one.name)]);
        let remove = html! {
            input type="hidden" name="staff" value=(one.id);
            button.button.quiet type="submit" aria-label=(whom) { (REMOVE.get(lang)) }
        };
        vec![
            html! { (one.name) },
            html! { (one.phone) },
            answer(lang, one.declared),
            answer(lang, one.app),
            form(&routes::remove_staff(agency), token, remove),
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}

fn answer(lang: Lang, answer: Option<bool>) -> Markup {
    match answer {
        Some(true) => badge(Tone::Good, YES.get(lang)),
        Some(false) => badge(Tone::Caution, NOT_YET.get(lang)),
        None => html! { span.soft { (UNKNOWN.get(lang)) } },
    }
}
