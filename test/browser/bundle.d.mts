/** A bundle for a browser, and what it is made of. */
export interface Bundle {
  readonly code: string;
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
  /** Bytes of each source file in the bundle, largest first. */
  readonly parts: readonly (readonly [path: string, bytes: number])[];
}

export const pageEntries: Readonly<Record<"service" | "streams" | "everything" | "messages", string>>;
export function compileGreeters(): void;
export function bundleForBrowser(entry: string): Promise<Bundle>;
