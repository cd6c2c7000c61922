import type { Analysis } from "../analyse.ts";
import type { Report } from "../report.ts";
export function runRules(_analysis: Analysis, _report: Report): void {}
