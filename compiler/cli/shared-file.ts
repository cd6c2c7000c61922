import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The bytes of a file in memory that threads have in common, so that none of them copies it. @throws what the system says */
export function readShared(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.from(new SharedArrayBuffer(fstatSync(file).size));
    let done = 0;
    for (let count = -1; done < bytes.length && count !== 0; done += count)
      count = readSync(file, bytes, { offset: done });
    return bytes.subarray(0, done);
  } finally {
    closeSync(file);
  }
}
