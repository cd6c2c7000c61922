import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { MethodType } from "../../../runtime/codegen/index.ts";
import {
  type ConfigurationChange,
  type ConfigurationOptions,
  createConfiguration,
} from "../../../runtime/configuration/index.ts";
import { fileConfiguration } from "../../../runtime/configuration/file/file.ts";
import { memoryConfiguration } from "../../../runtime/configuration/memory/memory.ts";
import { byMethod, failover, failsafe, fromSchema, rateLimit, routing } from "../../../runtime/governance/index.ts";
import { RpcError } from "../../../runtime/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createFleet } from "../client/fleet.ts";
import { Lab } from "../fixture/lab.ts";
import { createWorld } from "../fixture/world.ts";
import { echoMethod, outcomeOf, unwell } from "../governance/repeatable.ts";

const echo = Lab.methods.find(({ name }) => name === "echo") as MethodType;
const path = "lab.v1.Lab/Echo";

/** A configuration from memory, in virtual time. */
function scene(options: ConfigurationOptions = {}) {
  const environment = createVirtualEnvironment();
  const source = memoryConfiguration();
  const configuration = createConfiguration({ source, environment, ...options });
  return {
    configuration,
    set(document: unknown, author?: string): ConfigurationChange | undefined {
      source.set("rpc", document, author);
      environment.flush();
      return configuration.history[0];
    },
  };
}

describe("policies", () => {
  test("of the document go before those of code, those before the schema; the most exact entry counts", () => {
    const { configuration, set } = scene({
      policies: { "*": { timeoutMs: 1, priority: 1 }, [path]: { timeoutMs: 2 } },
    });
    const method = echoMethod({ policy: { timeoutMs: 9, priority: 9, compress: true } });
    set({
      methods: {
        "*": { priority: 3 },
        "lab.v1.Lab": { priority: 4, compress: false },
        "other.v1.Other": { timeoutMs: 7 },
      },
    });
    expect(configuration.of(method).policy).toEqual({ timeoutMs: 2, priority: 4, compress: false });
    expect(configuration.explain(method)).toEqual({
      timeoutMs: { value: 2, origin: "code", entry: path },
      priority: { value: 4, origin: "live", entry: "lab.v1.Lab" },
      compress: { value: false, origin: "live", entry: "lab.v1.Lab" },
    });
  });

  test("leave a method that they say nothing of as it is, and keep its identity until they change", () => {
    const { configuration, set } = scene();
    expect(configuration.of(echo)).toBe(echo);
    set({ methods: { [path]: { timeoutMs: 5 } } });
    const governed = configuration.of(echo);
    expect([governed.policy, governed.request, governed.response]).toEqual([
      { timeoutMs: 5 },
      echo.request,
      echo.response,
    ]);
    expect(configuration.of(echo)).toBe(governed);
    set({});
    expect(configuration.of(echo)).toBe(echo);
  });

  test("hold for calls from the next one on, without a call that is lost", async () => {
    const environment = createVirtualEnvironment();
    const source = memoryConfiguration();
    const configuration = createConfiguration({ source, environment });
    const never = (): Promise<never> => new Promise(() => undefined);
    await using fleet = await createFleet({ count: 1, configuration, handlers: () => ({ echo: never }) });
    const outcome = async (): Promise<[number | string, number]> => {
      const begunMs = fleet.environment.now();
      return [await fleet.run(outcomeOf(fleet.channel, echoMethod())), Math.round(fleet.environment.now() - begunMs)];
    };
    source.set("rpc", { methods: { "*": { timeoutMs: 100 } } });
    environment.flush();
    expect(await outcome()).toEqual(["deadline_passed", 100]);
    source.set("rpc", { methods: { "*": { timeoutMs: 700 } } });
    environment.flush();
    expect(await outcome()).toEqual(["deadline_passed", 700]);
  });

  test("reach fault modes and servers", async () => {
    const source = memoryConfiguration();
    const environment = createVirtualEnvironment();
    const configuration = createConfiguration({ source, environment });
    let asked = 0;
    await using fleet = await createFleet({
      count: 1,
      configuration,
      faultMode: fromSchema(),
      server: { configuration, plugins: [rateLimit()] },
      handlers: () => ({
        echo() {
          asked++;
          throw unwell();
        },
      }),
    });
    const attempts = async (document: unknown): Promise<number> => {
      source.set("rpc", document);
      environment.flush();
      const before = asked;
      await fleet.run(outcomeOf(fleet.channel, echoMethod()));
      return asked - before;
    };
    expect(await attempts({})).toBe(3);
    expect(await attempts({ methods: { "*": { retry: { max: 0 } } } })).toBe(1);
    expect(await attempts({ methods: { "*": { retry: { max: 4 } } } })).toBe(5);
    expect(await attempts({ methods: { "*": { retry: { max: 4 }, rateLimit: { calls: 2, perMs: 3_600_000 } } } })).toBe(
      2,
    );
  });

  test("at a call of the caller's own, what the call says goes first", async () => {
    const configuration = createConfiguration({ policies: { "*": { timeoutMs: 60_000 } } });
    await using world = await createWorld({
      client: { configuration },
      handlers: { echo: () => new Promise(() => undefined) },
    });
    await expect(world.lab.echo({}, { timeoutMs: 1 })).rejects.toMatchObject({ reason: "deadline_passed" });
  });
});

