/** A service whose requests are short and become large: what the compiler makes of such a schema, with nothing but what is needed here. */
import {
  emptyType,
  type MessageType,
  messageType,
  methodType,
  type Reader,
  type ServiceClient,
  type ServiceType,
  serviceType,
} from "../../../runtime/codegen/index.ts";
import { methodIdFromPath } from "../../../runtime/descriptor/method-id.ts";

interface Person {
  name: string;
  age: number;
  id: bigint;
  photo: Uint8Array;
  tags: string[];
}

interface People {
  people: Person[];
}

/** What the generated `readPerson` counts beyond what each nested message counts for. */
const personBytes = 280;

function readPerson(reader: Reader): Person {
  reader.hold(personBytes);
  while (reader.pos < reader.end) reader.skip(reader.tag());
  return { name: "", age: 0, id: 0n, photo: new Uint8Array(0), tags: [] };
}

const People: MessageType<People, People> = messageType<People, People>({
  typeName: "crowd.v1.People",
  write() {
    throw new TypeError("attacks write their own bytes");
  },
  read(reader) {
    const people: Person[] = [];
    while (reader.pos < reader.end) {
      const tag = reader.tag();
      if (tag !== 10) reader.skip(tag);
      else {
        const outer = reader.open();
        people.push(readPerson(reader));
        reader.close(outer);
      }
    }
    return { people };
  },
  toJson: () => ({}),
  fromJson: () => ({ people: [] }),
  create: () => ({ people: [] }),
  validate: () => [],
  equals: (one, other) => one === other,
});

export const crowdPath = "/crowd.v1.Crowd/Gather";

const gather = methodType<People, People, void, void>({
  member: "gather",
  name: "gather",
  service: "crowd.v1.Crowd",
  path: crowdPath,
  id: methodIdFromPath(crowdPath),
  kind: "unary",
  oneway: false,
  idempotency: "unknown",
  errors: [],
  policy: {},
  request: People,
  response: emptyType,
});

export interface CrowdHandlers {
  gather(people: People, context: { readonly signal: AbortSignal }): Promise<void>;
}

export const Crowd: ServiceType<ServiceClient, CrowdHandlers> = serviceType<ServiceClient, CrowdHandlers>({
  name: "crowd.v1.Crowd",
  methods: [gather],
  stub: () => {
    throw new TypeError("attacks have no client");
  },
});

/** A request of so many people of whom nothing is said: two bytes each. */
export function peopleOf(count: number): Uint8Array {
  return Buffer.alloc(2 * count, Buffer.from([10, 0]));
}
