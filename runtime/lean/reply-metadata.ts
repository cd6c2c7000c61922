import { lazyMetadata } from "../call/metadata.ts";
import type { Metadata } from "../call/method-type.ts";
import type { Header } from "./frames.ts";

/** The metadata of a reply. */
export const metadataOf = ({ pairs }: Header): Metadata => lazyMetadata(() => pairs);
