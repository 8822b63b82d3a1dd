//! What a phone's requests go out with: TLS that keeps nothing, time-outs.

use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, Transport};

/// Connects without a ticket of an earlier TLS session: what keeps them is begun anew for each connection.
#[derive(Debug)]
struct Forgetful;

impl Connector for Forgetful {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        DefaultConnector::default().connect(details, chained)
    }
}

pub(super) fn agent(roots: RootCerts, loopback: bool) -> ureq::Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build();
    let mut config = ureq::Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent("bluezone")
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_per_read(Some(Duration::from_secs(30)))
        .timeout_global(Some(Duration::from_secs(600)));
    if loopback {
        config = config.proxy(None);
    }
    ureq::Agent::with_parts(config.build(), Forgetful, DefaultResolver::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::process::Command;
    use ureq::tls::Certificate;

    /// A server of TLS for two connections, each closed after one answer, and what `agent` makes of them.
    fn handshakes(agent: impl FnOnce(RootCerts) -> ureq::Agent) -> Vec<HandshakeKind> {
        let dir = tempfile::tempdir().unwrap();
        let mut openssl = Command::new("openssl");
        openssl.current_dir(dir.path()).args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]);
        openssl.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=here"]);
        openssl.args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]);
        let made = openssl.args(["-keyout", "key.pem", "-out", "chain.pem"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let chain = std::fs::read(dir.path().join("chain.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(dir.path().join("key.pem")).unwrap();
        let certificate = CertificateDer::from_pem_slice(&chain).unwrap();
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
                .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let serve_one = move || {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(connection, listener.accept().unwrap().0);
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").unwrap();
            stream.conn.send_close_notify();
            stream.flush().unwrap();
            stream.conn.handshake_kind().unwrap()
        };
        let server = std::thread::spawn(move || [serve_one(), serve_one()].to_vec());
        let agent = agent(RootCerts::new_with_certs(&[Certificate::from_pem(&chain).unwrap()]));
        for _ in 0..2 {
            assert_eq!(agent.get(&url).call().unwrap().body_mut().read_to_vec().unwrap(), b"ok");
        }
        server.join().unwrap()
    }

    #[test]
    fn no_session_of_tls_is_resumed_by_which_a_phone_would_be_known_again() {
        assert_eq!(handshakes(|roots| agent(roots, true)), [HandshakeKind::Full, HandshakeKind::Full]);
        // This server does give tickets: who keeps them comes back with one.
        let keeps = |roots| ureq::Agent::new_with_config(agent(roots, true).config().clone());
        assert_eq!(handshakes(keeps), [HandshakeKind::Full, HandshakeKind::Resumed]);
    }
}
