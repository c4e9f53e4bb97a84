"""Asks for everything that can be read of the service with boto3, and prints what it saw as one line of JSON.

Arguments are NAME=VALUE: the inputs of its calls. Where the requests go, and with which credentials, is the
environment's business.
"""

import datetime
import json
import sys

import boto3

CRITERIA = {
    "filters": [{"values": [{"isPrimary": True}], "operator": "EQUAL"}],
    "sort": {"sortOrder": "DESC", "sortField": "updatedAt"},
}
PAGE_SIZE = 7


def listing(client, operation, items, **inputs):
    pages = client.get_paginator(operation).paginate(**inputs, PaginationConfig={"PageSize": PAGE_SIZE})
    pages = [page[items] for page in pages]
    return {"pages": [len(page) for page in pages], "items": [item for page in pages for item in page]}


def read(answer):
    """What was answered, of bytes their number."""
    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    return {name: len(value.read()) if hasattr(value, "read") else value for name, value in members.items()}


def main():
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    store = {"datastoreId": given["datastoreId"]}
    image_set = {**store, "imageSetId": given["imageSetId"]}
    frame = json.loads(given["imageFrameInformation"])
    client = boto3.client("medical-imaging")
    seen = {
        "ListDatastores": listing(client, "list_datastores", "datastoreSummaries"),
        "ListDICOMImportJobs": listing(client, "list_dicom_import_jobs", "jobSummaries", **store),
        "ListImageSetVersions": listing(client, "list_image_set_versions", "imageSetPropertiesList", **image_set),
        "SearchImageSets": listing(
            client, "search_image_sets", "imageSetsMetadataSummaries", **store, searchCriteria=CRITERIA
        ),
        "GetDatastore": read(client.get_datastore(**store)),
        "GetImageSet": read(client.get_image_set(**image_set)),
        "GetDICOMImportJob": read(client.get_dicom_import_job(**store, jobId=given["jobId"])),
        "ListTagsForResource": read(client.list_tags_for_resource(resourceArn=given["resourceArn"])),
        "GetImageSetMetadata": read(client.get_image_set_metadata(**image_set)),
        "GetImageFrame": read(client.get_image_frame(**image_set, imageFrameInformation=frame)),
    }
    print(json.dumps({"seen": seen}, sort_keys=True, default=plain))


def plain(value):
    return {"seconds": value.timestamp()} if isinstance(value, datetime.datetime) else str(value)


main()
