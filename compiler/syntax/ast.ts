import type { Span } from "../source/source-file.ts";

/**
 * The syntax tree of one `.rpc` file. Every node has the exact span of its text without surrounding white space and
 * comments. A tree is complete even for broken input: what could not be parsed is left out and reported.
 */
export interface FileNode {
  readonly kind: "file";
  readonly span: Span;
  readonly edition?: { readonly value: IntLiteral; readonly span: Span };
  readonly package?: PackageNode;
  readonly imports: readonly ImportNode[];
  readonly exports: readonly ExportNode[];
  /** In schema order. */
  readonly declarations: readonly DeclarationNode[];
  /** All comments in order of position, doc comments included. */
  readonly comments: readonly Comment[];
}

export interface Comment {
  readonly kind: "line" | "block" | "doc";
  readonly span: Span;
}

/** A name where it stands. */
export interface Identifier {
  readonly kind: "identifier";
  readonly text: string;
  readonly span: Span;
}

/** `a.b.C` */
export interface QualifiedName {
  readonly kind: "qualified_name";
  readonly parts: readonly Identifier[];
  /** Parts joined by `.`. */
  readonly text: string;
  readonly span: Span;
}

interface Annotated {
  readonly annotations: readonly AnnotationNode[];
  /** Doc comment text without markers, lines joined by `\n`, trailing white space trimmed. */
  readonly doc?: string;
}

export interface PackageNode {
  readonly kind: "package";
  readonly name: QualifiedName;
  readonly span: Span;
}

/** `import { A as B } from "x";` or `import * as x from "x";` */
export interface ImportNode {
  readonly kind: "import";
  readonly specifiers: readonly ImportSpecifier[];
  readonly namespace?: Identifier;
  readonly from: StringLiteral;
  readonly span: Span;
}

export interface ImportSpecifier {
  readonly name: Identifier;
  readonly alias?: Identifier;
  readonly span: Span;
}

/** `export { A } from "x";` or `export * from "x";` (`specifiers` absent). */
export interface ExportNode {
  readonly kind: "export";
  readonly specifiers?: readonly ImportSpecifier[];
  readonly from: StringLiteral;
  readonly span: Span;
}

export type DeclarationNode =
  | MessageNode
  | EnumNode
  | UnionNode
  | ErrorNode
  | ErrorSetNode
  | ServiceNode
  | TypeAliasNode
  | ConstantNode
  | AnnotationDeclarationNode;

export interface MessageNode extends Annotated {
  readonly kind: "message";
  readonly name: Identifier;
  readonly typeParameters: readonly Identifier[];
  readonly members: readonly MemberNode[];
  readonly span: Span;
}

export type MemberNode = FieldNode | OneofNode | MessageNode | EnumNode | UnionNode | ReservedNode;

export interface FieldNode extends Annotated {
  readonly kind: "field";
  readonly name: Identifier;
  readonly optional: boolean;
  readonly type: TypeNode;
  /** Absent after a reported mistake. */
  readonly number?: IntLiteral;
  readonly span: Span;
}

export interface OneofNode extends Annotated {
  readonly kind: "oneof";
  readonly name: Identifier;
  readonly optional: boolean;
  readonly members: readonly MemberNode[];
  readonly span: Span;
}

export interface ReservedNode {
  readonly kind: "reserved";
  readonly items: readonly (StringLiteral | ReservedRange)[];
  readonly annotations: readonly AnnotationNode[];
  readonly span: Span;
}

/** `5`, `10..19`, `100..max` (`to` is `"max"`). */
export interface ReservedRange {
  readonly kind: "reserved_range";
  readonly from: IntLiteral;
  readonly to?: IntLiteral | "max";
  readonly span: Span;
}

export interface EnumNode extends Annotated {
  readonly kind: "enum";
  readonly open: boolean;
  readonly name: Identifier;
  readonly members: readonly (EnumMemberNode | ReservedNode)[];
  readonly span: Span;
}

export interface EnumMemberNode extends Annotated {
  readonly kind: "enum_member";
  readonly name: Identifier;
  readonly number?: IntLiteral;
  readonly span: Span;
}

export interface UnionNode extends Annotated {
  readonly kind: "union";
  readonly name: Identifier;
  readonly typeParameters: readonly Identifier[];
  readonly members: readonly MemberNode[];
  readonly span: Span;
}

export interface ErrorNode extends Annotated {
  readonly kind: "error";
  readonly name: Identifier;
  /** Canonical status code as written. */
  readonly code?: Identifier;
  readonly members: readonly MemberNode[];
  readonly span: Span;
}

/** `errors Common = NotFound | Conflict;` */
export interface ErrorSetNode extends Annotated {
  readonly kind: "error_set";
  readonly name: Identifier;
  readonly errors: readonly QualifiedName[];
  readonly span: Span;
}

