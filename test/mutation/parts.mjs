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
  ...["incoming-lane", "outgoing-lane", "lane-table", "message-receiver", "message-assembly", "partial-messages"],
  ...["receive-window", "failure", "reply-head", "compressor-offer", "liveness", "pings", "ping-policy"],
  ...["outbound", "memory-budget", "control-frames", "farewell", "local-error", "pressure"],
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
};

function named(folder, names) {
  return names.map((name) => `${folder}/${name}.test.ts`);
}
