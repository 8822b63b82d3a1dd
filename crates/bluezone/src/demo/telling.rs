//! What phones tell by consent: their owners tick every box, the phone follows the log, seals and sends. The words agreed to are
//! those of the app's own pages.

use super::street::StreetPhone;
use anyhow::{Context, bail};
use bluezone_app::client::{Answer, Client, Kind};
use bluezone_app::web::views::share::Way;
use bluezone_device::{Choice, ConsentAnswer, ConsentStep, DeviceError, LogChecked, Yes};
use bluezone_pages::Lang;
use bluezone_protocol::history::Reporter;
use bluezone_protocol::time::Timestamp;
use bluezone_transparency::storage::ReadFiles;
use bluezone_transparency::tiles::{TileError, Tiles};
use std::io;

/// More requests than a telling has.
const MAX_STEPS: usize = 64;

/// The log behind the server.
struct LogFiles<'a>(&'a Client);

impl ReadFiles for LogFiles<'_> {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.log_file(path).map_err(io::Error::other)
    }
}

/// Follows the log to its newest entry: verifies it, finds what is said of the owner, and the list of units.
pub fn read_log(phone: &mut StreetPhone, client: &Client, now: Timestamp) -> anyhow::Result<LogChecked> {
    let device = &mut phone.device;
    let mut read = device.begin_log(&client.requests()?, now)?;
    let tiles = Tiles::new(LogFiles(client), read.size());
    tiles.for_each_entry(read.range(), |_, entry| {
        read.push(&entry);
        Ok::<_, TileError>(())
    })?;
    let found = read.finish()?;
    let checked = device.finish_log(found, now)?;
    if device.wants_units()? {
        device.take_units(&client.units()?)?;
    }
    Ok(checked)
}

/// A case shares everything and lets itself be asked. Returns how many days.
pub fn share(phone: &mut StreetPhone, client: &Client, unit: &str, now: Timestamp) -> anyhow::Result<usize> {
    read_log(phone, client, now)?;
    let offer = phone.device.share_offer(now)?.context("the phone offers a case nothing to share")?;
    let days: Vec<Timestamp> = offer.days.iter().map(|told| told.day).collect();
    let shared = days.len();
    phone.device.share(&choice(Way::Case, unit, days, None), now, &mut phone.rng)?;
    send(phone, client, now)?;
    Ok(shared)
}

/// A warned person reports, says who they are and lets themselves be asked. Returns how many days.
pub fn tell(
    phone: &mut StreetPhone,
    client: &Client,
    unit: &str,
    reporter: Reporter,
    now: Timestamp,
) -> anyhow::Result<usize> {
    read_log(phone, client, now)?;
    let offer = phone.device.tell_offer(now)?.context("the phone has nothing to report")?;
    let days: Vec<Timestamp> = offer.days.iter().map(|told| told.day).collect();
    let told = days.len();
    phone.device.tell(&choice(Way::Contact, unit, days, Some(reporter)), now, &mut phone.rng)?;
    send(phone, client, now)?;
    Ok(told)
}

fn choice(way: Way, unit: &str, days: Vec<Timestamp>, reporter: Option<Reporter>) -> Choice {
    let yes = way.boxes().iter().map(|(_, purpose, words)| Yes {
        purpose: *purpose,
        words: words.get(Lang::Vi).to_owned(),
        language: Lang::Vi.code(),
    });
    Choice { unit: unit.to_owned(), days, yes: yes.collect(), reporter }
}

/// Sends until nothing is left.
fn send(phone: &mut StreetPhone, client: &Client, now: Timestamp) -> anyhow::Result<()> {
    for _ in 0..MAX_STEPS {
        let (step, tag) = phone.device.consent_next(&mut phone.rng)?;
        let answer = match step {
            ConsentStep::Idle => return Ok(()),
            ConsentStep::Upload(request) => client.consent(&request, Kind::Real)?,
            ConsentStep::Withdraw(_) => bail!("nobody took anything back"),
        };
        let answer = match answer {
            Answer::Given(_) => ConsentAnswer::Acknowledged,
            Answer::Refused { status, code } => bail!("the server refuses with status {status} {code:?}"),
        };
        phone.device.consent_taken(tag.as_ref(), answer, now)?;
    }
    bail!("there was always more to send")
}

/// How often the log says of the phone's owner that their data was opened.
pub fn openings_seen(phone: &StreetPhone) -> Result<usize, DeviceError> {
    let mentions = phone.device.mentions()?;
    Ok(mentions.iter().filter(|mention| mention.deed == bluezone_device::Deed::Opened).count())
}
