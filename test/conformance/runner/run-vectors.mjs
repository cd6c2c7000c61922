import { isDeepStrictEqual } from "node:util";
import { within } from "./within.mjs";
import { playClientSession, playServerSession } from "./session.mjs";

/**
 * Runs vectors against a testee and compares the outcome with a list of known failures (id to message), which must be exact.
 * @returns the report: one result for each vector, and what does not agree with the list
 */
export async function runVectors({ testee, vectors, schema, known = {}, waitMs = 5_000 }) {
  const ask = (message) => within(testee.request(message), waitMs, `the answer to ${message.op}`);
  const abilities = checkHello(await ask({ op: "hello", schema }));
  const ports = await listenAll(abilities, ask);
  const results = [];
  for (const vector of vectors) {
    const skipped = reasonToSkip(vector, abilities);
    const message = skipped ?? (await runVector(vector, { testee, ask, ports, waitMs }));
    const outcome = skipped !== undefined ? "skipped" : message === undefined ? "passed" : "failed";
    results.push({
      id: vector.id,
      kind: kindOf(vector),
      level: vector.level,
      outcome,
      ...(message ? { message } : {}),
    });
  }
  return { name: abilities.name ?? "testee", results, surprises: surprisesOf(results, known) };
}

function kindOf({ kind, role }) {
  return role === undefined ? kind : `${role} session`;
}

/** Ports of the servers of a testee that is one, by the names that vectors call them. */
async function listenAll({ modes, features = [] }, ask) {
  if (!modes.includes("server")) return {};
  const usual = checkPort(await ask({ op: "listen" }));
  return features.includes("token")
    ? { usual, guarded: checkPort(await ask({ op: "listen", server: "guarded" })) }
    : { usual };
}

function reasonToSkip(
  { kind, role, serialization, needs = [] },
  { modes, serializations = ["binary"], features = [] },
) {
  const mode = kind === "session" ? role : "codec";
  if (!modes.includes(mode)) return `no ${mode} mode`;
  const missing = needs.find((each) => !features.includes(each));
  if (missing !== undefined) return `no ${missing}`;
  return serialization !== undefined && !serializations.includes(serialization) ? `no ${serialization}` : undefined;
}

const knownModes = ["codec", "server", "client"];

function checkHello(answer) {
  const { modes, serializations = [], features = [] } = answer;
  const isFine = Array.isArray(modes) && modes.length > 0 && modes.every((mode) => knownModes.includes(mode));
  if (isFine && Array.isArray(serializations) && Array.isArray(features)) return answer;
  const expected = `{name, modes, serializations, features} with modes out of ${JSON.stringify(knownModes)}`;
  throw new Error(`the testee answered hello with ${JSON.stringify(answer).slice(0, 200)}; expected ${expected}`);
}

function checkPort(answer) {
  if (Number.isInteger(answer.port)) return answer.port;
  throw new Error(`the testee answered listen with ${JSON.stringify(answer).slice(0, 200)}; expected {port}, a number`);
}

/**
 * @returns undefined when the testee does what the vector says, else what it does
 * @throws Error when the testee does nothing any more
 */
async function runVector(vector, context) {
  try {
    return await playVector(vector, context);
  } catch (error) {
    if (error.isLate) return error.message;
    throw new Error(`${error.message}, at the vector ${vector.id}`, { cause: error });
  }
}

async function playVector(vector, { testee, ask, ports, waitMs }) {
  if (vector.kind === "session")
    return vector.role === "server"
      ? playServerSession(vector, ports[vector.server ?? "usual"], { waitMs })
      : playClientSession(vector, testee, { waitMs });
  if (vector.kind === "compressed") return playCompressed(vector, ask);
  const { schema, serialization, hex } = vector;
  const op = { body: "decode", frame: "readFrame", handshake: "readOption" }[vector.kind];
  const read = await ask({ op, schema, serialization, hex });
  const fault = checkRead(vector, read);
  if (fault !== undefined || vector.encoded === undefined) return fault;
  const write = vector.kind === "body" ? "encode" : "writeFrame";
  const written = await ask({ op: write, schema, serialization, value: vector.value });
  if (isSameBytes([vector.encoded, ...(vector.also ?? [])], written.hex, vector)) return undefined;
  return `wrote ${written.hex ?? JSON.stringify(written)}, expected ${vector.encoded}`;
}

