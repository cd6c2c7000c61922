/** Why a text is not JSON with comments, and where. */
export interface JsonProblem {
  readonly reason: string;
}

export type JsonResult = { readonly value: unknown } | { readonly problem: JsonProblem };

/** Reads JSON with line and block comments, trailing commas and a byte order mark, as tsconfig files may have. */
export function parseJsonc(text: string): JsonResult {
  try {
    return { value: JSON.parse(plainJson(text)) as unknown };
  } catch (error) {
    return { problem: { reason: error instanceof Error ? error.message : String(error) } };
  }
}

/** Comments become spaces, so that offsets in messages stay right; a comma before a closing bracket goes too. */
function plainJson(text: string): string {
  const token = /"(?:[^"\\\r\n]|\\.)*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|\uFEFF/gu;
  const bare = text.replace(token, (found) => (found.startsWith('"') ? found : found.replace(/[^\r\n]/gu, " ")));
  return bare.replace(/"(?:[^"\\\r\n]|\\.)*"|,(?=\s*[}\]])/gu, (found) => (found === "," ? " " : found));
}
