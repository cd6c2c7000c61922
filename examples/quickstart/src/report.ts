const colored = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const paint = (code: number, text: string): string => (colored ? `\u001b[${code}m${text}\u001b[0m` : text);

/** Prints one line per step and remembers whether all of them went as expected. */
export interface Report {
  section(title: string): void;
  /** Runs a step; it returns what to print beside its name and throws when something is not as expected. */
  step(name: string, run: () => Promise<string>): Promise<void>;
  /** Prints the result; true when every step passed. */
  finish(): boolean;
}

export function createReport(): Report {
  let passed = 0;
  let failed = 0;
  const startedAt = performance.now();

  return {
    section: (title) => console.log(`\n${paint(1, title)}`),
    async step(name, run) {
      const begin = performance.now();
      try {
        const detail = await run();
        passed += 1;
        console.log(`  ${paint(32, "✓")} ${name.padEnd(24)} ${detail} ${paint(2, `(${elapsed(begin)})`)}`);
      } catch (error) {
        failed += 1;
        console.log(`  ${paint(31, "✗")} ${name.padEnd(24)} ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    finish() {
      const summary = `${passed} of ${passed + failed} steps as expected, ${elapsed(startedAt)}`;
      console.log(`\n${failed === 0 ? paint(32, "✓") : paint(31, "✗")} ${summary}`);
      return failed === 0;
    },
  };
}

/** Fails the running step unless `condition` holds. */
export function expect(condition: boolean, expectation: string): asserts condition {
  if (!condition) throw new Error(`expected ${expectation}`);
}

function elapsed(since: number): string {
  const ms = performance.now() - since;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
