import type { Bug } from "./bugs.mjs";

export const clusterBugs: readonly Bug[];
