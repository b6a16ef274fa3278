"""Holds STIX bundles against the schemas and the rules of STIX 2.1, "should" as well as "must".

Prints a line for each thing that is wrong; the files are given as arguments.
"""

import logging
import sys

from stix2validator import ValidationOptions, validate_file

# What the validator says of each file's progress.
logging.disable(logging.CRITICAL)

# Ids of version 5 are what STIX 2.1 (2.9) lets those make who want the same id again, and nobody has
# the hashes of what an address answers with.
NOT_ASKED = "uuid-check,extref-hashes"
options = ValidationOptions(version="2.1", strict=True, enforce_refs=True, silent=True, disabled=NOT_ASKED)
for path in sys.argv[1:]:
    results = validate_file(path, options)
    if results.fatal:
        print(f"{path}: {results.fatal.message}")
    for result in results.object_results or []:
        for problem in [*(result.errors or []), *(result.warnings or [])]:
            print(f"{path}: {result.object_id}: {problem}")
