/**
 * See README.md. Run by mutate.mjs, which says what to mutate.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: "bundle",
  plugins: ["./test/mutation/runner.mjs", "./test/mutation/sentences.mjs"],
  ignorers: ["sentences"],
  coverageAnalysis: "perTest",
  ignorePatterns: ["/examples", "/test/bench", "dist", "coverage", ".git", "*.tsbuildinfo"],
  // Stryker would read it with an API that TypeScript 7 does not have; nothing here needs it.
  tsconfigFile: "none",
  tempDirName: "node_modules/.cache/rpcgen-mutation/sandbox",
  concurrency: 1,
  // Tests of connections are done in a second; a change that makes one of them go on for ever need not take ten.
  timeoutMS: 1_000,
  timeoutFactor: 1.2,
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: `node_modules/.cache/rpcgen-mutation/${process.env.MUTATION_PART}.json` },
};
