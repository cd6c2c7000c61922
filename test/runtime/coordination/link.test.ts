import { describe, expect, test } from "vitest";
import { Link, type Linked, SharedClients } from "../../../runtime/coordination/link.ts";
import { type Server, serversOf } from "../../../runtime/coordination/server.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";

const servers = serversOf(["a:1", "b:2", "c:3"], 9);

interface Fake extends Linked {
  readonly server: string;
  isOpen: boolean;
}

function world(answers: (server: Server) => boolean | "silent") {
  const environment = createVirtualEnvironment();
  const tried: string[] = [];
  const connect = async (server: Server): Promise<Fake> => {
    tried.push(server.text);
    const answer = answers(server);
    if (answer === "silent") return new Promise<Fake>(() => undefined);
    if (!answer) throw new Error(`${server.text} is down.`);
    const fake: Fake = {
      server: server.text,
      isOpen: true,
      close: async () => void (fake.isOpen = false),
    };
    return fake;
  };
  const link = new Link({ environment, servers, connectLimitMs: 1_000, connect, log: () => undefined });
  return { environment, link, tried };
}

const signal = new AbortController().signal;

describe("a link", () => {
  test("makes one connection for all who ask", async () => {
    const { link, tried } = world(() => true);
    const found = await Promise.all([link.get(signal), link.get(signal), link.get(signal)]);
    expect(new Set(found).size).toBe(1);
    expect(await link.get(signal)).toBe(found[0]);
    expect(tried.length).toBe(1);
  });

  test("goes to the next server when one is down or silent, and to another than the one that was lost", async () => {
    const { environment, link, tried } = world(({ host }) => (host === "a" ? "silent" : host === "b"));
    const first = await environment.run(link.get(signal));
    expect(first.server).toBe("b:2");
    first.isOpen = false;
    tried.length = 0;
    await environment.run(link.get(signal));
    expect(tried).toEqual(["c:3", "a:1", "b:2"]);
  });

  test("says what each server answered when none will do, and does not try again at once", async () => {
    const { environment, link, tried } = world(() => false);
    const error = await link.get(signal).catch((fault: Error) => fault.message);
    expect(String(error).split(". ").sort().join()).toMatch(/a:1 is down.*b:2 is down.*c:3 is down/);
    await expect(link.get(signal)).rejects.toThrow(String(error));
    expect(tried.length).toBe(3);
    environment.advance(51);
    await expect(link.get(signal)).rejects.toThrow("is down");
    expect(tried.length).toBe(6);
  });

  test("lets one who asks leave without the others", async () => {
    const { environment, link } = world(({ host }) => (host === "a" ? "silent" : true));
    const leaving = new AbortController();
    const left = expect(link.get(leaving.signal)).rejects.toThrow("enough");
    const stayed = link.get(signal);
    leaving.abort(new Error("enough"));
    await left;
    expect((await environment.run(stayed)).isOpen).toBe(true);
  });

  test("closes what it has, or is about to have, and refuses from then on", async () => {
    const { link } = world(() => true);
    const connection = await link.get(signal);
    await link.close();
    expect(connection.isOpen).toBe(false);
    await expect(link.get(signal)).rejects.toThrow("The client was closed.");
    const silent = world(() => "silent");
    const waiting = expect(silent.link.get(signal)).rejects.toThrow("The client was closed.");
    await silent.link.close();
    await waiting;
    expect(silent.environment.pendingTimers).toBe(0);
  });
});

test("a shared client is closed by the last who gives it back", async () => {
  const environment = createVirtualEnvironment();
  const closed: number[] = [];
  let made = 0;
  const create = () => {
    const number = ++made;
    return { close: async () => void closed.push(number) };
  };
  const clients = new SharedClients<{ close(): Promise<void> }>();
  const [first, second, other] = [
    clients.take("x", environment, create),
    clients.take("x", environment, create),
    clients.take("y", environment, create),
  ];
  expect(first.client).toBe(second.client);
  expect(other.client).not.toBe(first.client);
  await Promise.all([first.release(), first.release()]);
  expect(closed).toEqual([]);
  await second.release();
  expect(closed).toEqual([1]);
  clients.take("x", environment, create);
  expect(made).toBe(3);
});

test("servers are read from authorities, with a port of their own or the usual one", () => {
  expect(serversOf(["a", "b:7", "[::1]", "[::1]:8"], 9).map(({ host, port, text }) => [host, port, text])).toEqual([
    ["a", 9, "a:9"],
    ["b", 7, "b:7"],
    ["::1", 9, "[::1]:9"],
    ["::1", 8, "[::1]:8"],
  ]);
});
