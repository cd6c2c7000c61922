import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { renderText } from "../render.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Fifty messages, with enums, errors, a union, constants and a service beside them. */
function largeSchema(): string {
  const messages = Array.from(
    { length: 50 },
    (_, index) =>
      `message Part${index} { name: string = 1 @len(1..8); tags: string[] = 2; at: timestamp = 3; kind: Kind = 4; }`,
  );
  return [
    "edition 2026; package acme.parts.v1;",
    "enum Kind { unspecified = 0; special = 1; }",
    "open enum OtherKind { unspecified = 0; nothingHere = 1; }",
    "const SECRET_LIMIT = 123456;",
    "union Either { left: Part1 = 1; right: Part2 = 2; }",
    "error Broken(internal) { part: Part3 = 1; }",
    ...messages,
    "message Lone { name: string = 1; count: int32 = 2; }",
    "service Parts { get(Part4): Part5 throws Broken; watch(Part6): stream Part7; }",
  ].join("\n");
}

async function bundle(code: string): Promise<string> {
  const generated = renderText(largeSchema());
  const result = await build({
    stdin: { contents: code, resolveDir: root, sourcefile: "app.ts", loader: "ts" },
    bundle: true,
    minify: false,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["@rpcgen/runtime/*"],
    plugins: [
      {
        name: "generated",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /parts\.rpc/ }, () => ({ path: "parts.rpc.ts", namespace: "generated" }));
          onLoad({ filter: /.*/, namespace: "generated" }, () => ({ contents: generated, loader: "ts" }));
        },
      },
    ],
  });
  const text = result.outputFiles[0]?.text ?? "";
  // The runtime stays outside, so esbuild keeps the names that it would drop there.
  return text.replace(/import \{[^}]*\} from "@rpcgen[^\n]*\n/g, "").replace(/^\/\/[^\n]*\n/gm, "");
}

describe("a bundle that uses one message of fifty", () => {
  test("holds nothing of the others, nor enums, errors, unions, services and the schema", async () => {
    const text = await bundle('import { Lone } from "./parts.rpc"; console.log(Lone.encode({ count: 1 }));');
    expect(text).toContain("writeLone");
    expect(text).not.toMatch(/Part\d|Kind|Either|Broken|SECRET|PartsStub|methodType|schemaSource|fullName/);
    expect(text.length).toBeLessThan(4_000);
  });

  test("is empty when nothing is used", async () => {
    expect((await bundle('import "./parts.rpc";')).trim()).toBe("");
  });
});
