//! *Phản ánh*: what citizens' pages and the console share of it - the form, what was written, the tracking code.

mod tracking;

pub use tracking::{grouped, read_tracking, tracking_code, tracking_hash};

use crate::declaring::{Places, Sheet, day_of};
use crate::state::AppState;
use bluezone_forms::{Library, Setting, print, response};
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeMap;

/// Name of the form.
const FORM: &str = "phan-anh";

text! {
    UNREADABLE, "Không đọc được nội dung: biểu mẫu của phản ánh này không còn.", "What was written cannot be shown: the form of this report is gone."
}

/// The form, if it is open today.
pub async fn sheet(state: &AppState) -> Result<Option<Sheet>, StoreError> {
    Sheet::open(state, FORM, day_of(state.now())).await
}

/// What was written, as it was asked: from the stored response.
pub fn filled(lang: Lang, content: &[u8], library: &Library) -> Markup {
    let unreadable = || html! { p.soft { (UNREADABLE.get(lang)) } };
    let Ok(stored) = serde_json::from_slice::<Value>(content) else { return unreadable() };
    let canonical = stored.get("questionnaire").and_then(Value::as_str).unwrap_or_default();
    let Some(form) = library.get(canonical) else { return unreadable() };
    let Ok(answers) = response::read(form, &stored) else { return unreadable() };
    let parameters = parameters(&stored);
    let authored = stored.get("authored").and_then(Value::as_str).and_then(|day| day.get(..10)?.parse().ok());
    let Some(today) = authored else { return unreadable() };
    let setting = Setting { today, parameters: &parameters, sets: &Places };
    print::filled(form, &answers, lang, &setting)
}

/// The numbers of a form as they were when a stored response was written.
pub fn parameters(stored: &Value) -> BTreeMap<String, i64> {
    let listed = stored.get("extension").and_then(Value::as_array).into_iter().flatten();
    let of = |parameter: &Value, part: &str, key: &str| -> Option<Value> {
        let parts = parameter.get("extension")?.as_array()?;
        parts.iter().find(|found| found.get("url").and_then(Value::as_str) == Some(part))?.get(key).cloned()
    };
    let read = |parameter: &Value| {
        let name = of(parameter, "name", "valueCode")?.as_str()?.to_owned();
        Some((name, of(parameter, "value", "valueInteger")?.as_i64()?))
    };
    listed.filter_map(read).collect()
}
