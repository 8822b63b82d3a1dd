#!/usr/bin/env python3
"""Validates every JSON file of a folder against the JSON schema of FHIR R4.

    check_fhir.py DIR    exit code 1 and the reasons if a file is not valid
"""
import gzip
import json
import pathlib
import sys

from jsonschema import Draft6Validator

here = pathlib.Path(__file__).resolve().parent
schema = json.loads(gzip.decompress((here.parent / "fhir/fhir.schema.json.gz").read_bytes()))
files, wrong = sorted(pathlib.Path(sys.argv[1]).glob("*.json")), 0
for path in files:
    resource = json.loads(path.read_text())
    # Against its own type, so that the reason is about it and not about the other 147.
    own = {"definitions": schema["definitions"], "$ref": f"#/definitions/{resource['resourceType']}"}
    for error in Draft6Validator(own).iter_errors(resource):
        wrong += 1
        print(f"{path.name}: {'/'.join(map(str, error.path))}: {error.message[:300]}", file=sys.stderr)
if wrong:
    sys.exit(1)
print(f"{len(files)} files are valid")
