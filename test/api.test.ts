import { describe, expect, test } from "vitest";

/** What each export entry gives at run time. A change here is a change for users: say so in the changelog. */
describe("the public names of", () => {
  test("rpcgen", async () => {
    expect(Object.keys(await import("rpcgen")).sort()).toMatchSnapshot();
  });

  test("rpcgen/template: types only", async () => {
    expect(Object.keys(await import("rpcgen/template"))).toEqual([]);
  });

  test("@rpcgen/runtime", async () => {
    expect(Object.keys(await import("@rpcgen/runtime")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/client: the client's half of the main entry", async () => {
    const main = Object.keys(await import("@rpcgen/runtime"));
    expect(Object.keys(await import("@rpcgen/runtime/client")).filter((name) => !main.includes(name))).toEqual([]);
  });

  test("@rpcgen/runtime/client: all that pages get, under the same names", async () => {
    const names = Object.keys(await import("@rpcgen/runtime/client")).sort();
    expect(names).toEqual(Object.keys(await import("../runtime/browser.ts")).sort());
  });

  test("@rpcgen/runtime/json", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/json")).sort()).toEqual(["fromJson", "toJson"]);
  });

  test("@rpcgen/runtime/codegen", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/codegen")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/protocol", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/protocol")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/testing", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/testing")).sort()).toMatchInlineSnapshot(`
      [
        "balancerSuite",
        "createFaultProxy",
        "createRandom",
        "createVirtualEnvironment",
        "createVirtualNetwork",
        "createVirtualPair",
      ]
    `);
  });

  test("@rpcgen/runtime/admin", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/admin"))).toEqual(["createAdmin"]);
  });

  test("@rpcgen/runtime/reflection", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/reflection")).sort()).toEqual([
      "NotDescribed",
      "Reflection",
      "createReflection",
      "reflectionSchema",
    ]);
  });

  test("@rpcgen/runtime/health", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/health")).sort()).toEqual([
      "Health",
      "ServingStatus",
      "UnknownService",
      "createHealth",
      "healthSchema",
    ]);
  });

  test("@rpcgen/runtime/discovery/etcd", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/discovery/etcd"))).toEqual(["etcd"]);
  });

  test("@rpcgen/runtime/discovery/zookeeper", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/discovery/zookeeper"))).toEqual(["zookeeper"]);
  });

  test("@rpcgen/runtime/discovery/redis", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/discovery/redis"))).toEqual(["redis"]);
  });

  test("@rpcgen/runtime/configuration/etcd", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/configuration/etcd"))).toEqual(["etcdConfiguration"]);
  });

  test("@rpcgen/runtime/configuration/zookeeper", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/configuration/zookeeper"))).toEqual(["zooKeeperConfiguration"]);
  });

  test("@rpcgen/runtime/discovery/eureka", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/discovery/eureka"))).toEqual(["embedded", "eureka"]);
  });

  test("@rpcgen/runtime/registry", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/registry")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/governance", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/governance")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/configuration", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/configuration")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/telemetry", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/telemetry")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/telemetry/opentelemetry", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/telemetry/opentelemetry")).sort()).toMatchSnapshot();
  });

  test("@rpcgen/runtime/descriptor", async () => {
    expect(Object.keys(await import("@rpcgen/runtime/descriptor")).sort()).toMatchSnapshot();
  });
});
