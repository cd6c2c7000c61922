import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { refusalOf } from "../../../runtime/admin/guard.ts";

function refusal(headers: IncomingHttpHeaders, host = "127.0.0.1", hostNames: readonly string[] = []): unknown {
  return refusalOf({ method: "GET", headers } as IncomingMessage, { host, hostNames });
}

describe("a request is let in", () => {
  test.each(["127.0.0.1:9901", "127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:9901"])("by the name %s", (host) => {
    expect(refusal({ host })).toBeUndefined();
  });

  test("by a name that was given", () => {
    expect(refusal({ host: "admin.internal:9901" }, "0.0.0.0", ["Admin.Internal"])).toBeUndefined();
  });

  test.each(["10.0.0.5:9901", "[fd00::5]:9901"])("by the address %s where others may connect", (host) => {
    expect(refusal({ host }, "0.0.0.0")).toBeUndefined();
  });

  test("from its own page, and when somebody follows a link", () => {
    const host = "localhost:9901";
    expect(refusal({ host, origin: "http://localhost:9901", "sec-fetch-site": "same-origin" })).toBeUndefined();
    expect(refusal({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).toBeUndefined();
  });
});

describe("a request is refused", () => {
  test.each(["evil.example:9901", "127.0.0.1.evil.example", "10.0.0.5:9901", "localhost:9901:1", "a b", "", "[::1"])(
    "by the name %j",
    (host) => {
      expect(refusal({ host })).toBe("This host name is not served here.");
    },
  );

  test("without a name", () => {
    expect(refusal({})).toBe("This host name is not served here.");
  });

  test("by a strange name where others may connect", () => {
    expect(refusal({ host: "evil.example" }, "0.0.0.0", ["admin.internal"])).toBeDefined();
  });

  test.each(["http://evil.example", "http://localhost:3000", "null", ""])("from pages of the origin %j", (origin) => {
    expect(refusal({ host: "localhost:9901", origin })).toBe("Pages of other origins may not call this.");
  });

  test.each(["cross-site", "same-site"])("when the browser says that it is %s", (site) => {
    expect(refusal({ host: "localhost:9901", "sec-fetch-site": site, "sec-fetch-mode": "no-cors" })).toBeDefined();
  });
});
