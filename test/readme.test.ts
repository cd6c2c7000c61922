import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = join(root, "test", ".output", "readme");
const readme = readFileSync(join(root, "README.md"), "utf8");

interface Fence {
  readonly language: string;
  readonly text: string;
}

const fences: readonly Fence[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] ?? "",
  text: match[2] ?? "",
}));

function fence(language: string, index = 0): string {
  const found = fences.filter((candidate) => candidate.language === language)[index];
  if (found === undefined) throw new Error(`README.md has no ${language} fence number ${index}`);
  return found.text;
}

function rpcgen(...args: readonly string[]): ReturnType<typeof spawnSync> {
  const main = join(root, "dist", "cli", "main.cjs");
  return spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { target: "es2023", module: "nodenext", strict: true, noEmit: true, types: ["node"] },
      include: ["*.ts"],
    }),
  );
  writeFileSync(join(folder, "hello.rpc"), fence("rpc"));
  writeFileSync(join(folder, "server.ts"), fence("ts", 0));
  writeFileSync(join(folder, "client.ts"), fence("ts", 1));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the README", () => {
  it.each([
    ["schema", "rpc", 0],
    ["server", "ts", 0],
    ["client", "ts", 1],
  ] as const)("shows a %s of at most 12 lines", (_, language, index) => {
    expect(fence(language, index).trimEnd().split("\n").length).toBeLessThanOrEqual(12);
  });

  it("shows the two commands that do everything", () => {
    const commands = fences.filter(({ language }) => language === "sh").map(({ text }) => text.trim());
    expect(commands).toContain("npm ci && npm start");
    expect(commands).toContain("npm ci && npm test");
  });

  it("shows a schema, a server and a client that compile and work together", async () => {
    const compiled = rpcgen("compile", "hello.rpc");
    expect(compiled.stderr).toBe("");
    expect(compiled.status).toBe(0);

    const checked = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
      encoding: "utf8",
    });
    expect(checked.stdout).toBe("");

    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    try {
      await runTogether();
    } finally {
      log.mockRestore();
    }
    expect(lines).toEqual(["Hello, Ada!"]);
  });

  it("shows a diagnostic exactly as rpcgen prints it", () => {
    const sample = fence("text");
    const broken = /^ --> (\S+?):\d+:\d+$/m.exec(sample)?.[1];
    expect(broken).toBe("users.rpc");
    writeFileSync(join(folder, "users.rpc"), fence("rpc", 1));
    const result = rpcgen("check", "users.rpc");
    expect(result.status).toBe(1);
    expect(`${String(result.stdout)}${String(result.stderr)}`).toContain(sample.trimEnd());
  });

  it("links only to files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(() => mustExist(join(root, link)), link).not.toThrow();
  });
});

/** Bundles server and client into one process over the memory transport, so that no port is taken. */
async function runTogether(): Promise<void> {
  const entry = join(folder, "both.ts");
  for (const name of ["server.ts", "client.ts"]) {
    const text = readFileSync(join(folder, name), "utf8").replaceAll("tcp://127.0.0.1:9000", "memory:readme");
    writeFileSync(join(folder, name), `${text}\nexport {};\n`);
  }
  writeFileSync(entry, 'await import("./server.ts");\nawait import("./client.ts");\nexport {};\n');
  const outfile = join(folder, "both.mjs");
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@rpcgen/source"],
    logLevel: "error",
  });
  await import(/* @vite-ignore */ pathToFileURL(outfile).href);
}

function mustExist(path: string): void {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
}
