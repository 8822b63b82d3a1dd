//! After the simulation: the pages stay up to look at, and the shared clock goes on in real time.

use super::authority::Authority;
use crate::system::os_rng;
use anyhow::Context;
use async_trait::async_trait;
use bluezone_air::AirRadio;
use bluezone_app::radio_loop::RadioSource;
use bluezone_app::shelf::Shelf;
use bluezone_app::{App, AppConfig, DEFAULT_POLL_S};
use bluezone_device::{DeviceConfig, MemoryStorage};
use bluezone_domain::place::PlaceCode;
use bluezone_protocol::time::{Clock, ManualClock};
use bluezone_radio::{Radio, RadioError};
use std::io::{BufRead, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

/// Others that the shown phone has around it from now on.
const WALKERS: usize = 8;

/// An authenticator app shows a new code this often, seconds.
const TOTP_STEP_S: i64 = 30;

/// The phone whose pages are shown.
pub struct ShownPhone {
    /// Its id in the scenario.
    pub id: String,
    /// Its settings.
    pub config: DeviceConfig,
    /// All it knows.
    pub storage: MemoryStorage,
    /// Where its pages listen.
    pub listen: SocketAddr,
}

/// What goes on.
pub struct Stay<'a> {
    /// The server.
    pub authority: Authority,
    /// The clock of everything.
    pub clock: Arc<ManualClock>,
    /// Decides who walks past the phone.
    pub seed: u64,
    /// Directory for the phone's few files.
    pub data: &'a Path,
    /// Standard output belongs to the JSON.
    pub json: bool,
}

/// The simulated street around the phone.
struct Square {
    clock: Arc<dyn Clock>,
    seed: u64,
}

#[async_trait]
impl RadioSource for Square {
    async fn open(&mut self) -> Result<Box<dyn Radio>, RadioError> {
        Ok(Box::new(AirRadio::new(Arc::clone(&self.clock), self.seed, WALKERS)))
    }
}

impl Stay<'_> {
    /// Serves until Ctrl-C.
    pub async fn until_interrupted(self, phone: ShownPhone) -> anyhow::Result<()> {
        let config = AppConfig {
            server_url: self.authority.url(),
            data_dir: self.data.join("phone"),
            listen: phone.listen,
            device: phone.config,
            poll_s: DEFAULT_POLL_S,
            station_phone: None,
        };
        let clock: Arc<dyn Clock> = self.clock.clone();
        let square = Box::new(Square { clock: Arc::clone(&clock), seed: self.seed });
        let app = App::with_storage(config, Shelf::new(phone.storage), square, clock, Box::new(os_rng()))
            .await
            .context("the phone's pages do not start")?;
        let lives = self.authority.people_live().await?;
        self.greet(&phone.id, &app.link(), lives)?;
        let ticking = async {
            let mut seconds = interval(Duration::from_secs(1));
            seconds.set_missed_tick_behavior(MissedTickBehavior::Burst);
            // The first tick is now.
            seconds.tick().await;
            loop {
                seconds.tick().await;
                self.clock.advance(1);
            }
        };
        tokio::select! {
            () = ticking => {}
            () = self.tell_codes() => {}
            ended = app.run(async {
                // Without signals it stays until it is killed.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }) => ended?,
        }
        self.authority.stop().await
    }

    fn greet(
        &self,
        id: &str,
        link: &str,
        (declared, [market, bus]): (usize, [PlaceCode; 2]),
    ) -> anyhow::Result<()> {
        let Authority { officer, colleague, administrator, .. } = &self.authority;
        let (console, device, pages) =
            (self.authority.console(), self.authority.url(), self.authority.pages());
        let account = |account: &bluezone_server::admin::officer::CreatedOfficer| {
            format!(
                "{:<9} password {}   code now {}",
                account.username,
                *account.password,
                self.authority.totp(account)
            )
        };
        self.say(&format!(
            "Console          {console}\n  \
               {}\n  {}\n  {}\n  \
               {}\n\
             Citizens         {pages}   {declared} declared; codes to sign in appear here\n\
             A market         {pages}/p/{market}\n\
             A bus            {pages}/p/{bus}\n\
             Phone {id:<10} {link}\n\
             Device API       {device}/openapi.json\n\
             The clock goes on from here in real time. Ctrl-C ends everything.",
            account(officer),
            account(colleague),
            account(administrator),
            if std::io::stdin().is_terminal() {
                "Codes change every 30 seconds by the demo's clock; press Enter for new ones."
            } else {
                "Codes change every 30 seconds by the demo's clock; new ones appear below."
            },
        ))
    }

    /// New codes, when asked for on a terminal, otherwise whenever they change.
    async fn tell_codes(&self) {
        let (asked, mut requests) = mpsc::unbounded_channel();
        let interactive = std::io::stdin().is_terminal();
        if interactive {
            // A thread of its own: reading a terminal cannot be given up, and must not hold up the end.
            std::thread::spawn(move || {
                for line in std::io::stdin().lock().lines() {
                    if line.is_err() || asked.send(()).is_err() {
                        return;
                    }
                }
            });
        }
        loop {
            let step = self.clock.now().0 / TOTP_STEP_S;
            if interactive {
                if requests.recv().await.is_none() {
                    std::future::pending::<()>().await;
                }
            } else {
                while self.clock.now().0 / TOTP_STEP_S == step {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            let Authority { officer, colleague, administrator, .. } = &self.authority;
            let code = |account| self.authority.totp(account);
            let line = format!(
                "codes: officer {}, colleague {}, admin {}",
                code(officer),
                code(colleague),
                code(administrator)
            );
            // Whoever closed the output does not need codes.
            let _ = self.say(&line);
        }
    }

    /// To standard output, unless that belongs to the JSON.
    fn say(&self, text: &str) -> anyhow::Result<()> {
        if self.json {
            writeln!(std::io::stderr(), "{text}")?;
        } else {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{text}")?;
            out.flush()?;
        }
        Ok(())
    }
}
