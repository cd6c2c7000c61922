export type * from "./descriptor.ts";
export { methodIdFromPath } from "./method-id.ts";
