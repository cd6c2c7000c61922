import { describe, expect, test } from "vitest";
import { createNodeHost } from "../../../compiler/cli/node-host.ts";
import { loadConfig } from "../../../compiler/config/load.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function load(
  files: Readonly<Record<string, string>>,
  where = "",
  file?: string,
): Promise<{ config: unknown; file: string | undefined; messages: string[] }> {
  const folder = temporaryFolder({ ".git/HEAD": "", "src/keep": "", ...files });
  const loaded = await loadConfig({
    directory: where === "" ? folder : `${folder}/${where}`,
    file,
    host: createNodeHost(),
  });
  const text = (message: string): string => message.replaceAll(folder, "");
  return {
    config: loaded.config,
    file: loaded.file?.slice(folder.length + 1),
    messages: loaded.diagnostics.flatMap(({ code, message, help }) => [`${code} ${text(message)}`, ...help]),
  };
}

describe("the configuration", () => {
  test("is empty when there is none", async () => {
    expect(await load({})).toEqual({ config: {}, file: undefined, messages: [] });
  });

  test("is found upwards", async () => {
    const found = await load({ "rpcgen.config.json": '{ "schemas": ["api"], /* why */ }' }, "src");
    expect(found).toEqual({ config: { schemas: ["api"] }, file: "rpcgen.config.json", messages: [] });
  });

  test("may be a module", async () => {
    const found = await load({ "rpcgen.config.mjs": 'export default { out: { dir: "gen", emit: ["types"] } };' });
    expect(found).toEqual({
      config: { out: { dir: "gen", emit: ["types"] } },
      file: "rpcgen.config.mjs",
      messages: [],
    });
  });

  test("of the name that was given is used instead of the nearest", async () => {
    const found = await load({ "rpcgen.config.json": "{}", "other.json": '{ "schemas": ["x"] }' }, "", "other.json");
    expect(found.config).toEqual({ schemas: ["x"] });
  });

  test("that was given must exist", async () => {
    expect((await load({}, "", "none.json")).messages).toEqual([
      "RPC0010 the configuration `/none.json` cannot be read: there is no such file",
    ]);
  });

  test("that throws is reported with what it threw", async () => {
    const { messages } = await load({ "rpcgen.config.mjs": 'throw new Error("no luck");' });
    expect(messages).toEqual(["RPC0010 the configuration `/rpcgen.config.mjs` cannot be read: no luck"]);
  });

  test("without a default export is reported with what to write", async () => {
    const { messages } = await load({ "rpcgen.config.mjs": "export const config = {};" });
    expect(messages).toEqual([
      "RPC0010 the configuration `/rpcgen.config.mjs` cannot be read: it has no default export",
      "write `export default { ... };`",
    ]);
  });

  test.each([
    ["[]", "the configuration is a list; expected an object"],
    ['{ "schema": [] }', "`schema` is not an option; expected one of schemas, importPaths, out"],
    ['{ "schemas": "api" }', '`schemas` is "api"; expected a list'],
    ['{ "schemas": [1] }', "`schemas[0]` is 1; expected a path or pattern"],
    ['{ "out": { "dir": "" } }', '`out.dir` is ""; expected a path'],
    ['{ "out": { "enums": "strings" } }', '`out.enums` is "strings"; expected one of "string", "number"'],
    [
      '{ "out": { "emit": ["codecs"] } }',
      '`out.emit[0]` is "codecs"; expected one of "types", "codec", "json", "validate", "client", "server", "descriptor"',
    ],
    ['{ "out": null }', "`out` is null; expected an object"],
    ['{ "__proto__": 1 }', "`__proto__` is not an option; expected one of schemas, importPaths, out"],
  ])("%s is refused", async (text, expected) => {
    expect((await load({ "rpcgen.config.json": text })).messages[0]).toBe(`RPC0011 ${expected}`);
  });

  test("suggests what was meant", async () => {
    const { messages } = await load({ "rpcgen.config.json": '{ "schema": [], "out": { "enums": "strings" } }' });
    expect(messages.filter((line) => line.startsWith("did you"))).toEqual([
      "did you mean `schemas`?",
      "did you mean `string`?",
    ]);
  });
});
