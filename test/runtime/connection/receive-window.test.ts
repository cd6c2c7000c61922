import { expect, test } from "vitest";
import { ReceiveWindow } from "../../../runtime/connection/receive-window.ts";

test("takes what the peer has credit for, to the byte", () => {
  expect(new ReceiveWindow(100, 100).receive(100)).toBe(true);
  expect(new ReceiveWindow(100, 100).receive(101)).toBe(false);
});

test("grants the rest of the window to who began with less, once it is worth a frame", () => {
  expect(new ReceiveWindow(50, 100).takeGrant()).toBe(50);
  expect(new ReceiveWindow(51, 100).takeGrant()).toBe(0);
});

test("gives no credit for what waits to be used", () => {
  const window = new ReceiveWindow(100, 100);
  window.receive(80);
  window.hold(60);
  expect(window.takeGrant()).toBe(0);
  window.release(30);
  expect([window.held, window.takeGrant()]).toEqual([30, 50]);
  expect([window.outstanding, window.takeGrant()]).toEqual([70, 0]);
});

test("holds nothing below nothing, whatever is given back", () => {
  const window = new ReceiveWindow(100, 100);
  window.hold(5);
  window.release(9);
  expect(window.held).toBe(0);
});
