//! Handlers of the settings.

use super::views::settings::{Settings, delete as delete_view, settings};
use super::{Reader, Web, broken, onward, shown, to_mend};
use crate::phone::Mind;
use crate::prefs::Choices;
use axum::Form;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_device::{DeviceError, Scheme, StorageError};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    deleted: String,
}

pub(super) async fn page(
    State(web): State<Web>,
    reader: Reader,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let about = web.phone.about().clone();
    let radio_on = web.phone.choices().radio;
    let deleted = asked.is_ok_and(|Query(asked)| asked.deleted == "yes");
    let look = move |mind: &mut Mind| {
        let config = mind.config();
        let signer = |key: &bluezone_protocol::export::VerifyingKey| {
            format!("{} {}", key.info().key_id, key.info().key_version)
        };
        Settings {
            radio_on,
            retention_days: config.retention_days,
            scheme_2020: config.scheme == Scheme::Bluezone2020,
            listening_s: (config.duty_cycle.scan_s, config.duty_cycle.period_s),
            server: about.server,
            signers: config.trusted_export_keys.iter().map(signer).collect(),
            folder: about.folder,
            deleted,
        }
    };
    let known = web.phone.ask(move |mind, _, _| look(mind)).await;
    shown(settings(&reader.frame(&web), &known))
}

#[derive(Deserialize)]
pub(super) struct RadioForm {
    radio: String,
}

pub(super) async fn radio(State(web): State<Web>, reader: Reader, Form(form): Form<RadioForm>) -> Response {
    match web.phone.choose(Choices { radio: form.radio == "on" }).await {
        Ok(()) => onward("/settings"),
        Err(error) => {
            let error = DeviceError::Storage(StorageError::Failed(error.to_string()));
            broken(&reader.frame_of(&web, "/settings"), &error)
        }
    }
}

pub(super) async fn ask_delete(State(web): State<Web>, reader: Reader) -> Response {
    shown(delete_view(&reader.frame(&web), false))
}

#[derive(Deserialize)]
pub(super) struct DeleteForm {
    #[serde(default)]
    sure: String,
}

pub(super) async fn delete(State(web): State<Web>, reader: Reader, Form(form): Form<DeleteForm>) -> Response {
    let frame = reader.frame_of(&web, "/settings/delete");
    if form.sure != "yes" {
        return to_mend(delete_view(&frame, true));
    }
    match web.phone.forget_everything().await {
        Ok(()) => onward("/settings?deleted=yes"),
        Err(error) => broken(&frame, &error),
    }
}
