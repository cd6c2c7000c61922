import { describe, expect, test } from "vitest";
import { renderSummary, renderText } from "../../../../compiler/cli/report/text.ts";
import type { Diagnostic, RelatedPlace } from "../../../../compiler/diagnostics/diagnostic.ts";
import { createSourceFile, type SourceFile } from "../../../../compiler/source/source-file.ts";

interface Sample {
  readonly text: string;
  readonly at: string | number;
  readonly width?: number;
  readonly label?: string;
  readonly help?: readonly string[];
  readonly related?: (file: SourceFile) => readonly RelatedPlace[];
}

function sample({ text, at, width, label, help = [], related }: Sample): Diagnostic {
  const file = createSourceFile("users.rpc", text);
  const start = typeof at === "number" ? at : file.text.indexOf(at);
  const end = start + (width ?? (typeof at === "string" ? at.length : 0));
  const places = related?.(file) ?? [];
  const shown = label === undefined ? {} : { label };
  return {
    code: "RPC0999",
    severity: "error",
    message: "wrong",
    span: { file, start, end },
    ...shown,
    related: places,
    help,
  };
}

/** The report without its first two lines and the empty rule. */
function frame(one: Sample): string[] {
  return renderText([sample(one)])
    .trimEnd()
    .split("\n")
    .slice(3);
}

function place(file: SourceFile, text: string, message: string): RelatedPlace {
  const start = file.text.indexOf(text);
  return { span: { file, start, end: start + text.length }, message };
}

