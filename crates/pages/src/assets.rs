//! The files that pages refer to, named by content so that a browser may keep them for ever.

use std::fmt::Write as _;
use std::sync::LazyLock;

/// A static file.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Absolute path with the content's hash, e.g. `/assets/style-0123456789abcdef.css`.
    pub path: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: &'static [u8],
}

/// `Cache-Control` of an [`Asset`]: its path changes with its content.
pub const CACHE_FOREVER: &str = "public, max-age=31536000, immutable";

/// Headers that every page carries. No inline style or script, nothing from another origin, no framing; pages hold
/// personal data, so no cache keeps them and no other site learns their address.
pub const SECURITY_HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// One file for readers: what all pages use, what people's own, the console and the drawings add, and last what other media change.
const STYLE: &str = concat!(
    include_str!("../assets/base.css"),
    include_str!("../assets/people.css"),
    include_str!("../assets/console.css"),
    include_str!("../assets/media.css")
);

static ASSETS: LazyLock<[Asset; 18]> = LazyLock::new(|| {
    [
        asset_of("style", "css", "text/css; charset=utf-8", STYLE.as_bytes()),
        asset_of("icon", "svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
        asset_of("refresh", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/refresh.js")),
        asset_of("copy", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/copy.js")),
        asset_of("passkey", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/passkey.js")),
        asset_of("outline", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/outline.js")),
        asset_of("search", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/search.js")),
        asset_of("keys", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/keys.js")),
        asset_of("when", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/when.js")),
        asset_of("choices", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/choices.js")),
        asset_of("draft", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/draft.js")),
        asset_of("pass", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/pass.js")),
        asset_of("offline", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/offline.js")),
        asset_of("icon-192", "png", "image/png", include_bytes!("../assets/icon-192.png")),
        asset_of("icon-512", "png", "image/png", include_bytes!("../assets/icon-512.png")),
        asset_of("scan", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/scan.js")),
        asset_of("control", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/control.js")),
        asset_of(
            "scan-field",
            "js",
            "text/javascript; charset=utf-8",
            include_bytes!("../assets/scan-field.js"),
        ),
    ]
});

fn asset_of(name: &str, extension: &str, content_type: &'static str, body: &'static [u8]) -> Asset {
    let hash = hash_of(body);
    Asset { path: format!("/assets/{name}-{hash:016x}.{extension}"), content_type, body }
}

/// FNV-1a, 64 bits: it need only tell our own versions apart, not resist anybody.
fn hash_of(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// All files to serve.
pub fn assets() -> &'static [Asset] {
    &*ASSETS
}

/// The file of an absolute path, if it is one of ours.
pub fn asset(path: &str) -> Option<&'static Asset> {
    assets().iter().find(|asset| asset.path == path)
}

/// Path of the style sheet.
pub fn style_path() -> &'static str {
    &ASSETS[0].path
}

/// Path of the site's icon.
pub fn icon_path() -> &'static str {
    &ASSETS[1].path
}

/// Path of the module that refreshes parts of a page (`data-refresh`).
pub fn script_path() -> &'static str {
    &ASSETS[2].path
}

/// Path of the module that copies a link (`data-copy`), for the pages that offer it.
pub fn copy_script_path() -> &'static str {
    &ASSETS[3].path
}

/// Path of the module that asks a device for passkeys and their signatures (`data-passkey`), for the forms that want
/// one.
pub fn passkey_script_path() -> &'static str {
    &ASSETS[4].path
}

/// Path of the module that draws an outline on a map (`data-outline`), for the pages that offer it.
pub fn outline_script_path() -> &'static str {
    &ASSETS[5].path
}

/// Path of the module that searches while something is typed (`data-search`), for the pages that offer it.
pub fn search_script_path() -> &'static str {
    &ASSETS[6].path
}

/// Path of the module that gives a page its keys (`/` to search).
pub fn keys_script_path() -> &'static str {
    &ASSETS[7].path
}

/// Path of the module that shows only the questions that apply (`data-when`), for the forms that have such.
pub fn when_script_path() -> &'static str {
    &ASSETS[8].path
}

/// Path of the module that fills lists that depend on another choice (`data-part-of`), for the forms that have such.
pub fn choices_script_path() -> &'static str {
    &ASSETS[9].path
}

/// Path of the module that keeps what is typed until it was sent (`data-draft`), for the forms that are long.
pub fn draft_script_path() -> &'static str {
    &ASSETS[10].path
}

/// Path of the module that shows a live code (`data-pass`).
pub fn pass_script_path() -> &'static str {
    &ASSETS[11].path
}

/// Path of the module that makes the citizens' pages work without a network.
pub fn offline_script_path() -> &'static str {
    &ASSETS[12].path
}

/// Path of the icon that a phone shows for the installed pages.
pub fn small_icon_path() -> &'static str {
    &ASSETS[13].path
}

/// The same large, with a margin that a phone may cut off.
pub fn large_icon_path() -> &'static str {
    &ASSETS[14].path
}

/// The files that pages need without a network.
pub fn offline_files() -> [&'static str; 4] {
    [style_path(), icon_path(), script_path(), offline_script_path()]
}

/// The service worker's script. It changes whenever a file does that it keeps, which makes browsers fetch it anew.
pub fn worker_script() -> &'static str {
    static SCRIPT: LazyLock<String> = LazyLock::new(|| {
        let body = include_str!("../assets/worker.js");
        let files = offline_files().map(|path| format!("{path:?}")).join(", ");
        let version = hash_of([files.as_bytes(), body.as_bytes()].concat().as_slice());
        let mut script = String::new();
        let _ = writeln!(script, "const VERSION = \"{version:016x}\";\nconst FILES = [{files}];");
        script + body
    });
    &SCRIPT
}

/// Path of the module that reads QR codes with the camera (`data-scan`), for [`crate::scan::scanner`].
pub fn scan_script_path() -> &'static str {
    &ASSETS[15].path
}

/// Path of the module that puts what a camera read into a field and sends its form (`data-scanned-into`).
pub fn scan_field_script_path() -> &'static str {
    &ASSETS[17].path
}

/// Path of the module of a controller's page (`#control`): keeps scans and sends them in their order.
pub fn control_script_path() -> &'static str {
    &ASSETS[16].path
}
