use bluezone_codes::pass::{CardId, live};
use bluezone_codes::{KeyRing, MAX_BYTES, Scanned, scan};
use bluezone_protocol::time::Timestamp;
use proptest::prelude::*;

const URL: &str = "https://bluezone.example";

#[test]
fn a_scanner_tells_codes_apart() {
    let ring = KeyRing::new((1, [1; 32]), []);
    let pass = live(&ring, CardId([7; 16]), Timestamp(1_795_608_123));
    let name = |text: &str| match scan(text, URL) {
        Some(Scanned::Pass) => "pass",
        Some(Scanned::Place(_)) => "place",
        Some(Scanned::National(_)) => "national",
        Some(Scanned::IdentityCard(_)) => "identity card",
        Some(Scanned::InsuranceCard(_)) => "insurance card",
        None => "none",
    };
    assert_eq!(name(&pass), "pass");
    assert_eq!(
        name("001093029317|NGUYEN VAN A|1987-01-18|0|162979388586171100|<1<00<0123232422"),
        "national"
    );
    assert_eq!(
        name("019085001234|090123456|Nguyễn Văn A|04031985|Nam|Thái Nguyên|15042021\n"),
        "identity card"
    );
    assert_eq!(
        name("1912345678|4e677579e1bb856e|04/03/1985|1|-|19 - 001|01/01/2026|-|-|1|$"),
        "insurance card"
    );
    for other in
        ["", "WIFI:T:WPA;S:x;;", "https://evil.example/p/100005724", "00020101021238540010A000000727"]
    {
        assert_eq!(name(other), "none", "{other}");
    }
    assert_eq!(scan(&"1".repeat(MAX_BYTES + 1), URL), None);
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>()) {
        let _ = scan(&text, URL);
    }
}
