import { describe, expect, test } from "vitest";
import { code, type Code } from "../../templates/code.ts";
import { docComment } from "../../templates/jsdoc.ts";
import { array, assign, call, object, sections, specifiers } from "../../templates/layout.ts";
import { numberLiteral, regularExpressionLiteral, stringLiteral } from "../../templates/literal.ts";
import { ident } from "../../templates/naming.ts";
import { print } from "../../templates/print.ts";
import { inBody, settled, stacked } from "../../templates/settle.ts";

const long = ident("aNameThatIsRatherLongAndFillsTheLine");

describe("a code template", () => {
  test("indents what stands in a hole like the line it stands on", () => {
    const body = code`
      first;
      second;
    `;
    expect(
      print(code`
      function f() {
        ${body}
      }
    `),
    ).toBe("function f() {\n  first;\n  second;\n}");
  });

  test("drops the line of a hole that is alone and empty", () => {
    expect(
      print(code`
      {
        ${undefined}
        a;
        ${[]}
      }
    `),
    ).toBe("{\n  a;\n}");
  });

  test("takes a list where a hole has its line to itself", () => {
    expect(
      print(code`
      {
        ${[code`a;`, code`b;`]}
      }
    `),
    ).toBe("{\n  a;\n  b;\n}");
  });
});

describe("layout", () => {
  test("keeps a call on one line while it fits and breaks every argument when not", () => {
    expect(print(code`${call(ident("f"), [ident("a"), ident("b")])};`)).toBe("f(a, b);");
    expect(print(code`${call(ident("f"), [long, long, long])};`)).toBe(`f(\n  ${long},\n  ${long},\n  ${long},\n);`);
  });

  test("lets an object hug the parentheses of a call", () => {
    expect(print(call(ident("f"), [object([code`a: 1`])]))).toBe("f({\n  a: 1,\n})");
  });

  test("breaks behind the equals sign before the right side is too long", () => {
    expect(print(code`${assign(code`const ${long}: ${long}`, code`${long}`)};`)).toBe(
      `const ${long}: ${long} =\n  ${long};`,
    );
  });

  test("breaks arrays and import lists that do not fit", () => {
    expect(print(array([long, long, long]))).toBe(`[\n  ${long},\n  ${long},\n  ${long},\n]`);
    expect(print(specifiers([ident("a"), ident("b")]))).toBe("{ a, b }");
  });

  test("puts blank lines between sections and none for empty ones", () => {
    expect(print(sections(code`a;`, code``, code`b;`))).toBe("a;\n\nb;");
  });
});

describe("settled code", () => {
  test("is made once when all of its lines fit", () => {
    let made = 0;
    const make = (): Code => {
      made++;
      return code`
        first;
        ${call(ident("f"), [object([code`a: 1`])])};
      `;
    };
    expect(settled(1, make)).toBe("first;\n  f({\n    a: 1,\n  });");
    expect(made).toBe(1);
  });

  test("breaks a line that fits at another depth only", () => {
    const arguments_ = [long, ident("b".repeat(38))];
    const make = (): Code => code`${call(ident("f"), arguments_)};`;
    expect(settled(0, make)).toBe(`f(${long}, ${"b".repeat(38)});`);
    expect(settled(1, make)).toBe(`f(\n    ${long},\n    ${"b".repeat(38)},\n  );`);
  });

  test("leaves code behind it alone when what it is made of throws", () => {
    expect(() => settled(0, () => code`${ident("not an identifier")}`)).toThrow(TypeError);
    expect(print(code`${call(ident("f"), [long, long, long])};`)).toContain("\n");
  });

  test("stands as it is in the code around it", () => {
    const statements = settled(2, () => [code`a;`, code`b;`]);
    expect(inBody`
      while (true) {
        ${statements}
      }
    `).toBe("while (true) {\n    a;\n    b;\n  }");
  });

  test("drops the line of a hole that is empty, the first one too", () => {
    expect(inBody`
      ${undefined}
      a;
      ${undefined}
    `).toBe("a;");
    expect(stacked(inBody`a;`, inBody``, inBody`b;`)).toBe("a;\n\nb;");
  });
});

describe("literals", () => {
  test.each([
    ["it's", `"it's"`],
    ['say "a"', `'say "a"'`],
    [`'"`, `"'\\""`],
    ["\u2028\u202e", '"\\u2028\\u202e"'],
    ["\\", '"\\\\"'],
    [`\\'"" `, `'\\\\\\'"" '`],
  ])("write %j in the quotes that prettier takes", (text, expected) => {
    expect(stringLiteral(text)).toBe(expected);
  });

  test("write numbers as prettier does and refuse what has no literal", () => {
    expect([numberLiteral(1e21), numberLiteral(-0), numberLiteral(0.5)]).toEqual(["1e21", "-0", "0.5"]);
    expect(() => numberLiteral(Number.NaN)).toThrow(RangeError);
  });

  test("write patterns between slashes, with everything else escaped", () => {
    expect(regularExpressionLiteral("a/b\n\u{1f600}")).toBe("/a\\/b\\n\\u{1f600}/u");
    expect(() => regularExpressionLiteral("(")).toThrow(SyntaxError);
  });
});

describe("doc comments", () => {
  test("are nothing without text, one line for one line, and a block for more", () => {
    expect(print(docComment({}))).toBe("");
    expect(print(docComment({ doc: "One." }))).toBe("/** One. */");
    expect(print(docComment({ doc: "One.\n\nTwo.", deprecated: { reason: "old" } }))).toBe(
      "/**\n * One.\n *\n * Two.\n * @deprecated old\n */",
    );
  });

  test("cannot be ended, reordered or turned into instructions", () => {
    expect(print(docComment({ doc: "a */ b \u202e @ts-ignore eslint-disable" }))).toBe(
      "/** a *\\/ b \\u202e \\@ts-ignore eslint\\-disable */",
    );
  });
});
