use bluezone_pages::form::{Field, form, tick, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Nav, NavItem, Page, Width, layout};
use bluezone_pages::maud::{Render, html};
use bluezone_pages::parts::{Pages, Tone, alert, pagination, steps};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{
    Lang, SECURITY_HEADERS, asset, assets, copy_script_path, icon_path, outline_script_path,
    passkey_script_path, qr, script_path, style_path,
};

fn page() -> String {
    let nav = vec![
        NavItem { href: "/", label: "Trang chủ", icon: Icon::Home, current: true },
        NavItem { href: "/guide", label: "Hướng dẫn", icon: Icon::Guide, current: false },
    ];
    layout(&Page {
        place: "Điện thoại này",
        here: "/days?page=2",
        nav,
        nav_style: Nav::Tabs,
        width: Width::Wide,
        reload_s: Some(5),
        body: html! { p { "<script>alert(1)</script>" } },
        ..Page::new(Lang::Vi, "Trang <chủ>")
    })
    .into_string()
}

#[test]
fn a_page_names_its_language_and_its_place() {
    let page = page();
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"vi\">"));
    assert!(page.contains("<title>Trang &lt;chủ&gt; – Bluezone</title>"));
    assert!(page.contains("<h1>Trang &lt;chủ&gt;</h1>"));
    assert!(page.contains("href=\"#main\""), "a skip link");
    assert!(page.contains("href=\"/\" aria-current=\"page\""));
    assert!(page.contains("href=\"/days?page=2&amp;lang=en\""), "the switch keeps the address");
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"));
    assert!(page.contains("&lt;script&gt;alert(1)"), "text is escaped");
}

#[test]
fn nothing_is_inline_so_the_policy_can_forbid_it() {
    let page = page();
    assert!(!page.contains(" style="), "no inline style");
    assert!(!page.contains(" onclick") && !page.contains("javascript:"));
    for (at, _) in page.match_indices("<script") {
        assert!(page[at..].starts_with("<script type=\"module\" src=\"/assets/"), "no inline script");
    }
    let policy = SECURITY_HEADERS.iter().find(|(name, _)| *name == "content-security-policy").unwrap().1;
    assert!(!policy.contains("unsafe"));
    assert!(policy.contains("frame-ancestors 'none'"));
}

#[test]
fn assets_are_named_by_their_content() {
    for path in [
        style_path(),
        icon_path(),
        script_path(),
        copy_script_path(),
        passkey_script_path(),
        outline_script_path(),
    ] {
        let asset = asset(path).expect("every path the layout names is served");
        assert!(!asset.body.is_empty());
    }
    let mut paths: Vec<_> = assets().iter().map(|asset| &asset.path).collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), assets().len(), "no two files have one path");
    assert!(asset("/assets/style.css").is_none());
    assert!(asset("/assets/../Cargo.toml").is_none());
}

#[test]
fn a_field_ties_its_words_to_its_input() {
    let field = Field::input(Lang::En, "text", "code", "Code")
        .hint("Eight digits.")
        .error(Some("Write eight digits."))
        .value("12<")
        .digits(8)
        .complete("one-time-code")
        .verbatim()
        .render()
        .into_string();
    assert!(field.contains("<label for=\"code\">"));
    assert!(field.contains("aria-describedby=\"code-hint code-error\""));
    assert!(field.contains("aria-invalid=\"true\""));
    assert!(field.contains("inputmode=\"numeric\""));
    assert!(field.contains("maxlength=\"8\""));
    assert!(field.contains("autocomplete=\"one-time-code\""));
    assert!(field.contains("value=\"12&lt;\""));
    assert!(field.contains("required"));

    let choice = Field::select(Lang::Vi, "status", "Trạng thái", vec![("a", "A"), ("b", "B")])
        .value("b")
        .optional()
        .render()
        .into_string();
    assert!(choice.contains("<option value=\"b\" selected>B</option>"));
    assert!(choice.contains("không bắt buộc"));
    assert!(!choice.contains("required"));

    let radio = Field::radio(Lang::Vi, "kind", "Loại", vec![("x", "X"), ("y", "Y")])
        .value("y")
        .render()
        .into_string();
    assert!(radio.contains("<fieldset"));
    assert!(radio.contains("value=\"y\" checked"));
}

#[test]
fn forms_carry_their_token_and_say_what_to_mend() {
    let page =
        form("/report", "tok\"en", tick("agree", "Tôi đồng ý", false, Some("Cần đồng ý"))).into_string();
    assert!(page.contains("method=\"post\" action=\"/report\""));
    assert!(page.contains("name=\"csrf\" value=\"tok&quot;en\""));
    assert!(page.contains("id=\"agree-error\""));
    assert_eq!(to_mend(Lang::Vi, &[]).into_string(), "");
    let summary = to_mend(Lang::Vi, &[("agree", "Cần đồng ý")]).into_string();
    assert!(summary.contains("role=\"alert\"") && summary.contains("href=\"#agree\""));
}

#[test]
fn a_bad_alert_interrupts_and_others_wait() {
    assert!(alert(Tone::Bad, "Hỏng", html! {}).into_string().contains("role=\"alert\""));
    assert!(alert(Tone::Good, "Xong", html! {}).into_string().contains("role=\"status\""));
}

#[test]
fn a_table_keeps_its_meaning_as_cards() {
    let columns = [Column::words("Ngày"), Column::numbers("Lượt")];
    let table = table("Các ngày", &columns, [vec![html! { "23/11" }, html! { "4" }]]).into_string();
    assert!(table.contains("role=\"table\""));
    assert!(table.contains("<th role=\"rowheader\" scope=\"row\" data-label=\"Ngày\">23/11</th>"));
    assert!(table.contains("data-label=\"Lượt\""));
    assert!(table.contains("class=\"number\""));
}

#[test]
fn pages_of_a_list_stop_at_both_ends() {
    let at =
        |page, pages| pagination(Lang::En, Pages { page, pages }, |n| format!("?page={n}")).into_string();
    assert_eq!(at(1, 1), "");
    assert!(at(1, 3).contains("?page=2") && !at(1, 3).contains("rel=\"prev\""));
    assert!(at(3, 3).contains("?page=2") && !at(3, 3).contains("rel=\"next\""));
    assert!(at(2, 3).contains("Page 2 of 3"));
}

#[test]
fn steps_say_where_the_reader_stands_without_colour() {
    let all = steps(Lang::En, &["Code", "Consent", "Done"], 1).into_string();
    assert_eq!(all.matches("aria-current=\"step\"").count(), 1);
    assert!(all.contains("(done)") && all.contains("(now)"));
}

#[test]
fn a_qr_code_has_its_quiet_zone_and_words() {
    let code = qr::qr("https://example.vn/r?c=1", "Mở liên kết").unwrap().into_string();
    assert!(code.contains("role=\"img\" aria-label=\"Mở liên kết\""));
    assert!(!code.contains("M0 "), "the left quiet zone is white");
    assert!(qr::qr(&"x".repeat(4000), "").is_none());
}
