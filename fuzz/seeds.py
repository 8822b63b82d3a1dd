#!/usr/bin/env python3
"""Writes the first inputs of every fuzz target to fuzz/corpus/, out of vectors/*.json."""
import base64
import hashlib
import io
import json
import pathlib
import zipfile

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

# The transparency log.
hash32 = base64.b64encode(bytes(32))
terms = (b"unit TN-CDC\nbasis Law\npurpose Tracing\nfrom 1\nuntil 2\nkinds contacts,visits\nexpires 3\n")
subject = b"subject " + base64.b64encode(bytes(16)) + b" " + hash32 + b"\n"
head = b"bluezone/entry/v1\nkind %s\ntime 1622505600\n"
statement = (b"bluezone/release-request/v1\nid " + base64.b64encode(bytes(16)) + b"\n" + terms + b"issued 2\nunit-key " + hash32
             + b"\n" + subject + b"details " + hash32 + b"\n")
signed = b"signed " + hash32 + b" AAAA AAAA AAAA\n"
officer = b"officer 01010101010101010101010101010101\n"
key = base64.b64encode(bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"))
change = b"bluezone/officer-key/v1\naction add\n" + officer + b"unit TN-CDC\nkey " + key + b"\nfrom 1\nuntil 2\n"
revoke = b"bluezone/officer-key/v1\naction revoke\nkey-id " + hash32 + b"\nreason lost\n"
for entry in [
    statement,
    head % b"request" + statement + signed * 2,
    head % b"opening" + terms + subject + b"request none\nupload " + hash32 + b"\n" + officer,
    head % b"export" + terms + b"records 2\n" + subject * 2 + officer,
    head % b"rule" + b"unit U\nbasis B\nrule R\nversion " + hash32 + b"\nsummary S\neffective 1\n",
    head % b"audit" + b"count 1\nhead " + hash32 + b"\n",
    head % b"officer-key" + change + signed * 2,
    head % b"officer-key" + revoke,
]:
    seed("log_entry", entry)
    seed("log_note", len(entry).to_bytes(2, "big") + entry)
empty = base64.b64encode(hashlib.sha256(b"").digest())
checkpoint = "log.example\n0\n".encode() + empty + "\n\n\u2014 log.example ".encode() + base64.b64encode(bytes(68)) + b"\n"
seed("log_note", checkpoint)
seed("log_note", b"old 3\n" + hash32 + b"\n\n" + checkpoint)
seed("log_note", b"c2sp.org/tlog-proof@v1\nindex 3\n" + hash32 + b"\n\n" + checkpoint)
seed("log_note", b"bluezone/upload/v1\nunit U\nrequest none\n" + subject + b"\n" + bytes(80))
seed("log_note", b"opened 1 " + hash32 + b" 2 3 " + hash32)
seed("log_note", b"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")

# What phones tell: a history of one day, as protobuf, and the requests that carry one.
def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def field(tag, value):
    """A number, or bytes with their length."""
    if isinstance(value, int):
        return varint(tag << 3) + varint(value)
    return varint(tag << 3 | 2) + varint(len(value)) + value


def zigzag(number):
    return number * 2 if number >= 0 else -number * 2 - 1


noon = 1795132800
midnight = noon - noon % 86400
own_key = field(1, bytes(range(16))) + field(2, midnight // 600) + field(3, 144)
near = field(1, bytes(range(16, 32))) + field(2, 3600) + field(3, zigzag(-61)) + field(4, 4) + field(5, 300)
agreed = field(1, b"tracing") + field(2, bytes(32)) + field(3, b"vi") + field(4, zigzag(noon))
who = field(1, "Lê Văn A".encode()) + field(2, b"0900000000") + field(3, b"05710")
def told(day):
    return field(3, field(1, zigzag(day)) + field(2, own_key) + field(3, near) * 2)


for kind in (1, 2, 3):
    days = told(midnight) + (told(midnight + 86400) if kind == 1 else b"")
    rest = field(4, agreed) + field(5, who) + field(6, kind - 1) + field(7, kind)
    seed("history", field(1, 1) + field(2, kind) + days + rest)
mailbox = {"requestKey": base64.b64encode(bytes(32)).decode(), "handle": base64.b64encode(bytes(32)).decode()}
for body in [
    {"upload": "AAAA", "token": "a.b.c", "mailbox": mailbox, "withdrawal": hash32.decode(), "padding": "AAAA"},
    {"secret": hash32.decode(), "padding": "AAAA"},
]:
    seed("history", json.dumps(body).encode())

# Files beside the log, without the signature that the target puts on them.
base = base64.b64encode(bytes([9]) + bytes(31))
seed("signed_files", b"bluezone/units/v1\norigin log.example/fuzz\nissued 1795000000\n"
     + b"unit HN-CDC " + base + " CDC Hà Nội\n".encode() + b"unit TN-CDC " + base + " CDC Thái Nguyên\n".encode())
seed("signed_files", b"bluezone/requests/v1\norigin log.example/fuzz\nissued 1795000000\ncheckpoint "
     + base64.b64encode(checkpoint) + b"\n" + (b"request " + base64.b64encode(bytes(96)) + b"\n") * 4)

# Corners as maps on the phone give them.
seed("zone_outline", b"21.5895, 105.8320\n21.5925, 105.8320; 21.5925 105.8350\r\n21.5895, 105.8350")

# A line list as CSV, and the smallest workbook that has a sheet.
line = "Mã hồ sơ,Họ và tên,Ngày sinh,Số CCCD,Điện thoại,Mã xã,Bệnh,Phân loại ca,Ngày lấy mẫu\n" \
       "TN-1,Nguyễn Văn An,23/11/1985,019185001234,0912345678,05443,COVID-19,Xác định,22/11/2026\n"
seed("line_list", line.encode())
seed("line_list", line.replace(",", ";").encode())
book = io.BytesIO()
with zipfile.ZipFile(book, "w") as parts:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
                   '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>')
    parts.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{pack}"><Relationship Id="r1" '
                   f'Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
    parts.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData><row r="1">'
                   '<c r="A1" t="inlineStr"><is><t>CCCD</t></is></c></row><row r="2"><c r="A2"><v>19185001234</v></c>'
                   '</row></sheetData></worksheet>')
