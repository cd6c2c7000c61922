import { bodies } from "./bodies.ts";
import { clientSessions } from "./client-sessions.ts";
import { frames } from "./frames.ts";
import { handshakes } from "./handshakes.ts";
import { hostileBodies } from "./hostile-bodies.ts";
import { serverSessions } from "./sessions.ts";
import type { Vector } from "./vector.ts";

/** All vectors by the name of the file in `vectors/` that holds them. */
export const vectorFiles: Readonly<Record<string, readonly Vector[]>> = {
  bodies,
  "bodies-hostile": hostileBodies,
  frames,
  handshakes,
  "sessions-client": clientSessions,
  "sessions-server": serverSessions,
};
