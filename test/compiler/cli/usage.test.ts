import { describe, expect, test } from "vitest";
import { commands } from "../../../compiler/cli/command-table.ts";
import { internalErrorReport } from "../../../compiler/cli/internal-error.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { runTool, sample } from "./run-tool.ts";

describe("a command line that makes no sense ends with 2 and says what to write", () => {
  test.each([
    ["comple a.rpc", 'there is no command "comple"; did you mean "rpcgen compile"?'],
    ["api/users.rpc", 'there is no command "api/users.rpc"; did you mean "rpcgen compile api/users.rpc"?'],
    [
      "destroy",
      'there is no command "destroy"; commands are compile, check, format, scaffold, decode, registry, explain',
    ],
    ["--watch", "options follow a command: rpcgen compile --watch; see rpcgen --help"],
    ["compile a.rpc --outdir gen", "compile has no option --outdir; did you mean --out-dir?"],
    ["compile a.rpc --nonsense", "compile has no option --nonsense; see rpcgen compile --help"],
    ["compile a.rpc -x", "compile has no option -x; see rpcgen compile --help"],
    ["compile a.rpc --error-format jsn", '--error-format is one of text, json, not "jsn"; did you mean "json"?'],
    ["compile a.rpc --max-warnings many", '--max-warnings takes a whole number, not "many"'],
    ["compile a.rpc --out-dir", "Not enough arguments following: out-dir"],
    ["compile a.rpc --check --watch", "--watch writes; leave out --check"],
    ["compile a.rpc --check --dry-run", "--check and --dry-run exclude each other"],
    ["explain", "explain takes one code, such as RPC0203, or one method, such as Users.get"],
    ["explain RPC9999", "there is no code RPC9999"],
  ])("rpcgen %s", async (line, message) => {
    expect(await runTool(temporaryFolder(sample), ...line.split(" "))).toEqual({
      exitCode: 2,
      output: "",
      error: `error: ${message}\n`,
    });
  });
});

describe("help", () => {
  test("of the tool names every command", async () => {
    const { exitCode, output } = await runTool("/", "--help");
    expect(exitCode).toBe(0);
    for (const command of commands) expect(output).toContain(`  ${command.name} `);
  });

  test("goes to the error output when nothing was asked", async () => {
    expect(await runTool("/")).toMatchObject({ exitCode: 2, output: "" });
  });

  test.each(commands.map((command) => command.name))("of %s names its options and fits 120 columns", async (name) => {
    const { output } = await runTool("/", name, "--help");
    const command = commands.find((each) => each.name === name);
    for (const option of command?.options ?? [])
      expect(output).toContain(`--${option.isNegative === true ? "no-" : ""}${option.name}`);
    expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    expect((await runTool("/", "help", name)).output).toBe(output);
  });

  test("the version is that of the package", async () => {
    const { default: manifest } = await import("../../../package.json", { with: { type: "json" } });
    expect((await runTool("/", "--version")).output).toBe(`${manifest.version}\n`);
  });
});

describe("explain", () => {
  test.each(["RPC0020", "rpc0020", "20"])("understands %s", async (code) => {
    const { exitCode, output } = await runTool("/", "explain", code);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^RPC0020 \(error\): An output would replace a file that was not generated\n\n/u);
  });
});

describe("check", () => {
  test("is content with a schema without mistakes", async () => {
    expect(await runTool(temporaryFolder(sample), "check", "api")).toEqual({
      exitCode: 0,
      output: "no problems · 2 files · _ ms\n",
      error: "",
    });
  });

  test("ends with 1 for a mistake", async () => {
    const result = await runTool(
      temporaryFolder({ "a.rpc": "edition 2026;\npackage a.v1;\nmessage A { b: Nothing = 1; }\n" }),
      "check",
      "a.rpc",
    );
    expect(result.exitCode).toBe(1);
    expect(result.error).toContain("1 error · 1 file");
  });

  test("ends with 2 when a file does not exist", async () => {
    expect((await runTool(temporaryFolder(), "check", "a.rpc")).exitCode).toBe(2);
  });
});

test("a bug of the tool is reported with what a maintainer needs", () => {
  const report = internalErrorReport(new RangeError("out of luck"), ["compile", "a b.rpc"]);
  expect(report).toMatch(/^error: rpcgen failed\. This is a bug of rpcgen, not of your schema\.\n/u);
  expect(report).toContain('rpcgen "compile" "a b.rpc"');
  expect(report).toContain("  RangeError: out of luck\n");
});
