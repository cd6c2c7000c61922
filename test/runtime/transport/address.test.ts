import { describe, expect, test } from "vitest";
import { isLoopback, parseAddress } from "../../../runtime/transport/address.ts";

describe("parseAddress", () => {
  test.each([
    ["tcp://127.0.0.1:9000", { scheme: "tcp", host: "127.0.0.1", port: 9000 }],
    ["tcp://localhost:0", { scheme: "tcp", host: "localhost", port: 0 }],
    ["tcp://[::1]:65535", { scheme: "tcp", host: "::1", port: 65535 }],
    ["tcp://[fe80::1%eth0]:1", { scheme: "tcp", host: "fe80::1%eth0", port: 1 }],
    ["unix:/run/app.sock", { scheme: "unix", path: "/run/app.sock" }],
    ["unix:///run/app.sock", { scheme: "unix", path: "/run/app.sock", text: "unix:/run/app.sock" }],
    ["unix:./app.sock", { scheme: "unix", path: "./app.sock" }],
    ["memory:test-1.a_b", { scheme: "memory", name: "test-1.a_b" }],
  ])("reads %s", (text, expected) => {
    expect(parseAddress(text)).toEqual({ text, ...expected });
  });

  test.each([
    ["", "it has no scheme"],
    ["127.0.0.1:9000", "it has no scheme"],
    ["http://localhost:1", 'the scheme "http" is not known'],
    ["tcp:localhost:1", 'expected "//" after "tcp:"'],
    ["tcp://localhost", "the port is missing"],
    ["tcp://localhost:", '"" is not a port'],
    ["tcp://localhost:65536", '"65536" is not a port'],
    ["tcp://localhost:-1", '"-1" is not a port'],
    ["tcp://localhost:1e3", '"1e3" is not a port'],
    ["tcp://localhost:1/x", '"1/x" is not a port'],
    ["tcp://:80", "the host is empty"],
    ["tcp://::1:80", "an IPv6 address stands in brackets"],
    ["tcp://[nonsense]:80", "is not an IPv6 address"],
    ["tcp://a b:80", "is not a host name"],
    ["unix:", "the path is empty"],
    ["unix:/a\0b", "the path contains NUL"],
    [`unix:/${"x".repeat(103)}`, "longer than the 103 bytes"],
    ["memory:", "a memory name has 1 to 64"],
    ["memory:a/b", "a memory name has 1 to 64"],
    [`memory:${"x".repeat(65)}`, "a memory name has 1 to 64"],
  ])("refuses %j and says why", (text, fault) => {
    expect(() => parseAddress(text)).toThrow(TypeError);
    expect(() => parseAddress(text)).toThrow(fault);
  });

  test("refuses what is not a string", () => {
    expect(() => parseAddress(9000 as unknown as string)).toThrow("An address must be a string, not number.");
  });

  test("takes a path of exactly the longest length", () => {
    expect(parseAddress(`unix:/${"x".repeat(102)}`).scheme).toBe("unix");
  });
});

describe("isLoopback", () => {
  test.each(["localhost", "::1", "127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1"])("%s is", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each(["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com", "example.com", "localhost.evil"])(
    "%s is not",
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
