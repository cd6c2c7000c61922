/** Bugs that the simulation must find. Each changes one place of a copy of the runtime. */
const connection = "runtime/connection";

export const bugs = [
  {
    name: "a reply reaches whoever holds the lane now",
    file: `${connection}/lane-table.ts`,
    find: "return call !== undefined && call.idLow === idLow && call.idHigh === idHigh ? call : undefined;",
    put: "return call;",
  },
  {
    name: "the client forgets deadlines",
    file: `${connection}/client-connection.ts`,
    find: "if (call.deadlineMs !== Infinity) this.link.wheel.add(call);",
    put: "",
  },
  {
    name: "the deadline does not travel",
    file: `${connection}/client-connection.ts`,
    find: "const hasDeadline = call.deadlineMs !== Infinity;",
    put: "const hasDeadline = false;",
  },
  {
    name: "a cancel is not sent",
    file: `${connection}/outgoing-call.ts`,
    find: 'if (wasSent && link.state !== "closed") {',
    put: "if (wasSent && link.peer === undefined) {",
  },
  {
    name: "a cancel passes the request that takes its lane",
    file: `${connection}/outgoing-call.ts`,
    find: "    const link = this.#owner.link;\n    // Before the lane",
    put: "    this.#finish();\n    const link = this.#owner.link;\n    // Before the lane",
  },
  {
    name: "a reply is sent twice",
    file: `${connection}/incoming-call.ts`,
    find: "      return this.#finish();\n    }\n    if (!outbound.hasRoom",
    put: "      outbound.writeFrame(kind, serialization, flags, this.idHigh, this.idLow, header, body);\n      return this.#finish();\n    }\n    if (!outbound.hasRoom",
  },
  {
    name: "items pass each other",
    file: `${connection}/outbound.ts`,
    find: "lane.messages.push(keepable(message));",
    put: "if (lane.offset === 0) lane.messages.unshift(keepable(message)); else lane.messages.push(keepable(message));",
  },
  {
    name: "an item is dropped",
    file: "runtime/client/attempt.ts",
    find: "this.#queue?.push(this.#read(body, head), cost);",
    put: "if (cost % 7 !== 0) this.#queue?.push(this.#read(body, head), cost);",
  },
  {
    name: "GOAWAY names the call before the last",
    file: `${connection}/multiplexer.ts`,
    find: "const { lastIdHigh, lastIdLow } = this.#role;",
    put: "const { lastIdHigh } = this.#role; const lastIdLow = Math.max(0, this.#role.lastIdLow - 65536);",
  },
  {
    name: "unsent requests survive GOAWAY",
    file: `${connection}/client-connection.ts`,
    find: "const isUnsent = call.idHigh === 0 && call.idLow === 0;",
    put: "const isUnsent = false;",
  },
  {
    name: "handlers are not told to stop",
    file: "runtime/server/server-call.ts",
    find: "this.#controller?.abort(error);",
    put: "",
  },
  {
    name: "calls at the server are not counted down",
    file: `${connection}/server-connection.ts`,
    find: "this.callsInProgress--;",
    put: "if (call.lane !== 0) this.callsInProgress--;",
  },
  {
    name: "the timer of the wheel outlives it",
    file: "runtime/environment/timer-wheel.ts",
    find: "    this.#timer?.cancel();\n    this.#timer = undefined;\n    this.#armedAtMs = -Infinity;",
    put: "    this.#timer = undefined;\n    this.#armedAtMs = -Infinity;",
  },
  {
    name: "one call more than the limit",
    file: `${connection}/client-connection.ts`,
    find: "this.#table.takeLane(this.link.peer.maxCalls)",
    put: "this.#table.takeLane(this.link.peer.maxCalls + 1)",
    calls: 900,
  },
  {
    name: "a call whose connection was lost is sent again",
    file: "runtime/client/moving-on.ts",
    find: 'if (error.reason === "draining") return restarts < maxDrained;',
    put: 'if (error.reason === "draining" || error.reason === "connection_lost") return restarts < maxDrained;',
  },
  {
    name: "metadata of another call",
    file: `${connection}/incoming-call.ts`,
    find: "return (this.#pairs ??= decodeMetadata(this.#header));",
    put: "return ((globalThis as unknown as { pairs: never }).pairs ??= decodeMetadata(this.#header) as never);",
  },
  {
    name: "details of errors are dropped",
    file: `${connection}/failure.ts`,
    find: "header.text(HeaderTag.errorDetails, encodeDetails(error.details));",
    put: "",
  },
  {
    name: "calls are not told of the lost connection",
    file: `${connection}/client-connection.ts`,
    find: "    for (const call of this.#table.all()) call.fail(error);\n",
    put: "",
  },
  {
    name: "calls that wait in line stay there",
    file: `${connection}/client-connection.ts`,
    find: "if (this.#waitingCount > 0) this.#openNext();",
    put: "",
  },
  {
    name: "half the wait between attempts to connect",
    file: "runtime/client/connector.ts",
    find: "const waitMs = backoff.delayMs(isWanted);",
    put: "const waitMs = backoff.delayMs(isWanted) * 0.5;",
  },
  {
    name: "chunks overlap",
    file: `${connection}/outbound.ts`,
    find: "    lane.offset += size;\n    if (message.kind",
    put: "    lane.offset += size - 1;\n    if (message.kind",
  },
  {
    name: "listeners stay on signals",
    file: "runtime/client/attempt.ts",
    find: "this.#scope.aborts.remove(this.#call.options.signal as AbortSignal, this.#cancel);",
    put: "",
  },
  {
    name: "a draining server does not wait for its last call",
    file: `${connection}/multiplexer.ts`,
    find: 'if (this.state !== "draining" || this.#role.callsInProgress > 0 || !this.outbound.isEmpty) return;',
    put: 'if (this.state !== "draining" || this.#role.callsInProgress > 1 || !this.outbound.isEmpty) return;',
  },
];
