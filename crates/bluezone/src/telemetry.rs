//! Traces by OpenTelemetry (feature `otel`): OTLP over HTTP to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, in batches beside
//! the requests. A span says route, method and status: never an address, a query or anything of a body.

use crate::outgoing;
use async_trait::async_trait;
use bluezone_server::operation::metrics::SPANS;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

/// Either of them says where to send to (OpenTelemetry's own names; `OTEL_TRACES_SAMPLER` and the like count too).
const VARIABLES: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// A collector that takes longer for a batch is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends until it is dropped; then what is left, too.
pub struct Traces(SdkTracerProvider);

impl Drop for Traces {
    fn drop(&mut self) {
        // Without a collector the last spans are lost, as those before.
        let _ = self.0.shutdown();
    }
}

impl Traces {
    /// If a collector is named.
    pub fn start() -> Option<Traces> {
        VARIABLES
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
            .then_some(())?;
        match SpanExporter::builder().with_http().with_http_client(Client::new()).build() {
            Ok(exporter) => Some(Traces::to(exporter)),
            Err(error) => {
                // The log does not run yet.
                eprintln!("bluezone: no traces: {error}");
                None
            }
        }
    }

    fn to(exporter: SpanExporter) -> Traces {
        let resource = Resource::builder().with_service_name("bluezone").build();
        Traces(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
    }

    /// What tracing hands its spans to.
    pub fn layer<S: tracing::Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("bluezone"));
        // Nothing but a span's own fields: no thread, no place in the source.
        let layer = layer.with_location(false).with_threads(false).with_target(false);
        layer.with_filter(Targets::new().with_target(SPANS, LevelFilter::DEBUG))
    }
}

/// The client that the program has for its other requests; the sender has a thread of its own to wait in.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .tls_config(outgoing::tls())
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false);
        Client(config.build().into())
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, mut body) = self.0.run(request.map(|bytes| bytes.to_vec()))?.into_parts();
        Ok(Response::from_parts(parts, body.read_to_vec()?.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_otlp::WithExportConfig as _;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection};
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener};
    use std::process::Command;
    use std::sync::Arc;
    use tracing_subscriber::layer::SubscriberExt as _;

    /// A collector that takes one batch: what was sent to it.
    fn collector(listener: TcpListener) -> Vec<u8> {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut sent, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut piece).unwrap();
            sent.extend_from_slice(&piece[..read]);
            let text = String::from_utf8_lossy(&sent).to_lowercase();
            let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
            let length: usize =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
            let start = sent.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            if sent.len() >= start + length {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                return sent;
            }
        }
    }

    #[test]
    fn a_collector_gets_the_spans_of_requests_and_of_nothing_else() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let collected = std::thread::spawn(move || collector(listener));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .with_endpoint(endpoint)
            .build()
            .unwrap();
        let traces = Traces::to(exporter);
        let subscriber = tracing_subscriber::registry().with(traces.layer());
        tracing::subscriber::with_default(subscriber, || {
            drop(tracing::debug_span!(target: SPANS, "request", http.route = "/v1/publish").entered());
            drop(tracing::error_span!("other", secret = "0912345678").entered());
        });
        drop(traces);
        let sent = collected.join().unwrap();
        let has = |text: &str| sent.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(has("POST /v1/traces HTTP/1.1") && has("application/x-protobuf"));
        assert!(has("service.name") && has("bluezone") && has("request") && has("/v1/publish"));
        assert!(!has("other") && !has("0912345678"));
    }

    /// Takes one connection as somebody with a certificate of their own making.
    fn unknown(listener: &TcpListener) {
        let dir = tempfile::tempdir().unwrap();
        let mut openssl = Command::new("openssl");
        openssl.current_dir(dir.path()).args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]);
        openssl.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=unknown"]);
        openssl.args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]);
        let made = openssl.args(["-keyout", "key.pem", "-out", "chain.pem"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let chain = CertificateDer::from_pem_file(dir.path().join("chain.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(dir.path().join("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(vec![chain], key).unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        connection.complete_io(&mut listener.accept().unwrap().0).unwrap_err();
    }

    #[test]
    fn a_collector_with_tls_that_cannot_be_spoken_to_is_an_error_not_a_panic() {
        let send = |address: SocketAddr| {
            let request = Request::post(format!("https://{address}/v1/traces")).body(Bytes::new()).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(Client::new().send_bytes(request)).unwrap_err().to_string()
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let somebody = std::thread::spawn(move || {
            unknown(&listener);
            // And once somebody who speaks no TLS; then nobody.
            drop(listener.accept().unwrap());
        });
        let said = send(address);
        assert!(said.contains("UnknownIssuer"), "{said}");
        send(address);
        somebody.join().unwrap();
        send(address);
    }
}
