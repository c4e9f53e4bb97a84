"""A stand-in of the service at its own name: HTTPS on an address, and each signature verified by botocore's own signer.

Arguments: certificate, key, address, port, and a file that is written once it listens. Credentials are those of the
environment. It answers every valid request of a listing with one page, and says how many were valid when it ends.
"""

import json
import os
import re
import signal
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)")
CREDENTIALS = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN"))
COUNTS = {"valid": 0, "invalid": 0}


def is_valid(handler):
    """Whether a request is signed with our credentials: the signature is made anew and compared."""
    parts = AUTHORIZATION.fullmatch(handler.headers["Authorization"] or "")
    if parts is None or parts[1] != CREDENTIALS.access_key:
        return False
    if CREDENTIALS.token is not None and handler.headers["X-Amz-Security-Token"] != CREDENTIALS.token:
        return False
    signed = {name: handler.headers[name] for name in parts[4].split(";")}
    request = AWSRequest(method=handler.command, url=f"https://{handler.headers['Host']}{handler.path}", headers=signed, data=b"")
    request.context["timestamp"] = handler.headers["X-Amz-Date"]
    signer = SigV4Auth(CREDENTIALS, parts[3], parts[2])
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request) == parts[5]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        valid = is_valid(self)
        COUNTS["valid" if valid else "invalid"] += 1
        item = {"imageSetId": self.path.split("/")[4], "versionId": "1", "imageSetState": "ACTIVE", "createdAt": 1700000000.5}
        body = json.dumps({"imageSetPropertiesList": [item]} if valid else {"message": "no"}).encode()
        self.send_response(200 if valid else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def stop(*_):
    print(json.dumps(COUNTS), flush=True)
    os._exit(0)


def main():
    certificate, key, address, port, ready = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer((address, int(port)), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    signal.signal(signal.SIGTERM, stop)
    with open(ready, "w"):
        pass
    server.serve_forever()


main()
