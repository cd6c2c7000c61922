/**
 * `npm run coverage [-- --strict]`: runs the tests and prints how much of each part they reach. Ends with 1 below the bounds: 90 % of the lines of
 * compiler, templates and runtime, and 95 % of the lines and 90 % of the branches of what meets strangers first. Takes half as long again as the tests
 * alone. `--strict` looks at the latter parts only, which costs little. All else goes to vitest.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const strict = ["runtime/wire", "runtime/codec", "runtime/protocol", "runtime/connection"];
const isStrict = process.argv.includes("--strict");
const bounds = [
  ...(isStrict ? [] : ["compiler", "templates", "runtime"]).map((part) => ({ part, lines: 90, branches: 0 })),
  ...strict.map((part) => ({ part, lines: 95, branches: 90 })),
];
const included = isStrict ? strict.map((part) => `--coverage.include=${part}/**/*.ts`) : [];
const rest = process.argv.slice(2).filter((argument) => argument !== "--strict");

const vitest = join(root, "node_modules/vitest/vitest.mjs");
const run = spawnSync(
  process.execPath,
  [vitest, "run", "--coverage", "--coverage.reportOnFailure", ...included, ...rest],
  { cwd: root, stdio: "inherit" },
);
const summary = JSON.parse(readFileSync(join(root, "coverage/coverage-summary.json"), "utf8"));
const files = Object.entries(summary)
  .filter(([path]) => path !== "total")
  .map(([path, counts]) => ({ path: relative(root, path).replaceAll("\\", "/"), counts }));

/** Covered and total of all files below a folder. */
function sum(part, kind) {
  const inside = files.filter(({ path }) => path.startsWith(`${part}/`));
  const total = inside.reduce((all, { counts }) => all + counts[kind].total, 0);
  const covered = inside.reduce((all, { counts }) => all + counts[kind].covered, 0);
  return total === 0 ? 100 : (100 * covered) / total;
}

const folders = [...new Set(files.map(({ path }) => path.split("/").slice(0, 2).join("/")))]
  .filter((folder) => /^(?:compiler|templates|runtime)\//.test(folder) && !folder.endsWith(".ts"))
  .sort();
console.log(`\n${"part".padEnd(28)}   lines  branches`);
let isLow = false;
for (const part of [...new Set([...bounds.map((bound) => bound.part), ...folders])]) {
  const [lines, branches] = [sum(part, "lines"), sum(part, "branches")];
  const bound = bounds.find((one) => one.part === part);
  const isBelow = bound !== undefined && (lines < bound.lines || branches < bound.branches);
  isLow ||= isBelow;
  const note = isBelow ? `  below ${bound.lines} % of lines or ${bound.branches} % of branches` : "";
  console.log(`${part.padEnd(28)} ${lines.toFixed(1).padStart(6)} %  ${branches.toFixed(1).padStart(6)} %${note}`);
}
process.exit(run.status !== 0 || isLow ? 1 : 0);
