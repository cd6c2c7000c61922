const mebibyte = 1024 * 1024;

/** What every attack is held to: peak memory above the budget, handlers of a connection, the wait of a good client, and of handlers whose caller is gone. */
export const marks = Object.freeze({ peakBytes: 64 * mebibyte, handlers: 1_000, bystanderMs: 100, abortMs: 50 });

/**
 * Marks about states and counts, which hold on a busy machine too.
 * @param {any} battle
 * @returns {string[]} what was missed
 */
export function missesOf(battle) {
  const { survived, finding, pollution, peakBytes, budgetBytes, mostHandlers, handlerConnections } = battle;
  return [
    ...(survived ? [] : ["did not survive"]),
    ...(finding !== undefined && !finding.isFine ? [finding.text] : []),
    ...(pollution.length > 0 ? ["polluted"] : []),
    ...(peakBytes > marks.peakBytes + budgetBytes ? ["memory"] : []),
    ...(mostHandlers > marks.handlers * handlerConnections ? ["handlers"] : []),
  ];
}

/**
 * Marks about times.
 * @param {any} battle
 * @returns {string[]} what was missed
 */
export function delaysOf({ mostHandlers, abortMs, bystander }) {
  return [
    ...(mostHandlers > 0 && abortMs > marks.abortMs ? ["abort"] : []),
    ...(bystander.worstMs > marks.bystanderMs ? ["good client"] : []),
  ];
}
