import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = join(import.meta.dirname, "..");

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

/** What `npm pack` would publish. */
function packed(folder: string): readonly string[] {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: join(root, folder),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [report] = JSON.parse(output) as { files: { path: string }[] }[];
  return (report?.files ?? []).map((file) => file.path).sort();
}

async function complaints(folder: string): Promise<readonly string[]> {
  const { messages } = await publint({ pkgDir: join(root, folder), level: "warning", strict: true });
  const manifest = manifestOf(folder) as unknown as Record<string, unknown>;
  return messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code);
}

describe("the package rpcgen", () => {
  test("holds the bundles, their declarations and the language's documents, and nothing else", () => {
    const files = packed(".");
    const allowed =
      /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|compiler\/[\w-]+\.md|dist\/(?:cli|chunks)\/[\w.-]+\.c?js|dist\/[\w.-]+\.js|dist\/[\w./-]+\.LEGAL\.txt|dist\/types\/(?:compiler|templates)\/[\w./-]+\.d\.ts(?:\.map)?)$/u;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "dist/cli/main.cjs", "dist/index.js", "dist/template.js"]),
    );
  });

  test("satisfies publint", async () => {
    expect(await complaints(".")).toEqual([]);
  });

  test("pins its dependencies exactly", () => {
    const versions = Object.values(manifestOf(".").dependencies ?? {});
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/u.test(version))).toEqual([]);
  });

  test("starts with a line that lets a shell run it", () => {
    expect(readFileSync(join(root, "dist/cli/main.cjs"), "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
  });

  test("keeps its entry small: it is read before every build", () => {
    expect(readFileSync(join(root, "dist/cli/main.cjs"), "utf8")).not.toMatch(/from\s*"(?:yargs|ts-morph|prettier)"/u);
    expect(readFileSync(join(root, "dist/cli/main.cjs")).length).toBeLessThan(20_000);
  });
});

describe("the package @rpcgen/runtime", () => {
  test("depends on nothing", () => {
    expect(manifestOf("runtime").dependencies ?? {}).toEqual({});
  });

  test("holds sources and what was built of them, no tests and no build state", () => {
    const files = packed("runtime");
    expect(files.filter((path) => /tsbuildinfo|\.test\.|node_modules/u.test(path))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        "dist/index.js",
        "dist/index.d.ts",
        "dist/codegen/index.js",
        "dist/descriptor/index.js",
        "index.ts",
      ]),
    );
  });

  test("satisfies publint", async () => {
    expect(await complaints("runtime")).toEqual([]);
  });
});

describe("both packages", () => {
  test("carry the same version", () => {
    expect(manifestOf("runtime").version).toBe(manifestOf(".").version);
    expect(manifestOf(".").dependencies?.["@rpcgen/runtime"]).toBe(manifestOf(".").version);
  });

  test.each([".", "runtime"])("%s runs nothing when it is installed", (folder) => {
    const scripts = Object.keys(manifestOf(folder).scripts ?? {});
    expect(scripts.filter((name) => /^(?:pre|post)?(?:install|prepare|pack)/u.test(name))).toEqual([]);
  });

  test.each([".", "runtime"])("%s runs on the Node versions that it says", (folder) => {
    expect(manifestOf(folder).engines.node).toBe(">=20.19");
  });
});
