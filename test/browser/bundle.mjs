/** Bundles for browsers as an app's bundler would make them, but from source: what the tests look into and the bench measures. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const runtime = join(root, "runtime");

/** Where {@link compileGreeters} writes, from here. */
const output = "../.output/browser";

/** @param {string} client the module that the client comes from @param {"Greeter" | "Greeters"} service */
const page = (client, service) => `
  import { createClient } from "${client}";
  import { ${service} } from "${output}/${service.toLowerCase()}.rpc.ts";
  globalThis.greeter = createClient(${service}, { target: "wss://example.com/" });`;

/** Entries of the bundles whose size counts: a service of unary methods, one with streams too. They need {@link compileGreeters} first. */
export const pageEntries = {
  service: page("@rpcgen/runtime", "Greeter"),
  streams: page("@rpcgen/runtime", "Greeters"),
  everything: page("@rpcgen/runtime/client", "Greeter"),
  messages: `import { Greeting } from "${output}/greeter.rpc.ts"; globalThis.g = Greeting;`,
};

/** Generates the services of {@link pageEntries} with the built compiler. */
export function compileGreeters() {
  for (const file of ["examples/prebuild/api/greeter.rpc", "test/browser/greeters.rpc"]) {
    const args = ["compile", file, "--out-dir", join(here, output), "--no-cache"];
    const options = /** @type {const} */ ({ cwd: root, encoding: "utf8" });
    const { status, stderr } = spawnSync(process.execPath, ["dist/cli/main.cjs", ...args], options);
    if (status !== 0 || stderr !== "") throw new Error(`${file} was not compiled (${status}): ${stderr}`);
  }
}

/**
 * @param {string} entry a TypeScript text beside this file
 * @returns {Promise<import("./bundle.mjs").Bundle>}
 */
export async function bundleForBrowser(entry) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: here, loader: "ts", sourcefile: "page-entry.ts" },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    metafile: true,
    logLevel: "silent",
    // As the runtime is built; what a plugin resolves has no tsconfig of its own.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [fromSource()],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
  const parts = Object.entries(inputs).map(([path, { bytesInOutput }]) => /** @type {const} */ ([path, bytesInOutput]));
  return {
    code: file.text,
    minifiedBytes: file.contents.length,
    gzipBytes: gzipSync(file.contents, { level: 9 }).length,
    parts: parts.filter(([, bytes]) => bytes > 0).sort((left, right) => right[1] - left[1]),
  };
}

/**
 * Resolves the runtime as its manifest tells bundlers, with the source of each file in place of the built one.
 * @returns {import("esbuild").Plugin}
 */
function fromSource() {
  const manifest = JSON.parse(readFileSync(join(runtime, "package.json"), "utf8"));
  const sourceOf = (/** @type {string} */ built) => join(runtime, built.replace("./dist/", "").replace(/\.js$/, ".ts"));
  const replaced = new Map(
    Object.entries(manifest.browser).map(([from, to]) => [sourceOf(from), sourceOf(/** @type {string} */ (to))]),
  );
  return {
    name: "runtime-from-source",
    setup({ onResolve }) {
      onResolve({ filter: /^@rpcgen\/runtime/ }, ({ path }) => {
        const exported = manifest.exports[path.replace("@rpcgen/runtime", ".")];
        const built = exported?.browser?.default ?? exported?.default;
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
