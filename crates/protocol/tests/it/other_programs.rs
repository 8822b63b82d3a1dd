//! Our exports before programs that are not ours: `openssl` checks the signature, `protoc` reads the message with the
//! published schema and writes one for us to read.

use crate::support::{export_zip, signer, unzip_export};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{EXPORT_MAGIC, ExportFile, KeyKind};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a program with `input`; its output, and whether it succeeded. A missing program fails the test, with the
/// package that brings it.
fn run(program: &str, package: &str, args: &[&str], input: &[u8]) -> (Vec<u8>, bool) {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("`{program}` is needed for this test (Debian package {package}): {error}")
        });
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that refuses its input early closes the pipe: not an error of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    if !output.status.success() {
        eprintln!("{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    (output.stdout, output.status.success())
}

fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn two_keys() -> Vec<DiagnosisKey> {
    let key = |first, report_type, days_since_onset| DiagnosisKey {
        key: TemporaryExposureKey::from_bytes([first; 16]),
        rolling_start: IntervalNumber(2_704_176),
        rolling_period: 144,
        transmission_risk: 0,
        report_type,
        days_since_onset,
    };
    let mut keys =
        vec![key(b'a', ReportType::ConfirmedTest, Some(-3)), key(b'b', ReportType::SelfReport, None)];
    keys[1].rolling_period = 97;
    keys[1].transmission_risk = 4;
    keys
}

#[test]
fn openssl_accepts_the_signature_and_refuses_a_changed_file() {
    let directory = directory("openssl");
    let signer = signer("452", "v1", 1);
    let zip = export_zip(&two_keys(), &[], std::slice::from_ref(&signer));
    let (mut bin, _) = unzip_export(&zip);
    let signature = ExportFile::open(Cursor::new(&zip)).unwrap().signatures().unwrap().remove(0).signature;
    let path = |name: &str| directory.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("public.pem"), signer.verifying_key().to_pem()).unwrap();
    std::fs::write(path("signature.der"), &signature).unwrap();

    let verify = |bin: &[u8]| {
        std::fs::write(path("export.bin"), bin).unwrap();
        let (public, signature, bin) = (path("public.pem"), path("signature.der"), path("export.bin"));
        let args = ["dgst", "-sha256", "-verify", &public, "-signature", &signature, &bin];
        run("openssl", "openssl", &args, &[])
    };
    assert_eq!(verify(&bin), (b"Verified OK\n".to_vec(), true));
    *bin.last_mut().unwrap() ^= 1;
    assert!(!verify(&bin).1);
}

/// `protoc` with the published schema.
fn protoc(mode: &str, input: &[u8]) -> Vec<u8> {
    let include = concat!("--proto_path=", env!("CARGO_MANIFEST_DIR"), "/proto");
    let (output, ok) = run("protoc", "protobuf-compiler", &[mode, include, "export.proto"], input);
    assert!(ok, "protoc {mode} failed");
    output
}

#[test]
fn protoc_reads_our_exports_with_the_published_schema() {
    let signers = [signer("452", "v2", 1), signer("452", "v1", 2)];
    let (bin, sig) = unzip_export(&export_zip(&two_keys(), &two_keys()[1..], &signers));
    let body = bin.strip_prefix(EXPORT_MAGIC).unwrap();
    let info = |version: &str| {
        format!(
            "  verification_key_version: \"{version}\"\n  verification_key_id: \"452\"\n  \
             signature_algorithm: \"1.2.840.10045.4.3.2\"\n"
        )
    };
    let revised = "  key_data: \"bbbbbbbbbbbbbbbb\"\n  transmission_risk_level: 4\n  \
                   rolling_start_interval_number: 2704176\n  rolling_period: 97\n  report_type: SELF_REPORT\n";
    let expected = format!(
        "start_timestamp: 1622505600\nend_timestamp: 1622509200\nregion: \"VN\"\nbatch_num: 1\nbatch_size: 1\n\
         signature_infos {{\n{}}}\nsignature_infos {{\n{}}}\n\
         keys {{\n  key_data: \"aaaaaaaaaaaaaaaa\"\n  rolling_start_interval_number: 2704176\n  \
         report_type: CONFIRMED_TEST\n  days_since_onset_of_symptoms: -3\n}}\n\
         keys {{\n{revised}}}\nrevised_keys {{\n{revised}}}\n",
        info("v2"),
        info("v1"),
    );
    let text = String::from_utf8(protoc("--decode=TemporaryExposureKeyExport", body)).unwrap();
    assert_eq!(text, expected);

    let text = String::from_utf8(protoc("--decode=TEKSignatureList", &sig)).unwrap();
    assert_eq!(text.matches("signatures {").count(), 2, "{text}");
    assert!(text.contains("verification_key_version: \"v2\"") && !text.contains("1: "), "{text}");
}

#[test]
fn we_read_what_protoc_writes() {
    let text = r#"
        start_timestamp: 1622505600 end_timestamp: 1622509200 region: "VN" batch_num: 1 batch_size: 1
        keys { key_data: "aaaaaaaaaaaaaaaa" rolling_start_interval_number: 2704176 report_type: CONFIRMED_TEST
               days_since_onset_of_symptoms: -3 }
        revised_keys { key_data: "bbbbbbbbbbbbbbbb" transmission_risk_level: 4 rolling_start_interval_number: 2704176
               rolling_period: 97 report_type: SELF_REPORT }
    "#;
    let body = protoc("--encode=TemporaryExposureKeyExport", text.as_bytes());
    let mut file = ExportFile::open(Cursor::new([EXPORT_MAGIC.as_slice(), &body].concat())).unwrap();
    let header = file.header().unwrap();
    assert_eq!((header.start, header.end), (Timestamp(1_622_505_600), Timestamp(1_622_509_200)));
    assert_eq!((header.region.as_str(), header.batch_num, header.batch_size), ("VN", 1, 1));
    let keys: Vec<_> = file.keys().unwrap().map(Result::unwrap).collect();
    let [a, b] = <[_; 2]>::try_from(two_keys()).unwrap();
    assert_eq!(keys, [(KeyKind::New, a), (KeyKind::Revised, b)]);
}
