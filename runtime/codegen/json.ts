/** What `toJson` and `fromJson` of generated messages call. */
export { fromJson, toJson } from "../codec/json-value.ts";
