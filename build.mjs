/**
 * `npm run build`: types and the runtime through `tsc -b`, the tool as three ES modules and a script through esbuild, and links that let the
 * examples use both packages by name, as an app would. A build with nothing changed takes about a second.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const started = performance.now();

buildTypes();
await bundleTool();
linkPackage();
console.log(`built rpcgen and @rpcgen/runtime · ${Math.round(performance.now() - started)} ms`);

/** JavaScript and declarations of the runtime, declarations of templates and compiler. */
function buildTypes() {
  // Outputs that were deleted by hand are not noticed through the build info, so the build info goes with them.
  for (const [output, info] of [
    ["runtime/dist/index.js", "runtime/dist/.tsbuildinfo"],
    ["dist/types/compiler/index.d.ts", "dist/types/compiler.tsbuildinfo"],
    ["dist/types/templates/template.d.ts", "dist/types/templates.tsbuildinfo"],
  ]) {
    if (!existsSync(join(root, output))) rmSync(join(root, info), { force: true });
  }
  const require = createRequire(import.meta.url);
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-b", "runtime", "templates", "compiler"], {
    cwd: root,
    stdio: "inherit",
  });
  if (result.status !== 0) fail("the type check failed, see above");
}

/**
 * dist/{index,template}.js for programs and dist/cli/main.cjs for the shell; chevrotain goes inside, what is heavy and rare stays
 * outside. What the shell's entry starts is one script, see `toolScript`.
 */
async function bundleTool() {
  const { build } = await import("esbuild");
  const bundle = (options) =>
    build({
      metafile: true,
      absWorkingDir: root,
      outdir: "dist",
      bundle: true,
      platform: "node",
      target: "node20",
      conditions: ["@rpcgen/source"],
      external: ["prettier", "ts-morph", "yargs"],
      legalComments: "external",
      logLevel: "warning",
      ...options,
    }).catch(() => fail("esbuild could not bundle the tool, see above"));
  const script = await toolScript(bundle);
  const { metafile } = await bundle({
    entryPoints: [
      { in: "compiler/index.ts", out: "index" },
      { in: "templates/template.ts", out: "template" },
    ],
    splitting: true,
    format: "esm",
    chunkNames: "chunks/[name]-[hash]",
  });
  await bundle({
    entryPoints: [
      { in: "compiler/cli/main.ts", out: "cli/main" },
      { in: "compiler/cli/helper-main.ts", out: "cli/helper" },
    ],
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    define: { TOOL_SCRIPT: JSON.stringify(basename(script)) },
    supported: { "dynamic-import": true },
  });
  removeOldChunks(new Set([...Object.keys(metafile.outputs), script, `${script}.LEGAL.txt`]));
  chmodSync(join(root, "dist/cli/main.cjs"), 0o755);
}

/**
 * dist/chunks/tool-<hash>.js: the commands as the function of a CommonJS module, not as an ES module, because V8's code cache works
 * for scripts only. Imports that are left to Node go through a parameter, for a script that comes out of the cache has no importer.
 */
async function toolScript(bundle) {
  const { outputFiles } = await bundle({
    entryPoints: [{ in: "compiler/cli/tool.ts", out: "chunks/tool" }],
    format: "cjs",
    charset: "ascii",
    // A quarter less text to read at every start; names stay, for reports of internal errors.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120,
    supported: { "dynamic-import": true },
    write: false,
  });
  const [legal, code] = ["LEGAL.txt", ".js"].map((end) => outputFiles.find((file) => file.path.endsWith(end)));
  const body = code.text.replaceAll(/\bawait import\(/g, "await importModule(");
  if (/[^.\w]import\s*\(/.test(body)) fail("the tool imports something in a form that build.mjs does not know");
  const text = `(function (exports, require, module, importModule) {\n${body}\n})\n`;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const path = `dist/chunks/tool-${hash}.js`;
  mkdirSync(join(root, "dist/chunks"), { recursive: true });
  writeFileSync(join(root, path), text);
  if (legal !== undefined) writeFileSync(join(root, `${path}.LEGAL.txt`), legal.contents);
  return path;
}

/** Chunk names carry a hash, so those of earlier builds would pile up. */
function removeOldChunks(current) {
  const folder = join(root, "dist/chunks");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!current.has(`dist/chunks/${name}`)) rmSync(join(folder, name));
  }
}

/** npm refuses a package that depends on itself, so the workspace links the tool the way npm would. */
function linkPackage() {
  link("..", "node_modules/rpcgen", "dir");
  link("../../dist/cli/main.cjs", "node_modules/.bin/rpcgen", "file");
}

function link(target, path, type) {
  const full = join(root, path);
  const found = lstatSync(full, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() && readlinkSync(full) === target) return;
  if (found !== undefined) rmSync(full, { recursive: true });
  mkdirSync(dirname(full), { recursive: true });
  symlinkSync(target, full, type);
}

function fail(reason) {
  console.error(`build failed: ${reason}`);
  process.exit(1);
}
