/** A port where a running program can be looked at, and a little of it changed. Off unless it is made. */
export { type Admin, type AdminOptions, createAdmin } from "./admin.ts";
export type {
  AdminBreaker,
  AdminChannel,
  AdminConfiguration,
  AdminHealth,
  AdminLogLevels,
  AdminServer,
  AdminSources,
  AdminSwitches,
  SwitchRule,
} from "./sources.ts";
