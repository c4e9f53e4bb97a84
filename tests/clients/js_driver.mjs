// Drives the JavaScript SDK through the scenarios of `retake verify client --driver`: one JSON object a line in, one out.
//
// Each run has a client of its own, and reports what a caller of the SDK gets: a listing by its paginator. What a run does
// not tell stays as the SDK has it, but that a request which is not answered in time fails: by default it is only logged.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

// The packages live in an ignored folder, not beside this file; its name is the argument.
const require = createRequire(join(process.argv[2], "package.json"));
const sdk = require("@aws-sdk/client-medical-imaging");
const { version } = require("@aws-sdk/client-medical-imaging/package.json");

// The member of a page that lists the items: the paginators of the SDK do not say it.
const LISTS = { ListImageSetVersions: "imageSetPropertiesList" };

function clientOf({ credentials, endpoint, max_attempts: maxAttempts, region, timeout_ms: requestTimeout }) {
  return new sdk.MedicalImagingClient({
    credentials: {
      accessKeyId: credentials.access_key_id,
      secretAccessKey: credentials.secret_access_key,
      sessionToken: credentials.session_token,
    },
    disableHostPrefix: true, // No name server knows runtime-localhost.
    endpoint,
    maxAttempts,
    region,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  });
}

async function outcomeOf(client, { input, operation }) {
  const items = [];
  try {
    const paginate = sdk[`paginate${operation}`];
    if (paginate === undefined) {
      const { $metadata, ...output } = await client.send(new sdk[`${operation}Command`](input));
      return { kind: "ok", output };
    }
    for await (const page of paginate({ client }, input)) items.push(...(page[LISTS[operation]] ?? []));
    return { kind: "ok", items };
  } catch (error) {
    const status = error.$metadata?.httpStatusCode;
    return { kind: "error", class: classOf(error), code: error.name, items, message: error.message, status };
  }
}

function classOf(error) {
  if (error instanceof sdk.MedicalImagingServiceException) {
    // The SDK has a class of its own for each error that the service models.
    return error.constructor === sdk.MedicalImagingServiceException ? "unmodelled" : "modelled";
  }
  // A connection that breaks is called a TimeoutError too; its code tells them apart.
  if (["ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(error.code)) return "transport";
  if (error.name === "TimeoutError") return "timeout";
  // What fails while a response is read gets the response by the SDK.
  return error.$response === undefined ? "unknown" : "deserialise";
}

// Dates become seconds before JSON.stringify makes texts of them.
function plain(value) {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

async function answer(line) {
  if (line.cmd === "hello") {
    return { ok: true, protocol: 1, client: { name: "aws-sdk-js", version, language: "javascript" }, driver: "0.1" };
  }
  try {
    const client = clientOf(line);
    const outcome = plain(await outcomeOf(client, line));
    client.destroy();
    return { seq: line.seq, outcome };
  } catch (error) {
    return { seq: line.seq, driver_error: { message: String(error) } };
  }
}

for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text);
  if (line.cmd === "bye") break;
  console.log(JSON.stringify(await answer(line)));
}
process.exit(0);
