// Lists image set versions with the JavaScript SDK's own paginator and prints what it saw as one line of JSON.
//
// Arguments are calls, DATASTORE/IMAGESET or DATASTORE/IMAGESET/PAGE-SIZE. Where the requests go, and with which
// credentials, is the environment's business.

import { createRequire } from "node:module";
import { join } from "node:path";

// The packages live in an ignored folder, not beside this file; RETAKE_* does not reach a command, so it is named here.
const require = createRequire(join(process.argv[2], "package.json"));
const { MedicalImagingClient, MedicalImagingServiceException, paginateListImageSetVersions } = require(
  "@aws-sdk/client-medical-imaging",
);

async function listVersions(client, call) {
  const [datastoreId, imageSetId, pageSize] = call.split("/");
  const paging = pageSize === undefined ? { client } : { client, pageSize: Number(pageSize) };
  const seen = { error: null, items: [], pages: [] };
  try {
    for await (const page of paginateListImageSetVersions(paging, { datastoreId, imageSetId })) {
      seen.pages.push(page.imageSetPropertiesList.length);
      seen.items.push(...page.imageSetPropertiesList);
    }
  } catch (error) {
    if (!(error instanceof MedicalImagingServiceException)) throw error;
    seen.error = { code: error.name, message: error.message, status: error.$metadata.httpStatusCode };
  }
  return seen;
}

function sorted(_key, value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

// This SDK reads no proxy variable: whoever has to go through one says so in code.
function proxied() {
  const proxy = process.env.HTTPS_PROXY;
  if (proxy === undefined) return {};
  const { HttpsProxyAgent } = require("https-proxy-agent");
  return { requestHandler: { httpsAgent: new HttpsProxyAgent(proxy) } };
}

const client = new MedicalImagingClient(proxied());
const calls = [];
for (const call of process.argv.slice(3)) calls.push(await listVersions(client, call));
console.log(JSON.stringify({ calls, client: "js" }, sorted));