describe("a report", () => {
  test("is code, message, place, line, caret and help", () => {
    const text = renderText([sample({ text: "a\n  bad;\n", at: "bad", label: "here", help: ["do this", "or\nthat"] })]);
    expect(text).toBe(
      [
        "error[RPC0999]: wrong",
        " --> users.rpc:2:3",
        "  |",
        "2 |   bad;",
        "  |   ^^^ here",
        "  = help: do this",
        "  = help: or",
        "    that",
        "",
      ].join("\n"),
    );
  });

  test("is empty when nothing was found", () => expect(renderText([])).toBe(""));

  test("marks an empty span with one caret, also at the end of a line and of the file", () => {
    expect(frame({ text: "ab\ncd", at: 2 })).toEqual(["1 | ab", "  |   ^"]);
    expect(frame({ text: "ab\ncd", at: 5 })).toEqual(["2 | cd", "  |   ^"]);
    expect(frame({ text: "", at: 0 })).toEqual(["1 |", "  | ^"]);
    expect(frame({ text: "ab\n", at: 3 })).toEqual(["2 |", "  | ^"]);
  });

  test("keeps the caret under its text behind tabs, wide letters, emoji and combining marks", () => {
    expect(frame({ text: "\tx bad", at: "bad" })).toEqual(["1 |     x bad", "  |       ^^^"]);
    expect(frame({ text: "日本 bad", at: "bad" })).toEqual(["1 | 日本 bad", "  |      ^^^"]);
    expect(frame({ text: "👩‍👩‍👧 bad", at: "bad" })).toEqual(["1 | 👩‍👩‍👧 bad", "  |    ^^^"]);
    expect(frame({ text: "😀 bad", at: "bad" })).toEqual(["1 | 😀 bad", "  |    ^^^"]);
    expect(frame({ text: "e\u0301 bad", at: "bad" })).toEqual(["1 | e\u0301 bad", "  |   ^^^"]);
    expect(frame({ text: "e\u200b bad", at: "bad" })).toEqual(["1 | e<U+200B> bad", "  |           ^^^"]);
    expect(frame({ text: "日本", at: "日" })).toEqual(["1 | 日本", "  | ^^"]);
  });

  test("leaves carriage returns out", () => {
    expect(frame({ text: "a\r\nbad\r\n", at: "bad" })).toEqual(["2 | bad", "  | ^^^"]);
  });

  test("marks the first line of a span over several lines", () => {
    expect(frame({ text: "a {\n b\n}", at: 2, width: 6 })).toEqual(["1 | a {", "  |   ^"]);
  });

  test("shows related places of the same file in the same frame", () => {
    const related = (file: SourceFile) => [place(file, "one", "first used here")];
    expect(frame({ text: "one\n\n\ntwo\n", at: "two", label: "again here", related })).toEqual([
      "1 | one",
      "  | --- first used here",
      "4 | two",
      "  | ^^^ again here",
    ]);
  });

  test("hangs labels of one line below each other", () => {
    const related = (file: SourceFile) => [place(file, "int32", "this is a number")];
    expect(frame({ text: "age: int32 = 4 @len(1);", at: "@len", label: "measures strings", related })).toEqual([
      "1 | age: int32 = 4 @len(1);",
      "  |      -----     ^^^^ measures strings",
      "  |      |",
      "  |      this is a number",
    ]);
  });

  test("hangs the label of the primary place below when a related one is to its right", () => {
    const related = (file: SourceFile) => [place(file, "b", "x"), place(file, "c", "y")];
    expect(frame({ text: "a b c", at: "a", label: "main", related })).toEqual([
      "1 | a b c",
      "  | ^ - - y",
      "  | | |",
      "  | | x",
      "  | |",
      "  | main",
    ]);
  });

  test("shows related places of other files below", () => {
    const other = createSourceFile("common.rpc", "\n\nmessage Address {}\n");
    const related = () => [place(other, "Address", "declared here")];
    expect(frame({ text: "bad", at: "bad", related })).toEqual([
      "1 | bad",
      "  | ^^^",
      " ::: common.rpc:3:9",
      "  |",
      "3 | message Address {}",
      "  |         ------- declared here",
    ]);
  });

  test("aligns line numbers of different length", () => {
    const related = (file: SourceFile) => [place(file, "one", "first")];
    const text = `one${"\n".repeat(11)}two`;
    expect(
      renderText([sample({ text, at: "two", related })])
        .split("\n")
        .slice(1, 5),
    ).toEqual(["  --> users.rpc:12:1", "   |", " 1 | one", "   | --- first"]);
  });

  test("cuts long lines around the caret", () => {
    const rows = frame({ text: `${"x".repeat(300)}bad${"y".repeat(300)}`, at: "bad" });
    expect(rows[0]).toMatch(/^1 \| \.\.\.x+bady+\.\.\.$/);
    expect(rows[0]?.length).toBeLessThan(140);
    expect(rows[0]?.indexOf("bad")).toBe(rows[1]?.indexOf("^^^"));
  });

  test("shows control and bidirectional characters by their code, in the text and in messages", () => {
    const text = renderText([sample({ text: "a\u202e\u001bbad", at: "bad", label: "x\u0007" })]);
    expect(text).toContain("1 | a<U+202E><U+001B>bad\n  |                  ^^^ x<U+0007>");
  });

  test("ends with a count when a file has more than twenty findings", () => {
    const file = createSourceFile("a.rpc", "x".repeat(30));
    const many = Array.from({ length: 23 }, (_, index): Diagnostic => {
      const span = { file, start: index, end: index + 1 };
      return { code: "RPC0999", severity: "error", message: "wrong", span, related: [], help: [] };
    });
    expect(renderText(many)).toMatch(/\nand 3 more in a\.rpc\n$/);
    expect(renderText(many).match(/wrong/g)).toHaveLength(20);
  });

  test("has colours only when asked", () => {
    const one = sample({ text: "bad", at: "bad", label: "here" });
    expect(renderText([one])).not.toContain("\u001b");
    expect(renderText([one], { color: true })).toContain("\u001b[1;31merror[RPC0999]\u001b[0m");
  });
});

describe("the last line", () => {
  const error = sample({ text: "bad", at: "bad" });
  const warning: Diagnostic = { ...error, severity: "warning", code: "RPC0998" };

  test("counts findings, files and milliseconds", () => {
    const figures = { files: 14, ms: 38.4 };
    expect(renderSummary([error, { ...error, message: "b" }, warning], figures)).toBe(
      "2 errors, 1 warning · 14 files · 38 ms",
    );
  });
  test("says so when all is well", () => {
    expect(renderSummary([], { files: 1, ms: 12_340 })).toBe("no problems · 1 file · 12.3 s");
  });
});
