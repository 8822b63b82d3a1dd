//! A small WebDriver client: Debian's Chromium as a reader of our pages.
//!
//! JSON over HTTP to `chromedriver`, nothing more. A missing browser fails the test with what to install: `./test`
//! installs it. Waiting is the driver's: elements that a page has yet to show are waited for up to [`PATIENCE_MS`].

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// How long the driver waits for an element, milliseconds.
const PATIENCE_MS: u64 = 20_000;
/// Key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How the reader looks at pages.
#[derive(Copy, Clone, Debug)]
pub struct Look {
    /// Width of the window in CSS pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Whether the reader prefers dark pages.
    pub dark: bool,
    /// Whether scripts run.
    pub scripts: bool,
}

impl Look {
    /// The narrowest phone that the pages promise to serve.
    pub const SMALL_PHONE: Look = Look { width: 320, height: 640, dark: false, scripts: true };
    /// A usual phone.
    pub const PHONE: Look = Look { width: 390, height: 844, dark: false, scripts: true };
    /// A desk.
    pub const DESK: Look = Look { width: 1280, height: 800, dark: false, scripts: true };
}

/// One Chromium with a fresh profile. Closed when dropped.
pub struct Browser {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    look: Look,
    _files: TempDir,
}

impl Browser {
    /// Starts a browser.
    pub fn open(look: Look) -> Browser {
        Browser::start(look, &[])
    }

    /// Starts a browser whose camera sees a film (YUV4MPEG2), again and again, and that may use it unasked.
    pub fn with_camera(look: Look, film: &Path) -> Browser {
        let film = format!("--use-file-for-fake-video-capture={}", film.display());
        Browser::start(look, &["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", &film])
    }

