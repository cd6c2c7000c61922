import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { MessageChannel } from "node:worker_threads";
import { fc } from "../../property.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { compileProject, type CompileOutcome } from "../../../compiler/cli/compile-project.ts";
import { createHelper, type Helper } from "../../../compiler/cli/helper.ts";
import { serveHelper } from "../../../compiler/cli/helper-thread.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { projectFrom } from "./random-project.ts";

/** A helper at the other end of a channel in this thread. */
function startHelper(): Helper {
  const { port1, port2 } = new MessageChannel();
  serveHelper(port2);
  return createHelper(port1, () => port1.close());
}

interface Way {
  readonly useCache?: boolean;
  readonly startHelper?: () => Helper;
  /** Size from which on projects are compiled in parts. */
  readonly from?: number;
}

/** Compiles all schemas of a folder into `gen`. */
function compile(folder: string, { useCache = true, startHelper, from = 0 }: Way = {}): Promise<CompileOutcome> {
  return compileProject({
    identity: { directory: folder, files: ["."], outDir: "gen", config: undefined },
    tool: { hash: "this build", stamp: undefined },
    mode: "write",
    useCache,
    clean: false,
    force: false,
    sizes: { parts: from, helper: from },
    ...(startHelper === undefined ? {} : { startHelper }),
  });
}

/** All that is below `gen`, and all that was found. */
function resultOf(folder: string, outcome: CompileOutcome): object {
  const names = existsSync(`${folder}/gen`) ? readdirSync(`${folder}/gen`).sort() : [];
  return {
    texts: names.map((name) => [name, readFileSync(`${folder}/gen/${name}`, "utf8")]),
    found: outcome.diagnostics.map(({ code, message, span }) => `${span.file.path}:${span.start} ${code} ${message}`),
    counts: outcome.counts,
    isDone: outcome.isDone,
  };
}

function steps({ timings }: CompileOutcome): string[] {
  return timings.map(({ step }) => step);
}

let clock = 0;

/** Writes the files that differ, each with a time of its own: these steps are faster than a file system's clock. */
function bringTo(folder: string, files: Readonly<Record<string, string>>): void {
  const wanted = new Map(Object.entries(files).map(([path, text]) => [path.slice("/project/".length), text]));
  for (const name of readdirSync(folder)) if (name.endsWith(".rpc") && !wanted.has(name)) rmSync(`${folder}/${name}`);
  for (const [name, text] of wanted) {
    if (readIfThere(`${folder}/${name}`) === text) continue;
    writeFileSync(`${folder}/${name}`, text);
    utimesSync(`${folder}/${name}`, 1_000_000_000, 1_000_000_000 + clock++);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The same project with one file from another one, a comment more, or a declaration more. */
const edit = fc.record({
  kind: fc.constantFrom("file", "comment", "declaration", "declaration", "mistake"),
  at: fc.nat(20),
  from: fc.nat(),
});

function edited(
  files: Record<string, string>,
  { kind, at, from }: { kind: string; at: number; from: number },
): Record<string, string> {
  const paths = Object.keys(files);
  const path = paths[at % paths.length] ?? "";
  const text = files[path] ?? "";
  switch (kind) {
    case "file":
      return { ...files, [path]: projectFrom(from)[path] ?? text };
    case "comment":
      return { ...files, [path]: `// One more comment.\n${text}` };
    case "declaration":
      return { ...files, [path]: `${text}\nmessage Added${at} { id: int32 = 1; }\n` };
    default:
      return { ...files, [path]: text.replace("message Alpha", "message Omega") };
  }
}

describe("compiling again", () => {
  test("leaves what compiling anew would, whatever was edited, and finds the same", async () => {
    const seen = { parts: 0, all: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(edit, { minLength: 3, maxLength: 3 }), async (start, edits) => {
        const again = temporaryFolder({ "node_modules/x": "" });
        const anew = temporaryFolder({ "node_modules/x": "" });
        let files = projectFrom(start);
        for (const step of [undefined, ...edits]) {
          if (step !== undefined) files = edited(files, step);
          bringTo(again, files);
          bringTo(anew, files);
          const outcome = await compile(again, step?.kind === "comment" ? { startHelper } : {});
          seen.all++;
          if (!steps(outcome).includes("check")) seen.parts++;
          const expected = resultOf(anew, await compile(anew, { useCache: false, from: Number.POSITIVE_INFINITY }));
          if (outcome.isDone) expect(resultOf(again, outcome)).toEqual(expected);
          else expect({ ...resultOf(again, outcome), texts: [] }).toEqual({ ...expected, texts: [] });
        }
      }),
      { numRuns: 8 },
    );
    expect(seen.parts).toBeGreaterThan(0);
  });

  test("with a second thread leaves what one thread does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const files = projectFrom(seed);
        const two = temporaryFolder({ "node_modules/x": "" });
        const one = temporaryFolder({ "node_modules/x": "" });
        bringTo(two, files);
        bringTo(one, files);
        const outcome = await compile(two, { startHelper });
        expect(resultOf(two, outcome)).toEqual(resultOf(one, await compile(one, { from: Number.POSITIVE_INFINITY })));
        const manifests = await Promise.all([two, one].map((folder) => compile(folder)));
        expect(manifests.map(({ isUpToDate, isDone }) => isUpToDate || !isDone)).toEqual([true, true]);
      }),
      { numRuns: 8 },
    );
  });

  test("is written by a second thread that is told to before it renders, and by one that renders ahead", async () => {
    const files = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(projectFrom).find(isRight) ?? {};
    const folders = [startHelper, eager, undefined].map(async (start) => {
      const folder = temporaryFolder({ "node_modules/x": "" });
      bringTo(folder, files);
      const outcome = await compile(
        folder,
        start === undefined ? { from: Number.POSITIVE_INFINITY } : { startHelper: start },
      );
      expect(steps(outcome).includes("check")).toBe(start === undefined);
      return resultOf(folder, outcome);
    });
    const [ahead, told, alone] = await Promise.all(folders);
    expect(ahead).toEqual(alone);
    expect(told).toEqual(alone);
  });

  test("does alone what a helper does not finish", async () => {
    const folder = temporaryFolder({ "node_modules/x": "" });
    const files = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(projectFrom).find(isRight);
    bringTo(folder, files ?? {});
    for (const messages of [0, 1]) {
      rmSync(`${folder}/gen`, { recursive: true, force: true });
      const outcome = await compile(folder, { useCache: false, startHelper: () => failing(messages) });
      expect(outcome.isDone).toBe(true);
      expect(steps(outcome)).toContain("check");
      expect(readdirSync(`${folder}/gen`)).toHaveLength(Object.keys(files ?? {}).length);
    }
  });
});

function isRight(files: Readonly<Record<string, string>>): boolean {
  return Object.values(files).every((text) => !/Nothing|message Same/.test(text));
}

/** A helper that is told to write together with what. */
function eager(): Helper {
  const helper = startHelper();
  return {
    ...helper,
    compile: (request) => {
      const job = helper.compile(request);
      const written = job.write();
      return { ...job, write: () => written };
    },
  };
}

/** A helper that is gone after so many answers. */
function failing(answers: number): Helper {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  port2.on("message", () => {
    if (answers-- > 0) port2.postMessage({ units: [], changes: [], same: [] });
    else port2.close();
  });
  return createHelper(port1, () => port1.close());
}
