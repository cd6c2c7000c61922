import type { Ident } from "./code.ts";

/** Names around one message, union, or the data of an error. */
export interface MessageNames {
  /** The interface and the value beside it: `User`. */
  readonly type: Ident;
  /** What encoding accepts: `UserInit`. */
  readonly init: Ident;
  readonly write: Ident;
  readonly read: Ident;
  readonly toJson: Ident;
  readonly fromJson: Ident;
  readonly create: Ident;
  readonly validate: Ident;
  readonly equals: Ident;
  /** By name of the oneof in the schema. A union has one under the empty name: its own. */
  readonly oneofs: ReadonlyMap<string, OneofNames>;
  /** Members by the names of fields and oneofs in the schema: `then` -> `then_`. */
  readonly members: ReadonlyMap<string, Ident>;
}

/** `User_Contact` and what encoding accepts for it. */
export interface OneofNames {
  readonly type: Ident;
  readonly init: Ident;
  readonly create: Ident;
  readonly validate: Ident;
  readonly equals: Ident;
}

/** Names around one enum. The functions are emitted with the type (`types/enum.ts`) and private to its module. */
export interface EnumNames {
  /** The type and the value beside it: `Role`. */
  readonly type: Ident;
  /** `roleToNumber(value: Role): number` */
  readonly toNumber: Ident;
  /** `roleFromNumber(value: number): Role | undefined` */
  readonly fromNumber: Ident;
  /** `roleToName(value: Role): string` */
  readonly toName: Ident;
  /** `roleFromName(name: string): Role | undefined` */
  readonly fromName: Ident;
  /** Type of the members by name, when enums are numbers: `RoleMembers`. */
  readonly constants: Ident;
  /** Members of that type by their names in the schema. */
  readonly members: ReadonlyMap<string, Ident>;
}

/** Names around one declared error. */
export interface ErrorNames {
  /** The class: `NotFound`. */
  readonly type: Ident;
  /** Its members: `NotFoundData`. */
  readonly data: MessageNames;
}

/** Names around one service. */
export interface ServiceNames {
  /** The value: `Users`. */
  readonly type: Ident;
  readonly client: Ident;
  readonly handlers: Ident;
  readonly stub: Ident;
  /** By name of the method in the schema. */
  readonly methods: ReadonlyMap<string, MethodNames>;
}

export interface MethodNames {
  /** `Users_get` */
  readonly constant: Ident;
  /** Member of stub and handlers: `get`. */
  readonly member: Ident;
}

/** Names of one schema file. */
export interface FileNames {
  /** Path of the generated module without `.ts`: `api/users.rpc`. */
  readonly module: string;
  /** Name of the embedded schema: `usersSchema`. */
  readonly schema: Ident;
  /** Every name on the module's top level. */
  readonly taken: ReadonlySet<string>;
  /** Type name of a declaration: `User.ChatHandle` -> `User_ChatHandle`. */
  declared(name: string): Ident;
  message(name: string): MessageNames;
  enum(name: string): EnumNames;
  error(name: string): ErrorNames;
  service(name: string): ServiceNames;
}

/** Names of a whole compilation. */
export interface Names {
  file(path: string): FileNames;
}
