/** `npm run chaos -- [--minutes N] [--servers 3] [--json]`: see README.md. Ends with 1 when something is not as it must be. */
import { runProgram } from "../processes/bundle.mjs";

process.exitCode = await runProgram("test/chaos/main.ts", process.argv.slice(2));
