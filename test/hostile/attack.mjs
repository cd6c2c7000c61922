/**
 * `npm run attack -- [--scale 1] [--only words] [--peers] [--write]`: attacks a server process, prints what came of it and holds it to its marks;
 * ends with 1 when one is not met. `--peers`: what is the same for every protocol against other servers too; needs `npm run bench -- --smoke` once before.
 * `--write`: renews RESULTS.md; without `--peers` what it says of others stays.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { bundleProgram } from "../processes/bundle.mjs";
import { delaysOf, marks, missesOf } from "./marks.mjs";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    peers: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const mebibyte = 1024 * 1024;
/** @param {string} file @param {readonly string[]} args @param {(row: any) => void} onRow */
async function run(file, args, onRow) {
  const rows = [];
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line);
    rows.push(row);
    onRow(row);
  }
  return rows;
}

/** @param {any} battle */
const allMissesOf = (battle) => [...missesOf(battle), ...delaysOf(battle)];

const heads = [
  "attack",
  "how",
  "came to",
  "peak memory",
  "handlers",
  "aborted",
  "good client: calls, failed, worst",
  "marks",
];

/** @param {any} battle */
function rowOf(battle) {
  const { name, how, finding, peakBytes, budgetBytes, mostHandlers, abortMs, bystander } = battle;
  const misses = allMissesOf(battle);
  return [
    name,
    how,
    finding?.text ?? "",
    `+${(peakBytes / mebibyte).toFixed(0)} MB${budgetBytes > 0 ? ` (budget ${budgetBytes / mebibyte})` : ""}`,
    mostHandlers === 0 ? "" : String(mostHandlers),
    mostHandlers === 0 ? "" : `${abortMs.toFixed(0)} ms`,
    `${bystander.calls}, ${bystander.failures.length}, ${bystander.worstMs.toFixed(0)} ms`,
    misses.length === 0 ? "met" : `MISSED: ${misses.join(", ")}`,
  ];
}

/** @param {readonly string[]} cells */
const line = (cells) => `| ${cells.join(" | ")} |`;
/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
const table = (head, rows) => [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");

/** @param {any} battle */
function peerRowOf({ peer, attack, text, peakBytes, ended, answers }) {
  const memory = peakBytes < 0 ? "" : `+${(peakBytes / mebibyte).toFixed(0)} MB`;
  return [attack, peer, text, memory, ended === undefined ? "lives" : `ended (${ended})`, answers ? "yes" : "NO"];
}

const results = new URL("RESULTS.md", import.meta.url);

/** @param {string} text */
async function formatted(text) {
  const path = fileURLToPath(results);
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** What the page said of others. */
function keptSection() {
  const text = existsSync(results) ? readFileSync(results, "utf8") : "";
  const at = text.indexOf("## The same for others");
  return at < 0 ? [] : [text.slice(at).trimEnd()];
}

/** @param {readonly any[]} battles @param {readonly any[]} peers */
function page(battles, peers) {
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  const parts = [
    "# What attacks came to",
    "Made by `npm run attack -- --peers --write`; the attacks are in [attack](attack/attacks.ts), in small they are part of the normal tests. A server process with its defaults, compression on; each row against a fresh one, over real sockets, with a good client in a third process that calls every 10 ms.",
    `${machine}; load average ${load} before. Other work on the machine makes times longer.`,
    `Marks: the process lives, nothing is left on prototypes or globals, the good client has no failure and waits ${marks.bystanderMs} ms at most; resident memory rises by ${marks.peakBytes / mebibyte} MB at most, above the budget of bytes that \`limits\` names where a row is about what fills it; ${marks.handlers} handlers per connection; handlers are aborted ${marks.abortMs} ms after their connection has gone.`,
    table(heads, battles.map(rowOf)),
  ];
  if (peers.length > 0)
    parts.push(
      "## The same for others",
      "Only what means the same everywhere: no protocol is spoken. Each server as its documents show it, with its defaults, as in [the benchmark](../bench/README.md); connections are watched for 15 s. Idle time limits are a choice of each, and behind a proxy another one may be right.",
      table(["attack", "server", "came to", "peak memory", "process", "answers afterwards"], peers.map(peerRowOf)),
    );
  else parts.push(...keptSection());
  return `${parts.join("\n\n")}\n`;
}

const load = loadavg()[0]?.toFixed(1);
const folder = mkdtempSync(join(tmpdir(), "rpcgen-attack-"));
try {
  const file = join(folder, "attack.mjs");
  await bundleProgram("test/hostile/attack/main.ts", file);
  const battles = await run(file, ["--scale", values.scale, "--only", values.only], (battle) =>
    console.log(rowOf(battle).join(" · ")),
  );
  const program = fileURLToPath(new URL("../bench/calls/process.mjs", import.meta.url));
  const peers = values.peers
    ? await run(file, ["--peers", program], (battle) => console.log(peerRowOf(battle).join(" · ")))
    : [];
  if (values.write) writeFileSync(results, await formatted(page(battles, peers)));
  process.exitCode = battles.every((battle) => allMissesOf(battle).length === 0) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
