//! After the warnings: what a case and the warned agree to tell becomes a chain of contacts at the console, and the public log has all
//! of it. Nothing is opened without an entry, and nobody who does not answer is any the worse for it.

use super::authority::{Authority, CENTRE};
use super::officer::Officer;
use super::outcome::Outcome;
use super::passkey::Passkey;
use super::progress::Progress;
use super::street::Street;
use super::telling;
use crate::commands::log_files::HttpFiles;
use anyhow::{Context, ensure};
use bluezone_app::client::Client;
use bluezone_protocol::history::Reporter;
use bluezone_protocol::time::{Clock, ManualClock, Timestamp};
use bluezone_transparency::verify::{published_checkpoint, verify_log};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use tokio::runtime::Runtime;

/// How many of those who met the case report.
const REPORTERS: usize = 2;

/// Minutes until the log has taken in what was ordered.
const LOG_S: i64 = 3_700;

/// What the people of the demo are called. Nobody's names.
const NAMES: [(&str, &str); 3] =
    [("Phạm Thị Mẫu", "0900000001"), ("Lê Văn Mẫu", "0900000002"), ("Trần Thị Thử", "0900000003")];

/// How the tracing ended.
#[derive(Serialize, Default)]
pub struct Traced {
    /// Who reported, in the order in which the officer took them up.
    pub contacts: Vec<TracedContact>,
    /// Who was asked for their history and did not answer.
    pub asked: Option<String>,
    /// What the log says of the case's owner: so often was their data opened. Their phone found it there.
    pub openings_seen_by_case: usize,
    /// Entries of the log by kind, all of them verified.
    pub log: BTreeMap<String, u64>,
    /// Where the case's transmission graph is.
    pub graph: Option<String>,
}

/// A report that became a contact.
#[derive(Serialize)]
pub struct TracedContact {
    /// The phone's id.
    pub id: String,
    /// What the console calls the contact.
    pub title: String,
    /// What the comparison with the case's history said.
    pub verdict: String,
}

/// What the acts need.
pub struct Scene<'a> {
    /// Runs the jobs.
    pub runtime: &'a Runtime,
    /// The server.
    pub authority: &'a Authority,
    /// How phones reach it.
    pub client: &'a Client,
    /// The clock of everything.
    pub clock: &'a ManualClock,
    /// When the scenario began.
    pub start: Timestamp,
    /// The phones.
    pub street: &'a mut Street,
    /// What is told while it goes on.
    pub progress: &'a mut Progress,
}

