export function checkExpressions(_: unknown): ReadonlyMap<never, never> {
  return new Map();
}
