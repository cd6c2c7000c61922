/** One place of the runtime to change. */
export interface Bug {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export function bundleFuzzer(bug: Bug | undefined): Promise<string>;

export function runFuzzer(
  file: string,
  options: { readonly kind: string; readonly seed: number; readonly first: number; readonly cases: number },
  silentMs?: number,
): Promise<{ readonly cases: number; readonly findings: readonly string[] }>;
