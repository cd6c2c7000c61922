import { inspect } from "node:util";
import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { parseTarget, targetLimits } from "../../../runtime/discovery/parse-target.ts";

describe("a target", () => {
  test.each([
    ["tcp://10.0.0.5:9000,10.0.0.6:9000", "tcp", ["10.0.0.5:9000", "10.0.0.6:9000"], ""],
    ["etcd://a:2379,b:2379/shop.v1.Orders", "etcd", ["a:2379", "b:2379"], "shop.v1.Orders"],
    ["ETCD://a/shop.v1.Orders", "etcd", ["a"], "shop.v1.Orders"],
    ["dns:///orders.internal:9000", "dns", [], "orders.internal:9000"],
    ["file:///etc/app/instances.json", "file", [], "etc/app/instances.json"],
    ["unix:/run/app.sock", "unix", [], "/run/app.sock"],
    ["unix:///run/app.sock", "unix", [], "/run/app.sock"],
    ["unix:./app.sock", "unix", [], "./app.sock"],
    ["memory:name", "memory", [], "name"],
    ["redis://[::1]:6379/a%20b%2Fc", "redis", ["[::1]:6379"], "a b/c"],
    ["zookeeper://[fe80::1%25eth0],zk-2:2181/x", "zookeeper", ["[fe80::1%eth0]", "zk-2:2181"], "x"],
  ])("%s is read", (text, scheme, authorities, path) => {
    expect(parseTarget(text)).toEqual({ scheme, authorities, path, parameters: {}, text });
  });

  test("has parameters, decoded", () => {
    const { path, parameters } = parseTarget("etcd://a:2379/s?group=blue%26green&prefix=%2Fapps&tls");
    expect({ path, parameters }).toEqual({
      path: "s",
      parameters: { group: "blue&green", prefix: "/apps", tls: "" },
    });
  });

  test("keeps a password apart and shows it nowhere", () => {
    const target = parseTarget("redis://shop:p%40ss:word@a:6379/orders?token=abc&db=2");
    expect(target.credentials).toEqual({ user: "shop", password: "p@ss:word" });
    expect(target.text).toBe("redis://shop:***@a:6379/orders?token=***&db=2");
    expect(inspect({ ...target, parameters: undefined }) + JSON.stringify(target.text)).not.toMatch(/p@ss|p%40ss|abc/);
    expect(inspect(target)).not.toMatch(/p@ss|p%40ss/);
  });

  test("may have a password without a user, or a user alone", () => {
    expect(parseTarget("redis://:secret@a/s").credentials).toEqual({ user: "", password: "secret" });
    expect(parseTarget("etcd://root@a/s").credentials).toEqual({ user: "root", password: "" });
  });

  test.each([
    ["10.0.0.5:9000", "it has no scheme"],
    ["localhost:9000", "it has no scheme"],
    ["", "it has no scheme"],
    ["memory:", "nothing stands behind the scheme"],
    ["tcp://", 'no host stands behind "//"'],
    ["etcd://root@/s", 'no host stands behind "//"'],
    ["tcp://a:9000,,b:9000", "a host is empty"],
    ["tcp://:9000", "a host is empty"],
    ["tcp://a:0", '"0" is not a port; expected 1 to 65535'],
    ["tcp://a:65536", '"65536" is not a port; expected 1 to 65535'],
    ["tcp://a:http", '"http" is not a port; expected 1 to 65535'],
    ["tcp://a:", '"" is not a port; expected 1 to 65535'],
    ["tcp://::1", 'an IPv6 address stands in brackets: "[::1]"'],
    ["tcp://[nonsense]:1", '"[nonsense]" is not an IPv6 address'],
    ["tcp://a b:1", "it holds white space or control characters; write them as %20"],
    ["tcp://a\r\nb", "it holds white space or control characters; write them as %20"],
    ["tcp://-a:1", '"-a" is not a host name'],
    ["tcp://a$:1", '"a$" is not a host name'],
    ["etcd://a/s#x", 'a target has no "#"; write it as %23'],
    ["etcd://a/%", 'its path has a "%" that is no escape of UTF-8; write "%25" for the sign itself'],
    ["etcd://a/%00", "its path holds control characters"],
    ["etcd://a/s?x=1&x=2", 'the parameter "x" stands in it twice'],
    ["etcd://a/s?=1", "a parameter has no proper name"],
  ])("%j is refused", (text, fault) => {
    expect(() => parseTarget(text)).toThrow(
      new TypeError(
        `"${text}" is not a target: ${fault}. Write "tcp://host:port", "dns:///name:port" or "etcd://host:2379/shop.v1.Orders".`,
      ),
    );
  });

  test("is refused without telling its password", () => {
    for (const text of [
      "redis://u:hunter2@a:x/s",
      "redis://u:hunter2@/",
      "redis://a/s?password=hunter2#",
      "redis://u:hunter2@a/ ",
    ]) {
      expect(() => parseTarget(text)).toThrow(/^(?!.*hunter2)".*" is not a target/);
    }
    for (const password of ["hunter2/x", "hunter2?", "x#hunter2"]) {
      expect(() => parseTarget(`redis://u:${password}@a/s`)).toThrow(/^(?!.*hunter2)A user or password/);
    }
    expect(() => parseTarget(`redis://u:hunter2@${"a".repeat(targetLimits.maxTextLength)}`)).toThrow(/^(?!.*hunter2)/);
  });

  test("has bounds", () => {
    const hosts = Array.from({ length: targetLimits.maxAuthorities }, (_, index) => `h${index}`);
    expect(parseTarget(`tcp://${hosts.join(",")}`).authorities).toHaveLength(hosts.length);
    expect(() => parseTarget(`tcp://${hosts.join(",")},x`)).toThrow(/at most 1000 are read/);
    expect(() => parseTarget(`tcp://a/${"x".repeat(20_000)}`)).toThrow(/at most 16384 characters/);
    const parameters = Array.from({ length: targetLimits.maxParameters + 1 }, (_, index) => `p${index}=1`);
    expect(() => parseTarget(`tcp://a/s?${parameters.join("&")}`)).toThrow(/at most 32 are read/);
    expect(() => parseTarget(7 as unknown as string)).toThrow("A target must be a string, not number.");
  });

  test("is read or refused with a TypeError, whatever the text", () => {
    const piece = fc.constantFrom(
      "://",
      ":",
      "/",
      "@",
      ",",
      "?",
      "&",
      "=",
      "#",
      "%",
      "%41",
      "[",
      "]",
      "::1",
      "a",
      "tcp",
      "9",
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 12 }).map((pieces) => `etcd:${pieces.join("")}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parseTarget(parseTarget(text).text.replaceAll("***", "x")).scheme).toMatch(/^[a-z]/);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
