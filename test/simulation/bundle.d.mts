import type { Bug } from "./bugs.mjs";

export function bundleSimulation(outfile: string, bug: Bug | undefined): Promise<void>;
