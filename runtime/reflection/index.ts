/** A service that tells which services a server has and what their schemas are. Off unless it is added. */
export { createReflection, type ReflectionOptions } from "./reflection.ts";
export {
  NotDescribed,
  Reflection,
  type ReflectionClient,
  type ReflectionHandlers,
  reflectionSchema,
} from "./gen/reflection.rpc.ts";
