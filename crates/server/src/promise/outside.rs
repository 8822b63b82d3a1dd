//! The programs of others that the server asks: witnesses and the keeper.

use rustls::crypto::aws_lc_rs::default_provider;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};

/// An answer is waited for so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest answer in bytes: the keeper's, an upload in base64.
const LONGEST: u64 = 1 << 20;

/// An HTTP status and the body that came with it.
pub type Answer = (u16, Vec<u8>);

/// Asks other programs over HTTP. Blocks: never on a thread of the runtime.
pub trait Outside: Send + Sync {
    /// `GET`. An error only if there was no answer.
    fn get(&self, url: &str) -> io::Result<Answer>;
    /// `POST`. An error only if there was no answer.
    fn post(&self, url: &str, content_type: &str, body: &[u8]) -> io::Result<Answer>;
}

/// Over the network.
pub struct Http(ureq::Agent);

impl Default for Http {
    fn default() -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::WebPki)
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false);
        Http(config.build().into())
    }
}

impl Outside for Http {
    fn get(&self, url: &str) -> io::Result<Answer> {
        read(self.0.get(url).call())
    }

    fn post(&self, url: &str, content_type: &str, body: &[u8]) -> io::Result<Answer> {
        read(self.0.post(url).header("content-type", content_type).send(body))
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> io::Result<Answer> {
    let mut answer = answer.map_err(io::Error::other)?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(io::Error::other)?;
    Ok((status, body))
}
