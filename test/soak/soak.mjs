/** `npm run soak -- --minutes 60 [--samples N] [--load 1] [--json]`: see README.md. Ends with 1 when a mark is not met. */
import { runProgram } from "../processes/bundle.mjs";

process.exitCode = await runProgram("test/soak/main.ts", process.argv.slice(2));
