#!/usr/bin/env python3
"""Makes tests/it/vectors.txt from the description of personal codes in src/pass.rs; shares no code with it.

    pip install cryptography; tests/vectors.py > tests/it/vectors.txt
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def base32(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))


def code(number, key, kind, card, start, end):
    plain = struct.pack(">B16sII", kind, card, start, end)
    tag = mac(mac(key, b"bluezone/pass/v1/mac"), bytes([number]) + plain)[:16]
    cipher = Cipher(algorithms.AES(mac(key, b"bluezone/pass/v1/enc")), modes.CTR(tag)).encryptor()
    return "BZ1:" + base32(bytes([number]) + tag + cipher.update(plain))


NOW = 1_795_608_123
live = NOW - NOW % 300
print(code(2, bytes([2]) * 32, 0, bytes([7]) * 16, live, live + 300))
print(code(2, bytes([2]) * 32, 1, bytes([7]) * 16, NOW, NOW + 86400 * 90))
