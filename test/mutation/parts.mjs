import * as zlib from "node:zlib";

/** What is mutated, and the tests that have to notice: the fast ones that lie nearest. */
const connection = [
  ...[
    "client-connection",
    "request-header",
    "server-connection",
    "multiplexer",
    "opening",
    "incoming-call",
    "outgoing-call",
  ],
  ...[
    "incoming-lane",
    "outgoing-lane",
    "lane-table",
    "message-receiver",
    "message-assembly",
    "partial-messages",
    "chunk-places",
  ],
  ...["receive-window", "failure", "reply-head", "compressor-offer", "liveness", "pings", "ping-policy"],
  ...["outbound", "memory-budget", "oneway-calls", "control-frames", "farewell", "local-error", "pressure"],
];
const protocol = [
  ...[
    "bytes",
    "frame",
    "frame-reader",
    "frame-writer",
    "handshake",
    "header-reader",
    "header-writer",
    "limits",
    "trace",
  ],
];

const compression = [
  ...["compression", "compressor", "decompress", "gain", "turns"],
  // Half of it is about zstd, which Node has from 22.15 on.
  ...("zstdCompressSync" in zlib ? ["zlib"] : []),
];
/** What lets peers and requests in, and bounds what they may take. */
const server = [
  ...["admission", "connection-set", "server-options", "request-body", "drops"],
  ...["authentication", "authorization"],
];

/** Parts of `npm run mutate` by name. */
export const parts = {
  protocol: {
    files: protocol.map((name) => `runtime/protocol/${name}.ts`),
    tests: [
      "limits",
      "bytes",
      "trace",
      "handshake",
      "header",
      "header-reader",
      "header-writer",
      "frame-reader",
      "frame-writer",
      "frames",
    ].map((name) => `test/runtime/protocol/${name}.test.ts`),
  },
  connection: {
    files: [
      ...connection.map((name) => `runtime/connection/${name}.ts`),
      "runtime/environment/token-bucket.ts",
      "runtime/environment/line-limiter.ts",
      "runtime/environment/queue.ts",
    ],
    tests: [
      ...named("test/runtime/connection", [
        ...["outgoing-lane", "receive-window", "lane-table", "message-assembly", "memory-budget", "ping-policy"],
        ...["liveness", "smoke", "states", "calls", "unsent-calls", "late-frames", "last-words", "handlers"],
        ...["late-oneways", "begun-oneways"],
        ...["callers", "outbound", "pressure", "failure", "reply-head", "compressor-offer"],
        ...["request-header", "partial-messages", "pings", "message-receiver"],
      ]),
      ...named("test/runtime/environment", ["token-bucket", "line-limiter", "queue"]),
      ...named("test/hostile", ["limits", "server-limits", "client", "slow-readers", "memory"]),
      ...named("test/runtime/client", ["cancel", "channel", "deadlines", "errors", "metadata", "streams", "versions"]),
      ...named("test/runtime/server", ["lifecycle"]),
      ...named("test/runtime/compression", ["calls"]),
    ],
  },
  compression: {
    files: compression.map((name) => `runtime/compression/${name}.ts`),
    tests: named("test/runtime/compression", ["compression", "decompress", "gain", "calls"]),
  },
  server: {
    files: [...server.map((name) => `runtime/server/${name}.ts`), "runtime/call/peer-network.ts"],
    tests: [
      ...named("test/runtime/server", [
        ...["connection-set", "server-options", "authentication", "authorization", "drops", "request-body"],
        ...["request-memory", "auth", "lifecycle", "drain"],
      ]),
      ...named("test/hostile", ["limits", "server-limits", "memory"]),
      ...named("test/runtime/call", ["peer-network"]),
    ],
  },
};

function named(folder, names) {
  return names.map((name) => `${folder}/${name}.test.ts`);
}
