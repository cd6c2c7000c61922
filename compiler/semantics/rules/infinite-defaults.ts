import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { isConcrete, substitute, typeKey } from "../instances.ts";
import { isSymbolOf, type ResolvedField, type ResolvedType, type Shape } from "../program.ts";
import { typeText, withoutAlias } from "../types.ts";
import { isCase } from "./case-forms.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** No message always holds itself. */
export const infiniteDefaults: Rule = {
  id: "infinite-defaults",
  severity: "error",
  purpose: "A message does not hold itself by fields that always have a value, directly or through others.",
  clause: "2.6.4",
  create: (context) => {
    const done = new Set<string>();
    return {
      shape: ({ symbol }) => {
        if (isSymbolOf(symbol, "message", "inline_shape")) {
          const args = symbol.typeParameters.map((name, index): ResolvedType => ({
            kind: "parameter",
            owner: symbol,
            index,
            name: name.text,
          }));
          search({ kind: "declared", symbol, arguments: args }, { ...context, done });
        }
      },
    };
  },
};

interface Search extends RuleContext {
  /** Keys of the messages that were looked through. */
  readonly done: Set<string>;
}

type MessageType = Extract<ResolvedType, { kind: "declared" }>;

interface Edge {
  readonly field: ResolvedField;
  readonly to: MessageType;
}

interface Frame {
  readonly type: MessageType;
  readonly key: string;
  readonly edges: readonly Edge[];
  next: number;
}

/** Depth first, with a stack of its own: chains of messages may be long. */
function search(start: MessageType, context: Search): void {
  if (context.done.has(typeKey(start))) return;
  const open = new Map<string, number>();
  const stack: Frame[] = [];
  const push = (type: MessageType): void => {
    const key = typeKey(type);
    open.set(key, stack.length);
    stack.push({ type, key, edges: edgesOf(type, context), next: 0 });
  };
  push(start);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const edge = frame.edges[frame.next++];
    if (edge === undefined) {
      open.delete(frame.key);
      context.done.add(frame.key);
      stack.pop();
      continue;
    }
    const key = typeKey(edge.to);
    const index = open.get(key);
    if (index !== undefined) reportCycle(stack.slice(index), context);
    else if (!context.done.has(key)) push(edge.to);
  }
}

/** Fields that always hold a message. Instances that were refused are left out, which bounds the search. */
function edgesOf(type: MessageType, { analysis }: Search): Edge[] {
  const shape = analysis.shapes.get(type.symbol);
  if (shape === undefined) return [];
  const edges: Edge[] = [];
  for (const field of shape.fields) {
    if (field.type.kind === "scalar" || !alwaysHolds(field, shape)) continue;
    const to = withoutAlias(substitute(field.type, type.arguments));
    if (to.kind !== "declared" || !isSymbolOf(to.symbol, "message")) continue;
    if (to.arguments.length === 0 || !isConcrete(to) || isInstance(to, analysis)) edges.push({ field, to });
  }
  return edges;
}

function isInstance(type: MessageType, analysis: Search["analysis"]): boolean {
  return analysis.modules.some((module) => analysis.instances.find(type, module) !== undefined);
}

function alwaysHolds(field: ResolvedField, shape: Shape): boolean {
  return !field.node.optional && !isCase(field, shape);
}

function reportCycle(cycle: readonly Frame[], { report }: Search): void {
  const edges = cycle.map((frame) => frame.edges[frame.next - 1]).filter((edge) => edge !== undefined);
  const [first, ...others] = edges;
  if (first === undefined) return;
  const path = [...cycle, cycle[0]].map((frame) => (frame === undefined ? "" : typeText(frame.type)));
  const { span } = first.field.node.name;
  const related = others.map(({ field }) => ({ span: field.node.name.span, message: "and through here" }));
  const edits = [{ span: { ...span, start: span.end }, text: "?" }];
  const fix = { title: `make \`${first.field.node.name.text}\` optional`, edits };
  report(catalog.infiniteDefault, { path }, { span, related, fix });
}
