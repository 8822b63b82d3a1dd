//! A phone that looks for new keys.

use super::client::{Answer, Client};
use super::{Entry, Kind, Outcome, Plan};
use anyhow::Context as _;

const INDEX: &str = "/exports/index.txt";

/// What there is to ask for.
pub struct Polled {
    /// The newest file and what it is known by.
    file: Option<(String, String)>,
}

/// Reads the index once. Any server of the same files will do.
pub async fn look(plan: &Plan) -> anyhow::Result<Polled> {
    let mut client = Client::new(plan.servers.clone(), 0, plan.host.clone());
    let index = client.send("GET", INDEX, &[], Vec::new()).await.context("the server does not answer")?;
    anyhow::ensure!(index.status == 200, "{INDEX} answers with status {}", index.status);
    let text = String::from_utf8_lossy(&index.body).into_owned();
    let Some(name) = text.lines().rfind(|line| !line.is_empty()) else { return Ok(Polled { file: None }) };
    let path = format!("/exports/{name}");
    let file = client.send("GET", &path, &[], Vec::new()).await.context("the server does not answer")?;
    anyhow::ensure!(file.status == 200, "{path} answers with status {}", file.status);
    Ok(Polled { file: Some((path, file.header("etag").to_owned())) })
}

/// The index in full, and a file that has not changed.
pub async fn poll(client: &mut Client, polled: &Polled) -> Outcome {
    let done = |answer: Option<Answer>, expected: u16| match answer {
        Some(answer) if answer.status.as_u16() == expected => Ok(()),
        Some(answer) => Err(Outcome::Refused(answer.status.as_u16())),
        None => Err(Outcome::Unknown),
    };
    let ask = async {
        done(client.send("GET", INDEX, &[], Vec::new()).await, 200)?;
        if let Some((path, etag)) = &polled.file {
            done(client.send("GET", path, &[("if-none-match", etag)], Vec::new()).await, 304)?;
        }
        Ok(())
    };
    match ask.await {
        Ok(()) => Outcome::Acked(Entry::acked(Kind::Poll, Vec::new(), String::new())),
        Err(outcome) => outcome,
    }
}
