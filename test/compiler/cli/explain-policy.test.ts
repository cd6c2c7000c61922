import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { runTool } from "./run-tool.ts";

const schema = `edition 2026;
package acme.users.v1;
message User { id: uint64 = 1; }
@timeout(2s)
service Users {
  @readonly @timeout(500ms)
  get(id: uint64 = 1): User;
  put(User): User;
}
`;

function folder(live?: unknown): string {
  const path = temporaryFolder({ "users.rpc": schema });
  if (live !== undefined) writeFileSync(join(path, "live.json"), JSON.stringify(live));
  return path;
}

/** The lines of the settings, without the spaces between their parts. */
async function settings(where: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { output } = await runTool(where, "explain", ...args, "-s", "users.rpc");
  return output
    .split("\n")
    .slice(2, -1)
    .map((line) => line.trim().replace(/ {2,}/gu, " | "));
}

describe("the policy of a method", () => {
  test("is told with where each setting comes from", async () => {
    const live = { methods: { "acme.users.v1.Users": { priority: 7 }, "*": { timeoutMs: 900, priority: 1 } } };
    const lines = await settings(folder(live), "Users.get", "--live", "live.json");
    expect(lines.slice(0, 2)).toEqual([
      'timeoutMs | 900 | live configuration, "*"',
      'priority | 7 | live configuration, "acme.users.v1.Users"',
    ]);
    expect(lines).toContain("hedge | none | default");
  });

  test.each(["Users.get", "acme.users.v1.Users/Get", "/acme.users.v1.Users/Get", "Users/get"])(
    "is found by %s",
    async (name) => {
      const { output, exitCode: code } = await runTool(folder(), "explain", name, "-s", "users.rpc");
      expect([code, output.split("\n")[0]]).toEqual([0, "/acme.users.v1.Users/Get (unary, changes nothing)"]);
      expect(await settings(folder(), name)).toContain("timeoutMs | 500 | schema");
    },
  );

  test("of a name that is none is asked for again with a guess", async () => {
    const { error, exitCode: code } = await runTool(folder(), "explain", "Users.gte", "-s", "users.rpc");
    expect([code, error]).toEqual([2, "error: there is no method Users.gte; did you mean Users.get?\n"]);
  });

  test("is not told when the document is wrong", async () => {
    const { error, exitCode: code } = await runTool(
      folder({ methods: { "*": { timeout: 1 } } }),
      "explain",
      "Users.get",
      "-s",
      "users.rpc",
      "--live",
      "live.json",
    );
    expect(code).toBe(2);
    expect(error).toMatch(
      /^error: live\.json cannot be used: methods\["\*"\]\.timeout is not known; expected timeoutMs/u,
    );
  });

  test("is not told of a schema with mistakes; they are", async () => {
    const path = temporaryFolder({ "users.rpc": schema.replace("User;", "Usr;") });
    const { error, exitCode: code } = await runTool(path, "explain", "Users.get", "-s", "users.rpc");
    expect(code).toBe(1);
    expect(error).toContain("RPC0201");
  });
});
