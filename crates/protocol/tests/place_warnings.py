#!/usr/bin/env python3
"""Makes tests/it/place_warnings.txt from the description in src/place_warning.rs; shares no code with it.

    pip install cryptography; tests/place_warnings.py > tests/it/place_warnings.txt

Signatures are random: a new file differs from the last one in its end.
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

poster = struct.pack(">IH", 123_456_789, 12) + bytes.fromhex("a1b2c3d4e5")
key = hashlib.pbkdf2_hmac("sha256", poster, b"bluezone/place-warning/v1", 20_000)
disease = hashlib.sha256(b"covid-19").digest()[:4]


def entry(place_key, seed, contents):
    whole = hmac.new(place_key, b"bluezone/place-warning/entry/v1" + seed, hashlib.sha256).digest()
    return seed + whole[:16] + bytes(a ^ b for a, b in zip(contents, whole[16:]))


contents = struct.pack(">IHHB", 1_795_492_800 // 60, 90, 60, 1) + disease + struct.pack(">HB", 480, 0)
padding = hashlib.sha384(b"looks like any other").digest()
entries = sorted([entry(key, bytes(range(16)), contents), entry(bytes(32), b"\x80" * 16, contents), padding])
signed = b"Bluezone places1" + struct.pack(">QQI", 1_795_500_000, 1_795_507_200, len(entries)) + b"".join(entries)
signer = ec.derive_private_key(0xB10E5, ec.SECP256R1())
signature = signer.sign(signed, ec.ECDSA(hashes.SHA256()))
parts = [b"452", b"v1", signature]
file = signed + b"\x01" + b"".join(bytes([len(part)]) + part for part in parts)
public = signer.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
for name, value in [("key", key), ("disease", disease), ("public", public), ("file", file)]:
    print(name, value.hex())
