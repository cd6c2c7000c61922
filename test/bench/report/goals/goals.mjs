/** The goals of the project, each with the figure that one Node reached. */
import { withSpread } from "../format.mjs";
import { bold, dim, green, red } from "../style.mjs";
import { formatTable } from "../table.mjs";
import { callGoals } from "./call-goals.mjs";
import { codecGoals } from "./codec-goals.mjs";
import { isMet } from "./goal.mjs";
import { runtimeGoals } from "./runtime-goals.mjs";
import { toolGoals } from "./tool-goals.mjs";

/** @typedef {import("./goal.mjs").Goal} Goal */

/** All of them, always in the same order. @param {import("./goal.mjs").Results} results @returns {Goal[]} */
export function goalsOf(results) {
  return [...codecGoals(results), ...callGoals(results), ...runtimeGoals(results), ...toolGoals(results)];
}

/** For a terminal: those that were measured. @param {readonly Goal[]} goals */
export function formatGoals(goals) {
  const rows = goals.flatMap((goal) => {
    if (goal.reached === undefined) return [];
    const mark = isMet(goal) ? green("✓") : red("✗");
    return [[`${mark} ${goal.name}`, bold(reachedText(goal.reached, goal.format)), dim(limitText(goal))]];
  });
  return rows.length === 0 ? "" : `${bold("Goals")}\n${formatTable(["", "reached", "goal"], rows)}`;
}

/** @param {Goal} goal */
export function limitText({ bound, limit, format }) {
  return `${bound} ${format(limit)}`;
}

/** @param {Goal["reached"] & {}} reached @param {Goal["format"]} format */
function reachedText(reached, format) {
  return `${withSpread(reached, format)}${reached.note === undefined ? "" : `, ${reached.note}`}`;
}
