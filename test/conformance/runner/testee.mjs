import { spawn } from "node:child_process";

/** More than any answer has. */
const maxAnswerBytes = 64 * 1024 * 1024;
const expected =
  "expected an object in JSON with the id of a request, behind its length in four bytes (what it logs belongs on its error output)";

/** @returns an object without an id for what is no answer */
function parseAnswer(bytes) {
  try {
    return JSON.parse(bytes.toString("utf8")) ?? {};
  } catch {
    return {};
  }
}

/** Starts a program under test. Messages are JSON behind a length of four bytes, big-endian; each answer has the `id` of its request. */
export function startTestee(command) {
  const child = spawn(command, { shell: true, stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map();
  let bytes = Buffer.alloc(0);
  let last = 0;
  let failure;
  const fail = (reason) => {
    failure ??= new Error(`the testee ${reason}`);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  child.stdout.on("data", (piece) => {
    bytes = Buffer.concat([bytes, piece]);
    while (failure === undefined && bytes.length >= 4) {
      const end = 4 + bytes.readUInt32BE(0);
      if (end <= maxAnswerBytes && bytes.length < end) return;
      const { id, ...answer } = parseAnswer(bytes.subarray(4, Math.min(end, maxAnswerBytes)));
      if (Number.isInteger(id) && id > 0 && id <= last) {
        bytes = bytes.subarray(end);
        waiting.get(id)?.resolve(answer);
        waiting.delete(id);
      } else {
        fail(`wrote ${JSON.stringify(bytes.subarray(0, 80).toString("utf8"))}; ${expected}`);
        child.kill();
      }
    }
  });
  child.stdin.on("error", () => undefined);
  child.on("error", (error) => fail(`did not start: ${error.message}`));
  child.on("exit", (code, signal) => fail(`ended (${signal ?? code})`));
  return {
    request(message) {
      if (failure !== undefined) return Promise.reject(failure);
      const id = ++last;
      const body = Buffer.from(JSON.stringify({ id, ...message }), "utf8");
      const head = Buffer.alloc(4);
      head.writeUInt32BE(body.length);
      child.stdin.write(Buffer.concat([head, body]));
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => {
          const timer = setTimeout(() => child.kill("SIGKILL"), 2_000);
          child.once("exit", () => {
            clearTimeout(timer);
            resolve(undefined);
          });
        });
    },
  };
}
