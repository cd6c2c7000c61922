/** Metadata of bundles for browsers keeps the same rules: the same tests, with the stand-in. */
import { vi } from "vitest";

vi.mock("../../../runtime/call/metadata.ts", () => import("../../../runtime/call/browser-metadata.ts"));

await import("./metadata.test.ts");
