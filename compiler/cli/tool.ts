export { run } from "./run.ts";

/** The second thread of a compilation; loaded there only. */
export const helper = async (): Promise<typeof import("./helper-thread.ts")> => import("./helper-thread.ts");
