import { describe, expect, test } from "vitest";
import { systemEnvironment } from "../../../runtime/environment/system.ts";
import type { Interceptor } from "../../../runtime/interceptor/interceptor.ts";
import { type PluginHost, startPlugins } from "../../../runtime/plugin/kernel.ts";
import type { Kernel, Plugin } from "../../../runtime/plugin/plugin.ts";

function start(plugins: readonly Plugin[], interceptors: readonly Interceptor[] = []): PluginHost<Interceptor> {
  return startPlugins({ side: "client", environment: systemEnvironment, interceptors, plugins });
}

function logging(name: string, log: string[], requires: readonly string[] = []): Plugin {
  return {
    name,
    requires,
    setup() {
      log.push(`+${name}`);
      return () => void log.push(`-${name}`);
    },
  };
}

describe("plugins", () => {
  test("are set up in order and stopped in reverse, once", async () => {
    const log: string[] = [];
    const host = start([logging("a", log), logging("b", log, ["a"])]);
    await host.stop();
    await host.stop();
    expect(log).toEqual(["+a", "+b", "-b", "-a"]);
  });

  test("add their interceptors behind those that were given", () => {
    const plugin: Plugin = { name: "p", setup: (kernel) => kernel.addInterceptor({ name: "added" }) };
    expect(start([plugin], [{ name: "given" }]).interceptors.map(({ name }) => name)).toEqual(["given", "added"]);
  });

  test("know their side and the environment", () => {
    let seen: Kernel | undefined;
    start([{ name: "p", setup: (kernel) => void (seen = kernel) }]);
    expect([seen?.side, seen?.environment]).toEqual(["client", systemEnvironment]);
  });

  test("cannot add interceptors later", () => {
    let kernel: Kernel | undefined;
    start([{ name: "p", setup: (given) => void (kernel = given) }]);
    expect(() => kernel?.addInterceptor({ name: "late" })).toThrow("during setup only");
  });

  test("that fail to set up stop those before them and pass the fault on", async () => {
    const log: string[] = [];
    const broken: Plugin = {
      name: "broken",
      setup() {
        throw new Error("no config");
      },
    };
    expect(() => start([logging("a", log), broken])).toThrow("no config");
    await Promise.resolve();
    expect(log).toEqual(["+a", "-a"]);
  });

  test("that fail to stop do not keep the others running", async () => {
    const log: string[] = [];
    const broken: Plugin = { name: "broken", setup: () => () => Promise.reject(new Error("stuck")) };
    const host = start([logging("a", log), broken, logging("c", log)]);
    await expect(host.stop()).rejects.toThrow("stuck");
    expect(log).toEqual(["+a", "+c", "-c", "-a"]);
  });

  test("with one name twice are refused", () => {
    expect(() => start([logging("a", []), logging("a", [])])).toThrow('two plugins named "a"');
  });

  test("that require one which does not come earlier are refused", () => {
    expect(() => start([logging("b", [], ["a"]), logging("a", [])])).toThrow('"b" requires "a"; put that before it');
  });

  test("that are none are refused", () => {
    expect(() => start([{ name: "x" } as unknown as Plugin])).toThrow(
      "A plugin is an object with a name and a setup function",
    );
  });
});
