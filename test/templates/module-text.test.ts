import { expect, test } from "vitest";
import type { FlatCode } from "../../templates/code.ts";
import { createModuleText, isModule } from "../../templates/module-text.ts";

const code = (text: string): FlatCode => text as FlatCode;
const read = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test("a module is its head and its declarations, with blank lines between them", () => {
  const text = createModuleText({ files: [] });
  for (const declaration of ["const a = 1;", "", "const b = 2;"]) text.add(code(declaration));
  expect(read(text.finish(code("// head")))).toBe("// head\n\nconst a = 1;\n\nconst b = 2;\n");
});

test("modules share their space, however long they are", () => {
  const schema = { files: [] };
  const long = "/* ä€😀 */\n".repeat(20_000);
  const modules = ["short", long, "later"].map((declaration) => {
    const text = createModuleText(schema);
    text.add(code(declaration));
    return read(text.finish(code("head")));
  });
  expect(modules).toEqual(["head\n\nshort\n", `head\n\n${long}\n`, "head\n\nlater\n"]);
});

test("an export anywhere in a declaration makes a module", () => {
  expect(isModule(code("/** What it is. */\nexport type A = 1;"))).toBe(true);
  expect(isModule(code('/** export */\nconst a = "export ";'))).toBe(false);
});
