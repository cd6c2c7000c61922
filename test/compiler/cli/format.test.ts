import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { runTool } from "./run-tool.ts";

const messy = "message A{x:bool=1;}";
const neat = "message A { x: bool = 1; }\n";

describe("rpcgen format", () => {
  test("rewrites the schemas that need it and names them", async () => {
    const folder = temporaryFolder({ "api/a.rpc": messy, "api/b.rpc": neat });
    expect(await runTool(folder, "format", "api")).toEqual({
      exitCode: 0,
      output: "formatted 1 of 2 files\n  api/a.rpc\n",
      error: "",
    });
    expect(readFileSync(`${folder}/api/a.rpc`, "utf8")).toBe(neat);
    expect((await runTool(folder, "format", "api")).output).toBe("2 files · already formatted\n");
  });

  test("only looks with --check, and fails when something is not formatted", async () => {
    const folder = temporaryFolder({ "api/a.rpc": messy });
    expect(await runTool(folder, "format", "--check", "api/a.rpc")).toEqual({
      exitCode: 3,
      output: "",
      error: "1 of 1 file not formatted; run rpcgen format\n  api/a.rpc\n",
    });
    expect(readFileSync(`${folder}/api/a.rpc`, "utf8")).toBe(messy);
  });

  test("reports a schema with syntax errors, leaves it alone and formats the others", async () => {
    const folder = temporaryFolder({ "api/a.rpc": messy, "api/b.rpc": "message B { x bool = 1; }" });
    const result = await runTool(folder, "format", "api");
    expect(result.exitCode).toBe(1);
    expect(result.error).toContain("--> api/b.rpc:1:");
    expect(readFileSync(`${folder}/api/b.rpc`, "utf8")).toBe("message B { x bool = 1; }");
    expect(readFileSync(`${folder}/api/a.rpc`, "utf8")).toBe(neat);
  });

  test("says what to do when there is nothing to format", async () => {
    const result = await runTool(temporaryFolder({}), "format");
    expect(result.exitCode).toBe(2);
    expect(result.error).toContain("nothing to format: name a file");
  });
});
