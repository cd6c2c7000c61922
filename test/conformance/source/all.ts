import { bodies } from "./bodies.ts";
import { clientSessions } from "./client-sessions.ts";
import { compressed } from "./compressed.ts";
import { frames } from "./frames.ts";
import { guardedSessions } from "./guarded-sessions.ts";
import { handshakes } from "./handshakes.ts";
import { hostileBodies } from "./hostile-bodies.ts";
import { onewaySessions } from "./oneway-sessions.ts";
import { portSessions } from "./port-sessions.ts";
import { serverSessions } from "./sessions.ts";
import { websocketSessions } from "./websocket-sessions.ts";
import type { Vector } from "./vector.ts";

/** All vectors by the name of the file in `vectors/` that holds them. */
export const vectorFiles: Readonly<Record<string, readonly Vector[]>> = {
  bodies,
  "bodies-hostile": hostileBodies,
  compressed,
  frames,
  handshakes,
  "sessions-client": [...clientSessions, ...onewaySessions],
  "sessions-guarded": guardedSessions,
  "sessions-port": portSessions,
  "sessions-server": serverSessions,
  "sessions-websocket": websocketSessions,
};
