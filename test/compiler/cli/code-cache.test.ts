import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openCodeCache } from "../../../compiler/cli/code-cache.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const data = Buffer.from("what V8 made of it");

/** A folder with an installed tool, and where its cache goes. */
function installed(): { readonly tool: string; readonly cache: string } {
  const folder = temporaryFolder({ "node_modules/rpcgen/dist/chunks/tool-abc.js": "" });
  const tool = `${folder}/node_modules/rpcgen/dist/chunks/tool-abc.js`;
  return { tool, cache: `${folder}/node_modules/.cache/rpcgen` };
}

/** The only file of a folder. */
function onlyFile(folder: string): string {
  const names = readdirSync(folder);
  expect(names).toHaveLength(1);
  return `${folder}/${names[0]}`;
}

describe("the code cache", () => {
  test("gives what an earlier run of the same command kept", () => {
    const { tool } = installed();
    expect(openCodeCache(tool, "compile").data).toBeUndefined();
    openCodeCache(tool, "compile").keep(() => data);
    expect(openCodeCache(tool, "compile").data?.toString()).toBe(data.toString());
    expect(openCodeCache(tool, "check").data).toBeUndefined();
  });

  test("learns from a few runs, then costs nothing", () => {
    const { tool } = installed();
    let asked = 0;
    for (let run = 0; run < 6; run++) {
      openCodeCache(tool, "compile").keep(() => {
        asked++;
        return data;
      });
    }
    expect(asked).toBe(3);
  });

  test("does not give V8 a damaged file", () => {
    const { tool, cache } = installed();
    openCodeCache(tool, "compile").keep(() => data);
    const path = onlyFile(cache);
    const intact = readFileSync(path);
    for (let index = 0; index < intact.length; index++) {
      const damaged = Buffer.from(intact);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      writeFileSync(path, damaged);
      expect(openCodeCache(tool, "compile").data).toBeUndefined();
    }
    writeFileSync(path, intact.subarray(0, -1));
    expect(openCodeCache(tool, "compile").data).toBeUndefined();
    writeFileSync(path, "");
    expect(openCodeCache(tool, "compile").data).toBeUndefined();
  });

  test("forgets other builds", () => {
    const { tool, cache } = installed();
    openCodeCache(tool, "compile").keep(() => data);
    openCodeCache(tool.replace("tool-abc", "tool-def"), "compile").keep(() => data);
    expect(onlyFile(cache)).toContain("tool-def");
  });

  test("is not for words that are no command, nor for a tool that is not installed", () => {
    const { tool, cache } = installed();
    openCodeCache(tool, "../../x").keep(() => data);
    openCodeCache("/nowhere-at-all/tool-abc.js", "compile").keep(() => data);
    expect(existsSync(cache)).toBe(false);
  });

  test("does without a folder that cannot be written, and without data that V8 does not give", () => {
    const { tool, cache } = installed();
    openCodeCache(tool, "compile").keep(() => {
      throw new Error("V8 has none");
    });
    mkdirSync(cache.slice(0, cache.lastIndexOf("/")), { recursive: true });
    writeFileSync(cache, "a file where the folder should be");
    openCodeCache(tool, "compile").keep(() => data);
    expect(openCodeCache(tool, "compile").data).toBeUndefined();
  });
});
