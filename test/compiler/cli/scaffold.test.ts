import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { runTool, sample } from "./run-tool.ts";

const args = ["scaffold", "api/users.rpc", "--out", "src/users.ts", "--out-dir", "src/gen"];

describe("rpcgen scaffold", () => {
  test("writes a file with every handler, which imports the generated module", async () => {
    const folder = temporaryFolder(sample);
    expect(await runTool(folder, ...args)).toEqual({ exitCode: 0, output: "wrote src/users.ts\n", error: "" });
    const text = readFileSync(`${folder}/src/users.ts`, "utf8");
    expect(text).toContain('import type { UsersHandlers } from "./gen/users.rpc.js";');
    expect(text).toMatch(/async get\([\s\S]*async \*watch\(/u);
  });

  test("imports beside the schema when nothing says where modules go, in the style of the tsconfig", async () => {
    const folder = temporaryFolder({
      ...sample,
      "tsconfig.json": '{ "compilerOptions": { "moduleResolution": "bundler" } }',
    });
    const result = await runTool(folder, "scaffold", "api/users.rpc", "--out", "src/users.ts");
    expect(readFileSync(`${folder}/src/users.ts`, "utf8")).toContain('from "../api/users.rpc"');
    expect(result.error).toBe(
      "note: the handlers import api/users.rpc.ts, which does not exist yet; if compile writes it elsewhere, say so with --out-dir\n",
    );
  });

  test("adds only what is missing later", async () => {
    const folder = temporaryFolder(sample);
    await runTool(folder, ...args);
    const mine = readFileSync(`${folder}/src/users.ts`, "utf8").replace(
      / {2}async get\([\s\S]*?\n {2}\},/u,
      "  get( r ) { return mine( r ) }, // mine",
    );
    writeFileSync(`${folder}/src/users.ts`, mine);
    expect((await runTool(folder, ...args)).output).toBe("nothing is missing in src/users.ts\n");
    writeFileSync(
      `${folder}/api/users.rpc`,
      sample["api/users.rpc"]?.replace("  /** Follow", "  remove(id: uint64 = 1);\n  /** Follow") ?? "",
    );
    expect((await runTool(folder, ...args)).output).toBe("added remove to src/users.ts\n");
    const text = readFileSync(`${folder}/src/users.ts`, "utf8");
    expect(text).toContain("  get( r ) { return mine( r ) }, // mine\n");
    expect(text.replace(/\n\n {2}async remove\([\s\S]*?\n {2}\},/u, "")).toBe(mine);
  });

  test("leaves a file alone that does not parse", async () => {
    const folder = temporaryFolder({ ...sample, "src/users.ts": "const = ;" });
    const result = await runTool(folder, ...args);
    expect(result.exitCode).toBe(2);
    expect(result.error).toMatch(/^error: src\/users\.ts:1 does not parse, so that nothing can be added to it/u);
    expect(readFileSync(`${folder}/src/users.ts`, "utf8")).toBe("const = ;");
  });

  test("prints the result instead with --dry-run", async () => {
    const folder = temporaryFolder(sample);
    expect((await runTool(folder, ...args, "--dry-run")).output).toContain("export const users: UsersHandlers = {");
    expect(existsSync(`${folder}/src`)).toBe(false);
  });

  test("names the services of the schema when the wanted one is not there", async () => {
    const result = await runTool(temporaryFolder(sample), ...args, "--service", "Admin");
    expect(result.exitCode).toBe(1);
    expect(result.error).toBe(
      "error[RPC0030]: this schema has no service `Admin`\n --> api/users.rpc\n = help: its services are `Users`\n\n",
    );
  });

  test.each([
    [["scaffold"], "scaffold takes one schema: rpcgen scaffold api/users.rpc --out src/users.ts"],
    [["scaffold", "api/users.rpc"], "scaffold needs --out, the file for your handlers: --out src/users.ts"],
  ])("%j is not enough", async (line, message) => {
    expect(await runTool(temporaryFolder(sample), ...line)).toEqual({
      exitCode: 2,
      output: "",
      error: `error: ${message}\n`,
    });
  });
});
