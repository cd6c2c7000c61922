import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { transportSuite, type TransportSuiteOptions } from "../../../runtime/testing/suites/transport-suite.ts";
import { memoryTransport } from "../../../runtime/transport/memory.ts";
import { tcpTransport } from "../../../runtime/transport/tcp.ts";
import { unixTransport } from "../../../runtime/transport/unix.ts";

const folder = mkdtempSync(join(tmpdir(), "rpcgen-"));
let counter = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const subjects: readonly TransportSuiteOptions[] = [
  { kind: tcpTransport, listenAddress: () => "tcp://127.0.0.1:0", deadAddress: "tcp://127.0.0.1:1" },
  {
    kind: unixTransport,
    listenAddress: () => `unix:${folder}/${counter++}.sock`,
    deadAddress: `unix:${folder}/none.sock`,
  },
  { kind: memoryTransport, listenAddress: () => `memory:suite-${counter++}`, deadAddress: "memory:nobody" },
];

describe.each(subjects)("the $kind.scheme transport", (options) => {
  for (const { name, run } of transportSuite(options)) test(name, run);
});
