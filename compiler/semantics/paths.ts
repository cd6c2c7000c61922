/** Joins and normalises: resolves `.` and `..`, drops empty segments. `..` above the root of an absolute path stays there. */
export function joinPath(directory: string, path: string): string {
  const joined = path.startsWith("/") ? path : `${directory}/${path}`;
  const segments: string[] = [];
  for (const segment of joined.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  const drive = /^[A-Za-z]:$/.test(segments[0] ?? "");
  return drive ? segments.join("/") : `/${segments.join("/")}`;
}

/** The directory of a path; `/` for a path at the top. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** True when `path` is `directory` or lies below it. */
export function isInside(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith("/") ? directory : `${directory}/`);
}

/** `path` without its leading `directory`; the whole path when it lies elsewhere. */
export function pathBelow(directory: string, path: string): string {
  if (!isInside(directory, path)) return path.replace(/^\//, "");
  return path.slice(directory.endsWith("/") ? directory.length : directory.length + 1);
}

/** The import text that leads from one file to another: `./common.rpc`, `../geo.rpc`. Both paths share a base. */
export function relativeImport(fromFile: string, toFile: string): string {
  const from = fromFile.split("/").slice(0, -1);
  const to = toFile.split("/");
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  const ups = from.length - shared;
  return (ups === 0 ? "./" : "../".repeat(ups)) + to.slice(shared).join("/");
}

const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)(\..*)?$/i;

/**
 * Says why an import text can never be followed, whatever lies on disk: it is absolute, or some system would read it
 * as another file. `undefined` when there is nothing against it.
 */
export function forbiddenImportReason(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.includes("\0")) return "it holds a NUL character";
  if (/[\u0001-\u001f\u007f]/.test(text)) return "it holds a control character";
  if (text.includes("\\")) return "it holds a backslash; separate directories by `/`";
  if (text.startsWith("/")) return "it is absolute";
  if (/^[A-Za-z]:/.test(text)) return "it names a drive";
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return "it is a URL; schemas are read from disk only";
  for (const segment of text.split("/")) {
    if (segment === "." || segment === "..") continue;
    if (DEVICE_NAME.test(segment)) return `\`${segment}\` is the name of a device on Windows`;
    if (/[. ]$/.test(segment)) return `\`${segment}\` ends with a dot or a space, which Windows drops`;
  }
  return undefined;
}
