/** What servers of another make say about certificates of clients: those of OpenSSL send alerts, where Node only closes. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createClient, type TlsOptions } from "../../runtime/index.ts";
import { Lab } from "../runtime/fixture/lab.ts";
import { errorOf } from "../runtime/fixture/world.ts";
import { createAuthority, hasOpenssl } from "./certificates.ts";

describe.skipIf(!hasOpenssl())("a server of OpenSSL refuses a client", () => {
  const ours = createAuthority("ours");
  const theirs = createAuthority("theirs");
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-refusal-"));
  const closers: (() => unknown)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** @returns its port */
  function serve(version: string): Promise<string> {
    const { key, cert } = ours.issue();
    const files = ["-key", file("key", key), "-cert", file("cert", cert), "-CAfile", file("ca", ours.ca)];
    const strict = ["-Verify", "1", "-verify_return_error", "-alpn", "rpcgen/1", version];
    const child = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", ...files, ...strict]);
    closers.push(() => child.kill());
    let text = "";
    return new Promise((resolve, reject) => {
      child.on("exit", () => reject(new Error(text)));
      child.stderr.on("data", (bytes: Buffer) => (text += String(bytes)));
      child.stdout.on("data", (bytes: Buffer) => {
        text += String(bytes);
        const port = /ACCEPT \S+:(\d+)/.exec(text)?.[1];
        if (port !== undefined) resolve(port);
      });
    });
  }

  const cases: readonly (readonly [string, () => TlsOptions, string, string])[] = [
    ["whose authority it does not know", () => theirs.issue(), "unknown_ca", "show one of an authority in its ca"],
    ["whose certificate has expired", () => ours.issue({ days: -1 }), "certificate_expired", "expired on 2020-02-01"],
  ];

  test.each(["-tls1_2", "-tls1_3"].flatMap((version) => cases.map((row) => [...row, version] as const)))(
    "%s, and the caller learns it",
    async (_name, certificate, alert, advice, version) => {
      const target = `tls://127.0.0.1:${await serve(version)}`;
      const lab = createClient(Lab, { target, tls: { ca: ours.ca, ...certificate() } });
      closers.push(() => lab.close());
      const error = (await errorOf(lab.ping())) as Error & { readonly cause: { readonly code: string } };
      expect(error).toMatchObject({ reason: "connect_failed" });
      expect(error.message).toContain(`the server refuses this client for its certificate (${alert}): `);
      expect(error.message).toContain(advice);
      expect(error.cause.code).toContain(alert.toUpperCase());
    },
  );
});
