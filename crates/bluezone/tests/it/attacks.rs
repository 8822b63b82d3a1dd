//! `docs/attacks.md` goes through every attack that is tried.

use std::path::Path;

#[test]
fn the_page_of_attacks_names_every_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/attacks.md")).unwrap();
    let mut seen = 0;
    for folder in std::fs::read_dir(root.join("crates")).unwrap() {
        let folder = folder.unwrap().path();
        let Ok(tests) = std::fs::read_dir(folder.join("tests/attacks")) else { continue };
        let member = folder.file_name().unwrap().to_str().unwrap();
        for test in tests {
            let test = test.unwrap().path();
            let name = test.file_stem().unwrap().to_str().unwrap();
            if !["mod", "careless"].contains(&name) {
                let named = page.lines().any(|line| line.contains(&format!("`{name}`")));
                assert!(named, "docs/attacks.md does not name {name} of {member}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 20, "only {seen}");
}
