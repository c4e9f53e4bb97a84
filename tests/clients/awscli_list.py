"""Lists image set versions with the AWS CLI and prints what it said as one line of JSON.

Arguments are calls, DATASTORE/IMAGESET or DATASTORE/IMAGESET/PAGE-SIZE; each is one process of the CLI, which inherits
the environment and is started without a shell. The CLI is the one of the Python that runs this file.
"""

import json
import os
import re
import subprocess
import sys

ERROR = re.compile(r"An error occurred \((?P<code>[^)]*)\) when calling the \w+ operation[^:]*: (?P<message>.*)", re.DOTALL)


def list_versions(call):
    datastore, image_set, *page_size = call.split("/")
    arguments = ["--datastore-id", datastore, "--image-set-id", image_set]
    arguments += ["--page-size", page_size[0]] if page_size else []
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    ended = subprocess.run(
        [sys.executable, aws, "medical-imaging", "list-image-set-versions", *arguments],
        capture_output=True, text=True, check=False,
    )
    if ended.returncode == 0:
        return {"pages": None, "items": json.loads(ended.stdout)["imageSetPropertiesList"], "error": None}
    error = ERROR.search(ended.stderr)
    if error is None:
        sys.exit(f"the AWS CLI ended with {ended.returncode} and no service error: {ended.stderr}")
    return {"pages": None, "items": [], "error": {**error.groupdict(), "message": error["message"].strip(), "status": None}}


def main():
    calls = [list_versions(call) for call in sys.argv[1:]]
    print(json.dumps({"client": "awscli", "calls": calls}, sort_keys=True))


main()
