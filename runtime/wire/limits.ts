/** Bounds that reader and writer share, so that whatever one side may send the other may read. */
export const wireLimits: WireLimits = Object.freeze({ maxDepth: 64, maxElements: 1_000_000 });

/** See {@link wireLimits}. */
export interface WireLimits {
  /** Messages nested inside the outermost one, map entries and groups included. */
  readonly maxDepth: number;
  /** List items, map entries and nested messages of one outermost message together. */
  readonly maxElements: number;
}