export interface ServiceNode extends Annotated {
  readonly kind: "service";
  readonly name: Identifier;
  readonly throws: readonly QualifiedName[];
  readonly members: readonly (MethodNode | ReservedNode)[];
  readonly span: Span;
}

export interface MethodNode extends Annotated {
  readonly kind: "method";
  readonly name: Identifier;
  readonly parameters: ParametersNode;
  /** Absent: `void`. */
  readonly result?: ResultNode;
  readonly throws: readonly QualifiedName[];
  readonly span: Span;
}

export type ParametersNode =
  | { readonly kind: "no_parameters"; readonly span: Span }
  | { readonly kind: "message_parameter"; readonly stream: boolean; readonly type: TypeNode; readonly span: Span }
  | { readonly kind: "inline_parameters"; readonly fields: readonly FieldNode[]; readonly span: Span };

export type ResultNode =
  | { readonly kind: "type_result"; readonly stream: boolean; readonly type: TypeNode; readonly span: Span }
  | {
      readonly kind: "inline_result";
      readonly stream: boolean;
      readonly members: readonly MemberNode[];
      readonly span: Span;
    };

export interface TypeAliasNode extends Annotated {
  readonly kind: "type_alias";
  readonly name: Identifier;
  readonly type: TypeNode;
  readonly span: Span;
}

export interface ConstantNode extends Annotated {
  readonly kind: "constant";
  readonly name: Identifier;
  readonly value: ValueNode;
  readonly span: Span;
}

/** `annotation owner(team: string, oncall?: string) on service | message;` */
export interface AnnotationDeclarationNode extends Annotated {
  readonly kind: "annotation_declaration";
  readonly name: QualifiedName;
  readonly parameters: readonly {
    readonly name: Identifier;
    readonly optional: boolean;
    readonly type: TypeNode;
    readonly span: Span;
  }[];
  readonly targets: readonly Identifier[];
  readonly span: Span;
}

export type TypeNode = NamedTypeNode | MapTypeNode | ListTypeNode;

export interface NamedTypeNode {
  readonly kind: "named_type";
  readonly name: QualifiedName;
  readonly arguments: readonly TypeNode[];
  readonly span: Span;
}

export interface MapTypeNode {
  readonly kind: "map_type";
  readonly key: TypeNode;
  readonly value: TypeNode;
  readonly span: Span;
}

export interface ListTypeNode {
  readonly kind: "list_type";
  readonly element: TypeNode;
  readonly span: Span;
}

/** `@name(args)` */
export interface AnnotationNode {
  readonly kind: "annotation";
  readonly name: QualifiedName;
  readonly arguments: readonly AnnotationArgumentNode[];
  /** True when parentheses were written. */
  readonly hasArgumentList: boolean;
  readonly span: Span;
}

export interface AnnotationArgumentNode {
  /** `max` in `max: 3`. */
  readonly name?: Identifier;
  readonly value: ValueNode;
  readonly span: Span;
}

export type ValueNode =
  | StringLiteral
  | DurationLiteral
  | SizeLiteral
  | FloatLiteral
  | IntLiteral
  | NameValue
  | RangeValue
  | ListValue
  | RecordValue;

export interface StringLiteral {
  readonly kind: "string_literal";
  /** With escapes resolved. */
  readonly value: string;
  readonly span: Span;
}

export interface IntLiteral {
  readonly kind: "int_literal";
  readonly value: bigint;
  readonly span: Span;
}

export interface FloatLiteral {
  readonly kind: "float_literal";
  readonly value: number;
  readonly span: Span;
}

export interface DurationLiteral {
  readonly kind: "duration_literal";
  readonly ms: number;
  readonly span: Span;
}

export interface SizeLiteral {
  readonly kind: "size_literal";
  readonly bytes: number;
  readonly span: Span;
}

/** A constant, an enum member, `true`, `false`, or a word that an annotation understands. */
export interface NameValue {
  readonly kind: "name_value";
  readonly name: QualifiedName;
  readonly span: Span;
}

/** `1..80`, `..20`, `3..` */
export interface RangeValue {
  readonly kind: "range_value";
  readonly min?: IntLiteral | FloatLiteral | DurationLiteral | SizeLiteral | NameValue;
  readonly max?: IntLiteral | FloatLiteral | DurationLiteral | SizeLiteral | NameValue;
  readonly span: Span;
}

export interface ListValue {
  readonly kind: "list_value";
  readonly values: readonly ValueNode[];
  readonly span: Span;
}

export interface RecordValue {
  readonly kind: "record_value";
  readonly entries: readonly { readonly name: Identifier; readonly value: ValueNode; readonly span: Span }[];
  readonly span: Span;
}
