import { expect, test } from "vitest";
import { renderJson } from "../../../../compiler/cli/report/json.ts";
import { syntaxCatalog } from "../../../../compiler/diagnostics/catalog-syntax.ts";
import { diagnosticFrom } from "../../../../compiler/diagnostics/diagnostic.ts";
import { createSourceFile } from "../../../../compiler/source/source-file.ts";

const file = createSourceFile("a.rpc", "const A = 3\nconst B = 4;\n");
const span = { file, start: 11, end: 11 };
const fix = { title: "Add `;`", edits: [{ span, text: ";" }] };
const related = [{ span: { file, start: 12, end: 17 }, message: "the next one" }];
const missing = diagnosticFrom(syntaxCatalog.missingSemicolon, { after: "this constant" }, { span, fix, related });

test("a JSON report has places, related places, help and edits", () => {
  const at = { offset: 11, line: 1, column: 12 };
  expect(JSON.parse(renderJson([missing], { files: 1, ms: 3.4 }))).toEqual({
    version: 1,
    diagnostics: [
      {
        code: "RPC0102",
        severity: "error",
        message: "expected `;` after this constant",
        label: "help: add `;`",
        file: "a.rpc",
        start: at,
        end: at,
        related: [
          {
            file: "a.rpc",
            start: { offset: 12, line: 2, column: 1 },
            end: { offset: 17, line: 2, column: 6 },
            message: "the next one",
          },
        ],
        help: [],
        fix: { title: "Add `;`", edits: [{ file: "a.rpc", start: at, end: at, text: ";" }] },
      },
    ],
    summary: { errors: 1, warnings: 0, hints: 0, files: 1, ms: 3 },
  });
});

test("a JSON report of nothing is one line with an empty list", () => {
  expect(renderJson([], { files: 2, ms: 1 })).toBe(
    '{"version":1,"diagnostics":[],"summary":{"errors":0,"warnings":0,"hints":0,"files":2,"ms":1}}\n',
  );
});
