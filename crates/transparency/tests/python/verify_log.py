#!/usr/bin/env python3
"""Verifies a log from its files, by the specifications alone: RFC 6962, C2SP signed-note, tlog-checkpoint, tlog-cosignature
and tlog-tiles. Shares no code with the program that wrote them.

    verify_log.py DIR LOG_VKEY WITNESS_VKEY...    prints one JSON object; exit code 1 if anything does not fit
"""
import base64
import hashlib
import json
import pathlib
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data):
    return hashlib.sha256(data).digest()


def mth(leaves):
    """RFC 6962, section 2.1, over leaf hashes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m, leaves):
    """The inclusion proof of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return path(m, leaves[:k]) + [mth(leaves[k:])]
    return path(m - k, leaves[k:]) + [mth(leaves[:k])]


def subproof(m, leaves, whole):
    """The consistency proof of RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return subproof(m, leaves[:k], whole) + [mth(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [mth(leaves[:k])]


class VKey:
    def __init__(self, text):
        self.name, key_id, key = text.split("+", 2)
        key = base64.b64decode(key, validate=True)
        self.kind, self.key = key[0], Ed25519PublicKey.from_public_bytes(key[1:])
        self.id = sha256(self.name.encode() + b"\n" + key)[:4]
        assert self.id.hex() == key_id, "the key's id does not fit"


class Note:
    def __init__(self, text):
        split = text.rindex("\n\n")
        self.text, self.signatures = text[: split + 1], []
        for line in text[split + 2 :].splitlines():
            dash, name, signature = line.split(" ")
            assert dash == "\u2014"
            self.signatures.append((name, base64.b64decode(signature, validate=True)))

    def verify(self, vkey):
        """The time of the cosignature, 0 for a plain signature, or None if there is none by this key."""
        for name, signature in self.signatures:
            if (name, signature[:4]) != (vkey.name, vkey.id):
                continue
            if vkey.kind == 1:
                vkey.key.verify(signature[4:], self.text.encode())
                return 0
            assert vkey.kind == 4
            (time,) = struct.unpack(">Q", signature[4:12])
            vkey.key.verify(signature[12:], f"cosignature/v1\ntime {time}\n{self.text}".encode())
            return time
        return None


def number_path(number):
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03}")
    return "/".join(parts)


def read(folder, prefix, number, width):
    partial = "" if width == 256 else f".p/{width}"
    return (folder / prefix / (number_path(number) + partial)).read_bytes()


def main():
    folder, log, witnesses = pathlib.Path(sys.argv[1]), VKey(sys.argv[2]), [VKey(v) for v in sys.argv[3:]]
    note = Note((folder / "checkpoint").read_text())
    origin, size, root = note.text.splitlines()[:3]
    size, root = int(size), base64.b64decode(root, validate=True)
    assert origin == log.name and note.verify(log) == 0, "not signed by the log"
    times = [time for time in map(note.verify, witnesses) if time]
    assert len(times) >= 2, "too few witnesses"

    entries = []
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        bundle = read(folder, "tile/entries", number, width)
        count = 0
        while bundle:
            (length,) = struct.unpack(">H", bundle[:2])
            entries.append(bundle[2 : 2 + length])
            assert len(entries[-1]) == length
            bundle, count = bundle[2 + length :], count + 1
        assert count == width
    leaves = [sha256(b"\x00" + entry) for entry in entries]
    assert mth(leaves) == root, "the entries do not hash to the root"

    level, row, tiles = 0, leaves, 0
    while row:
        for number in range((len(row) + 255) // 256):
            hashes = row[number * 256 : number * 256 + 256]
            assert read(folder, f"tile/{level}", number, len(hashes)) == b"".join(hashes), "a tile does not fit"
            tiles += 1
        row = [mth(row[i : i + 256]) for i in range(0, len(row) - len(row) % 256, 256)]
        level += 1

    # The proofs that the Rust side made of some entries and some older sizes.
    proofs = json.loads((folder / "proofs.json").read_text())
    for index, proof in proofs["inclusion"]:
        assert [base64.b64decode(p) for p in proof] == path(index, leaves), "an inclusion proof differs"
    for old, proof in proofs["consistency"]:
        expected = subproof(old, leaves, True) if 0 < old < size else []
        assert [base64.b64decode(p) for p in proof] == expected, "a consistency proof differs"
    counted = len(proofs["inclusion"]) + len(proofs["consistency"])
    print(json.dumps({"size": size, "tiles": tiles, "witnesses": len(times), "proofs": counted}))


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, InvalidSignature, OSError, ValueError) as error:
        sys.exit(f"the log does not verify: {error!r}")
