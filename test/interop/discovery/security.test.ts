import { execFileSync } from "node:child_process";
import { type AddressInfo, connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ZooKeeperClient } from "../../../runtime/coordination/zookeeper/client.ts";
import { zooKeeperSettings } from "../../../runtime/coordination/zookeeper/options.ts";
import { serversOf } from "../../../runtime/coordination/server.ts";
import type { CoordinationTls } from "../../../runtime/coordination/socket.ts";
import { etcd } from "../../../runtime/discovery/etcd/etcd.ts";
import { parseTarget } from "../../../runtime/discovery/parse-target.ts";
import { redis } from "../../../runtime/discovery/redis/redis.ts";
import type { Registry } from "../../../runtime/discovery/registry.ts";
import type { Resolver } from "../../../runtime/discovery/resolver.ts";
import { zookeeper } from "../../../runtime/discovery/zookeeper/zookeeper.ts";
import { systemEnvironment as environment } from "../../../runtime/environment/system.ts";
import { createObserver } from "../../../runtime/testing/suites/discovery-observer.ts";
import { createAuthority, hasOpenssl } from "../../security/certificates.ts";
import { missing, type RealServer, startLimitMs, startServer } from "./fixture/real-server.ts";
import { limitMs } from "./fixture/world.ts";

type Name = "etcd" | "zookeeper" | "redis";

const engines: Readonly<Record<Name, (options: { readonly tls?: CoordinationTls }) => Registry & Resolver>> = {
  etcd,
  zookeeper,
  redis,
};
const names: readonly Name[] = ["etcd", "zookeeper", "redis"];
const instance = { id: "a", address: "tcp://127.0.0.1:9000", weight: 100, labels: {}, status: "up" } as const;

/** Registers, sees it, and takes it out again. */
async function goThrough(engine: Registry & Resolver, text: string): Promise<void> {
  const target = parseTarget(text);
  const observer = createObserver(environment, limitMs);
  const watch = engine.watch(target, observer, { environment });
  const registration = engine.register(
    target,
    { ...instance, service: target.path },
    { ttlMs: 5_000 },
    { environment },
  );
  try {
    await observer.untilIds("a");
  } finally {
    await Promise.all([registration.close(), watch.close()]);
  }
}

/** Waits for the first error of a watch. */
async function failure(engine: Resolver, text: string): Promise<string> {
  let onError: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => (onError = resolve));
  const sink = { update: () => onError(new Error("It was let in.")), error: (error: Error) => onError(error) };
  const watch = engine.watch(parseTarget(text), sink, { environment });
  const { message } = await failed;
  await watch.close();
  return message;
}

describe.each(names)("%s", (name) => {
  const isSkipped = (missing(name) !== undefined && process.env.CI === undefined) || !hasOpenssl();
  if (isSkipped) console.warn(`SKIPPED: TLS and credentials of ${name} are not tested.`);
  let server: RealServer;
  let terminator: Server;
  let authority: string;
  const certificates = isSkipped ? undefined : createAuthority();

  beforeAll(async () => {
    if (certificates === undefined) return;
    server = await startServer(name);
    // What the engine says through TLS goes on in the clear.
    terminator = createServer({ ...certificates.issue(), ALPNProtocols: ["h2"] }, (secure) => {
      const plain = connect(server.port, "127.0.0.1");
      for (const [from, to] of [
        [secure, plain],
        [plain, secure],
      ] as const) {
        from.on("error", () => undefined);
        from.on("close", () => to.destroy());
        from.pipe(to);
      }
    });
    terminator.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => terminator.listen(0, "127.0.0.1", resolve));
    authority = `localhost:${(terminator.address() as AddressInfo).port}`;
  }, startLimitMs);
  afterAll(async () => {
    terminator?.close();
    await server?.close();
  });

  test.skipIf(isSkipped)("is reached through TLS by those who know its authority", async () => {
    await goThrough(engines[name]({ tls: { ca: certificates?.ca } }), `${name}://${authority}/tls.v1.Orders`);
  });

  test.skipIf(isSkipped)("is not trusted with a certificate of somebody else, or for another name", async () => {
    const stranger = engines[name]({ tls: {} });
    expect(await failure(stranger, `${name}://${authority}/tls.v1.Orders`)).toMatch(/unable to|self.signed/);
    const misled = engines[name]({ tls: { ca: certificates?.ca, serverName: "other.example" } });
    expect(await failure(misled, `${name}://${authority}/tls.v1.Orders`)).toContain("altnames");
  });

  test.skipIf(isSkipped)("lets in those who say who they are, where it asks", async () => {
    await demandCredentials(name, server);
    await goThrough(engines[name]({}), `${name}://${user(name)}:s%2Fcret@${server.authority}/auth.v1.Orders`);
  });

  if (name === "zookeeper") {
    test.skipIf(isSkipped)("keeps nodes for the user who made them", async () => {
      const target = parseTarget(`zookeeper://me:secret@${server.authority}/auth.v1.Mine`);
      const options = { ttlMs: 5_000 };
      const own = { ...instance, service: target.path };
      const registration = zookeeper().register(target, own, options, { environment });
      await registration.ready();
      const servers = serversOf(target.authorities, 2181);
      const other = new ZooKeeperClient({ ...zooKeeperSettings({}), servers, environment, log: () => undefined });
      const { signal } = new AbortController();
      expect((await other.nodeOf("/rpcgen/auth.v1.Mine/a", signal))?.text).toContain("tcp://127.0.0.1:9000");
      await expect(other.setData("/rpcgen/auth.v1.Mine/a", "{}", signal)).rejects.toThrow("no permission (-102)");
      await Promise.all([registration.close(), other.close()]);
    });
    return;
  }

  test.skipIf(isSkipped)("tells those whom it does not let in", async () => {
    const engine = engines[name]({});
    expect(await failure(engine, `${name}://${server.authority}/auth.v1.Orders`)).toMatch(/NOAUTH|user name is empty/);
    const wrong = `${name}://${user(name)}:wrong@${server.authority}/auth.v1.Orders`;
    expect(await failure(engine, wrong)).toMatch(/WRONGPASS|invalid user ID or password/);
  });
});

function user(name: Name): string {
  return name === "redis" ? "" : "root";
}

async function demandCredentials(name: Name, server: RealServer): Promise<void> {
  if (name === "redis") {
    execFileSync("redis-cli", ["-p", String(server.port), "config", "set", "requirepass", "s/cret"]);
  } else if (name === "etcd") {
    ask(server, "user/add", { name: "root", password: "s/cret" });
    ask(server, "role/add", { name: "root" });
    ask(server, "user/grant", { user: "root", role: "root" });
    ask(server, "enable", {});
  }
}

function ask({ port }: RealServer, path: string, body: unknown): void {
  execFileSync("curl", ["-sf", `http://127.0.0.1:${port}/v3/auth/${path}`, "-d", JSON.stringify(body)]);
}
