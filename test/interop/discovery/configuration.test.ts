import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcdConfiguration } from "../../../runtime/configuration/etcd/etcd.ts";
import type { ConfigDocument, ConfigSource } from "../../../runtime/configuration/source.ts";
import { zooKeeperConfiguration } from "../../../runtime/configuration/zookeeper/zookeeper.ts";
import { EtcdClient } from "../../../runtime/coordination/etcd/client.ts";
import { etcdSettings } from "../../../runtime/coordination/etcd/options.ts";
import { serversOf } from "../../../runtime/coordination/server.ts";
import { ZooKeeperClient } from "../../../runtime/coordination/zookeeper/client.ts";
import { zooKeeperSettings } from "../../../runtime/coordination/zookeeper/options.ts";
import { systemEnvironment } from "../../../runtime/environment/system.ts";
import { type FaultProxy, startFaultProxy } from "./fixture/fault-proxy.ts";
import { missing, type RealServer, startLimitMs, startServer } from "./fixture/real-server.ts";

const environment = systemEnvironment;
const signal = new AbortController().signal;
const log = (): void => undefined;

/** How a test writes what a source is to find. */
interface Writer {
  put(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  close(): Promise<void>;
}

interface Subject {
  readonly name: "etcd" | "zookeeper";
  readonly source: (target: string) => ConfigSource;
  readonly writer: (server: RealServer) => Writer;
}

const subjects: readonly Subject[] = [
  {
    name: "etcd",
    source: (target) => etcdConfiguration(target, { connectLimitMs: 1_000 }),
    writer(server) {
      const servers = serversOf([server.authority], 2379);
      const client = new EtcdClient({ ...etcdSettings({}), servers, environment, log });
      return {
        put: (path, text) => client.put(path, text, 0n, signal),
        async remove(path) {
          // A lease that ends takes its keys along.
          const lease = await client.grantLease(60, signal);
          await client.put(path, "going", lease, signal);
          await client.revokeLease(lease, signal);
        },
        close: () => client.close(),
      };
    },
  },
  {
    name: "zookeeper",
    source: (target) => zooKeeperConfiguration(target, { connectLimitMs: 1_000, sessionMs: 2_000 }),
    writer(server) {
      const servers = serversOf([server.authority], 2181);
      const client = new ZooKeeperClient({ ...zooKeeperSettings({}), servers, environment, log });
      return {
        async put(path, text) {
          await client.ensure(path, signal);
          await client.setData(path, text, signal);
        },
        remove: (path) => client.delete(path, signal),
        close: () => client.close(),
      };
    },
  },
];

describe.each(subjects)("configuration in $name", ({ name, source, writer: openWriter }) => {
  const lack = missing(name);
  const isSkipped = lack !== undefined && process.env.CI === undefined;
  if (isSkipped) console.warn(`SKIPPED: ${lack} is not installed; configuration in ${name} is not tested.`);
  let server: RealServer;
  let writer: Writer;
  let proxy: FaultProxy;

  beforeAll(async () => {
    if (isSkipped) return;
    server = await startServer(name);
    proxy = await startFaultProxy(server.port);
    writer = openWriter(server);
  }, startLimitMs);
  afterAll(async () => {
    await writer?.close();
    await proxy?.close();
    await server?.close();
  });

  test.skipIf(isSkipped)("is read, followed through changes and faults, and left", async () => {
    const observer = createDocumentObserver();
    const found = source(`${name}://${proxy.authority}/apps/shop`);
    const watch = found.watch("limits/orders", observer, { environment });
    expect(observer.documents).toEqual([]);
    expect((await observer.until(undefined)).text).toBeUndefined();
    await writer.put("/apps/shop/limits/orders", '{"rate":1}');
    const first = await observer.until('{"rate":1}');
    await writer.put("/apps/shop/limits/orders", '{"rate":2}');
    expect((await observer.until('{"rate":2}')).version).not.toBe(first.version);
    proxy.refuse();
    await writer.put("/apps/shop/limits/orders", '{"rate":3}');
    await observer.failed();
    proxy.heal();
    await observer.until('{"rate":3}');
    await server.kill();
    await server.start();
    await writer.put("/apps/shop/limits/orders", '{"rate":4}');
    await observer.until('{"rate":4}');
    await writer.remove("/apps/shop/limits/orders");
    await observer.until(undefined);
    await Promise.all([watch.close(), watch.close()]);
    const heard = observer.documents.length;
    await writer.put("/apps/shop/limits/orders", "unheard");
    expect(observer.documents.length).toBe(heard);
  });

  test.skipIf(isSkipped)("is the same for several who watch, and stops for one whose sink throws", async () => {
    const found = source(`${name}://${proxy.authority}`);
    const [faulty, other] = [createDocumentObserver(), createDocumentObserver()];
    let calls = 0;
    faulty.update = () => {
      calls++;
      throw new Error("the sink's fault");
    };
    const watches = [faulty, other].map((observer) => found.watch("shared", observer, { environment }));
    await other.until(undefined);
    await writer.put("/rpcgen-configuration/shared", "1");
    await other.until("1");
    expect(calls).toBe(1);
    await Promise.all(watches.map((watch) => watch.close()));
  });

  test("refuses targets and keys that cannot be", () => {
    expect(source(`${name}://user:secret@a/x`).name).toBe(`${name}://user:***@a/x`);
    expect(() => source("nonsense://a/x")).toThrow(TypeError);
    expect(() => source(`${name}://a/x?y=1`)).toThrow(/has the parameter "y"; none is read/);
    for (const key of ["", "/x", "x/", "a//b", "../x", "a b"]) {
      expect(() => source(`${name}://a`).watch(key, createDocumentObserver(), { environment })).toThrow(
        `${JSON.stringify(key)} is not a key; write names of visible ASCII characters with "/" between them.`,
      );
    }
  });
});

const limitMs = 20_000;

function createDocumentObserver() {
  const documents: ConfigDocument[] = [];
  const errors: Error[] = [];
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const wait = <T>(what: string, look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        timer.cancel();
        listeners.delete(check);
        resolve(found);
      };
      const timer = environment.setTimer(limitMs, () => {
        reject(new Error(`Waited for ${what}; there is ${JSON.stringify(documents.at(-1))}.`));
      });
      listeners.add(check);
      check();
    });
  return {
    documents,
    update: (document: ConfigDocument): void => {
      documents.push(document);
      tell();
    },
    error: (error: Error): void => {
      errors.push(error);
      tell();
    },
    until: (text: string | undefined) =>
      wait(String(text), () => {
        const last = documents.at(-1);
        return last !== undefined && last.text === text ? last : undefined;
      }),
    failed: () => wait("an error", () => errors.at(-1)),
  };
}
