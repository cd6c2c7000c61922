/**
 * Number by which a method is known on the wire: FNV-1a, 32 bits, over the UTF-8 bytes of its path.
 * The compiler rejects two methods of one schema that share it. 0 is not a valid id and is mapped to 1.
 *
 * @param path `/package.Service/Method` in ASCII
 * @returns an unsigned 32-bit integer, 1 or more
 */
export function methodIdFromPath(path: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < path.length; index++) {
    hash = Math.imul(hash ^ path.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0 || 1;
}
