//! The health authority of the demo: a whole server on a loopback port, with signing keys, a transparency log that others
//! witness, two units and three accounts.

use super::promise::Others;
use super::texts::OnTheScreen;
use super::{declaring, going_out};
use crate::system::os_rng;
use anyhow::Context;
use bluezone_app::pins::parse_log;
use bluezone_device::DeviceConfig;
use bluezone_domain::officer::Role;
use bluezone_domain::place::PlaceCode;
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_protocol::export::{SignatureInfo, VerifyingKey};
use bluezone_protocol::time::ManualClock;
use bluezone_server::admin::officer::{CreatedOfficer, NewOfficer, create_officer};
use bluezone_server::admin::unit::create_unit;
use bluezone_server::{AppState, Config, Options, admin, jobs};
use bluezone_store::Purpose;
use bluezone_transparency::webauthn::RelyingParty;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where all three accounts work, and whose key phones seal to.
pub const CENTRE: &str = "CDC-19";

/// A province's centre for disease control and one of its health stations, by the codes in force.
const UNITS: [(&str, &str, UnitKind, &str); 2] = [
    (CENTRE, "Trung tâm Kiểm soát bệnh tật tỉnh Thái Nguyên", UnitKind::ProvincialCdc, "19"),
    ("TYT-05443", "Trạm Y tế phường Phan Đình Phùng", UnitKind::CommuneStation, "19/05443"),
];

/// A running server.
pub struct Authority {
    state: AppState,
    /// Where it answers.
    pub address: SocketAddr,
    /// Manages accounts.
    pub administrator: CreatedOfficer,
    /// Registers cases and issues codes.
    pub officer: CreatedOfficer,
    /// A colleague: requests take two.
    pub colleague: CreatedOfficer,
    /// What phones pin of the files of keys.
    pub export_keys: Vec<VerifyingKey>,
    /// What phones pin of the log.
    pub pins: bluezone_device::Authority,
    stop: watch::Sender<bool>,
    serving: JoinHandle<Result<(), bluezone_server::ServerError>>,
    others: Vec<JoinHandle<()>>,
}

impl Authority {
    /// Starts a server with an empty database in `data`.
    pub async fn start(data: &Path, listen: SocketAddr, clock: Arc<ManualClock>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen}: try another --listen, port 0 takes a free one")
        })?;
        let address = listener.local_addr()?;
        // Passkeys belong to a name: browsers have none for an address.
        let host = if address.ip().is_loopback() { "localhost".to_owned() } else { address.ip().to_string() };
        let public_url = format!("http://{host}:{}", address.port());
        let others = Others::new(&data.join("others")).await?;
        let config = Config { public_url, promise: others.config.clone(), ..Config::default() };
        let options = Options { config, ..Options::in_directory(data) };
        let mut state = AppState::open(options, clock.clone(), Arc::new(os_rng)).await?;
        state.texts = Arc::new(OnTheScreen);
        let made = admin::keys::init(&state)
            .await
            .with_context(|| format!("{} was used before: give --data an empty directory", data.display()))?;
        let export_keys = made
            .iter()
            .filter(|record| record.purpose == Purpose::Export)
            .map(|record| {
                let info = SignatureInfo::new(record.key_id.clone(), record.version.clone());
                VerifyingKey::from_pem(info, &record.public_pem)
            })
            .collect::<Result<_, _>>()?;
        for (code, name, kind, territory) in UNITS {
            let (code, name, territory) = (code.to_owned(), name.to_owned(), territory.parse()?);
            let unit = Unit { code, name, kind, territory, valid_from: state.now(), valid_until: None };
            create_unit(&state, unit).await?;
        }
        let log = admin::log::init(&state, "log.demo.example/bluezone").await?;
        let others = others.start(&log, &clock)?;
        admin::log::add_unit(&state, CENTRE, UNITS[0].1).await?;
        let pins = parse_log(&serde_json::to_string(&admin::log::pins(&state).await?)?)?;
        let account = |username: &str, role| NewOfficer {
            username: username.to_owned(),
            role,
            unit: CENTRE.to_owned(),
            password: None,
        };
        let administrator = create_officer(&state, account("admin", Role::Administrator)).await?;
        let officer = create_officer(&state, account("officer", Role::ProvincialCdc)).await?;
        let colleague = create_officer(&state, account("colleague", Role::ProvincialCdc)).await?;
        let (stop, mut stopped) = watch::channel(false);
        let until = async move {
            // An error means that the sender is gone, which ends things too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let serving = tokio::spawn(bluezone_server::serve(listener, state.clone(), until));
        Ok(Self {
            state,
            address,
            administrator,
            officer,
            colleague,
            export_keys,
            pins,
            stop,
            serving,
            others,
        })
    }

    /// The server's address as phones know it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Some people declare their health and go out. Returns how many, and the codes of a market and of a bus.
    pub async fn people_live(&self) -> anyhow::Result<(usize, [PlaceCode; 2])> {
        let people = declaring::declare(&self.state).await?;
        Ok((people.len(), going_out::go_out(&self.state, &people).await?))
    }

    /// The citizens' pages as people know them.
    pub fn pages(&self) -> &str {
        &self.state.config.public_url
    }

    /// The console's address as officers know it.
    pub fn console(&self) -> String {
        format!("{}/console", self.state.config.public_url)
    }

    /// The site that passkeys belong to.
    pub fn site(&self) -> RelyingParty {
        bluezone_server::promise::site(&self.state)
    }

    /// The settings of phones that believe it.
    pub fn phones(&self) -> DeviceConfig {
        DeviceConfig {
            trusted_export_keys: self.export_keys.clone(),
            authority: Some(self.pins.clone()),
            ..DeviceConfig::default()
        }
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// Does the jobs that are due by the simulated clock. Returns the file that was published, if one was.
    pub fn run_jobs(&self, runtime: &Runtime) -> anyhow::Result<Option<String>> {
        Ok(runtime.block_on(jobs::run_once(&self.state))?.published)
    }

    /// Lets the jobs run by themselves until the server stops.
    pub fn start_jobs(&self, runtime: &Runtime) {
        let mut stopped = self.stop.subscribe();
        let until = async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        runtime.spawn(jobs::run(self.state.clone(), until));
    }

    /// The code that an account's authenticator app would show now, by the simulated clock.
    pub fn totp(&self, account: &CreatedOfficer) -> String {
        account.totp_secret.code(self.state.clock.now())
    }

    /// Stops and waits for requests that have begun.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        self.others.iter().for_each(JoinHandle::abort);
        self.serving.await.context("the server broke off")??;
        self.state.store.close().await;
        Ok(())
    }
}
