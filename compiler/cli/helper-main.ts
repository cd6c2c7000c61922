import { launchHelper } from "./launch.ts";

// The entry of the second thread, see helper.ts.
await launchHelper(import.meta.url);
