import { expect, test } from "vitest";
import type { MethodType } from "../../../runtime/call/method-type.ts";
import { PerMethod } from "../../../runtime/call/per-method.ts";

const get = { path: "/shop.v1.Orders/Get" } as MethodType;
const put = { path: "/shop.v1.Orders/Put" } as MethodType;

test("works it out once for each method, however calls take turns", () => {
  const made: string[] = [];
  const paths = new PerMethod(({ path }) => made.push(path));
  expect([get, put, get, get, put].map((method) => paths.of(method))).toEqual([1, 2, 1, 1, 2]);
});

test("keeps that there is nothing", () => {
  let asked = 0;
  const nothing = new PerMethod(() => void asked++);
  for (const method of [get, put, get, put]) expect(nothing.of(method)).toBeUndefined();
  expect(asked).toBe(2);
});

test("cleared, it works everything out anew, for the last method too", () => {
  let version = 1;
  const versions = new PerMethod(() => version);
  versions.of(put);
  versions.of(get);
  version = 2;
  versions.clear();
  expect([versions.of(get), versions.of(put)]).toEqual([2, 2]);
});
