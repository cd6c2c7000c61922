import { existsSync, type FSWatcher, watch as watchPath } from "node:fs";
import { parentOf } from "../emit/output-path.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { CommandContext } from "./run.ts";

/** One run and the paths whose change asks for another. */
export interface WatchedRun {
  readonly watched: readonly string[];
}

/** Editors save in several steps; a run waits until this long after the last of them. */
const SETTLE_MS = 30;

/** Runs again after every change until the process is interrupted. A run that fails is reported and does not end the watch. */
export function watch(runOnce: () => Promise<WatchedRun>, { console }: CommandContext): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const watchers = createWatchers(() => schedule());
    let timer: NodeJS.Timeout | undefined;
    let isRunning = false;
    let isWanted = false;
    const schedule = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void turn(), SETTLE_MS);
    };
    const turn = async (): Promise<void> => {
      if (isRunning) {
        isWanted = true;
        return;
      }
      isRunning = true;
      try {
        watchers.follow((await runOnce()).watched);
        console.output("watching for changes; Ctrl-C ends it\n");
      } catch (error) {
        stop();
        reject(error);
      }
      isRunning = false;
      if (isWanted) schedule();
      isWanted = false;
    };
    const stop = (): void => {
      clearTimeout(timer);
      watchers.close();
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    };
    const interrupt = (): void => {
      stop();
      resolve(EXIT.interrupted);
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    void turn();
  });
}

interface Watchers {
  follow(paths: readonly string[]): void;
  close(): void;
}

/** Watches directories rather than files: an editor that saves by renaming would otherwise be lost after the first save. */
function createWatchers(changed: () => void): Watchers {
  const active = new Map<string, FSWatcher>();
  let wanted: ReadonlySet<string> = new Set();
  const open = (directory: string): void => {
    const watcher = watchPath(directory, (_, name) => {
      if (name === null || wanted.has(`${directory}/${name}`) || (wanted.has(directory) && mayHoldSchema(name)))
        changed();
    });
    watcher.on("error", () => watcher.close());
    active.set(directory, watcher);
  };
  return {
    follow: (paths) => {
      wanted = new Set(paths);
      const directories = new Set(
        [...wanted].map((path) => (existsSync(path) ? parentOf(path) : existingParent(path))),
      );
      for (const directory of directories) if (!active.has(directory)) open(directory);
      for (const [directory, watcher] of active) {
        if (directories.has(directory)) continue;
        watcher.close();
        active.delete(directory);
      }
    },
    close: () => active.forEach((watcher) => watcher.close()),
  };
}

/** A schema or a directory; outputs that are written beside their schemas are neither. */
function mayHoldSchema(name: string): boolean {
  return name.endsWith(".rpc") || !name.includes(".");
}

function existingParent(path: string): string {
  let directory = parentOf(path);
  while (!existsSync(directory) && directory !== "/") directory = parentOf(directory);
  return directory;
}
