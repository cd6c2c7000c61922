import { describe, expect, test } from "vitest";
import { RpcError } from "../../../runtime/index.ts";
import {
  accessLog,
  type AccessLogOptions,
  createLogLevels,
  type Logger,
  safeText,
} from "../../../runtime/telemetry/index.ts";
import { createFleet } from "../client/fleet.ts";
import { Missing } from "../fixture/lab.ts";

type Line = Readonly<Record<string, unknown>> & { readonly level: string; readonly text: string };

function recorder(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, text: string) =>
    void lines.push({ level, text, ...fields });
  const logger = { trace: at("trace"), debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { lines, logger };
}

async function scene(options: Partial<AccessLogOptions> = {}, fail?: () => Error) {
  const { lines, logger } = recorder();
  const log = accessLog({ logger, ...options });
  const fleet = await createFleet({
    count: 1,
    plugins: [log.client()],
    server: { plugins: [log.server()], onError: () => undefined },
    handlers: () => ({
      echo(note) {
        if (fail !== undefined) throw fail();
        return note;
      },
    }),
  });
  return { fleet, lines, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() };
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) void _;
}

describe("an access log", () => {
  test("has a line per call on each side", async () => {
    await using world = await scene();
    await world.fleet.run(world.fleet.lab.echo({ text: "hi" }));
    await world.fleet.environment.advanceAsync(5);
    expect(world.lines).toMatchObject([
      {
        level: "info",
        side: "server",
        method: "/lab.v1.Lab/Echo",
        code: "ok",
        received: 4,
        sent: 4,
        text: "/lab.v1.Lab/Echo ok",
      },
      {
        level: "info",
        side: "client",
        method: "/lab.v1.Lab/Echo",
        code: "ok",
        received: 4,
        sent: 4,
        peer: "memory:s0",
      },
    ]);
  });

  test("takes a bug of the server for an error, what the caller did for a warning, and writes no secret of either", async () => {
    await using bug = await scene({}, () => new Error("secret of the database"));
    await bug.fleet.run(bug.fleet.lab.echo({}).catch(() => undefined));
    await bug.fleet.environment.advanceAsync(5);
    expect(bug.lines.map(({ level, side }) => [level, side])).toEqual([
      ["error", "server"],
      ["error", "client"],
    ]);
    expect(JSON.stringify(bug.lines.filter(({ side }) => side === "client"))).not.toContain("secret");
    await using blame = await scene({}, () => new RpcError({ code: 3, message: "no such thing" }));
    await blame.fleet.run(blame.fleet.lab.echo({}).catch(() => undefined));
    await blame.fleet.environment.advanceAsync(5);
    expect(blame.lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
  });

  test("has bodies while the level is trace, where they are asked for", async () => {
    const levels = createLogLevels();
    await using world = await scene({ levels, bodies: {} });
    const { lab, environment } = world.fleet;
    const send = async () => {
      await world.fleet.run(lab.echo({ text: "hi\u202e" }));
      await environment.advanceAsync(5);
      return world.lines.splice(0);
    };
    expect(JSON.stringify(await send())).not.toContain("hi");
    levels.configure({ services: { "lab.v1.Lab": "trace" } });
    for (const line of await send()) {
      expect([line["request"], line["reply"]]).toEqual(Array(2).fill(expect.stringContaining('"hi\\u202e"')));
    }
  });

  test("has the items of streams, in both directions and on both sides", async () => {
    await using world = await scene({
      levels: createLogLevels({ default: "trace" }),
      bodies: { methods: ["lab.v1.Lab/Chat"] },
    });
    const { lab, environment } = world.fleet;
    await world.fleet.run(drain(lab.chat([{ text: "one" }, { text: "two" }])));
    await world.fleet.run(lab.echo({ text: "three" }));
    await environment.advanceAsync(5);
    const [server, client, ...others] = world.lines;
    expect(server?.["request"]).toMatch(/one.*two/);
    expect(client?.["request"]).toBe(server?.["request"]);
    expect(client?.["reply"]).toBe(server?.["reply"]);
    expect(JSON.stringify(others)).not.toContain("three");
  });

  test("has what a declared error carries", async () => {
    const levels = createLogLevels({ default: "trace" });
    await using world = await scene({ levels, bodies: {} }, () => new Missing({ what: "tea" }));
    await world.fleet.run(world.fleet.lab.echo({}).catch(() => undefined));
    await world.fleet.environment.advanceAsync(5);
    expect(world.lines.map((line) => line["errorData"])).toEqual(['{"what":"tea"}', '{"what":"tea"}']);
  });

  test("follows levels per service, also when they change", async () => {
    const levels = createLogLevels({ services: { "lab.v1.Lab": "warn" } });
    await using world = await scene({ levels });
    await world.fleet.run(world.fleet.lab.echo({}));
    expect(world.lines).toEqual([]);
    levels.configure({ default: "silent", services: { "lab.v1.Lab": "info" } });
    await world.fleet.run(world.fleet.lab.echo({}));
    await world.fleet.environment.advanceAsync(5);
    expect(world.lines).toHaveLength(2);
    expect(() => levels.configure({ default: "loud" as "info" })).toThrow('"loud" is no log level');
  });

  test("writes ten lines a second about one kind of failure and says how many it left out", async () => {
    await using world = await scene({}, () => new RpcError({ code: 3, message: "no" }));
    const fails = async (count: number): Promise<void> => {
      for (let call = 0; call < count; call++) await world.fleet.run(world.fleet.lab.echo({}).catch(() => undefined));
    };
    await world.fleet.environment.advanceAsync(1_000 - (world.fleet.environment.now() % 1_000));
    await fails(50);
    const ofClient = (): readonly Line[] => world.lines.filter(({ side }) => side === "client");
    expect(ofClient()).toHaveLength(10);
    await world.fleet.environment.advanceAsync(1_000);
    await fails(1);
    expect(ofClient().at(-1)).toMatchObject({ linesLeftOut: 40 });
  });

  test("shows metadata that is named, never tokens, and what a peer sent only as text", async () => {
    await using world = await scene({ metadata: ["tenant", "authorization", "api-token"] });
    const metadata = { tenant: "a\u202eb", authorization: "x", "api-token": "y" };
    await world.fleet.run(world.fleet.lab.echo({}, { metadata }));
    await world.fleet.environment.advanceAsync(5);
    expect(world.lines[0]).toMatchObject({ "metadata.tenant": "a\\u202eb" });
    expect(Object.keys(world.lines[0] as Line).filter((name) => name.startsWith("metadata."))).toEqual([
      "metadata.tenant",
    ]);
  });
});

test("text from elsewhere is cut and holds nothing that a terminal or an editor acts on", () => {
  expect(safeText(`a\n\u001b\u009b\u2028\u202e${"x".repeat(300)}`)).toBe(
    `a\\u000a\\u001b\\u009b\\u2028\\u202e${"x".repeat(250)}…`,
  );
});
