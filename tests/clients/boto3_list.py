"""Lists image set versions with boto3's own paginator and prints what it saw as one line of JSON.

Arguments are calls, DATASTORE/IMAGESET or DATASTORE/IMAGESET/PAGE-SIZE. Where the requests go, and with which
credentials, is the environment's business.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError


def list_versions(client, call):
    datastore, image_set, *page_size = call.split("/")
    paging = {"PageSize": int(page_size[0])} if page_size else {}
    pages = client.get_paginator("list_image_set_versions").paginate(
        datastoreId=datastore, imageSetId=image_set, PaginationConfig=paging
    )
    seen = {"pages": [], "items": [], "error": None}
    try:
        for page in pages:
            items = page["imageSetPropertiesList"]
            seen["pages"].append(len(items))
            seen["items"].extend(items)
    except ClientError as error:
        seen["error"] = {
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
        }
    return seen


def main():
    client = boto3.client("medical-imaging")
    calls = [list_versions(client, call) for call in sys.argv[1:]]
    print(json.dumps({"client": "boto3", "calls": calls}, sort_keys=True, default=lambda time: time.isoformat()))


main()