impl Scene<'_> {
    /// Plays it: reports, openings, contacts, a request, the log.
    pub fn play(&mut self, outcome: &Outcome) -> anyhow::Result<Traced> {
        let mut traced = Traced::default();
        let places = reporters(outcome);
        let Some(last) = places.last().copied() else { return Ok(traced) };
        let mut people = Vec::new();
        for (place, (name, phone)) in places.iter().copied().zip(NAMES) {
            let reporter = Reporter { name: name.into(), phone: phone.into(), commune: String::new() };
            let id = outcome.phones[place].id.clone();
            self.report(place, reporter, &id)?;
            people.push((name, id));
        }
        let (passkeys, uploads) = self.open()?;
        self.log_hour()?;
        self.register(&passkeys, &uploads, &people, &mut traced)?;
        self.log_hour()?;
        let asked = outcome.phones[last].id.clone();
        let now = self.clock_of(last);
        let checked = telling::read_log(self.street.phone(last), self.client, now)?;
        ensure!(checked.requests == 1, "the request did not reach the phone that it is for");
        self.event(&format!("{asked} reads the request, and does not answer"));
        traced.asked = Some(asked);
        // Everybody who told something finds in the log that it was opened.
        for (place, phone) in outcome.phones.iter().enumerate() {
            if phone.diagnosed || places.contains(&place) {
                let now = self.clock_of(place);
                let mind = self.street.phone(place);
                telling::read_log(mind, self.client, now)?;
                traced.openings_seen_by_case +=
                    if phone.diagnosed { telling::openings_seen(mind)? } else { 0 };
            }
        }
        traced.log = self.verify()?;
        Ok(traced)
    }

    fn report(&mut self, place: usize, reporter: Reporter, id: &str) -> anyhow::Result<()> {
        // One after the other, so that a run of one seed lists them in one order.
        self.clock.advance(60);
        let now = self.clock_of(place);
        let phone = self.street.phone(place);
        let days = telling::tell(phone, self.client, CENTRE, reporter, now)
            .with_context(|| format!("{id} cannot report"))?;
        self.event(&format!("{id} reports the encounters of {}", days_of(days)));
        Ok(())
    }

    /// The officers' keys, and the orders to open what came in.
    fn open(&mut self) -> anyhow::Result<([Passkey; 2], Vec<String>)> {
        let passkeys = [Passkey::new(), Passkey::new()];
        let Authority { officer, colleague, .. } = self.authority;
        let mut second = Officer::sign_in(self.authority, colleague)?;
        second.add_signing_key(self.authority, colleague, &passkeys[1])?;
        second.leave()?;
        let mut first = Officer::sign_in(self.authority, officer)?;
        first.add_signing_key(self.authority, officer, &passkeys[0])?;
        let uploads = first.uploads()?;
        for upload in &uploads {
            first.order_opening(upload, "Truy vết người tiếp xúc gần")?;
        }
        first.leave()?;
        self.event(&format!(
            "the officer orders {} uploads to be opened; the log says so first",
            uploads.len()
        ));
        Ok((passkeys, uploads))
    }

    /// Contacts with their evidence, and a request to the last of these people, by name and phone's id.
    fn register(
        &mut self,
        passkeys: &[Passkey; 2],
        uploads: &[String],
        people: &[(&str, String)],
        traced: &mut Traced,
    ) -> anyhow::Result<()> {
        let mut officer = Officer::sign_in(self.authority, &self.authority.officer)?;
        let mut asked = None;
        for upload in uploads {
            let Some(contact) = officer.register_contact(upload)? else { continue };
            let page = officer.sees(&contact)?;
            let person = people.iter().find(|(name, _)| page.html.contains(name));
            let (name, id) = person.context("a contact is none of those who reported")?;
            let badges = ["Two-sided", "Contradicted", "One-sided"];
            let said = badges.into_iter().find(|said| page.html.contains(&format!(">{said}<")));
            let verdict = said.unwrap_or("no evidence").to_lowercase();
            self.event(&format!("the officer registers {id} as a contact: {verdict}"));
            traced.contacts.push(TracedContact { id: id.clone(), title: page.title(), verdict });
            let of_case = |link: &String| link.starts_with("/console/cases/") && link.ends_with("/contacts");
            let list = page.links().into_iter().find(of_case);
            traced.graph = list.map(|link| link.replace("/contacts", "/graph")).or(traced.graph.take());
            asked = asked.or(people.last().is_some_and(|last| last.0 == *name).then(|| upload.clone()));
        }
        if let Some(upload) = asked {
            let details = "Xin bạn cho xem những ngày qua bạn đã gần ai. Hỏi thêm: 0208 385 5555";
            let request = officer.ask_sender(&upload, "Tìm chuỗi lây tại khu phố", details)?;
            officer.sign(self.authority, &passkeys[0], &request)?;
            let mut colleague = Officer::sign_in(self.authority, &self.authority.colleague)?;
            colleague.sign(self.authority, &passkeys[1], &request)?;
            colleague.leave()?;
            self.event("two officers sign a request for a third person's history; the log has it");
        }
        if let Some(graph) = &traced.graph {
            ensure!(officer.sees(graph)?.html.contains("<svg"), "the page of the chain shows no graph");
        }
        officer.leave()
    }

    /// As anybody can: `bluezone admin log verify` on the published log.
    fn verify(&mut self) -> anyhow::Result<BTreeMap<String, u64>> {
        let files = HttpFiles::new(&format!("{}/v1/log", self.authority.url()));
        let checkpoint = published_checkpoint(&files, &self.authority.pins.log, Some(self.clock.now()))?;
        let audit = verify_log(&files, &checkpoint, &self.authority.pins.site)?;
        ensure!(audit.findings.is_empty(), "the log breaks a rule: {:?}", audit.findings);
        self.event(&format!("the log verifies: {} entries, cosigned by two witnesses", audit.head.size));
        Ok(audit.kinds.iter().map(|(kind, count)| ((*kind).to_string(), *count)).collect())
    }

    /// An hour goes by: the log is cosigned, the keeper opens what was ordered.
    fn log_hour(&mut self) -> anyhow::Result<()> {
        self.clock.advance(LOG_S);
        self.authority.run_jobs(self.runtime)?;
        Ok(())
    }

    /// A phone's own clock.
    fn clock_of(&mut self, place: usize) -> Timestamp {
        let now_s = self.now_s();
        self.street.phone(place).local(now_s)
    }

    fn now_s(&self) -> i64 {
        self.clock.now() - self.start
    }

    fn event(&mut self, text: &str) {
        let now_s = self.now_s();
        self.progress.event(now_s, text);
    }
}

/// Those who met a case, the longest first, and then one who was made to believe so.
fn reporters(outcome: &Outcome) -> Vec<usize> {
    let warned = || outcome.phones.iter().enumerate().filter(|(_, phone)| phone.warned && !phone.diagnosed);
    let mut met: Vec<_> =
        warned().filter(|(_, phone)| !phone.relayed && phone.nearest_case_m.is_some()).collect();
    met.sort_by(|a, b| b.1.seconds_near_case_on_worst_day.total_cmp(&a.1.seconds_near_case_on_worst_day));
    let fooled = warned().find(|(_, phone)| phone.relayed);
    met.into_iter().take(REPORTERS).chain(fooled).map(|(place, _)| place).collect()
}

fn days_of(days: usize) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

impl Traced {
    /// Whether anything was traced.
    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
    }
}

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "tracing, by consent")?;
        for TracedContact { id, title, verdict } in &self.contacts {
            writeln!(f, "  {id:<12} {title:<20} {verdict}")?;
        }
        if let Some(asked) = &self.asked {
            writeln!(f, "  {asked} was asked for their history: no answer, and none will be taken")?;
        }
        writeln!(
            f,
            "  the case's phone found {} openings of its data in the log",
            self.openings_seen_by_case
        )?;
        let kinds: Vec<_> = self.log.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        writeln!(f, "  the log, verified: {}", kinds.join(", "))
    }
}
