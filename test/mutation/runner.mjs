import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { build } from "esbuild";
import { collectTests } from "./collect.mjs";
import { parts } from "./parts.mjs";

/** A test that takes longer does not end. */
const testMs = 2_000;
/** Tests that take longer are left out, and so are the few that fail because they expect to have a process to themselves. */
const longMs = 30;

/**
 * Runs the tests of `the part `process.env.MUTATION_PART` for Stryker: one bundle, evaluated anew for each mutant, in one process. A worker of vitest for
 * each of some thousand mutants takes five times as long. Tests that noticed something before come first.
 */
export class BundleRunner {
  constructor() {
    // Where the changed code looks which change is the one.
    this.shared = globalThis.__stryker__ ??= {};
    // Stryker takes another process after a change that never ends; that one has to know the tests as well.
    this.historyFile = join(tmpdir(), `rpcgen-mutation-${process.ppid}.json`);
    this.history = new Map();
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    const text = await bundle(parts[process.env.MUTATION_PART].tests);
    this.evaluate = new Script(`(function (require, module, exports) {${text}\n})`, {
      filename: "tests.cjs",
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }).runInThisContext();
    this.require = createRequire(pathToFileURL(resolve("test/mutation/runner.mjs")));
    // `expect` of vitest asks for the worker that it believes to run in.
    globalThis.__vitest_worker__ ??= { config: {} };
    this.expect = (await import("vitest")).expect;
    process.on("unhandledRejection", () => undefined);
    if (existsSync(this.historyFile)) this.history = new Map(JSON.parse(readFileSync(this.historyFile, "utf8")));
  }

  async dryRun() {
    const tests = [];
    this.begin(undefined);
    // The first time says more about the machine than about the test.
    this.shared.currentTestId = "warm";
    for (const test of this.load()) await run(test);
    delete this.shared.mutantCoverage?.perTest.warm;
    // What modules do when they are evaluated belongs to no test.
    this.shared.currentTestId = undefined;
    for (const test of this.load()) {
      this.shared.currentTestId = test.id;
      const startedMs = performance.now();
      const failure = await run(test);
      const timeSpentMs = performance.now() - startedMs;
      this.shared.currentTestId = undefined;
      if (failure === undefined && timeSpentMs <= longMs) {
        this.history.set(test.id, { timeSpentMs, kills: 0 });
        tests.push({ id: test.id, name: test.id, timeSpentMs, status: 0 });
      } else delete this.shared.mutantCoverage?.perTest[test.id];
    }
    writeFileSync(this.historyFile, JSON.stringify([...this.history]));
    return { status: "complete", tests, mutantCoverage: this.shared.mutantCoverage };
  }

  async mutantRun({ testFilter, activeMutant, mutantActivation, hitLimit }) {
    const isStatic = mutantActivation === "static";
    this.begin(isStatic ? activeMutant.id : undefined);
    Object.assign(this.shared, { hitCount: 0, hitLimit });
    let nrOfTests = 0;
    try {
      const tests = this.load().filter((test) => this.history.has(test.id) && (testFilter?.includes(test.id) ?? true));
      this.shared.activeMutant = activeMutant.id;
      for (const test of tests.sort((one, other) => this.rank(one) - this.rank(other))) {
        nrOfTests++;
        const failureMessage = await run(test);
        if (hitLimit !== undefined && this.shared.hitCount > hitLimit)
          return { status: "timeout", reason: "It never ends." };
        if (failureMessage === undefined) continue;
        const known = this.history.get(test.id);
        if (known !== undefined) known.kills++;
        return { status: "killed", killedBy: [test.id], failureMessage, nrOfTests };
      }
    } catch (error) {
      return { status: "killed", killedBy: [], failureMessage: String(error), nrOfTests };
    }
    return { status: "survived", nrOfTests };
  }

  begin(activeMutant) {
    Object.assign(this.shared, { activeMutant, currentTestId: undefined, hitCount: undefined, hitLimit: undefined });
  }

  /** Evaluates the bundle. @returns its tests */
  load() {
    return collectTests(this.expect, (vitest) =>
      this.evaluate((name) => (name === "vitest" ? vitest : this.require(name)), { exports: {} }, {}),
    );
  }

  /** Milliseconds, less for each mutant that it has noticed. */
  rank({ id }) {
    const { timeSpentMs = 0, kills = 0 } = this.history.get(id) ?? {};
    return timeSpentMs - kills;
  }
}

async function bundle(tests) {
  const { outputFiles } = await build({
    // The copy that Stryker has changed; esbuild would take the folder where it was loaded.
    absWorkingDir: process.cwd(),
    stdin: { contents: tests.map((path) => `import "./${path}";`).join("\n"), resolveDir: process.cwd() },
    bundle: true,
    write: false,
    // The package says that its files have no side effects; those of tests are all that they have.
    ignoreAnnotations: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    conditions: ["@rpcgen/source"],
    external: ["vitest", "fast-check", "esbuild", "chevrotain", "ts-morph", "prettier"],
    logLevel: "error",
    plugins: [
      { name: "places", setup: ({ onLoad }) => onLoad({ filter: /\/test\/.*\.ts$/ }, ({ path }) => loadAs(path)) },
    ],
  });
  return outputFiles[0].text;
}

/** Tests that read their neighbours keep their place. */
function loadAs(path) {
  const contents = readFileSync(path, "utf8").replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href));
  return { contents, loader: "ts" };
}

/** @returns what went wrong */
async function run({ action }) {
  let timer;
  try {
    const ended = action();
    if (!(ended instanceof Promise)) return undefined;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("It does not end.")), testMs)));
    await Promise.race([ended, late]);
    return undefined;
  } catch (error) {
    return String(error?.message ?? error);
  } finally {
    clearTimeout(timer);
  }
}

export const strykerPlugins = [{ kind: "TestRunner", name: "bundle", injectableClass: BundleRunner }];