async function playCompressed({ compressor, hex, maxMessageBytes = 4_194_304, value, expect }, ask) {
  const read = await ask({ op: "decompress", compressor, hex, maxMessageBytes });
  const fault = checkRead({ expect }, read);
  if (fault !== undefined || value === undefined || read.hex === value.hex.repeat(value.times)) return fault;
  return `read ${String(read.hex).slice(0, 200)}, expected ${value.hex}, ${value.times} times`;
}

function isSameBytes(accepted, hex, { serialization }) {
  if (hex === undefined || serialization !== "json") return accepted.includes(hex);
  return accepted.some((each) => isDeepStrictEqual(fromJson(each), fromJson(hex)));
}

function fromJson(hex) {
  return JSON.parse(Buffer.from(hex, "hex").toString("utf8"));
}

function checkRead({ expect, value }, read) {
  if (expect.ok) {
    if (read.error !== undefined || read.close !== undefined) return `refused: ${JSON.stringify(read)}`;
    return value === undefined || isDeepStrictEqual(sorted(read.value), sorted(value))
      ? undefined
      : `read ${JSON.stringify(read.value)}, expected ${JSON.stringify(value)}`;
  }
  const [name] = Object.keys(expect);
  if (read[name] === undefined) return `expected ${JSON.stringify(expect)}, found ${JSON.stringify(read)}`;
  return read[name].code === expect.code ? undefined : `expected code ${expect.code}, found ${read[name].code}`;
}

/** Members of objects in one order; the rest as it is. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** Everything that does not agree with the list of known failures, which has to be exact. */
function surprisesOf(results, known) {
  const byId = new Map(results.map((result) => [result.id, result]));
  const listed = Object.entries(known).flatMap(([id, message]) => {
    const result = byId.get(id);
    if (result === undefined) return [`${id} is listed as a known failure, but there is no such vector in this run`];
    if (result.outcome !== "failed") return [`${id} is listed as a known failure, but it ${result.outcome}`];
    return result.message === message
      ? []
      : [`${id} fails in another way than listed: ${result.message}, listed: ${message}`];
  });
  const unlisted = results.filter(({ id, outcome }) => outcome === "failed" && !Object.hasOwn(known, id));
  return [...listed, ...unlisted.map(({ id, message }) => `${id}: ${message}`)];
}

/** The report as a table for people. */
export function tableOf({ name, results, surprises }) {
  const kinds = [...new Set(results.map(({ kind }) => kind))];
  const count = (kind, outcome) =>
    results.filter((each) => (kind === "all" || each.kind === kind) && each.outcome === outcome).length;
  const columns = ["passed", "failed", "skipped"];
  const rows = [...kinds, "all"].map((kind) => [kind, ...columns.map((outcome) => String(count(kind, outcome)))]);
  const lines = [[name, ...columns], ...rows].map(([first, ...rest]) =>
    [first.padEnd(16), ...rest.map((cell) => cell.padStart(8))].join(" "),
  );
  return `${[...lines, ...skippedLines(results), "", ...surprises, surprises.length === 0 ? "as expected" : `${surprises.length} unexpected`].join("\n")}\n`;
}

/** How many were skipped for which reason; none when none were. */
function skippedLines(results) {
  const reasons = results.filter(({ outcome }) => outcome === "skipped").map(({ message }) => message);
  const counts = [...new Set(reasons)].map((one) => `${reasons.filter((each) => each === one).length} for ${one}`);
  return counts.length === 0 ? [] : ["", `skipped: ${counts.join(", ")}`];
}
