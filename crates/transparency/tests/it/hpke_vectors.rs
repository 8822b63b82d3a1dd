//! RFC 9180, appendix A.2.1, through our own functions where they reach, else through the library that they use.

use bluezone_transparency::seal::{PrivateKey, PublicKey, open, seal};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand::rand_core::{Infallible, TryCryptoRng, TryRng};
use serde_json::Value;

/// Gives the vector's key material instead of random bytes.
struct Given(Vec<u8>);

impl TryRng for Given {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("key material is asked for as bytes")
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("key material is asked for as bytes")
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.0);
        Ok(())
    }
}

impl TryCryptoRng for Given {}

fn vector() -> Value {
    serde_json::from_str(include_str!("../../../../vectors/hpke-rfc9180.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn keys_come_from_their_material_and_have_their_public_halves() {
    let v = vector();
    for role in ["E", "R"] {
        let (private, public) = X25519HkdfSha256::derive_keypair(&bytes(&v[format!("ikm{role}")]));
        // The library writes private keys clamped.
        let ours = PrivateKey::from_bytes(&bytes(&v[format!("sk{role}m")]).try_into().unwrap());
        assert_eq!(private.to_bytes()[..], ours.to_bytes()[..]);
        assert_eq!(public.to_bytes()[..], bytes(&v[format!("pk{role}m")]));
        assert_eq!(ours.public().as_bytes()[..], bytes(&v[format!("pk{role}m")]));
    }
}

#[test]
fn our_seal_makes_the_first_ciphertext_and_our_open_reads_it() {
    let v = vector();
    let first = &v["encryptions"][0];
    let to = PublicKey::from_bytes(bytes(&v["pkRm"]).try_into().unwrap());
    let (info, aad, text) = (bytes(&v["info"]), bytes(&first["aad"]), bytes(&first["pt"]));
    let sealed = seal(&to, &info, &aad, &text, &mut Given(bytes(&v["ikmE"]))).unwrap();
    assert_eq!(sealed, [bytes(&v["enc"]), bytes(&first["ct"])].concat());
    let key = PrivateKey::from_bytes(&bytes(&v["skRm"]).try_into().unwrap());
    assert_eq!(open(&key, &info, &aad, &sealed).unwrap(), text);
}

#[test]
fn the_library_makes_every_ciphertext_and_exported_value() {
    let v = vector();
    let (info, enc) = (bytes(&v["info"]), bytes(&v["enc"]));
    let public = Deserializable::from_bytes(&bytes(&v["pkRm"])).unwrap();
    let mut rng = Given(bytes(&v["ikmE"]));
    let (made, mut sender) = hpke::setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &info,
        &mut rng,
    )
    .unwrap();
    assert_eq!(made.to_bytes()[..], enc);
    let private = Deserializable::from_bytes(&bytes(&v["skRm"])).unwrap();
    let mut receiver = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &made,
        &info,
    )
    .unwrap();
    let listed = v["encryptions"].as_array().unwrap();
    let mut compared = 0;
    for sequence in 0..=256 {
        let listed = listed.iter().find(|listed| listed["sequence_number"] == sequence);
        let (text, aad) = listed.map_or((vec![], vec![]), |l| (bytes(&l["pt"]), bytes(&l["aad"])));
        let ciphertext = sender.seal(&text, &aad).unwrap();
        assert_eq!(receiver.open(&ciphertext, &aad).unwrap(), text);
        if let Some(listed) = listed {
            assert_eq!(ciphertext, bytes(&listed["ct"]), "{sequence}");
            compared += 1;
        }
    }
    assert_eq!(compared, 6);
    for export in v["exports"].as_array().unwrap() {
        let mut value = vec![0; 32];
        receiver.export(&bytes(&export["exporter_context"]), &mut value).unwrap();
        assert_eq!(value, bytes(&export["exported_value"]));
    }
}
