#!/usr/bin/env python3
"""Opens an upload with both keys, by docs/transparency.md and pyhpke; shares no code with the program that sealed it.

    open_upload.py UPLOAD KEEPER_KEY_HEX UNIT_KEY_HEX    writes the data to standard output
"""
import pathlib
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pyhpke import AEADId, CipherSuite, KDFId, KEMId
from pyhpke import KEMKey

SUITE = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.CHACHA20_POLY1305)


def unseal(key, info, aad, sealed):
    private = KEMKey.from_pyca_cryptography_key(X25519PrivateKey.from_private_bytes(bytes.fromhex(key)))
    context = SUITE.create_recipient_context(sealed[:32], private, info=info)
    return context.open(sealed[32:], aad=aad)


upload = pathlib.Path(sys.argv[1]).read_bytes()
context, sealed = upload.split(b"\n\n", 1)
context += b"\n"
inner = unseal(sys.argv[2], b"bluezone/upload/keeper/v1", context, sealed)
padded = unseal(sys.argv[3], b"bluezone/upload/unit/v1", context, inner)
(length,) = struct.unpack(">I", padded[:4])
assert len(padded) % 16384 == 0 and not any(padded[4 + length :])
sys.stdout.buffer.write(padded[4 : 4 + length])
