import type {
  EnumDescriptor,
  FieldDescriptor,
  MethodDescriptor,
  SchemaDescriptor,
  Type,
} from "@rpcgen/runtime/descriptor";

/** What decoding asks of a schema. */
export interface SchemaIndex {
  /** A method by its number on the wire. */
  method(id: number): MethodDescriptor | undefined;
  /** The methods with this path, or with this end of it: `/acme.v1.Users/Get`, `Users/Get`, `Get`. */
  methodsByName(name: string): readonly MethodDescriptor[];
  readonly methods: readonly MethodDescriptor[];
  /** Fields of a message, union or error by number; cases of oneofs among them. */
  fields(fullName: string): ReadonlyMap<number, FieldDescriptor> | undefined;
  enumeration(fullName: string): EnumDescriptor | undefined;
}

/** Name of a message that is a type; undefined for `void`. */
export function messageName(type: Type): string | undefined {
  return "fullName" in type ? type.fullName : undefined;
}

export function createSchemaIndex({ files }: SchemaDescriptor): SchemaIndex {
  const declarations = files.flatMap((file) => file.declarations);
  const methods = declarations.flatMap((each) => (each.kind === "service" ? each.methods : []));
  const byId = new Map(methods.map((method) => [method.id, method]));
  const fields = new Map<string, ReadonlyMap<number, FieldDescriptor>>();
  const enumerations = new Map<string, EnumDescriptor>();
  for (const each of declarations) {
    if (each.kind === "enum") enumerations.set(each.fullName, each);
    if (each.kind === "union") fields.set(each.fullName, byNumber(each.cases));
    if (each.kind === "message" || each.kind === "error") {
      const all = each.members.flatMap((member) => (member.kind === "oneof" ? member.cases : [member]));
      fields.set(each.fullName, byNumber(all));
    }
  }
  return {
    method: (id) => byId.get(id),
    methodsByName: (name) =>
      methods.filter(({ path }) => path === name || path.endsWith(`/${name}`) || path.endsWith(`.${name}`)),
    methods,
    fields: (fullName) => fields.get(fullName),
    enumeration: (fullName) => enumerations.get(fullName),
  };
}

function byNumber(fields: readonly FieldDescriptor[]): ReadonlyMap<number, FieldDescriptor> {
  return new Map(fields.map((field) => [field.number, field]));
}
