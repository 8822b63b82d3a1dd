//! How the program's own requests go out.

use std::sync::Arc;
use ureq::tls::{RootCerts, TlsConfig};

/// TLS with Mozilla's authorities, which are in the program. Each agent must be given it: there is no default provider of
/// cryptography in this process, and `ureq` panics without one.
pub fn tls() -> TlsConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    TlsConfig::builder().root_certs(RootCerts::WebPki).unversioned_rustls_crypto_provider(provider).build()
}
