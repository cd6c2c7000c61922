import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The command of an installed Chromium. */
export const chromium: string | undefined = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0,
);

/** Milliseconds that a page may take. */
const pageMs = 40_000;

/** A browser without a window that shows one page. */
export interface Browser {
  /** Rejects when the browser ends by itself, or when {@link pageMs} are over: a test that is cut off would leave it running. */
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

/** Opens a page in a browser of its own, with a profile of its own. */
export function openPage(command: string, url: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), "rpcgen-chromium-"));
  const flags = ["headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-dev-shm-usage"];
  const quiet = ["disable-background-networking", "disable-component-update", "disable-sync", "disable-extensions"];
  const options = [...flags, ...quiet, `user-data-dir=${profile}`].map((flag) => `--${flag}`);
  // A group of its own, so that the helper processes end with it.
  const child = spawn(command, [...options, "--remote-debugging-port=0", url], { stdio: "ignore", detached: true });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ended = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The page said nothing within ${pageMs} ms.`)), pageMs);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`Chromium ended by itself, with code ${code}.`));
    });
  });
  ended.catch(() => undefined);
  return {
    ended,
    async close() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      await exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
