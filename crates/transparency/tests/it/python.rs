//! Programs that are not ours: a verifier of the log by the specifications alone, and an HPKE, both in Python.

use crate::scene::*;
use crate::support::*;
use bluezone_transparency::merkle::Hash;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python")
}

/// The Python that has what the scripts need; made if it is not there yet.
static PYTHON: LazyLock<String> = LazyLock::new(|| {
    let output = Command::new(scripts().join("venv.sh")).output().expect("venv.sh can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
});

fn write(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn verify(folder: &Path) -> Output {
    let mut command = Command::new(&*PYTHON);
    command.arg(scripts().join("verify_log.py")).arg(folder).arg(log_signer().verifier().to_string());
    command.args([1, 2].map(|number| witness_key(number).to_string())).output().unwrap()
}

#[test]
fn an_independent_verifier_rebuilds_tree_tiles_proofs_and_signatures() {
    let mut scene = Scene::new();
    let (_, upload) = scene.answered_request();
    scene.log(&[opening(&upload, terms(), NOW)]);
    scene.world.append(&filler(900));
    let tiles = scene.world.log.tiles();
    let inclusion: Vec<(u64, Vec<Hash>)> =
        [0, 3, 255, 256, 700, 903].map(|index| (index, tiles.inclusion_proof(index).unwrap())).into();
    let consistency: Vec<(u64, Vec<Hash>)> =
        [0, 1, 4, 256, 300, 903, 904].map(|old| (old, tiles.consistency_proof(old).unwrap())).into();
    let proofs = serde_json::json!({ "inclusion": inclusion, "consistency": consistency });
    let mut files = scene.world.log.files().snapshot();
    files.insert("proofs.json".into(), proofs.to_string().into());

    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &files);
    let output = verify(dir.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // Of 904 entries: four tiles of leaves, one above them.
    assert_eq!(found, serde_json::json!({ "size": 904, "tiles": 5, "witnesses": 2, "proofs": 13 }));

    // It can say no: to another entry, to another time of a cosignature, to a witness that is missing.
    for (path, from, to) in [
        ("tile/entries/000", "purpose Truy", "purpose Trux"),
        ("checkpoint", "\n904\n", "\n903\n"),
        ("checkpoint", "witness.example.vn/w2", "witness.example.vn/w9"),
    ] {
        let mut changed = files.clone();
        let file = changed.get_mut(path).unwrap();
        let at = file.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        file[at..at + to.len()].copy_from_slice(to.as_bytes());
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &changed);
        assert!(!verify(dir.path()).status.success(), "{path}: {to}");
    }
}

#[test]
fn pyhpke_opens_what_we_seal() {
    let mut scene = Scene::new();
    let (_, upload) = scene.answered_request();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("upload");
    let open = |bytes: Vec<u8>| {
        std::fs::write(&path, bytes).unwrap();
        let keys = [keeper_key(), scene.unit_key.clone()].map(|key| hex::encode(*key.to_bytes()));
        let script = scripts().join("open_upload.py");
        Command::new(&*PYTHON).arg(script).arg(&path).args(keys).output().unwrap()
    };
    let output = open(upload.to_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout, b"who stood near");
    // The context is bound: another unit's name opens nothing.
    let other = String::from_utf8_lossy(&upload.to_bytes()[..30]).replace("TN", "HN").into_bytes();
    let mut changed = upload.to_bytes();
    changed[..30].copy_from_slice(&other);
    assert!(!open(changed).status.success());
}
