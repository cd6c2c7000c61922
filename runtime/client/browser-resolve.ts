/** A page calls an address that it knows: takes the place of `resolve.ts` in bundles for one. */
export function isResolved(): boolean {
  return false;
}
