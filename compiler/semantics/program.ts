import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source/source-file.ts";
import type {
  DeclarationNode,
  ExportNode,
  FieldNode,
  FileNode,
  Identifier,
  ImportNode,
  MemberNode,
  MethodNode,
  OneofNode,
  ReservedNode,
  ServiceNode,
} from "../syntax/ast.ts";
import type { Span } from "../source/source-file.ts";
import type { BuiltinType, MethodKind, ScalarName } from "@rpcgen/runtime/descriptor";

/** One schema file of a compilation. */
export interface Module {
  /** Position in load order; entry files come first. */
  readonly index: number;
  /** Path within its root, `/` separators: `api/users.rpc`. Unique in a compilation. */
  readonly path: string;
  /** Canonical absolute path. */
  readonly absolutePath: string;
  /** Directory that imports of this file may not leave. */
  readonly root: string;
  /** Named by the caller, not only imported. */
  readonly isEntry: boolean;
  readonly source: SourceFile;
  readonly ast: FileNode;
  readonly packageName: string;
  /** Where each import or re-export leads; a missing entry was reported. */
  readonly targets: Map<ImportNode | ExportNode, Module>;
}

/** The members of inline parameters or of an inline result, seen as a message of its own. */
export interface InlineShapeNode {
  readonly kind: "inline_shape";
  readonly origin: "parameters" | "result";
  /** The name of the method. */
  readonly name: Identifier;
  readonly members: readonly MemberNode[];
  readonly annotations: readonly [];
  readonly doc?: string;
  readonly span: Span;
}

/** What a {@link DeclaredSymbol} stands for. */
export type SymbolNode = DeclarationNode | InlineShapeNode;

/** A declared thing with a name. */
export interface DeclaredSymbol<N extends SymbolNode = SymbolNode> {
  /** Unique in a compilation, in order of binding. */
  readonly id: number;
  readonly name: string;
  /** Names from the file inward, joined by `.`: `User.ChatHandle`. */
  readonly qualifiedName: string;
  /** Package and qualified name. */
  readonly fullName: string;
  readonly module: Module;
  readonly node: N;
  /** The name where it is declared. */
  readonly nameSpan: Span;
  readonly parent?: DeclaredSymbol;
  /** Types declared inside. */
  readonly children: Map<string, DeclaredSymbol>;
  readonly typeParameters: readonly Identifier[];
}

/** A symbol whose node is of one kind. */
export type SymbolOf<K extends SymbolNode["kind"]> = DeclaredSymbol<Extract<SymbolNode, { kind: K }>>;

/** Narrows a symbol by the kind of its node. */
export function isSymbolOf<K extends SymbolNode["kind"]>(
  symbol: DeclaredSymbol | undefined,
  ...kinds: readonly K[]
): symbol is SymbolOf<K> {
  return symbol !== undefined && (kinds as readonly string[]).includes(symbol.node.kind);
}

/** Kinds of symbols that have fields. */
export type ShapeKind = "message" | "union" | "error" | "inline_shape";

/** A type after resolution. `unknown` was reported and stays silent from then on. */
export type ResolvedType =
  | { readonly kind: "unknown" }
  | { readonly kind: "scalar"; readonly name: ScalarName }
  | { readonly kind: "builtin"; readonly name: BuiltinType["name"] }
  | {
      readonly kind: "declared";
      readonly symbol: SymbolOf<"message" | "union" | "enum" | "inline_shape">;
      readonly arguments: readonly ResolvedType[];
    }
  | { readonly kind: "alias"; readonly symbol: SymbolOf<"type_alias">; readonly target: ResolvedType }
  | { readonly kind: "list"; readonly element: ResolvedType }
  | { readonly kind: "map"; readonly key: ResolvedType; readonly value: ResolvedType }
  | { readonly kind: "parameter"; readonly owner: DeclaredSymbol; readonly index: number; readonly name: string };

/** A field with its resolved type and its names outside TypeScript. */
export interface ResolvedField {
  readonly kind: "field";
  readonly node: FieldNode;
  readonly type: ResolvedType;
  readonly wireName: string;
  readonly jsonName: string;
  /** The oneof that holds it. */
  readonly oneof?: OneofNode;
}

export interface ResolvedOneof {
  readonly kind: "oneof";
  readonly node: OneofNode;
  readonly wireName: string;
  readonly fields: readonly ResolvedField[];
}

/** The members of a message, union, error, or inline shape. */
export interface Shape {
  readonly symbol: SymbolOf<ShapeKind>;
  readonly members: readonly (ResolvedField | ResolvedOneof)[];
  /** All fields with a number, those of oneofs included, in schema order. */
  readonly fields: readonly ResolvedField[];
  readonly reserved: readonly ReservedNode[];
}

export interface ResolvedMethod {
  readonly node: MethodNode;
  readonly service: DeclaredSymbol<ServiceNode>;
  readonly wireName: string;
  readonly path: string;
  readonly kind: MethodKind;
  readonly request: ResolvedType;
  readonly response: ResolvedType;
  readonly errors: readonly SymbolOf<"error">[];
}

/** A generic message or union with concrete arguments, declared by the file that uses it. */
export interface Instance {
  readonly name: string;
  readonly fullName: string;
  readonly module: Module;
  readonly symbol: SymbolOf<"message" | "union">;
  readonly arguments: readonly ResolvedType[];
  /** Where it was needed first. */
  readonly span: Span;
}

/** What a stage hands on, with what it found wrong. */
export interface StageResult<T> {
  readonly result: T;
  readonly diagnostics: readonly Diagnostic[];
}
