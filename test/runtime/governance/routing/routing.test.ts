import { describe, expect, test } from "vitest";
import type { MethodPolicy } from "../../../../runtime/descriptor/descriptor.ts";
import type { Instance } from "../../../../runtime/discovery/instance.ts";
import type { RoutedCall } from "../../../../runtime/governance/routed-call.ts";
import type { Router, Subset } from "../../../../runtime/governance/router.ts";
import type { RouteRule } from "../../../../runtime/governance/routing/route-rule.ts";
import { routing } from "../../../../runtime/governance/routing/routing.ts";
import { metadata } from "../../../../runtime/index.ts";
import { fakeCall, fakeEndpoint } from "../../../../runtime/testing/suites/balancer-suite.ts";

const instances: readonly Partial<Instance>[] = [
  { version: "1.4.0", group: "blue", zone: "eu/eu-1", labels: { tier: "gold" } },
  { version: "1.4.2", group: "green", zone: "eu/eu-2", aliases: ["orders-next"], labels: { tier: "silver" } },
  { version: "2.0.0", group: "green", zone: "us/us-1", labels: { canary: "true", tier: "gold" } },
  { version: "11.0.0", labels: {} },
];

const all: Subset = { key: "", endpoints: instances.map((change, index) => fakeEndpoint(index, change)) };

interface CallParts {
  readonly policy?: MethodPolicy;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly message?: unknown;
}

function call({ policy = {}, metadata: given = {}, message }: CallParts = {}): RoutedCall {
  const made = fakeCall(message, policy);
  const method = { ...made.method, path: "/shop.v1.Orders/Get", service: "shop.v1.Orders" };
  return { ...made, method, metadata: metadata(given) };
}

/** Numbers of the instances that a call may go to. */
function where(router: Router, made: RoutedCall = call()): string {
  return router
    .route(made, all)
    .endpoints.map(({ id }) => Number(id.slice(1)))
    .join();
}

describe("a rule leads to instances", () => {
  test.each<[string, RouteRule["to"], string]>([
    ["of a group", { group: "green" }, "1,2"],
    ["of a version", { version: "1.4.0" }, "0"],
    ["of versions that begin alike", { version: "1.x" }, "0,1"],
    ["of versions that begin alike for longer", { version: "1.4.x" }, "0,1"],
    ["of any version", { version: "x" }, "0,1,2,3"],
    ["with an alias", { alias: "orders-next" }, "1"],
    ["in a zone", { zone: "eu" }, "0,1"],
    ["in a narrower zone, not one whose name begins alike", { zone: "eu/eu-1" }, "0"],
    ["with labels", { labels: { tier: "gold", canary: "true" } }, "2"],
    ["with one of several values", { labels: { tier: ["gold", "silver"] } }, "0,1,2"],
    ["with any value", { labels: { tier: "*" } }, "0,1,2"],
    ["with all of it", { group: "green", version: "2.x" }, "2"],
  ])("%s", (_name, to, expected) => {
    expect(where(routing([{ to }]))).toBe(expected);
  });
});

describe("a rule is for calls", () => {
  const to = { group: "blue" };
  test.each<[string, RouteRule["when"], CallParts, string]>([
    ["of a method", { methods: ["/shop.v1.Orders/Get"] }, {}, "0"],
    ["of a service", { methods: ["shop.v1.Orders"] }, {}, "0"],
    ["of no other", { methods: ["/shop.v1.Orders/Put"] }, {}, "0,1,2,3"],
    ["with metadata", { metadata: { canary: "yes" } }, { metadata: { canary: "yes" } }, "0"],
    ["with one of several values", { metadata: { user: ["a", "b"] } }, { metadata: { user: "b" } }, "0"],
    ["with any value", { metadata: { user: "*" } }, { metadata: { user: "z" } }, "0"],
    ["but not with another value", { metadata: { canary: "yes" } }, { metadata: { canary: "no" } }, "0,1,2,3"],
    ["in a part of none", { percent: 0 }, {}, "0,1,2,3"],
    ["in a part of all", { percent: 100 }, {}, "0"],
  ])("%s", (_name, when, parts, expected) => {
    expect(where(routing([{ when, to }]), call(parts))).toBe(expected);
  });
});

