//! A camera in the page that reads QR codes. Only there when its script runs and the browser has a camera: a page that uses it
//! also takes what is typed.

use crate::lang::Lang;
use crate::parts::Weight;
use crate::{scan_script_path, text};
use maud::{Markup, html};

text! {
    OPEN, "Mở camera", "Open the camera";
    CLOSE, "Tắt camera", "Close the camera";
    LOOKING, "Đưa mã QR vào giữa khung hình.", "Hold the QR code in the middle of the picture.";
    FOUND, "Đã đọc được mã.", "The code was read.";
    REFUSED, "Không mở được camera. Hãy cho phép trang này dùng camera, hoặc nhập mã số.", "The camera cannot be opened. Allow this page to use it, or type the code.";
    HERE, "Hình ảnh được đọc ngay trên máy này và không gửi đi đâu.", "The picture is read on this device and goes nowhere.";
    SENT, "Trình duyệt này không tự đọc được mã QR: từng khung hình nhỏ, đen trắng, được gửi tới máy chủ của trang này để đọc, không được lưu lại.",
        "This browser cannot read QR codes: small black-and-white frames are sent to this site's own server to be read, and are kept nowhere.";
    LOST, "Mất kết nối: không đọc được hình. Hãy nhập mã số.", "No connection: the picture cannot be read. Type the code."
}

/// Where the scanner sends frames that the browser cannot read itself.
#[derive(Copy, Clone, Debug)]
pub struct Scan<'a> {
    /// Language of its words.
    pub lang: Lang,
    /// Address on this origin that reads a frame: a form with `csrf`, `width` and the file `frame`, a byte a pixel; it answers
    /// `{"text": …}`.
    pub frames: &'a str,
    /// The forms' token.
    pub token: &'a str,
}

/// The camera. What it reads it tells as an event `scanned`, whose `detail` is the text; where nothing listens
/// (`event.preventDefault()`), a code of a place on this site opens that place.
pub fn scanner(scan: &Scan) -> Markup {
    let words = |text: crate::Text| text.get(scan.lang);
    html! {
        section.card.scanner data-scan=(scan.frames) data-token=(scan.token) data-looking=(words(LOOKING))
            data-found=(words(FOUND)) data-refused=(words(REFUSED)) data-lost=(words(LOST)) hidden {
            video playsinline muted hidden {}
            p role="status" {}
            div.actions {
                button class=(Weight::Primary.class()) type="button" data-open { (words(OPEN)) }
                button class=(Weight::Secondary.class()) type="button" data-close hidden { (words(CLOSE)) }
            }
            p.small data-here hidden { (words(HERE)) }
            p.small data-there hidden { (words(SENT)) }
        }
        script type="module" src=(scan_script_path()) {}
    }
}
