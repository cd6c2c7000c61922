import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { check } from "../../../compiler/index.ts";
import { areCompatible } from "../../../compiler/parts/claims.ts";
import { type CheckedPart, checkPart } from "../../../compiler/parts/check-part.ts";
import { createSurveyor } from "../../../compiler/parts/part.ts";
import { createMemoryHost } from "../../../compiler/source/host.ts";
import type { OutputOptions } from "../../../templates/template.ts";
import { moduleTemplate } from "../../../templates/module.ts";
import { textOf } from "../../templates/render.ts";
import { projectFrom } from "./random-project.ts";

const outputOptions: OutputOptions = {
  importExtension: ".js",
  enums: "string",
  version: "0.0.0",
  emit: ["types", "codec", "json", "validate", "client", "server", "descriptor"],
};
const options = { workingDirectory: "/project" };

/** Compiles a project in two parts; `undefined` when it has to be done as a whole. */
function checkInParts(files: Record<string, string>, isFirst: (path: string) => boolean): CheckedPart[] | undefined {
  const surveyor = createSurveyor(Object.keys(files), createMemoryHost(files), options);
  if (surveyor === undefined) return undefined;
  const split = [true, false].map((first) =>
    surveyor.survey.files.filter(({ module }) => isFirst(module.path) === first),
  );
  const parts = split.map((owned) => checkPart(surveyor.partOf(new Set(owned))));
  const found = parts.filter((part) => part !== undefined);
  if (found.length < parts.length) return undefined;
  return areCompatible(found.flatMap(({ claims }) => [...claims.values()])) ? found : undefined;
}

/** The descriptor of a file and what is generated from it, as one text. */
function render({ schema }: Pick<CheckedPart, "schema">, path: string): string {
  const file = schema.files.find((each) => each.path === path);
  if (file === undefined) throw new Error(`${path} is not there`);
  const [output] = moduleTemplate.render({ file, schema, options: outputOptions });
  return `${JSON.stringify(file, undefined, 1)}\n${output?.path}\n${output && textOf(output)}`;
}

describe("a compilation in parts", () => {
  test("gives what it gives as a whole, and finds something to report exactly where that does", () => {
    const seen = { parts: 0, wholes: 0, mistakes: 0 };
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (seed, sides) => {
        const files = projectFrom(seed);
        const whole = check(Object.keys(files), createMemoryHost(files), options);
        const parts = checkInParts(files, (path) => sides[Number(path.slice(1, 2))] ?? false);
        if (parts === undefined) {
          seen[whole.diagnostics.length > 0 ? "mistakes" : "wholes"]++;
          return;
        }
        seen.parts++;
        expect(whole.diagnostics).toEqual([]);
        const owned = parts.flatMap((part) => [...part.claims.keys()].map((path) => [path, part] as const));
        expect(owned.map(([path]) => path).sort()).toEqual(whole.schema.files.map(({ path }) => path));
        for (const [path, part] of owned) expect(render(part, path)).toBe(render(whole, path));
      }),
      { numRuns: 40 },
    );
    expect(seen.parts).toBeGreaterThan(15);
    expect(seen.wholes).toBeLessThan(5);
  });

  test("is one of a whole when a text is for the grammar to read", () => {
    const files = (number: string): Record<string, string> => ({
      "/project/a.rpc": `message A { id: int32 = ${number}; }\n`,
      "/project/b.rpc": 'import { A } from "./a.rpc";\nmessage B { a?: A = 1; }\n',
    });
    expect(checkInParts(files("17"), (path) => path === "a.rpc")).toHaveLength(2);
    expect(checkInParts(files("0x11"), (path) => path === "a.rpc")).toBeUndefined();
  });
});
