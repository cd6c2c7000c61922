import { create, createFileRegistry, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  Edition,
  EnumDescriptorProtoSchema,
  FeatureSet_EnumType,
  FeatureSet_FieldPresence,
  FeatureSet_RepeatedFieldEncoding,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FieldDescriptorProto,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import type { FieldDescriptor, FileDescriptor, Type } from "@rpcgen/runtime/descriptor";

/** The schema in protobuf-es, by a descriptor built in code. */
export interface BufbuildPeer {
  echo(name: string, bytes: Uint8Array): Uint8Array;
  jsonFromBytes(name: string, bytes: Uint8Array): JsonValue;
  bytesFromJson(name: string, json: JsonValue): Uint8Array;
}

type Element = Exclude<Type, { kind: "list" | "map" }>;

const wellKnown = [
  file_google_protobuf_any,
  file_google_protobuf_timestamp,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_struct,
  file_google_protobuf_empty,
];

export function createBufbuildPeer(file: FileDescriptor): BufbuildPeer {
  const proto = create(FileDescriptorProtoSchema, {
    name: "test.proto",
    package: "test",
    syntax: "editions",
    edition: Edition.EDITION_2023,
    dependency: wellKnown.map((known) => known.proto.name),
    messageType: file.declarations.flatMap((declaration) => {
      if (declaration.kind === "message") return [messageOf(declaration.name, declaration.members)];
      return declaration.kind === "union"
        ? [messageOf(declaration.name, [{ kind: "oneof", name: "value", cases: declaration.cases }])]
        : [];
    }),
    enumType: file.declarations.flatMap((declaration) =>
      declaration.kind !== "enum"
        ? []
        : [
            create(EnumDescriptorProtoSchema, {
              name: declaration.name,
              value: declaration.members.map((member) => ({ name: member.wireName, number: member.number })),
              options: {
                features: { enumType: declaration.open ? FeatureSet_EnumType.OPEN : FeatureSet_EnumType.CLOSED },
              },
            }),
          ],
    ),
  });
  const registry = createFileRegistry(proto, (name) => wellKnown.find((known) => known.proto.name === name));
  const schemaOf = (name: string) => {
    const found = registry.getMessage(`test.${name}`);
    if (found === undefined) throw new TypeError(name);
    return found;
  };
  return {
    echo: (name, bytes) => toBinary(schemaOf(name), fromBinary(schemaOf(name), bytes)),
    jsonFromBytes: (name, bytes) => toJson(schemaOf(name), fromBinary(schemaOf(name), bytes), { registry }),
    bytesFromJson: (name, json) => toBinary(schemaOf(name), fromJson(schemaOf(name), json, { registry })),
  };
}

interface MemberLike {
  readonly kind: "field" | "oneof";
  readonly name: string;
  readonly cases?: readonly FieldDescriptor[];
}

function messageOf(name: string, members: readonly MemberLike[]): DescriptorProto {
  const oneofs = members.filter((member) => member.kind === "oneof");
  const nested: DescriptorProto[] = [];
  const fields = members.flatMap((member) => {
    if (member.kind === "field") return [fieldOf(name, member as FieldDescriptor, nested)];
    return (member.cases ?? []).map((field) =>
      Object.assign(fieldOf(name, field, nested), { oneofIndex: oneofs.indexOf(member) }),
    );
  });
  return create(DescriptorProtoSchema, {
    name,
    field: fields,
    nestedType: nested,
    oneofDecl: oneofs.map((oneof) => ({ name: `the_${oneof.name}` })),
  });
}

function fieldOf(owner: string, field: FieldDescriptor, nested: DescriptorProto[]): FieldDescriptorProto {
  const { type, number, wireName: name, jsonName } = field;
  if (type.kind === "map") {
    const entry = `${name.replace(/(^|_)(.)/g, (_match, _line, letter: string) => letter.toUpperCase())}Entry`;
    nested.push(entryOf(entry, type.key, type.value));
    const typeName = `.test.${owner}.${entry}`;
    return create(FieldDescriptorProtoSchema, {
      ...{ name, jsonName, number, typeName },
      label: FieldDescriptorProto_Label.REPEATED,
      type: FieldDescriptorProto_Type.MESSAGE,
    });
  }
  const isList = type.kind === "list";
  const element = isList ? type.element : type;
  const presence =
    field.presence === "implicit" ? FeatureSet_FieldPresence.IMPLICIT : FeatureSet_FieldPresence.EXPLICIT;
  const encoding =
    isList && type.packed ? FeatureSet_RepeatedFieldEncoding.PACKED : FeatureSet_RepeatedFieldEncoding.EXPANDED;
  return create(FieldDescriptorProtoSchema, {
    ...{ name, jsonName, number },
    ...typeOf(element),
    label: isList ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    options: { features: isList ? { repeatedFieldEncoding: encoding } : { fieldPresence: presence } },
  });
}

function entryOf(name: string, key: Element, value: Element): DescriptorProto {
  const label = FieldDescriptorProto_Label.OPTIONAL;
  return create(DescriptorProtoSchema, {
    name,
    field: [
      { name: "key", jsonName: "key", number: 1, label, ...typeOf(key) },
      { name: "value", jsonName: "value", number: 2, label, ...typeOf(value) },
    ],
    options: { mapEntry: true },
  });
}

function typeOf(type: Element): { type: FieldDescriptorProto_Type; typeName?: string } {
  if (type.kind === "scalar") {
    const name = type.scalar.replace("53", "64").toUpperCase() as keyof typeof FieldDescriptorProto_Type;
    return { type: FieldDescriptorProto_Type[name] };
  }
  if (type.kind === "enum") return { type: FieldDescriptorProto_Type.ENUM, typeName: `.test.${type.name}` };
  if (type.kind !== "builtin") return { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.test.${type.name}` };
  if (type.name === "uuid") return { type: FieldDescriptorProto_Type.STRING };
  const names = { timestamp: "Timestamp", duration: "Duration", json: "Value", void: "Empty", any: "Any" };
  return { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.google.protobuf.${names[type.name]}` };
}
