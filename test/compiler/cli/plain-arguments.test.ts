import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { readWithYargs } from "../../../compiler/cli/arguments.ts";
import { commands } from "../../../compiler/cli/command-table.ts";
import { readPlainly } from "../../../compiler/cli/plain-arguments.ts";

const compile = commands.find((command) => command.name === "compile");
if (compile === undefined) throw new Error("there is no compile command");

describe("a command line that is read without yargs", () => {
  test.each([
    [[]],
    [["api", "--out-dir", "gen"]],
    [["-o", "gen", "a.rpc", "b c.rpc"]],
    [["--out-dir=gen=x", "--check", "7", "--max-warnings", "7"]],
    [["--no-cache", "--stats", "--color=never"]],
  ])("%j is what yargs makes of it", async (args) => {
    const read = readPlainly(compile, args);
    expect(read).toBeDefined();
    expect(await readWithYargs(compile, args)).toEqual(read);
  });

  test.each([
    [["--"]],
    [["-"]],
    [["-ogen"]],
    [["--nonsense"]],
    [["--out-dir"]],
    [["--out-dir", "--check"]],
    [["-o", "a", "--out-dir", "b"]],
    [["--check", "true"]],
    [["--check=false"]],
    [["--no-check"]],
    [["--cache"]],
    [[""]],
  ])("%j is left to yargs", (args) => {
    expect(readPlainly(compile, args)).toBeUndefined();
  });

  test("says what yargs says, for every command", async () => {
    const words = fc.constantFrom(
      ...commands.flatMap(({ options }) =>
        options.flatMap(({ name, alias }) => [`--${name}`, `--no-${name}`, `-${alias}`]),
      ),
      ...[
        "--out-dir=x",
        "--check=true",
        "--color=never",
        "-o=x",
        "a.rpc",
        "-1",
        "12",
        "0x1",
        "true",
        "false",
        "",
        "--",
        "-",
        "a=b",
        "--n",
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...commands), fc.array(words, { maxLength: 5 }), async (command, args) => {
        const read = readPlainly(command, args);
        if (read !== undefined) expect(await readWithYargs(command, args)).toEqual(read);
      }),
      { numRuns: 2000 },
    );
  });
});
