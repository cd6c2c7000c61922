import type { Environment } from "../../environment/environment.ts";
import { limited } from "../../environment/limit.ts";
import { untilAborted } from "../link.ts";
import { removeWatch } from "./client.ts";
import type { ZooKeeperConnection } from "./connection.ts";

/** Names below a folder that changed and were not read since; an empty one for the folder itself. */
export class ChangeQueue {
  readonly onEvent: (path: string) => void;
  #names: Set<string>;
  #wake: () => void;

  constructor(folder: string) {
    this.#names = new Set();
    this.#wake = () => undefined;
    this.onEvent = (path) => {
      if (path !== folder && !path.startsWith(`${folder}/`)) return;
      this.#names.add(path.slice(folder.length + 1));
      this.#wake();
    };
  }

  /** Waits for changes. @throws the connection's end, or the signal's reason */
  async next(connection: ZooKeeperConnection, signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (this.#names.size === 0) {
      const change = new Promise<void>((resolve) => (this.#wake = resolve));
      const end = connection.closed.then((error) => {
        throw error;
      });
      await untilAborted(Promise.race([change, end]), signal);
    }
    const names = this.#names;
    this.#names = new Set();
    return names;
  }
}

/** Others may watch the same folder on this connection; the last one ends the server's watch. */
export async function endWatch(
  connection: ZooKeeperConnection,
  folder: string,
  environment: Environment,
): Promise<void> {
  if (!connection.isOpen || [...connection.watchers.values()].includes(folder)) return;
  const limit = { environment, limitMs: 500, what: `Ending the watch of ${folder}` };
  await limited(limit, (signal) => removeWatch(connection, folder, signal)).catch(() => undefined);
}
