import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { createAccess } from "../../../runtime/http/access.ts";

const credentials = { user: "ops", password: "a:b" };
const asking = (authorization?: string): IncomingMessage => ({ headers: { authorization } }) as IncomingMessage;
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("who may use an HTTP port", () => {
  test("everybody on this machine", () => {
    expect(createAccess("127.0.0.1", { realm: "x" }).allows(asking())).toBe(true);
  });

  test("nobody on others, unless somebody says how", () => {
    expect(() => createAccess("0.0.0.0", { realm: "x" })).toThrow("Ask callers for credentials, or set insecure");
    expect(createAccess("0.0.0.0", { realm: "x", insecure: true }).allows(asking())).toBe(true);
  });

  test.each([undefined, "", "Bearer x", basic("ops"), basic("ops:a"), basic("ops:a:b "), "Basic ===="])(
    "not with %j in place of the credentials",
    (authorization) => {
      expect(createAccess("0.0.0.0", { realm: "x", credentials }).allows(asking(authorization))).toBe(false);
    },
  );

  test("who has the credentials", () => {
    expect(createAccess("0.0.0.0", { realm: "x", credentials }).allows(asking(basic("ops:a:b")))).toBe(true);
  });
});