describe("a version of a document", () => {
  test("that is wrong changes nothing and is remembered with the reason; the next good one holds", () => {
    const { configuration, set } = scene();
    set({ name: "one", methods: { "*": { timeoutMs: 1 } } }, "ada");
    expect(set({ name: "two", methods: { "*": { timeoutMs: -1 } } }, "bob")).toMatchObject({
      outcome: "refused",
      author: "bob",
      error: 'methods["*"].timeoutMs is -1; expected a number above 0.',
    });
    expect(configuration.of(echo).policy).toEqual({ timeoutMs: 1 });
    expect(set({ name: "three" })).toMatchObject({ outcome: "applied", name: "three", changed: ["methods"] });
    expect(configuration.of(echo)).toBe(echo);
    expect(configuration.history.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["three", "applied"],
      [undefined, "refused"],
      ["one", "applied"],
    ]);
  });

  test("is applied as a whole or not at all", () => {
    const limit = rateLimit();
    const modes = byMethod([]);
    const seen: unknown[] = [];
    const first = { configure: (settings: unknown) => void seen.push(settings) };
    const { set } = scene({ parts: { first, limit } });
    set({ first: { a: 1 }, limit: { rules: [] } });
    const change = set({ methods: { "*": { timeoutMs: 5 } }, first: { a: 2 }, limit: { rules: [{ calls: 0 }] } });
    expect(change).toMatchObject({
      outcome: "refused",
      error: "limit was refused: rules[0].calls is 0; expected a number above 0.",
    });
    expect(seen).toEqual([{ a: 1 }, { a: 2 }, { a: 1 }]);
    expect(modes.name).toBe("by-method");
  });

  test("touches only the parts whose settings are different", () => {
    const seen: unknown[] = [];
    const { set } = scene({ parts: { part: { configure: (settings: unknown) => void seen.push(settings) } } });
    set({ part: { a: 1 } });
    set({ part: { a: 1 }, methods: { "*": { priority: 1 } } });
    set({});
    expect(seen).toEqual([{ a: 1 }, {}]);
  });

  test("older than the last fifty is forgotten", () => {
    const { configuration, set } = scene();
    for (let index = 0; index < 60; index++) set({ name: String(index) });
    expect([configuration.history.length, configuration.history[0]?.name]).toEqual([50, "59"]);
  });

  test.each([
    ["[", /^The configuration is no JSON: /],
    ["[]", "The configuration must be an object."],
    [{ methdos: {} }, "methdos is not known; expected name, methods."],
    [{ methods: [] }, "methods must be an object with methods as names"],
    [{ methods: { "a b": {} } }, 'methods["a b"] names no method; write "*"'],
    [{ methods: { "*": { timeout: 1 } } }, 'methods["*"].timeout is not known; expected timeoutMs, retry'],
    [{ methods: { "*": { auth: {} } } }, 'methods["*"].auth is not known'],
    [{ methods: { "*": { retry: {} } } }, 'methods["*"].retry.max is missing.'],
    [
      { methods: { "*": { retry: { max: 1, on: ["nope"] } } } },
      'methods["*"].retry.on[0] is "nope"; expected one of cancelled',
    ],
    [{ methods: { "*": { priority: 10 } } }, 'methods["*"].priority is 10; expected a whole number from 0 to 9.'],
    [{ methods: { "*": { compress: "yes" } } }, 'methods["*"].compress is "yes"; expected true or false.'],
  ])("%j is refused with the place and the mend", (document, message) => {
    const { set } = scene();
    expect(set(document)?.error).toMatch(message);
  });
});

