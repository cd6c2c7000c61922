import { describe, expect, test } from "vitest";
import type { ChannelOptions, MethodType } from "../../../runtime/index.ts";
import { createChannel } from "../../../runtime/lean/channel.ts";
import { createClient } from "../../../runtime/lean/client.ts";
import { Lab } from "../fixture/lab.ts";

const target = "wss://api.example.com/";

describe("the small client refuses, at once,", () => {
  test.each<[string, Partial<ChannelOptions>]>([
    ["interceptors", { interceptors: [] }],
    ["plugins", { plugins: [] }],
    ["faultMode", { faultMode: { name: "none" } as never }],
    ["configuration", { configuration: { of: (method) => method } }],
    ["transports", { transports: [] }],
    ["compression", { compression: true }],
    ["connections", { connections: 2 }],
    ["codec", { codec: "json" }],
    ["balancer", { balancer: {} as never }],
  ])("the option %s, and names the import that has it", (name, options) => {
    expect(() => createClient(Lab, { target, ...options })).toThrow(
      `The option "${name}" is left out of the small client for pages: import createClient from "@rpcgen/runtime/client" to have it.`,
    );
  });

  test("such an option of a shared channel", () => {
    const channel = createChannel({ target });
    expect(() => createClient(Lab, { channel, interceptors: [] })).toThrow(
      'import createClient from "@rpcgen/runtime/client"',
    );
  });

  test("a call within another one, and a compressed one", async () => {
    const lab = createClient(Lab, { target });
    await expect(lab.echo({}, { compress: true })).rejects.toThrow('"@rpcgen/runtime/client"');
    await expect(lab.echo({}, { parent: {} as never })).rejects.toThrow('"@rpcgen/runtime/client"');
  });

  test("streams of methods that came without the code for them", async () => {
    const [list, sum] = ["list", "sum"].map((name) => {
      const method = Lab.methods.find((one) => one.name === name) as MethodType;
      return Object.create(method, { streams: { value: undefined } }) as MethodType;
    }) as [MethodType, MethodType];
    const invoker = createChannel({ target }).invoker();
    const left = "generated without streams, is left out of the small client for pages: import createClient from";
    expect(() => invoker.serverStream(list, {}, undefined)).toThrow(`/lab.v1.Lab/List, ${left}`);
    await expect(invoker.clientStream(sum, [], undefined)).rejects.toThrow(`/lab.v1.Lab/Sum, ${left}`);
  });

  test.each([
    ["tcp://127.0.0.1:1", 'Write "wss://host:port/"'],
    ["worker:users", '"@rpcgen/runtime/client" takes "worker:name" too'],
    ["ws://api.example.com/", "write insecure: true"],
  ])("the target %s", (address, message) => {
    expect(() => createChannel({ target: address })).toThrow(message);
  });

  test("what no client can do", () => {
    expect(() => createChannel({ target, timeoutMs: 0 })).toThrow(
      "timeoutMs must be milliseconds above 0, or Infinity for no deadline; found 0.",
    );
    expect(() => createChannel({ target, connect: "soon" as never })).toThrow(
      'must be "lazy" or "eager"; found "soon".',
    );
    expect(() => createChannel({ target, limits: { maxCalls: 0 } })).toThrow("The limit maxCalls");
  });
});

test("options that ask for nothing are taken", () => {
  const plain = { codec: "binary", connections: 1, compression: false, interceptors: undefined } as const;
  expect(createChannel({ target, ...plain })).toMatchObject({ target, state: "idle", connections: 0 });
});
