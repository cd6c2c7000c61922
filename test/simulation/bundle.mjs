import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * The simulation as one file that every Node runs. `bug` changes one line of the runtime in this file and nowhere else:
 * what is shipped has no hook for it.
 *
 * @param {string} outfile
 * @param {{ file: string, find: string, put: string } | undefined} bug
 */
export async function bundleSimulation(outfile, bug) {
  let isPlanted = bug === undefined;
  await build({
    absWorkingDir: root,
    entryPoints: ["test/simulation/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@rpcgen/source"],
    logLevel: "error",
    plugins: [
      {
        name: "plant",
        setup({ onLoad }) {
          if (bug === undefined) return;
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            if (path !== join(root, bug.file)) return undefined;
            const text = readFileSync(path, "utf8");
            if (text.split(bug.find).length !== 2)
              throw new Error(
                `${bug.file} must hold ${JSON.stringify(bug.find)} once: bring test/simulation/bugs.mjs up to date.`,
              );
            isPlanted = true;
            return { contents: text.replace(bug.find, () => bug.put), loader: "ts" };
          });
        },
      },
    ],
  });
  if (!isPlanted) throw new Error(`${bug?.file} is no part of the simulation.`);
}
