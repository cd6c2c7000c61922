import { describe, expect, test } from "vitest";
import {
  checkServerOptions,
  defaultServerLimits,
  type ServerLimits,
  type ServerOptions,
} from "../../../runtime/server/server-options.ts";

test("limits over all connections have the defaults that LIMITS.md names", () => {
  expect(checkServerOptions({}).serverLimits).toEqual({
    maxConnections: 10_000,
    maxHandshakes: 512,
    maxConnectionsPerAddress: 10_000,
    maxInboundBytes: 268_435_456,
    maxTotalOutboundBytes: 268_435_456,
    maxTotalCalls: 10_000,
  });
});

describe.each(Object.keys(defaultServerLimits) as (keyof ServerLimits)[])("%s", (name) => {
  test("is what it is set to, from 1 on; undefined is the default", () => {
    const { serverLimits, limits } = checkServerOptions({ limits: { [name]: 1 } });
    expect(serverLimits).toEqual({ ...defaultServerLimits, [name]: 1 });
    expect(limits).not.toHaveProperty(name);
    expect(checkServerOptions({ limits: { [name]: undefined } }).serverLimits).toEqual(defaultServerLimits);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity, "7" as unknown as number])("is not %s", (value) => {
    expect(() => checkServerOptions({ limits: { [name]: value } })).toThrow(
      `The limit ${name} must be a whole number above 0; found `,
    );
  });
});

test("limits of a connection stand apart from those over all", () => {
  const { serverLimits, limits } = checkServerOptions({ limits: { maxCalls: 7, maxConnections: 8 } });
  expect([limits.maxCalls, serverLimits.maxConnections]).toEqual([7, 8]);
  expect(serverLimits).not.toHaveProperty("maxCalls");
});

test("what is no limit is named, with those that are", () => {
  expect(() => checkServerOptions({ limits: { maxCals: 7 } as object })).toThrow(
    /^"maxCals" is not a limit\. Limits are .*maxCalls.*maxConnections/u,
  );
});

test("a WebSocket takes frames of the protocol whole: 20 bytes more than a body may have, at / where nothing is said", () => {
  const { sniff } = checkServerOptions({ limits: { maxFrameBytes: 70_000 } });
  expect(sniff).toMatchObject({ webSocketPath: "/", maxWebSocketFrameBytes: 70_020 });
});

test.each(["/", "/rpc", "/a-b/!~"])("the path of WebSockets may be %j", (webSocketPath) => {
  expect(checkServerOptions({ webSocketPath }).sniff.webSocketPath).toBe(webSocketPath);
});

test.each(["", "rpc", "x/rpc", "/a b", "/a?b", "/a#b", "/a\n", "/ä", 7 as unknown as string])(
  "the path of WebSockets is not %j",
  (webSocketPath) => {
    expect(() => checkServerOptions({ webSocketPath })).toThrow('a path such as "/rpc"');
  },
);

test.each([
  [{}, false],
  [{ authenticate: () => undefined }, true],
  [{ authorize: () => true }, true],
] as readonly (readonly [ServerOptions, boolean])[])("methods are guarded by %o: %s", (options, isGuarded) => {
  expect(checkServerOptions(options).gate !== undefined).toBe(isGuarded);
});

test.each([
  [{ interceptors: {} }, "interceptors"],
  [{ plugins: {} }, "plugins"],
  [{ registrations: {} }, "registrations"],
  [{ configuration: 7 }, "configuration"],
  [{ insecure: "yes" }, "insecure"],
  [{ onAccept: true }, "onAccept"],
  [{ authenticate: "ann" }, "authenticate"],
  [{ authorize: true }, "authorize"],
  [{ publicMethods: "all" }, "publicMethods"],
  [{ onError: 7 }, "onError"],
  [{ peerName: 7 }, "peerName"],
  [{ health: 7 }, "health"],
  [{ transports: {} }, "transports"],
  [{ limit: {} }, "limit"],
])("options of another kind are refused: %j", (options, name) => {
  expect(() => checkServerOptions(options as unknown as ServerOptions)).toThrow(name);
});
