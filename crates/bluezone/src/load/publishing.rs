//! A phone that reports: code for token, token for certificate, and 14 keys.

use super::cast::Cast;
use super::client::Client;
use super::{Entry, Kind, Outcome, Plan};
use crate::system::SystemClock;
use anyhow::Context as _;
use bluezone_protocol::api::{
    CertificateRequest, CertificateResponse, PublishRequest, PublishResponse, PublishedKey, VerifyRequest,
    VerifyResponse, encode_base64, tek_mac,
};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{Clock as _, INTERVALS_PER_DAY};
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Days whose keys are published: not today's, which the server shortens by the clock.
const DAYS: u32 = 14;
const AUTHORITY: &str = "vn.bluezone";

/// Reports once. Sent again it is the same: the nonce and the keys name it. `None`: there is no code left.
pub async fn publish(client: &mut Client, cast: &Cast, number: u64, mut rng: StdRng) -> Option<Outcome> {
    let code = cast.codes.get(usize::try_from(number).ok()?)?;
    let report = async {
        let request = certify(client, code, &mut rng).await?;
        send(client, &request).await
    };
    Some(report.await.unwrap_or_else(|outcome| outcome))
}

/// What is left to be sent of one report for each code.
pub async fn certify_all(plan: &Arc<Plan>, cast: &Arc<Cast>) -> anyhow::Result<Vec<PublishRequest>> {
    let connections = plan.connections;
    let workers = (0..connections).map(|at| {
        let (plan, cast) = (plan.clone(), cast.clone());
        tokio::spawn(async move {
            let mut client = Client::new(plan.servers.clone(), at, plan.host.clone());
            let mut requests = Vec::new();
            for number in (at..cast.codes.len()).step_by(connections) {
                let mut rng = plan.chance(number as u64, Kind::Publish);
                requests.push(certify(&mut client, &cast.codes[number], &mut rng).await);
            }
            requests
        })
    });
    let mut certified = Vec::with_capacity(cast.codes.len());
    for worker in workers.collect::<Vec<_>>() {
        for request in worker.await.context("a worker broke off")? {
            certified
                .push(request.map_err(|outcome| anyhow::anyhow!("a code got no certificate: {outcome:?}"))?);
        }
    }
    Ok(certified)
}

/// Code for token, token for certificate; what is to be published with it.
async fn certify(client: &mut Client, code: &str, rng: &mut StdRng) -> Result<PublishRequest, Outcome> {
    let today = SystemClock.now().day_start().interval();
    let keys: Vec<PublishedKey> = (1..=DAYS)
        .map(|age| PublishedKey {
            key: TemporaryExposureKey::generate(rng),
            rolling_start: today - INTERVALS_PER_DAY * age,
            rolling_period: INTERVALS_PER_DAY,
            transmission_risk: 0,
        })
        .collect();
    let hmac_key: [u8; 16] = rng.random();
    let nonce = encode_base64(&rng.random::<[u8; 16]>());
    let verify = VerifyRequest { code: code.to_owned(), nonce, ..VerifyRequest::default() };
    let token = post::<VerifyResponse>(client, "/api/verify", &verify).await?.token;
    let ekeyhmac = encode_base64(&tek_mac(&hmac_key, &keys));
    let ask = CertificateRequest { token, ekeyhmac, padding: String::new() };
    let certificate = post::<CertificateResponse>(client, "/api/certificate", &ask).await?.certificate;
    Ok(PublishRequest {
        keys,
        health_authority_id: AUTHORITY.to_owned(),
        verification_payload: certificate,
        hmac_key: encode_base64(&hmac_key),
        ..PublishRequest::default()
    })
}

/// The keys themselves.
pub async fn send(client: &mut Client, request: &PublishRequest) -> Result<Outcome, Outcome> {
    let answer = post::<PublishResponse>(client, "/v1/publish", request).await?;
    let names = request.keys.iter().map(|key| hex::encode(key.key.as_bytes())).collect();
    Ok(Outcome::Acked(Entry::acked(Kind::Publish, names, answer.inserted_exposures.to_string())))
}

async fn post<T: DeserializeOwned>(
    client: &mut Client,
    path: &str,
    body: &impl Serialize,
) -> Result<T, Outcome> {
    let body = serde_json::to_vec(body).map_err(|_| Outcome::Unknown)?;
    match client.send("POST", path, &[("content-type", "application/json")], body).await {
        Some(answer) if answer.status == 200 => {
            serde_json::from_slice(&answer.body).map_err(|_| Outcome::Unknown)
        }
        Some(answer) => Err(Outcome::Refused(answer.status.as_u16())),
        None => Err(Outcome::Unknown),
    }
}
