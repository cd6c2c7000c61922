import { isInside } from "../emit/output-path.ts";

/** Gives paths as the user would type them: relative below the working directory, absolute elsewhere. */
export function createDisplay(directory: string): (path: string) => string {
  return (path) => (isInside(directory, path) ? path.slice(directory === "/" ? 1 : directory.length + 1) : path);
}
