#!/usr/bin/env python3
"""Writes the first inputs of every fuzz target to fuzz/corpus/, out of vectors/*.json."""
import base64
import hashlib
import json
import pathlib

here = pathlib.Path(__file__).resolve().parent
gaen = json.loads((here.parent / "vectors/gaen.json").read_text())
bluezone = json.loads((here.parent / "vectors/bluezone-2020.json").read_text())
written = 0


def seed(target, data):
    global written
    folder = here / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)
    written += 1


# Advertisements, behind the two bytes that choose the service.
service = bytes.fromhex("6ffd")
ios = bytes.fromhex("67a607add1172fa1c44bf573564e0000")
for row in gaen["crypto_v1_2"]["advertised"][:3]:
    data = bytes.fromhex(row["ble_service_data"])
    seed("frame", service + bytes.fromhex("02011a03036ffd17166ffd") + data)
    seed("frame", data)
for row in bluezone["capture_vectors"][:3]:
    identifier = bytes.fromhex(row["captured_own_bluezone_id"])
    seed("frame", service + bytes.fromhex("0201060fffb522") + identifier + bytes.fromhex("0303564e"))
    seed("frame", identifier)
seed("frame", service + bytes.fromhex("0201061107") + ios + bytes.fromhex("0909426c75657a6f6e65"))
seed("frame", service + bytes.fromhex("14ff4c000108") + bytes(15))
seed("frame", service + bytes.fromhex("02011a1aff4c000215c7afef7b17884f4aa87d691d53bf21c400140014c5"))

# Exports, whole and their messages.
two, sample = gaen["export_two_keys"], gaen["export_signed_sample"]
two_bin = bytes.fromhex(two["export_bin_hex"])
roundtrip = base64.b64decode(gaen["matching_roundtrip"]["export_bin_b64"])
seed("export_zip", base64.b64decode(two["zip_b64"]))
seed("export_zip", base64.b64decode(sample["zip_b64"]))
seed("export_zip", two_bin)
seed("export_protobuf", two_bin[16:])
seed("export_protobuf", roundtrip[16:400])
# Every field of a key, a revised key, unknown fields of every type.
key = bytes.fromhex("0a10000102030405060708090a0b0c0d0e0f100218f0eaa40120612801300540037801790102030405060708")
unknown = bytes.fromhex("7803790102030405060708" "7a0161" "7b08017a01617c" "7d01020304")
seed("export_protobuf", two_bin[16:60] + bytes([0x3A, len(key)]) + key + unknown + bytes([0x42, len(key)]) + key)

# Bodies of the device API.
publish = dict(two["input_keys_json"], healthAuthorityID="vn.gov.moh", verificationPayload="a.b.c", hmacKey="AQID",
               symptomOnsetInterval=2649866, traveler=False, revisionToken="AAAA", padding="AAAA")
crypto = gaen["crypto_v1_2"]
day = {"key": base64.b64encode(bytes.fromhex(crypto["tek"])).decode(),
       "rollingStartNumber": crypto["rolling_start_interval_number"], "rollingPeriod": 144}
for body in [
    publish,
    {"temporaryExposureKeys": [day], "healthAuthorityID": "x", "hmackey": "AQID"},
    {"code": "12345678", "accept": ["confirmed", "likely"], "nonce": "AAAA", "padding": "AAAA"},
    {"testtype": "confirmed", "symptomDate": "2021-05-30", "testDate": "2021-06-01", "token": "a.b.c", "padding": ""},
    {"token": "a.b.c", "ekeyhmac": "2u1nHt5WWurJytFLF3xitNzM99oNrad2y4YGOL53AeY=", "padding": ""},
    {"revisionToken": "AAAA", "insertedExposures": 2, "warnings": ["w"], "code": "partial_failure", "error": "e"},
    {"error": "e", "errorCode": "code_invalid", "padding": ""},
]:
    seed("publish_json", json.dumps(body).encode())

# Tokens: as text, and as lines that the target puts into base64 itself.
header = b'{"typ":"JWT","alg":"ES256","kid":"k1"}'
token = b'{"iss":"us","aud":"them","iat":1700000000,"exp":1700086400,"jti":"00112233445566778899aabbccddeeff"}'
certificate = token[:-1] + b',"nbf":1700000000,"reportType":"confirmed","symptomOnsetInterval":2833000,"tekmac":"AAAA"}'
for claims in [token, certificate]:
    seed("token", header + b"\n" + claims)
    parts = [header, claims, bytes(64)]
    seed("token", b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts))

print(f"{written} seeds in {here / 'corpus'}")
