import { type ChildProcess, fork, spawn } from "node:child_process";

/** A process of the cluster. */
export interface Child {
  send(message: object): void;
  /** Ends it and waits until it is gone; killed when it takes over ten seconds. @returns its exit code, null when the signal ended it */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
}

/** What a process says of itself when it is ready. */
export interface Ready {
  readonly child: Child;
  /** Where it listens, if it does. */
  readonly address: string;
}

const all = new Set<ChildProcess>();
const readyLimitMs = 20_000;
const endLimitMs = 10_000;

/** Starts `dist/<role>.js` and waits until it is ready. @throws Error when it ends before, or takes too long */
export async function start(
  role: "registry-peer" | "instance" | "caller",
  args: readonly string[],
  onMessage: (message: object) => void = () => undefined,
): Promise<Ready> {
  const child = track(fork(new URL(`./${role}.js`, import.meta.url), args));
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${role} ${args[0]} is not ready`)), readyLimitMs);
    child.once("exit", () => reject(new Error(`${role} ${args[0]} ended before it was ready`)));
    child.on("message", (message: { readonly kind: string; readonly address?: string }) => {
      if (message.kind !== "ready") return onMessage(message);
      clearTimeout(timer);
      resolve(message.address ?? "");
    });
  });
  return { child: handleOf(child), address };
}

/** Starts a program of the system, silent. */
export function startProgram(command: string, args: readonly string[]): Child {
  return handleOf(track(spawn(command, args, { stdio: "ignore" })));
}

/** Kills whatever still runs. */
export function killAll(): void {
  for (const child of all) child.kill("SIGKILL");
}

function track(child: ChildProcess): ChildProcess {
  all.add(child);
  child.on("error", () => all.delete(child));
  child.on("exit", () => all.delete(child));
  return child;
}

function handleOf(child: ChildProcess): Child {
  return {
    send: (message) => void (child.connected && child.send(message)),
    end(signal) {
      if (!all.has(child)) return Promise.resolve(child.exitCode);
      return new Promise((resolve) => {
        const timer = setTimeout(() => child.kill("SIGKILL"), endLimitMs);
        child.once("exit", (code) => {
          clearTimeout(timer);
          resolve(code);
        });
        child.kill(signal);
      });
    },
  };
}
