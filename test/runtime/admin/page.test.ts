import { describe, expect, test } from "vitest";
import { contentSecurityPolicy, page } from "../../../runtime/admin/page.ts";
import { plain } from "../../../runtime/admin/plain.ts";

function shown(content: unknown): string {
  return page("shop", [{ path: "/x", title: "X", content: plain(content) }]);
}

describe("the page", () => {
  test("shows objects as rows, under every name that one of them has", () => {
    const html = shown([{ a: 1 }, { a: 2, b: "two" }]);
    expect(html).toContain(
      "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td></td></tr><tr><td>2</td><td>two</td></tr></table>",
    );
  });

  test("says where there is nothing", () => {
    for (const nothing of [[], {}, null, ""]) expect(shown(nothing)).toContain('<p class="none">none</p>');
  });

  test("lets no text become markup, whether it is a value, a name, a title or a path", () => {
    const bad = `"><script>alert(1)</script><img src=x onerror='x'>&`;
    const html = page(bad, [{ path: `/${bad}`, title: bad, content: plain([bad, { [bad]: bad }, [[bad]]]) }]);
    expect(html).not.toMatch(/<script|<img|onerror='|[^;]"><s/);
    expect(html).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;x&#39;&gt;&amp;");
  });

  test("runs nothing and loads nothing", () => {
    expect(contentSecurityPolicy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; /);
    expect(contentSecurityPolicy).toContain("frame-ancestors 'none'");
  });
});

describe("what JSON cannot say is shown as text:", () => {
  test.each([
    [Infinity, "Infinity"],
    [NaN, "NaN"],
    [12n, "12"],
    [() => 1, "(function)"],
    [new TypeError("no"), "TypeError: no"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Uint8Array(3), "(3 bytes)"],
    [undefined, null],
    [new Map([["a", new Set([1])]]), { a: [1] }],
    [{ a: undefined, b: 1 }, { b: 1 }],
  ])("%s", (value, expected) => {
    expect(plain(value)).toEqual(expected);
  });

  test("what holds itself", () => {
    const ring: { next?: object } = {};
    ring.next = ring;
    expect(JSON.stringify(plain(ring))).toContain("(deeper)");
  });

  test("the end of a long list", () => {
    const items = plain(Array.from({ length: 1_002 }, (_, index) => index)) as readonly unknown[];
    expect([items.length, items.at(-1)]).toEqual([1_001, "(2 more)"]);
  });

  test("and names are never more than names", () => {
    const value = plain(JSON.parse('{"__proto__":{"a":1}}')) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1}}');
  });
});