describe("a file", () => {
  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), "rpcgen-configuration-"));
    onTestFinished(() => rmSync(path, { recursive: true }));
    return path;
  }

  /** Follows a file; gives the names of its versions one after the other. */
  function follow(file: string) {
    const seen: string[] = [];
    let wake = (): void => undefined;
    const configuration = createConfiguration({
      source: fileConfiguration(file, { pollMs: 50 }),
      onChange: ({ name, outcome }) => {
        seen.push(outcome === "applied" ? (name ?? "none") : outcome);
        wake();
      },
    });
    onTestFinished(() => configuration.close());
    return {
      configuration,
      async until(name: string): Promise<void> {
        while (seen.at(-1) !== name) await new Promise<void>((resolve) => (wake = resolve));
      },
    };
  }

  test("is followed when it is written, replaced, missing, broken, and there again", async () => {
    const file = join(folder(), "rpc.json");
    const { until, configuration } = follow(file);
    await configuration.ready();
    await until("none");
    writeFileSync(file, '{"name":"one"}');
    await until("one");
    writeFileSync(`${file}.new`, '{"name":"two"}');
    renameSync(`${file}.new`, file);
    await until("two");
    writeFileSync(file, "{");
    await until("refused");
    unlinkSync(file);
    await until("none");
    writeFileSync(file, '{"name":"three"}');
    await until("three");
  });

  test("behind a link is followed when the link is moved", async () => {
    const root = folder();
    writeFileSync(join(root, "a.json"), '{"name":"a"}');
    writeFileSync(join(root, "b.json"), '{"name":"longer b"}');
    const link = join(root, "rpc.json");
    symlinkSync("a.json", link);
    const { until } = follow(link);
    await until("a");
    symlinkSync("b.json", `${link}.new`);
    renameSync(`${link}.new`, link);
    await until("longer b");
  });
});

test("modes of methods can be switched by a document", async () => {
  const modes = byMethod([], failover({ retries: 0 }));
  const switcher = {
    configure: ({ silent = [] }: { readonly silent?: readonly string[] }) =>
      modes.configure(silent.map((method) => ({ method, mode: failsafe() }))),
  };
  const { set } = scene({ parts: { switcher } });
  await using fleet = await createFleet({
    count: 1,
    faultMode: modes,
    handlers: () => ({
      echo() {
        throw new RpcError({ code: 14, message: "down" });
      },
    }),
  });
  expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe("application");
  set({ switcher: { silent: [path] } });
  expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(0);
});

test("routes come from a document, and those of the code come back when it says nothing", () => {
  const router = routing([{ name: "own", to: { version: "1.x" } }]);
  const { set } = scene({ parts: { routes: router } });
  set({ routes: { rules: [{ name: "canary", to: { version: "2.x" } }] } });
  expect(router.rules.map(({ name }) => name)).toEqual(["canary"]);
  expect(set({ routes: { rules: [{ to: 7 }] } })).toMatchObject({ outcome: "refused" });
  expect(router.rules.map(({ name }) => name)).toEqual(["canary"]);
  set({});
  expect(router.rules.map(({ name }) => name)).toEqual(["own"]);
});
