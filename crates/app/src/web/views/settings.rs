//! Settings: language, radio, what is kept and how to delete it all.

use super::{Frame, Tab};
use bluezone_pages::form::{form, tick};
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, alert, badge, button, card, facts, link_button};
use bluezone_pages::{Lang, lang_href, text};

text! {
    TITLE, "Cài đặt", "Settings";
    LANGUAGE, "Ngôn ngữ", "Language";

    RADIO, "Bluetooth của Bluezone", "Bluezone's Bluetooth";
    RADIO_ON, "Đang bật: điện thoại phát mã của mình và lắng nghe các điện thoại khác.",
        "On: this phone sends its code and listens for others.";
    RADIO_PAUSED, "Đang tạm dừng: điện thoại không phát và không nghe. Bạn sẽ không được cảnh báo về những lần gặp trong lúc này.",
        "Paused: this phone neither sends nor listens. You will not be warned of contacts made meanwhile.";
    PAUSE, "Tạm dừng", "Pause";
    RESUME, "Bật lại", "Turn on";

    KEPT, "Dữ liệu trên máy này", "Data on this phone";
    RETENTION, "Giữ nhật ký", "Diary kept for";
    DAYS, "{n} ngày", "{n} days";
    SCHEME, "Kiểu mã phát đi", "Codes sent";
    SCHEME_GAEN, "Exposure Notification: khóa mới mỗi ngày, mã mới mỗi 10 phút",
        "Exposure Notification: a new key daily, a new code every 10 minutes";
    SCHEME_2020, "Bluezone 2020: mã mới mỗi 15 phút (không thể báo chẩn đoán)",
        "Bluezone 2020: a new code every 15 minutes (cannot report a diagnosis)";
    LISTENS, "Lắng nghe", "Listening";
    LISTENS_EVERY, "{s} giây mỗi {m} giây", "{s} seconds in every {m}";
    SERVER, "Máy chủ", "Server";
    SIGNERS, "Khóa ký được tin", "Trusted signing keys";
    NO_SIGNERS, "chưa có", "none";
    FOLDER, "Thư mục dữ liệu", "Data folder";

    DELETE, "Xóa tất cả", "Delete everything";
    DELETE_WHY,
        "Xóa nhật ký, khóa và cảnh báo trên máy này. Những khóa bạn đã công bố trước đây không thu lại được.",
        "Deletes the diary, the keys and the warnings on this phone. Keys that you published before cannot be called back.";
    DELETE_OPEN, "Xóa tất cả…", "Delete everything…";
    DELETE_TITLE, "Xóa tất cả dữ liệu?", "Delete all data?";
    DELETE_LIST_1, "Nhật ký tiếp xúc: điện thoại không thể cảnh báo bạn về những lần gặp trước đây nữa.",
        "The contact diary: the phone can no longer warn you of past contacts.";
    DELETE_LIST_2, "Khóa của bạn: bạn không thể báo cho những người đã ở gần bạn trước đây nữa.",
        "Your keys: you can no longer warn those who were near you before.";
    DELETE_LIST_3, "Cảnh báo đang hiện và lần báo chưa xong, nếu có.", "The warning shown and a report under way, if any.";
    DELETE_LIST_5, "Những nơi đã đến: điện thoại không thể cảnh báo bạn về những nơi đó nữa.",
        "The places you visited: the phone can no longer warn you about them.";
    DELETE_LIST_4, "Những gì bạn đã gửi cho đơn vị y tế vẫn ở đó, và sau khi xóa máy này không rút lại được nữa. Hãy rút lại trước, trong mục Dữ liệu của tôi.",
        "What you sent to a health unit stays there, and after this the phone cannot take it back. Take it back first, under My data.";
    DELETE_TICK, "Tôi hiểu và muốn xóa. Không thể hoàn tác.", "I understand and want to delete. This cannot be undone.";
    DELETE_TICK_FIRST, "Hãy đánh dấu vào ô này nếu bạn thật sự muốn xóa.", "Tick this box if you really want to delete.";
    DELETE_NOW, "Xóa ngay", "Delete now";
    KEEP, "Không, giữ lại", "No, keep it";
    DELETED, "Đã xóa tất cả", "Everything is deleted";
    DELETED_WHY, "Điện thoại bắt đầu lại từ đầu với khóa mới.", "The phone starts afresh with new keys."
}

