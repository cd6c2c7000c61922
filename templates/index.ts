/** The list of built-in templates. */

import { moduleTemplate } from "./module.ts";
import type { Template } from "./template.ts";

export type { OutputOptions, Template } from "./template.ts";

/** Templates that a compilation runs unless it is told otherwise. */
export const builtinTemplates: readonly Template[] = Object.freeze([moduleTemplate]);
