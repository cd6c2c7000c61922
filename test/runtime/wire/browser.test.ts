/** Reader, writer and UTF-8 of bundles for browsers do what those do whose place they take: the same tests, with the stand-ins. */
import { vi } from "vitest";

vi.mock("../../../runtime/wire/reader.ts", () => import("../../../runtime/wire/browser-reader.ts"));
vi.mock("../../../runtime/wire/writer.ts", () => import("../../../runtime/wire/browser-writer.ts"));
vi.mock("../../../runtime/wire/utf8.ts", () => import("../../../runtime/wire/browser-utf8.ts"));

await import("./reader.test.ts");
await import("./packed.test.ts");
await import("./writer.test.ts");
