import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attacks } from "./attack/attacks.ts";
import { peerNames, plainAttacks } from "./attack/peers.ts";

/** The table of RESULTS.md is recorded by hand: an attack that is new, gone or another one shows here that it has to be recorded anew. */

const page = readFileSync(new URL("RESULTS.md", import.meta.url), "utf8");
const [ours = "", others = ""] = page.split("## The same for others");

/** The first two cells of each row, without the head. */
function rowsOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) =>
    line
      .split(" | ")
      .slice(0, 2)
      .map((cell) => cell.replace(/^\| /u, "").trim()),
  );
}

test("the table has each attack as it is now", () => {
  expect(rowsOf(ours)).toEqual(attacks.map(({ name, how }) => [name, how]));
});

test("the table of others has each of them under each attack that means the same everywhere", () => {
  expect(rowsOf(others)).toEqual(plainAttacks.flatMap(({ name }) => peerNames.map((peer) => [name, peer])));
});
