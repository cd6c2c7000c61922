import { methodIdFromPath } from "@rpcgen/runtime/descriptor";
import { expect, test } from "vitest";

test("the id is FNV-1a of the path", () => {
  expect(methodIdFromPath("")).toBe(0x811c9dc5);
  expect(methodIdFromPath("a")).toBe(0xe40c292c);
  expect(methodIdFromPath("foobar")).toBe(0xbf9cf968);
});

test("two paths may share an id, which the compiler refuses", () => {
  const paths = ["/shop.v1.Orders/ListItemAtCartAt", "/shop.v1.Orders/CreateTokenImageIn"];
  expect(new Set(paths.map(methodIdFromPath)).size).toBe(1);
});
