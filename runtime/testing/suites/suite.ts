/** One test of a shared suite, for any test runner: `for (const { name, run } of suite) test(name, run)`. */
export interface SuiteCase {
  readonly name: string;
  /** Rejects when the implementation breaks its contract. */
  readonly run: () => Promise<void>;
}
