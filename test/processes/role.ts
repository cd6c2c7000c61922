/**
 * The processes of a bundled program: the first one starts the others, which are the same file in another role, and asks them things over the
 * channel of `child_process`. A role ends when the first process does.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";

/** A process in a role, as the first process sees it. */
export interface Role {
  readonly pid: number;
  /** @throws Error with the text of what the method threw, or when the process ends before it answers */
  request<T = unknown>(method: string, params?: unknown): Promise<T>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the signal or the code that the process ended with. */
  readonly ended: Promise<string>;
  /** Lets it end. Kills it when it has not after five seconds. */
  stop(): Promise<void>;
}

/** What a role does when it is asked to. */
export type RoleMethods = Readonly<Record<string, (params: never) => unknown>>;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Question {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

const stopMs = 5_000;

/** How a process is started. */
export interface RoleOptions {
  readonly nodeFlags?: readonly string[];
  /** A program that becomes the one that follows it, such as `ip netns exec name`. */
  readonly through?: readonly string[];
}

/** Starts this program in a role. */
export function startRole(name: string, { nodeFlags = [], through = [] }: RoleOptions = {}): Role {
  const command = [...through, process.execPath, ...nodeFlags, process.argv[1] ?? "", name];
  const [program, ...args] = command as [string, ...string[]];
  return roleOf(
    name,
    spawn(program, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], serialization: "advanced" }),
  );
}

/** Starts another program that answers in the same way. */
export function startProgram(file: string, args: readonly string[]): Role {
  return roleOf(args.join(" "), fork(file, [...args]));
}

function roleOf(name: string, child: ChildProcess): Role {
  const questions = new Map<number, Question>();
  let lastId = 0;
  let isOver = false;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      isOver = true;
      const how = String(signal ?? code);
      for (const { reject } of questions.values()) reject(endedEarly(name, how));
      questions.clear();
      resolve(how);
    });
  });
  child.on("message", ({ id, result, error }: Answer) => {
    const question = questions.get(id);
    questions.delete(id);
    if (error === undefined) question?.resolve(result as never);
    else question?.reject(new Error(`${name}: ${error}`));
  });
  // Sending to a process that has just ended.
  child.on("error", () => undefined);
  return {
    pid: child.pid ?? -1,
    ended,
    kill: (signal) => void child.kill(signal),
    request(method, params) {
      return new Promise((resolve, reject) => {
        if (isOver) return reject(endedEarly(name, "before"));
        const id = ++lastId;
        questions.set(id, { resolve, reject });
        child.send({ id, method, params }, (error) => {
          if (error !== null && questions.delete(id)) reject(error);
        });
      });
    },
    async stop() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function endedEarly(name: string, how: string): Error {
  return new Error(`The process "${name}" ended (${how}) before it answered.`);
}

/** Answers what the first process asks, until that one ends. */
export function playRole(methods: RoleMethods): void {
  process.on("message", (question: { readonly id: number; readonly method: string; readonly params: never }) => {
    void answer(methods, question).then((reply) => process.connected && process.send?.(reply));
  });
  process.once("disconnect", () => process.exit(0));
}

async function answer(
  methods: RoleMethods,
  { id, method, params }: { readonly id: number; readonly method: string; readonly params: never },
): Promise<Answer> {
  try {
    return { id, result: await methods[method]?.(params) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
