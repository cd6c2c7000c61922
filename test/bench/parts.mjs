/** What the bench measures with each Node: how, and how the terminal shows it. */
import { benchCalls } from "./calls/calls.mjs";
import { benchFair } from "./calls/fair.mjs";
import { benchIdle } from "./calls/idle.mjs";
import { benchCodec } from "./codec/codec.mjs";
import { benchCompile } from "./compile/part.mjs";
import { benchGovernance } from "./governance/part.mjs";
import { benchProcesses } from "./processes/processes.mjs";
import { formatCalls } from "./report/calls-report.mjs";
import { codecIntro, formatCase } from "./report/codec-report.mjs";
import { formatSheet } from "./report/sheet.mjs";
import { compileSheet, fairSheet, governanceSheet, idleSheet, processesSheet } from "./report/sheets.mjs";

/**
 * @typedef {object} Settings
 * @property {string} node path of the Node that is measured
 * @property {boolean} smoke
 * @property {number | undefined} rounds in place of the usual number
 * @property {readonly string[]} only contenders
 * @property {readonly string[]} payloads
 * @property {(text: string) => void} onProgress
 * @property {(text: string) => void} show
 */

/** @typedef {{ readonly measure: (settings: Settings) => unknown, readonly format: (figures: any) => string }} Part `measure`: undefined where the machine cannot do it */

/** @type {Readonly<Record<Exclude<keyof import("./report/goals/goal.mjs").Results, "bundle">, Part>>} */
export const nodeParts = {
  codec: {
    // Case by case, as it takes long.
    measure(settings) {
      settings.show(codecIntro);
      return benchCodec({ ...settings, onCase: (one) => settings.show(formatCase(one)) });
    },
    format: () => "",
  },
  calls: { measure: benchCalls, format: formatCalls },
  idle: { measure: benchIdle, format: (idle) => formatSheet(idleSheet(idle)) },
  fair: { measure: benchFair, format: (fair) => formatSheet(fairSheet(fair)) },
  processes: { measure: benchProcesses, format: (processes) => formatSheet(processesSheet(processes)) },
  governance: { measure: benchGovernance, format: (governance) => formatSheet(governanceSheet(governance)) },
  compile: { measure: benchCompile, format: (compile) => formatSheet(compileSheet(compile)) },
};
