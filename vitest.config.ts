import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests run from source: the private export condition resolves both packages to their TypeScript files. */
const conditions = ["@rpcgen/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions }, noExternal: [/^@rpcgen\//, /^rpcgen/] },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    testTimeout: 60_000,
    // By itself vitest leaves a core free, which is half of a machine with two; much of the tests waits for servers.
    maxWorkers: availableParallelism(),
    coverage: {
      provider: "v8",
      include: ["compiler/**/*.ts", "templates/**/*.ts", "runtime/**/*.ts"],
      exclude: ["**/dist/**", "**/*.d.ts", "test/**"],
      reporter: ["text-summary", "json-summary"],
    },
  },
});