/// What the settings page shows.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether the owner lets the radio work.
    pub radio_on: bool,
    /// Days that data are kept.
    pub retention_days: u32,
    /// Whether the original app's scheme is sent.
    pub scheme_2020: bool,
    /// Seconds listened, and of how many.
    pub listening_s: (u32, u32),
    /// The server's address.
    pub server: String,
    /// Names of the trusted signing keys.
    pub signers: Vec<String>,
    /// Where the data lie.
    pub folder: String,
    /// Whether everything was deleted a moment ago.
    pub deleted: bool,
}

/// Draws the settings page.
pub fn settings(frame: &Frame, settings: &Settings) -> Markup {
    let lang = frame.lang;
    let body = html! {
        @if settings.deleted {
            (alert(Tone::Good, DELETED.get(lang), html! { p { (DELETED_WHY.get(lang)) } }))
        }
        (card(RADIO.get(lang), radio(frame, settings.radio_on)))
        (card(LANGUAGE.get(lang), html! {
            div.actions {
                @for other in Lang::ALL {
                    @if other == lang {
                        (badge(Tone::Info, other.name()))
                    } @else {
                        a.button href=(lang_href("/settings", other)) lang=(other.code()) { (other.name()) }
                    }
                }
            }
        }))
        (card(KEPT.get(lang), kept(lang, settings)))
        (card(DELETE.get(lang), html! {
            p { (DELETE_WHY.get(lang)) }
            div.actions { (link_button(Weight::Danger, "/settings/delete", DELETE_OPEN.get(lang))) }
        }))
    };
    layout(&Page { body, ..frame.page(Tab::Settings, TITLE.get(lang)) })
}

fn radio(frame: &Frame, on: bool) -> Markup {
    let lang = frame.lang;
    let (words, wish, weight, label) = match on {
        true => (RADIO_ON, "off", Weight::Secondary, PAUSE),
        false => (RADIO_PAUSED, "on", Weight::Primary, RESUME),
    };
    html! {
        p { (words.get(lang)) }
        (form("/settings/radio", frame.csrf, html! {
            input type="hidden" name="radio" value=(wish);
            (button(weight, label.get(lang)))
        }))
    }
}

fn kept(lang: Lang, settings: &Settings) -> Markup {
    let (scan, period) = settings.listening_s;
    let scheme = if settings.scheme_2020 { SCHEME_2020 } else { SCHEME_GAEN };
    let listens = LISTENS_EVERY.fill(lang, &[("s", &scan.to_string()), ("m", &period.to_string())]);
    facts([
        (RETENTION.get(lang), html! { (DAYS.fill(lang, &[("n", &settings.retention_days.to_string())])) }),
        (SCHEME.get(lang), html! { (scheme.get(lang)) }),
        (LISTENS.get(lang), html! { (listens) }),
        (SERVER.get(lang), html! { (settings.server) }),
        (
            SIGNERS.get(lang),
            html! {
                @if settings.signers.is_empty() { (NO_SIGNERS.get(lang)) }
                @for (at, signer) in settings.signers.iter().enumerate() {
                    @if at > 0 { ", " }
                    span.mono { (signer) }
                }
            },
        ),
        (FOLDER.get(lang), html! { span.mono { (settings.folder) } }),
    ])
}

/// Draws the question before everything is deleted; `unticked` when the owner pressed without ticking.
pub fn delete(frame: &Frame, unticked: bool) -> Markup {
    let lang = frame.lang;
    let error = unticked.then(|| DELETE_TICK_FIRST.get(lang));
    let body = html! {
        section.card {
            ul { @for line in [DELETE_LIST_1, DELETE_LIST_5, DELETE_LIST_2, DELETE_LIST_3, DELETE_LIST_4] { li { (line.get(lang)) } } }
            (form("/settings/delete", frame.csrf, html! {
                (tick("sure", DELETE_TICK.get(lang), false, error))
                div.actions {
                    (button(Weight::Danger, DELETE_NOW.get(lang)))
                    (link_button(Weight::Secondary, "/settings", KEEP.get(lang)))
                }
            }))
        }
    };
    let back = Some(("/settings", SETTINGS_BACK.get(lang)));
    layout(&Page { back, body, ..frame.page(Tab::Settings, DELETE_TITLE.get(lang)) })
}

text! {
    SETTINGS_BACK, "Về cài đặt", "Back to settings"
}
