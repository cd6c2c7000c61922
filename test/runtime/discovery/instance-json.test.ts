import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import type { Instance } from "../../../runtime/discovery/instance.ts";
import {
  InstanceError,
  instanceToJson,
  instanceToText,
  readInstance,
  readInstanceText,
} from "../../../runtime/discovery/instance-json.ts";

const small: Instance = {
  id: "shop-1:9000",
  service: "shop.v1.Orders",
  address: "tcp://10.0.0.5:9000",
  weight: 100,
  status: "up",
  labels: {},
};

const full: Instance = {
  ...small,
  weight: 250,
  status: "draining",
  group: "blue",
  version: "1.4.0",
  aliases: ["orders", "shop.Orders"],
  zone: "eu/eu-1/rack-7",
  labels: { canary: "true", "team/name": "Ünïcode ok" },
  protocols: ["rpcgen/1"],
  limits: { maxCalls: 500 },
  startedAtMs: 1_700_000_000_000,
};

describe("an instance in a registry", () => {
  test("is written without what has its default, and comes back", () => {
    expect(instanceToJson(small)).toEqual({ id: small.id, service: small.service, address: small.address });
    expect(readInstance(instanceToJson(small))).toEqual(small);
    expect(readInstanceText(instanceToText(full))).toEqual(full);
  });

  test("keeps nothing that it does not know", () => {
    expect(readInstance({ ...small, future: { x: 1 }, constructor: "x" })).toEqual(small);
  });

  test("cannot change once it was read", () => {
    const { labels, aliases, limits, ...rest } = readInstance(instanceToJson(full));
    expect([labels, aliases, limits].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(readInstance(rest))).toBe(true);
  });

  test("what was read is not read again, and a copy of it is", () => {
    const read = readInstance(instanceToJson(full));
    expect(readInstance(read)).toBe(read);
    const copy = { ...read, weight: -1 };
    expect(() => readInstance(copy)).toThrow("weight");
    expect([read.labels, read.aliases, read.protocols, read.limits].every((part) => Object.isFrozen(part))).toBe(true);
  });

  test("may have any name as a label, and none reaches a prototype", () => {
    const { labels } = readInstanceText(
      '{"id":"a","service":"s","address":"tcp://a:1","labels":{"__proto__":"x","constructor":"y"}}',
    );
    expect(Object.entries(labels)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
  });

  test.each<[string, unknown, string]>([
    ["id", undefined, "missing; expected text"],
    ["id", "", '""; expected visible ASCII characters'],
    ["id", "a b", '"a b"; expected visible ASCII characters'],
    ["id", "x".repeat(256), "256 characters long; at most 255 are allowed"],
    ["id", "a\nb", "text with control characters"],
    ["service", "../etc", '"../etc"; expected a name as "shop.v1.Orders"'],
    ["service", null, "null; expected text"],
    ["address", "10.0.0.5:9000", '"10.0.0.5:9000"; expected a form as "tcp://10.0.0.5:9000"'],
    ["address", "tcp://10.0.0.5", '"tcp://10.0.0.5"; expected one address as "tcp://10.0.0.5:9000"'],
    ["address", "tcp://a:1,b:2", '"tcp://a:1,b:2"; expected one address as "tcp://10.0.0.5:9000"'],
    ["address", "tcp://a:1/x", '"tcp://a:1/x"; expected one address as "tcp://10.0.0.5:9000"'],
    ["address", "tcp://u:p@a:1", "an address with a user in it"],
    ["weight", -1, "-1; expected a whole number from 0 to 10000"],
    ["weight", 1.5, "1.5; expected a whole number from 0 to 10000"],
    ["weight", "100", '"100"; expected a whole number from 0 to 10000'],
    ["status", "UP", '"UP"; expected "up", "draining" or "down"'],
    ["group", {}, "an object; expected text"],
    ["zone", [], "a list; expected text"],
    ["aliases", "x", '"x"; expected a list'],
    ["aliases", Array(33).fill("x"), "a list of 33; at most 32 are allowed"],
    ["labels", [], "a list; expected an object"],
    ["limits", 5, "5; expected an object"],
    ["startedAtMs", Number.NaN, "NaN; expected a whole number from 0 to 9007199254740991"],
  ])("whose %s is %j is refused", (field, value, fault) => {
    const error = caught(() => readInstance({ ...small, [field]: value }));
    expect(error.field).toBe(field);
    expect(error.message).toBe(`Not an instance: its ${field} is ${fault}.`);
  });

  test("is refused with the path of what lies deeper", () => {
    expect(caught(() => readInstance({ ...small, aliases: ["ok", 7] })).field).toBe("aliases[1]");
    expect(caught(() => readInstance({ ...small, labels: { canary: true } })).field).toBe("labels.canary");
    expect(caught(() => readInstance({ ...small, limits: { maxCalls: 0 } })).field).toBe("limits.maxCalls");
    const labels = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`l${index}`, "x"]));
    expect(caught(() => readInstance({ ...small, labels })).message).toContain("65 pairs; at most 64 are allowed");
  });

  test("is refused when it is no object, no JSON or huge", () => {
    expect(caught(() => readInstance("x")).message).toBe('Not an instance: expected an object, found "x".');
    expect(caught(() => readInstanceText("{")).message).toBe("Not an instance: its text is not JSON.");
    expect(caught(() => readInstanceText(" ".repeat(131_073))).message).toContain("more than 131072");
  });

  test.each(["weight", "priority", "startedAtMs"])(
    "is read back from text with the %s it had, minus zero as zero",
    (name) => {
      const found = readInstance({ ...full, [name]: -0 });
      expect(readInstanceText(instanceToText(found))).toEqual(found);
    },
  );

  test("is read or refused with an InstanceError, whatever the data", () => {
    const field = fc.constantFrom(...Object.keys(full));
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        try {
          const found = readInstance({ ...full, [name]: value });
          expect(readInstanceText(instanceToText(found))).toEqual(found);
        } catch (error) {
          expect(error).toBeInstanceOf(InstanceError);
        }
      }),
    );
  });
});

function caught(action: () => unknown): InstanceError {
  try {
    action();
  } catch (error) {
    if (error instanceof InstanceError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}