describe("rules", () => {
  test("are asked in order, and the first that leads somewhere says where", () => {
    const rules: RouteRule[] = [{ to: { group: "nobody" } }, { to: { group: "green" } }, { to: { group: "blue" } }];
    expect(where(routing(rules))).toBe("1,2");
  });

  test.each<[RouteRule["otherwise"], string]>([
    ["next", "0"],
    ["any", "0,1,2,3"],
    ["fail", ""],
  ])("that lead nowhere do what they say: %s", (otherwise, expected) => {
    expect(where(routing([{ to: { group: "nobody" }, otherwise }, { to: { group: "blue" } }]))).toBe(expected);
  });

  test("stay inside what the schema says of the method", () => {
    const grouped = call({ policy: { group: "green" } });
    expect(where(routing(), grouped)).toBe("1,2");
    expect(where(routing([{ to: { version: "1.x" } }]), grouped)).toBe("1");
    expect(where(routing([{ to: { group: "blue" } }]), grouped)).toBe("1,2");
    expect(where(routing(), call({ policy: { route: { canary: "true" } } }))).toBe("2");
    expect(where(routing(), call({ policy: { group: "nobody" } }))).toBe("");
  });

  test("give the same subset for the same answer, until the set changes", () => {
    const router = routing([{ to: { group: "green" } }]);
    const first = router.route(call(), all);
    expect(router.route(call(), all)).toBe(first);
    const next = router.route(call(), { key: "", endpoints: all.endpoints.slice(1) });
    expect([next === first, next.key === first.key]).toEqual([false, true]);
    expect(routing().route(call(), all)).toBe(all);
  });

  test("send a part of the calls, exactly, one by one", () => {
    const router = routing([{ when: { percent: 5 }, to: { labels: { canary: "true" } } }]);
    const canaries = Array.from({ length: 2_000 }, () => where(router)).filter((place) => place === "2");
    expect(Math.abs(canaries.length - 100)).toBeLessThanOrEqual(2);
  });

  test("send a part of the callers, each always to the same side", () => {
    const rule: RouteRule = { name: "canary", when: { percent: 20, stickyBy: "user" }, to: { version: "2.x" } };
    const router = routing([rule]);
    const users = Array.from({ length: 1_000 }, (_, index) => call({ metadata: { user: `user-${index}` } }));
    const places = users.map((user) => where(router, user));
    expect(users.map((user) => where(router, user))).toEqual(places);
    const part = places.filter((place) => place === "2").length;
    expect(part).toBeGreaterThan(150);
    expect(part).toBeLessThan(250);
    const keyed = routing([{ when: { percent: 50, stickyBy: "@hashKey" }, to: { version: "2.x" } }]);
    const byField = (id: number): string => where(keyed, call({ message: { id }, policy: { hashKey: "id" } }));
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(byField)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map(byField));
  });

  test("are swapped at once, and kept when the new ones cannot work", () => {
    const router = routing([{ to: { group: "green" } }]);
    expect(where(router)).toBe("1,2");
    router.update([{ to: { group: "blue" } }]);
    expect(where(router)).toBe("0");
    expect(() => router.update([{ to: { grup: "x" } } as unknown as RouteRule])).toThrow(/routes\[0\]\.to has "grup"/);
    expect([where(router), router.rules.length]).toEqual(["0", 1]);
  });
});

describe("rules are refused", () => {
  test.each<[unknown, RegExp]>([
    [{}, /Routes are a list/],
    [[7], /routes\[0\] must be an object/],
    [[{}], /routes\[0\] leads nowhere/],
    [[{ to: { group: "" } }], /routes\[0\]\.to\.group must be a text/],
    [[{ to: {}, when: { percent: 101 } }], /percent is 101/],
    [[{ to: {}, when: { methods: "x" } }], /must be a list of texts/],
    [[{ to: { labels: { a: 1 } } }], /labels\.a must be a text/],
    [[{ to: {}, otherwise: "stop" }], /otherwise is "stop"/],
    [
      [
        { name: "a", to: {} },
        { name: "a", to: {} },
      ],
      /Two routes are named "a"/,
    ],
    [Array.from({ length: 1_001 }, () => ({ to: {} })), /at most 1000/],
  ])("%j", (rules, message) => {
    expect(() => routing(rules as readonly RouteRule[])).toThrow(message);
  });
});
