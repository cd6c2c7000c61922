/**
 * Listens on a free port of the loopback interface.
 * @param {{ listen: (port: number, host: string, done: () => void) => unknown, once: (event: string, fail: (error: any) => void) => unknown, address: () => any }} server
 * @returns {Promise<number>} the port
 */
export function listenOnLoopback(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}
