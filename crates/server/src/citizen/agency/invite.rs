//! Inviting people to an agency's list.

use super::{find, staff};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::agency::{Agency, LONGEST_NAME, MOST_OPEN, MOST_STAFF, Staff};
use bluezone_domain::fold::tidy;
use bluezone_domain::id::{AgencyId, MessageId, StaffId};
use bluezone_domain::message::Message;
use bluezone_domain::person::Phone;
use bluezone_pages::text;
use bluezone_store::{Invited, NewMessage};
use serde::Deserialize;

text! {
    LINE, "Dòng {n} không đọc được: ghi họ tên, dấu phẩy, rồi số điện thoại.", "Line {n} cannot be read: write the name, a comma and the telephone number.";
    NOBODY, "Hãy ghi ít nhất một người.", "Write down one person at least.";
    FULL, "Danh sách không nhận thêm người.", "The list takes no more people.";
    TOO_MANY_OPEN, "Mỗi ngày mời được {n} người, và nhiều nhất {n} người trong danh sách chưa cho biết gì. Những dòng còn lại chưa được mời.",
        "You can invite {n} people a day, and at most {n} on the list may tell nothing yet. The lines that are left were not invited."
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    people: String,
}

/// `POST /agency/{agency}/invite`: whoever has an account finds the invitation in their inbox.
pub async fn invite(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<AgencyId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let agency = find(&state, &signed, id).await?;
    let lang = view.lang;
    let people = match read(&typed.people) {
        Ok(people) if people.is_empty() => Err(NOBODY.get(lang).to_owned()),
        Ok(people) if people.len() > MOST_STAFF => Err(FULL.get(lang).to_owned()),
        Ok(people) => Ok(people),
        Err(line) => Err(LINE.fill(lang, &[("n", &line.to_string())])),
    };
    let people = match people {
        Ok(people) => people,
        Err(problem) => return refused(&state, &signed, view, &agency, &typed.people, &problem).await,
    };
    let now = state.now();
    for (number, (name, phone)) in people.iter().enumerate() {
        let mut rng = state.rng();
        let (id, name, phone) = (StaffId::generate(&mut *rng), name.clone(), phone.clone());
        let one = Staff { id, name, phone, declared: None, app: None };
        let problem = match state.store.invite_staff(agency.id, &one, now, &mut *rng).await? {
            Invited::New { tell: true } => {
                if let Some(citizen) = state.store.citizen_by_phone(&one.phone).await? {
                    let message = Message::AgencyInvitation { agency: agency.name.clone() };
                    let id = MessageId::generate(&mut *rng);
                    let message = NewMessage { id, to: citizen.id, message, at: now };
                    state.store.send_message(&message, &mut *rng).await?;
                }
                continue;
            }
            Invited::New { tell: false } | Invited::There => continue,
            Invited::Full => FULL.get(lang).to_owned(),
            Invited::TooManyOpen => TOO_MANY_OPEN.fill(lang, &[("n", &MOST_OPEN.to_string())]),
        };
        let left: Vec<_> = people[number..].iter().map(|(name, phone)| format!("{name}, {phone}")).collect();
        return refused(&state, &signed, view, &agency, &left.join("\n"), &problem).await;
    }
    Ok(Redirect::to(&routes::agency(id)).into_response())
}

/// The list, with what was not taken of what was typed.
async fn refused(
    state: &AppState,
    signed: &Signed,
    view: View,
    agency: &Agency,
    typed: &str,
    problem: &str,
) -> Result<Response, Failure> {
    let mut page = staff::shown(state, signed, view, agency, typed, &[("people", problem)]).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// Names and numbers; or the number of the first line that has none.
fn read(people: &str) -> Result<Vec<(String, Phone)>, usize> {
    let lines = people.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(n, line)| read_line(line).ok_or(n + 1)).collect()
}

fn read_line(line: &str) -> Option<(String, Phone)> {
    let (name, phone) = line.rsplit_once([',', ';', '\t'])?;
    let name = tidy(name);
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME;
    Some((name, phone.parse().ok()?)).filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_a_number() {
        let read = |text| read(text).map(|people| people.len());
        assert_eq!(read("Nguyễn Văn An, 0912 345 678\n\n Trần, Thị B;+84 912 345 679\r\n"), Ok(2));
        assert_eq!(read(" \n"), Ok(0));
        assert_eq!(read("Nguyễn Văn An, 0912 345 678\n\nTrần Thị B"), Err(3));
        assert_eq!(read(", 0912 345 678"), Err(1));
        assert_eq!(read("An, 12"), Err(1));
    }
}
