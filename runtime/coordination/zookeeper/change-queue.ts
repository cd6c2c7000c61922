import type { Environment } from "../../environment/environment.ts";
import { limited } from "../../environment/limit.ts";
import { removeWatch } from "./client.ts";
import type { ZooKeeperConnection } from "./connection.ts";

/** Names below a folder that changed and were not read since; an empty one for the folder itself. */
export class ChangeQueue {
  readonly onEvent: (path: string) => void;
  private readonly connection: ZooKeeperConnection;
  private names: Set<string>;
  private wake: () => void;

  constructor(folder: string, connection: ZooKeeperConnection) {
    this.connection = connection;
    this.names = new Set();
    this.wake = () => undefined;
    this.onEvent = (path) => {
      if (path !== folder && !path.startsWith(`${folder}/`)) return;
      this.names.add(path.slice(folder.length + 1));
      this.wake();
    };
    // Once, not with each wait: a promise that lives as long as the connection keeps all who ever waited for it.
    void connection.closed.then(() => this.wake());
  }

  /** Waits for changes. @throws what ended the connection, or the signal's reason */
  async next(signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (this.names.size === 0 && this.connection.isOpen && !signal.aborted) await this.news(signal);
    signal.throwIfAborted();
    if (!this.connection.isOpen) throw await this.connection.closed;
    const names = this.names;
    this.names = new Set();
    return names;
  }

  private news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        resolve();
      };
      signal.addEventListener("abort", done);
      this.wake = done;
    });
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
