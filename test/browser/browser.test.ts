import { createServer as createHttpServer } from "node:http";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join, posix } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createServer, type ServerOptions } from "../../runtime/index.ts";
import { Lab, Missing } from "../runtime/fixture/lab.ts";
import { createWorld, echoing } from "../runtime/fixture/world.ts";
import { bundleForBrowser, compileGreeters, pageEntries } from "./bundle.mjs";
import { chromium, openPage } from "./chromium.ts";
import type { Outcomes } from "./page.ts";

if (chromium === undefined) {
  const message = "Chromium is missing: the client was NOT tried in a browser. Install it: apt-get install -y chromium";
  if (process.env["CI"] !== undefined) throw new Error(message);
  console.warn(message);
}

/** Gives the page and takes its outcomes. */
async function servePage(client: string): Promise<{ origin: string; outcomes: Promise<Outcomes>; close(): void }> {
  const { code } = await bundleForBrowser(
    `import { createClient } from "${client}"; import { main } from "./page.ts"; await main(createClient);`,
  );
  const html = `<!doctype html><meta charset="utf-8"><title>lab</title><body><script type="module">${code}</script>`;
  let settle = (_outcomes: Outcomes): void => undefined;
  const outcomes = new Promise<Outcomes>((resolve) => (settle = resolve));
  const server = createHttpServer((request, response) => {
    if (request.method !== "POST") return void response.setHeader("Content-Type", "text/html").end(html);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      settle(JSON.parse(Buffer.concat(chunks).toString()) as Outcomes);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, outcomes, close: () => void server.close() };
}

/** What a page of another port saw of a server with these options. */
async function outcomesWith(options: (origin: string) => ServerOptions, client = "@rpcgen/runtime"): Promise<Outcomes> {
  const page = await servePage(client);
  const handlers = {
    ...echoing,
    echo: (note: Parameters<typeof echoing.echo>[0]) => {
      if (note.text === "missing") throw new Missing({ what: "note" });
      return note.text === "hang" ? new Promise<never>(() => undefined) : note;
    },
  };
  await using server = createServer(options(page.origin)).add(Lab, handlers);
  const address = await server.listen("tcp://127.0.0.1:0");
  const target = `${address.replace("tcp:", "ws:")}/`;
  const browser = openPage(chromium as string, `${page.origin}/?target=${encodeURIComponent(target)}`);
  try {
    return await Promise.race([page.outcomes, browser.ended]);
  } finally {
    await browser.close();
    page.close();
    await server.close({ graceMs: 0 });
  }
}

const root = join(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "runtime/package.json"), "utf8")) as {
  readonly browser: Readonly<Record<string, string>>;
};
const sourceOf = (built: string): string => built.replace("./dist", "runtime").replace(/\.js$/, ".ts");
const standIns = new Map(Object.entries(manifest.browser).map(([from, to]) => [sourceOf(from), sourceOf(to)]));

/** The values that a source file imports from other files, with their paths from the root. */
function importsOf(path: string): readonly { readonly name: string; readonly from: string }[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/^import \{([^}]*)\} from "(\.[^"]+)";/gm)].flatMap(([, names = "", from = ""]) => {
    const values = names.split(",").map((name) => name.trim().split(" as ")[0] ?? "");
    const target = posix.join(posix.dirname(path), from);
    return values.filter((name) => name !== "" && !name.startsWith("type ")).map((name) => ({ name, from: target }));
  });
}

describe.skipIf(chromium === undefined)("in Chromium", () => {
  test.each(["@rpcgen/runtime", "@rpcgen/runtime/client"])(
    "the client of %s makes calls of every kind, over the port that TCP uses",
    async (client) => {
      expect(await outcomesWith((origin) => ({ origins: [origin] }), client)).toEqual({
        unary: ["grüße aus dem browser 🎈", 7, [1, 2, 3]],
        large: 1_000_000,
        declaredError: "note",
        serverStream: [500, true],
        bidirectional: ["a", "b"],
        parallel: true,
        cancel: "cancelled_by_caller",
        deadline: "deadline_passed",
        abandonedStream: 3,
        closed: "client_closed",
      });
    },
  );

  test("a page of another origin cannot connect unless it is named", async () => {
    const { unary } = await outcomesWith(() => ({}));
    expect(unary).toBe("connect_failed");
  });
});

