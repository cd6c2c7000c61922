import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "../..");
const runtime = join(root, "runtime");

/** A bundle for a browser, and what it is made of. */
export interface Bundle {
  readonly code: string;
  readonly gzipBytes: number;
  /** Bytes of each source file in the bundle, largest first. */
  readonly parts: readonly (readonly [path: string, bytes: number])[];
}

/** Bundles `entry`, a TypeScript text beside this file, as an app's bundler would, but from source. */
export async function bundleForBrowser(entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: import.meta.dirname, loader: "ts", sourcefile: "page-entry.ts" },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    metafile: true,
    logLevel: "silent",
    plugins: [fromSource()],
  });
  const [output] = outputFiles;
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
  const parts = Object.entries(inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  return {
    code: output?.text ?? "",
    gzipBytes: gzipSync(output?.contents ?? "", { level: 9 }).length,
    parts: parts.filter(([, bytes]) => bytes > 0).sort((left, right) => right[1] - left[1]),
  };
}

interface Manifest {
  readonly browser: Readonly<Record<string, string>>;
  readonly exports: Readonly<
    Record<string, { readonly browser?: { readonly default: string }; readonly default: string }>
  >;
}

/** Resolves the runtime as its manifest tells bundlers, with the source of each file in place of the built one. */
function fromSource(): Plugin {
  const manifest = JSON.parse(readFileSync(join(runtime, "package.json"), "utf8")) as Manifest;
  const sourceOf = (built: string): string => join(runtime, built.replace("./dist/", "").replace(/\.js$/, ".ts"));
  const replaced = new Map(Object.entries(manifest.browser).map(([from, to]) => [sourceOf(from), sourceOf(to)]));
  return {
    name: "runtime-from-source",
    setup({ onResolve }) {
      onResolve({ filter: /^@rpcgen\/runtime/ }, ({ path }) => {
        const entry = manifest.exports[path.replace("@rpcgen/runtime", ".")];
        const built = entry?.browser?.default ?? entry?.default;
        return built === undefined ? undefined : { path: sourceOf(built), sideEffects: false };
      });
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
        const full = join(resolveDir, path);
        if (!full.startsWith(runtime)) return undefined;
        return { path: replaced.get(full) ?? full, sideEffects: false };
      });
    },
  };
}
