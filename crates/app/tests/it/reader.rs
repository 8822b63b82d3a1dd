//! Whoever reads a phone's pages, through their router.

use super::support::HOUR_S;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use bluezone_app::phone::Phone;
use bluezone_app::web::{Guard, router};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::sync::Arc;
use tower::ServiceExt as _;

pub const HOST: &str = "127.0.0.1:4711";

/// A reader with the link.
pub struct Reader {
    pub phone: Phone,
    pub guard: Arc<Guard>,
    pub cookie: String,
    pub lang: &'static str,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn leads_to(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
    }
}

impl Reader {
    pub async fn new(phone: Phone) -> Reader {
        let guard = Arc::new(Guard::new(HOST.parse().unwrap(), &mut ChaCha8Rng::seed_from_u64(9)));
        let mut reader = Reader { phone, guard, cookie: String::new(), lang: "en" };
        let link = reader.guard.link();
        let answer = reader.get(link.strip_prefix("http://127.0.0.1:4711").unwrap()).await;
        assert_eq!((answer.status, answer.leads_to()), (StatusCode::SEE_OTHER, "/"));
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
        reader.cookie = cookie.split(';').next().unwrap().to_owned();
        reader
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = router(self.phone.clone(), self.guard.clone()).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        Answer { status: head.status, headers: head.headers, text }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let cookies = format!("{}; lang={}", self.cookie, self.lang);
        let request = Request::get(path).header(header::HOST, HOST).header(header::COOKIE, cookies);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.text
    }

    pub async fn post(&self, path: &str, form: &str) -> Answer {
        self.post_raw(path, &format!("csrf={}&{form}", self.guard.csrf())).await
    }

    pub async fn post_raw(&self, path: &str, form: &str) -> Answer {
        let cookies = format!("{}; lang={}", self.cookie, self.lang);
        let request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::COOKIE, cookies)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }
}

/// Two days on the air, so that there is something to share.
pub fn two_days(phone: &Phone) {
    phone.with(|mind, now, rng| {
        mind.rotation(now - 24 * HOUR_S, rng).unwrap();
        mind.rotation(now, rng).unwrap();
    });
}