describe("the bundle for browsers", () => {
  beforeAll(compileGreeters);

  test("of a client and one service names nothing of Node and holds no server", async () => {
    const { code, parts } = await bundleForBrowser(pageEntries.service);
    expect(code).not.toMatch(/["']node:|\bprocess\.|\bsetImmediate\b|\brequire\(/);
    const strangers =
      /runtime\/(?:server\/|testing\/|compression\/(?!browser-)|transport\/(?:tcp|tls|unix|memory|socket|sniff|builtin))/;
    expect(parts.map(([path]) => path).filter((path) => strangers.test(path))).toEqual([]);
  });

  test.each([
    ["service", 17_120],
    ["streams", 18_380],
  ] as const)("of a client and the %s does not grow unnoticed", async (entry, bytes) => {
    const { gzipBytes } = await bundleForBrowser(pageEntries[entry]);
    expect(gzipBytes).toBeLessThan(bytes);
  });

  test("holds the code of streams where a method has one, and there alone", async () => {
    const found = async (entry: string): Promise<readonly string[]> => {
      const { parts } = await bundleForBrowser(entry);
      return parts.map(([path]) => path).filter((path) => /item-queue|item-pump|lean\/streams/.test(path));
    };
    expect(await found(pageEntries.service)).toEqual([]);
    expect(await found(pageEntries.streams)).toHaveLength(3);
  });

  test("of the client with everything holds that client, and no server", async () => {
    const { parts } = await bundleForBrowser(pageEntries.everything);
    const paths = parts.map(([path]) => path);
    expect(paths).toContain("runtime/client/attempt.ts");
    expect(paths.filter((path) => /runtime\/(?:server|lean)\//.test(path))).toEqual([]);
  });

  test("finds in each stand-in for a file of Node what the rest imports from that file", async () => {
    const { parts } = await bundleForBrowser(pageEntries.service);
    const missing: string[] = [];
    for (const [path] of parts.filter(([part]) => part.startsWith("runtime/"))) {
      for (const { name, from } of importsOf(path)) {
        const standIn = standIns.get(from);
        if (standIn === undefined) continue;
        const found = (await import(join(root, standIn))) as Readonly<Record<string, unknown>>;
        if (!(name in found)) missing.push(`${standIn} lacks ${name}, which ${path} imports`);
      }
    }
    expect(missing).toEqual([]);
    expect(standIns.size).toBeGreaterThan(3);
  });

  test("leaves out the client where only messages are used", async () => {
    const { parts } = await bundleForBrowser(pageEntries.messages);
    expect(
      parts.map(([path]) => path).filter((path) => /runtime\/(?:client|connection|protocol)\//.test(path)),
    ).toEqual([]);
  });

  test("gives a plain error for an address that browsers cannot reach", async () => {
    const { parseAddress } = await import("../../runtime/transport/browser-address.ts");
    expect(() => parseAddress("tcp://127.0.0.1:1")).toThrow('Write "wss://host:port/"');
    expect(parseAddress("wss://a.example")).toMatchObject({ scheme: "wss", text: "wss://a.example/" });
    expect(parseAddress("worker:users")).toEqual({ scheme: "worker", name: "users", text: "worker:users" });
  });
});

test("a WebSocket client of this Node shares the port with TCP clients", async () => {
  const { NodeWebSocket } = await import("../runtime/transport/node-websocket.ts");
  const { createWebSocketTransport } = await import("../../runtime/transport/websocket.ts");
  await using tcp = await createWorld({ address: "tcp://127.0.0.1:0" });
  const { createClient } = await import("../../runtime/index.ts");
  const target = `${tcp.address.replace("tcp:", "ws:")}/`;
  await using lab = createClient(Lab, { target, transports: [createWebSocketTransport("ws", NodeWebSocket)] });
  expect((await lab.echo({ text: "by WebSocket" })).text).toBe("by WebSocket");
  expect((await tcp.lab.echo({ text: "by TCP" })).text).toBe("by TCP");
});