seed("line_list", book.getvalue())

# Forms; what a page sends for one, and a response; codes that people carry.
forms = here.parent / "crates/forms"
for path in [*sorted((forms / "data/forms").glob("*.json")), forms / "tests/forms/school.json"]:
    seed("form", path.read_bytes())
# A fuzzer's pair of a byte and a text takes the byte from the end.
for at, lines in enumerate([
    "showSignal=fever\nsignalSince=20/11/2026\nshowSignalNote=x\nbirthYear=2016\nguardianConsent=yes\n",
    "date=2026-11-25\nrecorder=observer\npresent=yes\nsymptoms=healthy\nsymptoms=cough\ntemperature=36,6\n",
    json.dumps({"resourceType": "QuestionnaireResponse", "item": [
        {"linkId": "symptoms", "answer": [{"valueCoding": {"code": "fever"}}]}],
        "questionnaire": "https://bluezone.example/fhir/Questionnaire/hang-ngay|1.0.0"}),
]):
    for byte in range(7):
        seed("form_fields", lines.encode() + bytes([byte]))
for code in [
    "001093029317|NGUYEN VAN A|1987-01-18|0|162979388586171100|<1<00<0123232422",
    "******029317|NGUYEN VAN A|1987-**-**|1|162979388586171100|<2<00<",
    "019085001234|090123456|Nguyễn Văn A|04031985|Nam|Thái Nguyên|15042021",
    "1912345678|4e677579e1bb856e|04/03/1985|1|-|19 - 001|01/01/2026|-|31/12/2025|1|-|4|01/10/2027|0-1|4|-|$",
    "https://bluezone.example/p/100085724?k=12-ABCDEFGH",
    "100 085 724",
    *(here.parent / "crates/codes/tests/it/vectors.txt").read_text().split(),
]:
    seed("scanned_code", code.encode())

warnings = (here.parent / "crates/protocol/tests/it/place_warnings.txt").read_text().split()
seed("place_warnings", bytes.fromhex(warnings[warnings.index("file") + 1]))

# Photographs with what cameras write into them.
for path in (here.parent / "crates/server/tests/photos").glob("gps.*"):
    seed("photo", path.read_bytes())

# A code of each of three versions, whole and damaged, and a grey picture.
for version in [1, 33, 97]:
    seed("camera_frame", bytes([version]))
    seed("camera_frame", bytes([version, 0, 0, 0, 0, 0, 0, 0, 255, 255]))
seed("camera_frame", bytes([40]) + bytes(range(61)) * 61)

print(f"{written} seeds in {here / 'corpus'}")
