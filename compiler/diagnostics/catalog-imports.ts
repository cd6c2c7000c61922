import { entry } from "./diagnostic.ts";

/** Findings about where imports lead: RPC005x. */
export const importCatalog = {
  entryNotFound: entry<{ readonly path: string }>({
    code: "RPC0050",
    severity: "error",
    title: "A schema that was named cannot be read",
    explanation: "The file does not exist, is not a regular file, or may not be read.",
    clause: "2.1.1",
    text: ({ path }) => ({
      message: `\`${path}\` cannot be read`,
      help: ["check that the path is right and names a file"],
    }),
  }),
  importNotFound: entry<{ readonly text: string; readonly tried: string }>({
    code: "RPC0051",
    severity: "error",
    title: "An imported file does not exist",
    explanation:
      "A relative import is looked up from the file that holds it. Any other import is looked up in the import paths of the configuration, and then as a file of a package in `node_modules`.",
    clause: "2.1.4",
    text: ({ text, tried }) => ({
      message: `there is no file \`${text}\``,
      label: "nothing is here",
      help: [tried === "" ? "the path is relative to the file that imports it" : tried],
    }),
  }),
  importForbidden: entry<{ readonly text: string; readonly reason: string }>({
    code: "RPC0052",
    severity: "error",
    title: "An import path can never be followed",
    explanation:
      "Import paths are relative (`./common.rpc`), or name a file of an import path or package (`@acme/schemas/money.rpc`). Absolute paths, drives, URLs, backslashes, control characters, device names of Windows, and segments that end in a dot or space are refused on every system, so that a schema means the same everywhere.",
    clause: "2.1.5",
    text: ({ text, reason }) => ({
      message: text === "" ? "an import needs a path" : `\`${printable(text)}\` cannot be imported: ${reason}`,
      help: ['write a relative path such as `"./common.rpc"`, or `"package/file.rpc"`'],
    }),
  }),
  importEscapes: entry<{ readonly text: string; readonly root: string }>({
    code: "RPC0053",
    severity: "error",
    title: "An import leaves its root",
    explanation:
      "Files may import what lies below the same root (the working directory, an import path, or their package), also after symbolic links are followed. Otherwise a schema could read any file of the machine.",
    clause: "2.1.5",
    text: ({ text, root }) => ({
      message: `\`${text}\` leads out of \`${root}\``,
      label: "outside of every root",
      help: ["add the directory to `importPaths` of the configuration if its schemas belong to this project"],
    }),
  }),
  importProto: entry<{ readonly text: string }>({
    code: "RPC0054",
    severity: "error",
    title: "A .proto file is imported",
    explanation: "Only `.rpc` files can be imported. A .proto file has to be converted once.",
    clause: "2.1.4",
    text: ({ text }) => ({
      message: `\`${text}\` is a .proto file; importing those is not supported yet`,
      help: [`convert it to .rpc by hand, and import \`${text.replace(/\.proto$/, ".rpc")}\``],
    }),
  }),
  importExtension: entry<{ readonly text: string }>({
    code: "RPC0055",
    severity: "error",
    title: "An import path has no .rpc at its end",
    explanation: "Import paths name files in full, so that they mean the same to every tool.",
    clause: "2.1.4",
    text: ({ text }) => ({
      message: `\`${text}\` does not end in .rpc`,
      help: [`write \`${JSON.stringify(`${text}.rpc`)}\``],
    }),
  }),
  packageNotFound: entry<{ readonly text: string; readonly package: string }>({
    code: "RPC0056",
    severity: "error",
    title: "An import names a package that is not installed",
    explanation:
      "An import that is not relative is looked up in the import paths, then in the `node_modules` of each directory from the importing file upwards. A package is a directory with a package.json.",
    clause: "2.1.4",
    text: ({ text, package: name }) => ({
      message: `\`${text}\` is in no import path, and there is no package \`${name}\``,
      help: [`for a file beside this one write \`"./${text}"\``, `for a package run \`npm install ${name}\``],
    }),
  }),
  tooManyFiles: entry<{ readonly limit: number }>({
    code: "RPC0057",
    severity: "error",
    title: "A compilation has too many files",
    explanation: "The number of files of one compilation is bounded, so that a schema cannot exhaust memory.",
    clause: "2.1.6",
    text: ({ limit }) => ({
      message: `this import is not followed: ${limit} files were read`,
      help: ["compile parts of the schemas separately"],
    }),
  }),
  fileTooLarge: entry<{ readonly length: number }>({
    code: "RPC0058",
    severity: "error",
    title: "A schema file is too large",
    explanation: "A schema file has at most 4 MiB of text.",
    clause: "2.1.6",
    text: ({ length }) => ({
      message: `this file has ${length} characters; the limit is 4194304`,
      help: ["split it into several files"],
    }),
  }),
};

function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