    fn start(look: Look, more: &[&str]) -> Browser {
        let files = tempfile::tempdir().expect("a directory for what the browser writes");
        let (driver, port) =
            (0..5).find_map(|_| start_driver(files.path())).expect("chromedriver names its port");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(std::time::Duration::from_secs(120)))
            .build()
            .into();
        let mut browser = Browser {
            driver,
            agent,
            session: format!("http://127.0.0.1:{port}/session"),
            look,
            _files: files,
        };
        // Chromium without its own windows and menus draws pages with less work, but has no settings: 2 blocks scripts of
        // pages by the browser's own, as a careful reader would.
        let (binary, headless, scripts) = match look.scripts {
            // Not by its script in /usr/bin, which does not end it when it is ended itself.
            true => ("/usr/lib/chromium/chromium-headless-shell", "--headless", 1),
            false => ("/usr/bin/chromium", "--headless=new", 2),
        };
        let window = format!("--window-size={},{}", look.width.max(500), look.height);
        let mut args = vec![
            headless,
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--accept-lang=vi",
            &window,
        ];
        args.extend(more);
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "timeouts": { "implicit": PATIENCE_MS, "pageLoad": 60_000, "script": 30_000 },
            "goog:chromeOptions": {
                "binary": binary,
                "args": args,
                "prefs": { "profile.managed_default_content_settings.javascript": scripts },
            },
        }}});
        let made = browser.call("POST", "", &wanted);
        let id = made["sessionId"].as_str().expect("a session has an id").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        browser.resize(look.height);
        let scheme = if look.dark { "dark" } else { "light" };
        browser.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ] }),
        );
        browser
    }

    /// Whether pages may run scripts.
    pub fn scripts(&self) -> bool {
        self.look.scripts
    }

    /// Opens an address.
    pub fn go(&self, url: &str) {
        self.call("POST", "/url", &json!({ "url": url }));
    }

    /// The address shown.
    pub fn url(&self) -> String {
        self.call("GET", "/url", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    /// The words of the first element of a CSS selector, as a reader sees them.
    pub fn text(&self, css: &str) -> String {
        let words =
            self.on(css, |element| self.answer("GET", &format!("/element/{element}/text"), &Value::Null));
        words.as_str().unwrap_or_default().to_owned()
    }

    /// Presses the first element of a CSS selector.
    pub fn press(&self, css: &str) {
        // As a reader scrolls: not to the lower edge, where the navigation stands.
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        self.on(css, |element| {
            let scroll = json!({ "script": script, "args": [{ ELEMENT: element }] });
            self.answer("POST", "/execute/sync", &scroll)?;
            self.answer("POST", &format!("/element/{element}/click"), &json!({}))
        });
    }

    /// Types into the first element of a CSS selector.
    pub fn write(&self, css: &str, text: &str) {
        self.on(css, |element| {
            self.answer("POST", &format!("/element/{element}/clear"), &json!({}))?;
            self.answer("POST", &format!("/element/{element}/value"), &json!({ "text": text }))
        });
    }

    /// Sets a date field: how it is typed depends on the browser's region.
    pub fn write_date(&self, css: &str, date: &str) {
        let script = "document.querySelector(arguments[0]).value = arguments[1]";
        self.call("POST", "/execute/sync", &json!({ "script": script, "args": [css, date] }));
    }

    /// Waits for an element of a CSS selector.
    pub fn wait(&self, css: &str) {
        self.element(css);
    }

    /// The value of a JavaScript function body, run by the driver (also where pages may not run scripts).
    pub fn eval(&self, body: &str) -> Value {
        self.call("POST", "/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// Gives the browser a device that holds passkeys and whose owner always agrees.
    pub fn add_authenticator(&self) {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        self.call("POST", "/webauthn/authenticator", &device);
    }

    /// How many CSS pixels the page is wider than the window: 0 unless the reader must scroll sideways.
    pub fn overhang(&self) -> i64 {
        let script = "const d = document.documentElement; return d.scrollWidth - d.clientWidth";
        self.eval(script).as_i64().unwrap_or(i64::MAX)
    }

    /// A picture of the whole page, as PNG bytes.
    pub fn picture(&self) -> Vec<u8> {
        // The window is made as high as the page, so that what sticks to its lower edge stands at the page's.
        let height = self.eval("return document.documentElement.scrollHeight").as_u64().unwrap_or_default();
        self.resize(u32::try_from(height).unwrap_or(u32::MAX).max(self.look.height));
        let shot = self.devtools("Page.captureScreenshot", &json!({ "format": "png" }));
        self.resize(self.look.height);
        bluezone_protocol::api::decode_base64(shot["data"].as_str().unwrap_or_default())
            .expect("base64 of a picture")
    }

    /// Below 500 px only an emulated screen will do.
    fn resize(&self, height: u32) {
        let (width, mobile) = (self.look.width, self.look.width < 600);
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile }),
        );
    }

    /// One command of Chromium's own protocol.
    pub fn devtools(&self, command: &str, params: &Value) -> Value {
        self.call("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": params }))
    }

    /// All that the page says, for a message.
    fn words(&self) -> String {
        let script = json!({ "script": "return document.body.innerText", "args": [] });
        let answer = self.agent.post(format!("{}/execute/sync", self.session)).send_json(script);
        answer.and_then(|mut answer| answer.body_mut().read_to_string()).unwrap_or_default()
    }

    fn element(&self, css: &str) -> String {
        let found = self.call("POST", "/element", &json!({ "using": "css selector", "value": css }));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("no element {css}")).to_owned()
    }

    /// What is done with the first element of a selector. Between being found and being used it can go with its page: then
    /// the page that came is asked.
    fn on(&self, css: &str, act: impl Fn(&str) -> Result<Value, Refusal>) -> Value {
        for _ in 0..20 {
            match act(&self.element(css)) {
                Err(refusal) if refusal.error == "stale element reference" => {}
                answer => return answer.unwrap_or_else(|refusal| self.fail(css, &refusal)),
            }
        }
        panic!("{css} goes whenever it is found");
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.answer(method, path, body)
            .unwrap_or_else(|refusal| self.fail(&format!("{path} {body}"), &refusal))
    }

    fn fail(&self, asked: &str, refusal: &Refusal) -> ! {
        panic!("{asked}: {}\nthe page says:\n{}", refusal.message, self.words())
    }

    fn answer(&self, method: &str, path: &str, body: &Value) -> Result<Value, Refusal> {
        let url = format!("{}{path}", self.session);
        let answer = match method {
            "GET" => self.agent.get(&url).call(),
            "DELETE" => self.agent.delete(&url).call(),
            _ => self.agent.post(&url).send_json(body),
        };
        let mut answer =
            answer.unwrap_or_else(|error| panic!("chromedriver does not answer {path}: {error}"));
        let text = answer
            .body_mut()
            .with_config()
            .limit(64 * 1024 * 1024)
            .read_to_string()
            .unwrap_or_else(|error| panic!("chromedriver's answer to {path} breaks off: {error}"));
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"));
        if !answer.status().is_success() {
            let word = |name: &str| value["value"][name].as_str().unwrap_or_default().to_owned();
            return Err(Refusal { error: word("error"), message: word("message") });
        }
        Ok(value["value"].clone())
    }
}

/// A driver, whose browser keeps its profile in `files`, and its port; `None` if it ended without one: it looks for a port that is free, and another program may take that before it.
fn start_driver(files: &Path) -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .env("TMPDIR", files)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("chromedriver does not start ({error}): run ./test, or apt-get install chromium chromium-headless-shell chromium-driver"));
    let said = BufReader::new(driver.stdout.take().expect("piped above"));
    let port = said.lines().map_while(Result::ok).find_map(|line| {
        line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
    });
    match port {
        Some(port) => Some((driver, port)),
        None => {
            driver.wait().expect("a driver that ended");
            None
        }
    }
}

/// Why the driver did not do it: the code of the WebDriver recommendation (§6.6) and the driver's words.
struct Refusal {
    error: String,
    message: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ending the session closes Chromium; then the driver itself.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
