import { spreadOf } from "../measure/statistics.mjs";
import { bold, dim } from "./style.mjs";
import { formatTable } from "./table.mjs";

/** @typedef {import("../governance/part.mjs").GovernanceResult} GovernanceResult */

const about =
  "CPU of client and server, empty messages over loopback; ratios to a call without any policy, formed within a round";

/** @param {GovernanceResult} result */
export function formatGovernance(result) {
  return `${bold("Governance")}  ${dim(about)}\n${formatTable(headOf(result), rowsOf(result))}`;
}

/** @param {GovernanceResult} result */
export function governanceHead(result) {
  return { about: `${about}.`, head: headOf(result), rows: rowsOf(result) };
}

/** @param {GovernanceResult} result */
function headOf(result) {
  return ["", ...result.flatMap(({ inFlight }) => [`${inFlight} in flight`, "ratio"])];
}

/** @param {GovernanceResult} result */
function rowsOf(result) {
  const names = result[0]?.costs.map(({ name, against }) => ({ name, against })) ?? [];
  return names.map(({ name, against }) => {
    const cells = result.flatMap(({ costs }) => {
      const cost = costs.find((one) => one.name === name);
      const ratio = spreadOf(cost?.ratios ?? []);
      return [
        `${(spreadOf(cost?.ns ?? []).median / 1_000).toFixed(2)} us`,
        `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})`,
      ];
    });
    return [against === "none" || against === name ? name : `${name}, against ${against}`, ...cells];
  });
}
