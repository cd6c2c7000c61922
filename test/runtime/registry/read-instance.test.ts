import { describe, expect, test } from "vitest";
import { readInstanceInfo } from "../../../runtime/registry/read-instance.ts";
import { instanceToJson } from "../../../runtime/registry/write-instance.ts";
import { xmlFromJson } from "../../../runtime/registry/xml.ts";
import { sentInstance } from "./instances.ts";

describe("an instance as clients send it", () => {
  test("is read with or without its wrapper, numbers as texts too", () => {
    const sent = sentInstance("SHOP", "a", { port: { $: "8080", "@enabled": "true" }, lastDirtyTimestamp: 7 });
    expect(readInstanceInfo({ instance: sent }, 0)).toEqual(readInstanceInfo(sent, 0));
    expect(readInstanceInfo(sent, 0)).toMatchObject({ port: { number: 8080, enabled: true }, lastDirtyTimestamp: 7 });
  });

  test("comes back equal from what is written", () => {
    const info = readInstanceInfo(sentInstance("SHOP", "a", { metadata: { zone: "z1" }, homePageUrl: "http://x/" }), 5);
    expect(readInstanceInfo(instanceToJson(info), 0)).toEqual(info);
  });

  test("has Eureka's lease when it names none, and the host as id", () => {
    const { instanceId: _, ...sent } = sentInstance("SHOP", "a");
    expect(readInstanceInfo(sent, 0)).toMatchObject({
      instanceId: "localhost",
      leaseInfo: { renewalIntervalInSecs: 30, durationInSecs: 90 },
    });
  });

  test.each([
    ["no object", 7, "the body is missing or no object"],
    ["no host", sentInstance("SHOP", "a", { hostName: "" }), "hostName is missing"],
    ["no address", sentInstance("SHOP", "a", { ipAddr: undefined }), "ipAddr is missing"],
    [
      "no data centre",
      sentInstance("SHOP", "a", { dataCenterInfo: undefined }),
      "dataCenterInfo is missing or no object",
    ],
    ["no name of the data centre", sentInstance("SHOP", "a", { dataCenterInfo: {} }), "dataCenterInfo.name is missing"],
    ["a port above 65535", sentInstance("SHOP", "a", { port: { $: 65_536 } }), "a port is 65536; expected 0 to 65535"],
    [
      "a lease of no length",
      sentInstance("SHOP", "a", { leaseInfo: { durationInSecs: 0 } }),
      "leaseInfo.durationInSecs is 0; expected 1 to 86400 seconds",
    ],
    [
      "an id of 513 characters",
      sentInstance("SHOP", "a".repeat(513)),
      "instanceId is missing or longer than 512 characters",
    ],
    [
      "65 entries of metadata",
      sentInstance("SHOP", "a", { metadata: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, ""])) }),
      "metadata has more than 64 entries or 16384 characters",
    ],
    ["an object in metadata", sentInstance("SHOP", "a", { metadata: { a: {} } }), "metadata.a is no text"],
  ])("with %s is refused", (_name, sent, message) => {
    expect(() => readInstanceInfo(sent, 0)).toThrow(message);
  });

  test("cannot reach the prototype of anything through its metadata", () => {
    const { metadata } = readInstanceInfo(
      JSON.parse(JSON.stringify(sentInstance("S", "a")).replace('"status"', '"metadata":{"__proto__":"x"},"status"')),
      0,
    );
    expect(Object.keys(metadata)).toEqual(["__proto__"]);
    expect({}).not.toHaveProperty("x");
  });
});

test("XML has elements for members, repeats lists, and escapes what was sent", () => {
  const json = {
    applications: {
      versions__delta: "1",
      application: [{ name: "A<&>", port: { $: 1, "@enabled": "true" } }, { name: "\u0001" }],
    },
  };
  expect(xmlFromJson(json)).toBe(
    '<applications><versions_delta>1</versions_delta><application><name>A&lt;&amp;&gt;</name><port enabled="true">1</port></application><application><name>\uFFFD</name></application></applications>',
  );
});
