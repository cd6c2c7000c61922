import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { FlatCode } from "./code.ts";

/** The text of a module under construction, kept as its UTF-8 bytes. */
export interface ModuleText {
  /** True when the module imports or exports something. */
  readonly isModule: boolean;
  /** Adds a declaration below the others, behind a blank line; one that is empty is left out. */
  add(declaration: FlatCode): void;
  /**
   * All that was added below the head of the module, which is known last. To be called once. The bytes last until the next module
   * of the schema is finished.
   */
  finish(head: FlatCode): Uint8Array;
}

/**
 * Begins a module of a schema. Each declaration is encoded at once, while its text is fresh and short: a whole module as one string
 * would be put together, encoded and kept in three places, and collecting that garbage took longer than all of this
 * (`npm run bench -- compile`). Modules of a schema are written one after the other and share their space: a page of memory that
 * was never used costs more than what is written to it.
 */
export function createModuleText(schema: SchemaDescriptor): ModuleText {
  const space = spaceOf(schema);
  let end = 0;
  let hasExports = false;
  const write = (text: string): void => {
    space.bytes = withRoom(space.bytes, end, text.length * maxBytesPerUnit);
    end += encoder.encodeInto(text, space.bytes.subarray(end)).written;
  };
  return {
    get isModule() {
      return hasExports;
    },
    add(declaration) {
      if (declaration === "") return;
      hasExports ||= isModule(declaration);
      write(`\n${declaration}\n`);
    },
    finish(head) {
      const body = end;
      write(`${head}\n`);
      space.finished = withRoom(space.finished, 0, end);
      space.finished.set(space.bytes.subarray(body, end));
      space.finished.set(space.bytes.subarray(0, body), end - body);
      return space.finished.subarray(0, end);
    },
  };
}

/** True for code that makes its file a module. */
export function isModule(code: FlatCode): boolean {
  return /^(?:import|export) /m.test(code);
}

/** Room for a module of the size that most have; it grows with the first that is larger. */
const usualBytes = 64 * 1024;
/** A unit of UTF-16 becomes three bytes at most. */
const maxBytesPerUnit = 3;
const encoder = new TextEncoder();

interface Space {
  /** The module under construction, its head behind the rest. */
  bytes: Uint8Array;
  /** The last one in its order. */
  finished: Uint8Array;
}

const spaces = new WeakMap<SchemaDescriptor, Space>();

function spaceOf(schema: SchemaDescriptor): Space {
  let space = spaces.get(schema);
  if (space === undefined) {
    space = { bytes: new Uint8Array(usualBytes), finished: new Uint8Array(0) };
    spaces.set(schema, space);
  }
  return space;
}

function withRoom(bytes: Uint8Array, used: number, more: number): Uint8Array {
  if (used + more <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(bytes.length * 2, used + more));
  larger.set(bytes.subarray(0, used));
  return larger;
}
