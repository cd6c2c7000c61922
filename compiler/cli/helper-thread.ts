import { type MessagePort, parentPort, receiveMessageOnPort } from "node:worker_threads";
import { applyChanges, compareOutputs, type Comparison } from "../emit/apply.ts";
import { renderUnit } from "../emit/plan.ts";
import { checkPart } from "../parts/check-part.ts";
import { builtinTemplates } from "../../templates/index.ts";
import type { HelperPlan, HelperRequest, HelperWritten } from "./helper-messages.ts";
import { factsFrom } from "./facts.ts";

/**
 * The other side of `helper.ts`, in a thread of its own: checks the part that it is sent, says what it would write, and renders and
 * writes it when it is told to. Whatever it finds to report, it leaves to a compilation of the whole.
 */
export function serveHelper(port: MessagePort | null = parentPort): void {
  port?.once("message", (request: HelperRequest) => {
    const prepared = prepare(request);
    port.postMessage(prepared?.plan, []);
    const answer = (): void =>
      port.postMessage(prepared && (applyChanges(prepared.comparison) satisfies HelperWritten), []);
    if (isToldAfter(prepared?.comparison.changes ?? [], port)) answer();
    else port.once("message", answer);
  });
}

/** Renders ahead until a message is there. True for one that came, which is then received. */
function isToldAfter(changes: Comparison["changes"], port: MessagePort): boolean {
  for (const { file } of changes) {
    if (receiveMessageOnPort(port) !== undefined) return true;
    file.hold();
  }
  return false;
}

interface Prepared {
  readonly plan: HelperPlan;
  readonly comparison: Comparison;
}

function prepare({ part, layout, outputs, force }: HelperRequest): Prepared | undefined {
  const checked = checkPart(part);
  if (checked === undefined) return undefined;
  const { schema, claims } = checked;
  const optionsFor = (directory: string): NonNullable<ReturnType<typeof outputs.get>> => {
    const found = outputs.get(directory);
    if (found === undefined) throw new Error(`no options for outputs in ${directory}`);
    return found;
  };
  const options = { templates: builtinTemplates, layout, optionsFor };
  const owned = schema.files.filter((file) => part.owned.has(file.path));
  const units = owned.map((file) => renderUnit(file, schema, options));
  const rendered = units.flatMap((unit) => unit.rendered ?? []);
  const comparison = compareOutputs(rendered, { base: layout.base, force, display: String });
  if (comparison.diagnostics.length > 0) return undefined;
  return {
    comparison,
    plan: {
      units: units.map((unit) => ({
        path: unit.path,
        outputs: (unit.rendered ?? []).map(({ path }) => path),
        facts: factsFrom(schema, unit.path, claims.get(unit.path) ?? []),
      })),
      changes: comparison.changes.map(({ file, kind }) => ({ path: file.path, kind })),
      same: comparison.same.map(({ path }) => path),
    },
  };
}
