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
  reporters: ["json"],
  jsonReporter: { fileName: `node_modules/.cache/rpcgen-mutation/${process.env.MUTATION_TESTS}.json` },
  incremental: true,
  incrementalFile: `node_modules/.cache/rpcgen-mutation/incremental-${process.env.MUTATION_TESTS}.json`,
};
