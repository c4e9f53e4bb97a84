"""Drives boto3 through the scenarios of `retake verify client --driver`: one JSON object a line in, one out.

Each run has a client of its own, and reports what a caller of boto3 gets: a listing by its paginator, any other operation
by one call. The retry mode, the time to connect and all else that a run does not tell stay as this version has them.
"""

import json
import sys
from datetime import datetime

import boto3
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionError as ConnectionFailed,
    ConnectTimeoutError,
    HTTPClientError,
    PaginationError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

# The model of a service is read once for all clients of a session; nothing else is shared.
SESSION = boto3.Session()

CLASSES = [
    (ReadTimeoutError, "timeout"),
    (ConnectTimeoutError, "timeout"),
    (ConnectionFailed, "transport"),
    (HTTPClientError, "transport"),
    (PaginationError, "pagination"),
    (ResponseParserError, "deserialise"),
]


def client_of(run):
    credentials = run["credentials"]
    return SESSION.client(
        "medical-imaging",
        endpoint_url=run["endpoint"],
        region_name=run["region"],
        aws_access_key_id=credentials["access_key_id"],
        aws_secret_access_key=credentials["secret_access_key"],
        aws_session_token=credentials.get("session_token"),
        config=Config(
            retries={"total_max_attempts": run["max_attempts"]},
            read_timeout=run["timeout_ms"] / 1000,
            # No name server knows runtime-localhost.
            inject_host_prefix=False,
        ),
    )


def outcome_of(client, run):
    methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    method = methods[run["operation"]]
    items = []
    try:
        if not client.can_paginate(method):
            output = getattr(client, method)(**run["input"])
            output.pop("ResponseMetadata")
            return {"kind": "ok", "output": output}
        paginator = client.get_paginator(method)
        for page in paginator.paginate(**run["input"]):
            # A page that boto3 could not read is a page without the list.
            items.extend(page.get(paginator.result_keys[0].expression, []))
        return {"kind": "ok", "items": items}
    except ParamValidationError as error:
        # What it refuses is the caller's input before the first page, and the service's token behind it.
        return failure("unknown" if items else "client-validation", error, items)
    except ClientError as error:
        return {
            "kind": "error",
            # boto3 has a class of its own for each error that the service models.
            "class": "unmodelled" if type(error) is ClientError else "modelled",
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "items": items,
        }
    except Exception as error:  # Whatever else its caller gets is an outcome too.
        named = (name for of, name in CLASSES if isinstance(error, of))
        return failure(next(named, "unknown"), error, items)


def failure(named, error, items):
    return {"kind": "error", "class": named, "code": type(error).__name__, "message": str(error), "items": items}


def answer(line):
    if line["cmd"] == "hello":
        client = {"name": "boto3", "version": boto3.__version__, "language": "python"}
        return {"ok": True, "protocol": 1, "client": client, "driver": "0.1"}
    try:
        return {"seq": line["seq"], "outcome": outcome_of(client_of(line), line)}
    except Exception as error:  # What fails here is the driver.
        return {"seq": line["seq"], "driver_error": {"message": f"{type(error).__name__}: {error}"}}


def seconds(value):
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"boto3 handed out a {type(value).__name__}")


def main():
    for text in sys.stdin:
        line = json.loads(text)
        if line["cmd"] == "bye":
            return
        print(json.dumps(answer(line), default=seconds), flush=True)


main()
