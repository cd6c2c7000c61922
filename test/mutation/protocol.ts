/** The tests of frames, headers, handshakes and limits, in one file: a file of its own costs each of some thousand runs as much as its tests. */
import "../runtime/protocol/limits.test.ts";
import "../runtime/protocol/handshake.test.ts";
import "../runtime/protocol/header.test.ts";
import "../runtime/protocol/frames.test.ts";
