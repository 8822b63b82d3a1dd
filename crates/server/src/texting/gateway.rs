//! A gateway that takes text messages over HTTP. Every operator in Vietnam has its own form of request, so the request is
//! a template.

use super::{Sending, TextError, TextSender};
use crate::promise::outside::{Http, Outside};
use bluezone_domain::person::Phone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::sync::Arc;

/// How the gateway is asked. `Debug` hides the body: it may hold a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayConfig {
    /// Its address, `https://…`.
    pub url: String,
    /// `application/json` or `application/x-www-form-urlencoded`: how the places of the body are written.
    #[serde(default = "json")]
    pub content_type: String,
    /// The body, with the places `{to}` (84912345678) and `{text}`.
    pub body: String,
}

fn json() -> String {
    "application/json".to_owned()
}

impl fmt::Debug for GatewayConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayConfig").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

impl GatewayConfig {
    /// Whether a message could be sent so.
    pub fn is_sound(&self) -> bool {
        let encrypted = self.url.starts_with("https://");
        // A gateway of the operator's own, on the same machine.
        let own = self.url.starts_with("http://127.0.0.1:") || self.url.starts_with("http://[::1]:");
        let kinds = ["application/json", "application/x-www-form-urlencoded"];
        (encrypted || own)
            && kinds.contains(&self.content_type.as_str())
            && self.body.contains("{to}")
            && self.body.contains("{text}")
    }

    /// The body of one message.
    fn body(&self, to: &Phone, text: &str) -> String {
        let to = to.as_str().trim_start_matches('+');
        let written = |value: &str| {
            if self.content_type == "application/json" {
                // A JSON string without its quotes: they stand in the template.
                let quoted = serde_json::Value::from(value).to_string();
                quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
            } else {
                crate::console::routes::encoded(value)
            }
        };
        // What is filled in is not searched for places again.
        let parts = self.body.split("{text}").map(|part| part.replace("{to}", &written(to)));
        parts.collect::<Vec<_>>().join(&written(text))
    }
}

/// Sends through a gateway.
pub struct Gateway {
    config: Arc<GatewayConfig>,
    http: Arc<Http>,
}

impl Gateway {
    /// Through this one.
    pub fn new(config: GatewayConfig) -> Gateway {
        Gateway { config: Arc::new(config), http: Arc::default() }
    }
}

impl TextSender for Gateway {
    fn send<'a>(&'a self, to: &'a Phone, text: &'a str) -> Sending<'a> {
        let (config, http) = (self.config.clone(), self.http.clone());
        let body = self.config.body(to, text);
        Box::pin(async move {
            let ask = move || http.post(&config.url, &config.content_type, body.as_bytes());
            let answer = tokio::task::spawn_blocking(ask).await.map_err(io::Error::other);
            match answer.and_then(|answer| answer) {
                Ok((200..300, _)) => Ok(()),
                Ok((status, _)) => Err(TextError::Refused(status)),
                Err(error) => Err(TextError::Unreachable(error)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(content_type: &str, body: &str) -> GatewayConfig {
        GatewayConfig {
            url: "https://sms.example.vn/send".to_owned(),
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn the_places_are_filled_as_the_body_is_written() {
        let to: Phone = "0912345678".parse().unwrap();
        let json = config("application/json", r#"{"phone":"{to}","msg":"{text}","brand":"BYT"}"#);
        assert!(json.is_sound());
        let body: serde_json::Value = serde_json::from_str(&json.body(&to, "Mã \"1\" {to}\n")).unwrap();
        assert_eq!(
            (body["phone"].as_str(), body["msg"].as_str()),
            (Some("84912345678"), Some("Mã \"1\" {to}\n"))
        );
        let form = config("application/x-www-form-urlencoded", "to={to}&text={text}");
        assert_eq!(form.body(&to, "a b&c"), "to=84912345678&text=a%20b%26c");
    }

    #[test]
    fn an_unencrypted_gateway_elsewhere_and_a_body_without_places_are_refused() {
        let sound = config("application/json", "{to}{text}");
        for url in ["http://sms.example.vn", "ftp://x", ""] {
            assert!(!GatewayConfig { url: url.to_owned(), ..sound.clone() }.is_sound(), "{url}");
        }
        assert!(!config("application/json", "{to}").is_sound());
        assert!(!config("text/plain", "{to}{text}").is_sound());
        assert_eq!(format!("{sound:?}"), "GatewayConfig { content_type: \"application/json\", .. }");
    }
}
