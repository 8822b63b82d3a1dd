//! The tree against its definition and known roots.

use bluezone_transparency::merkle::{
    Frontier, Hash, TreeHead, consistency_proof, inclusion_proof, range_hash,
};
use std::convert::Infallible;

/// The definition in RFC 6962, section 2.1, word for word.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_empty_tree(),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            Hash::of_node(&mth(&leaves[..k]), &mth(&leaves[k..]))
        }
    }
}

fn node(leaves: &[Hash]) -> impl FnMut(u8, u64) -> Result<Hash, Infallible> {
    move |level, index| {
        let from = (index as usize) << level;
        Ok(mth(&leaves[from..from + (1 << level)]))
    }
}

fn leaves(count: u8) -> Vec<Hash> {
    (0..count).map(|i| Hash::of_leaf(&[i])).collect()
}

fn head(leaves: &[Hash]) -> TreeHead {
    TreeHead { size: leaves.len() as u64, root: mth(leaves) }
}

#[test]
fn roots_are_those_of_the_first_implementation_of_rfc_6962() {
    // Leaves and roots from the tests of Google's certificate-transparency, which other implementations repeat.
    let inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    assert_eq!(frontier.head(), TreeHead::empty());
    for (input, root) in inputs.iter().zip(roots) {
        frontier.push(Hash::of_leaf(&hex::decode(input).unwrap()));
        assert_eq!(hex::encode(frontier.head().root.0), root);
    }
}

#[test]
fn every_entry_of_every_small_tree_is_proven_and_nothing_else() {
    for size in 0..=70 {
        let leaves = leaves(size);
        let head = head(&leaves);
        assert_eq!(range_hash(0, u64::from(size), &mut node(&leaves)).unwrap(), head.root);
        for index in 0..u64::from(size) {
            let leaf = leaves[index as usize];
            let proof = inclusion_proof(index, head.size, &mut node(&leaves)).unwrap();
            assert!(head.includes(index, leaf, &proof), "{index} of {size}");
            assert!(!head.includes(index, Hash::of_leaf(b"another"), &proof));
            for other in (0..u64::from(size) + 2).filter(|other| *other != index) {
                assert!(!head.includes(other, leaf, &proof), "{index} is not {other} of {size}");
            }
            let mut longer = proof.clone();
            longer.push(leaf);
            assert!(!head.includes(index, leaf, &longer));
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place].0[0] ^= 1;
                assert!(!head.includes(index, leaf, &changed));
                changed.remove(place);
                assert!(!head.includes(index, leaf, &changed));
            }
        }
    }
}

#[test]
fn every_pair_of_small_trees_is_proven_consistent_and_a_fork_never() {
    for new in 0..=66 {
        let leaves = leaves(new);
        let whole = head(&leaves);
        for old in 0..=new {
            let before = head(&leaves[..usize::from(old)]);
            let proof = consistency_proof(before.size, whole.size, &mut node(&leaves)).unwrap();
            assert!(whole.extends(&before, &proof), "{old} to {new}");
            let mut longer = proof.clone();
            longer.push(whole.root);
            assert!(!whole.extends(&before, &longer));
            if old == 0 {
                continue;
            }
            let fork = TreeHead { root: Hash::of_leaf(b"another"), ..before };
            assert!(!whole.extends(&fork, &proof));
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place].0[31] ^= 1;
                assert!(!whole.extends(&before, &changed));
                changed.remove(place);
                assert!(!whole.extends(&before, &changed));
            }
            assert!(old == new || !before.extends(&whole, &proof), "not backwards");
        }
    }
}

#[test]
fn a_frontier_knows_every_root_on_the_way() {
    let leaves = leaves(200);
    let mut frontier = Frontier::default();
    for (size, leaf) in leaves.iter().enumerate() {
        frontier.push(*leaf);
        assert_eq!(frontier.head(), head(&leaves[..=size]));
    }
    let stored = serde_json::to_string(&frontier).unwrap();
    assert_eq!(serde_json::from_str::<Frontier>(&stored).unwrap(), frontier);
}
