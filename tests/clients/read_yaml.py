"""Reads YAML files with PyYAML and prints, for each, its documents as one line of JSON.

What JSON cannot say (a date, a set, bytes) is printed as its type, so that a scalar which PyYAML takes for something else
shows up as a difference.
"""

import json
import sys

import yaml

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        documents = list(yaml.safe_load_all(file))
    print(json.dumps(documents, default=lambda value: {"type": type(value).__name__, "text": str(value)}))
