export type * from "./descriptor.ts";
export { methodIdFromPath } from "./method-id.ts";
export type * from "./type.ts";
