/** The fast tests of connections, as in protocol.ts. */
import "../runtime/connection/smoke.test.ts";
import "../runtime/connection/liveness.test.ts";
import "../runtime/connection/calls.test.ts";
import "../hostile/limits.test.ts";
import "../hostile/server-limits.test.ts";
import "../hostile/client.test.ts";
import "../hostile/slow-readers.test.ts";
