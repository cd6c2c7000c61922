import type { ParserMethod } from "chevrotain";
import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type {
  AnnotationDeclarationNode,
  AnnotationNode,
  Comment,
  ConstantNode,
  DeclarationNode,
  EnumMemberNode,
  EnumNode,
  ErrorNode,
  ErrorSetNode,
  ExportNode,
  FieldNode,
  FileNode,
  Identifier,
  ImportNode,
  ImportSpecifier,
  IntLiteral,
  MemberNode,
  MessageNode,
  MethodNode,
  OneofNode,
  PackageNode,
  ParametersNode,
  QualifiedName,
  ReservedNode,
  ReservedRange,
  ResultNode,
  ServiceNode,
  StringLiteral,
  TypeAliasNode,
  TypeNode,
  UnionNode,
} from "./ast.ts";
import { docBetween } from "./doc-comments.ts";
import { ValueGrammar } from "./grammar-values.ts";
import * as tokens from "./tokens.ts";

const { Keyword } = tokens;

/** What may stand at the top level. */
export type TopLevelNode = PackageNode | ImportNode | ExportNode | DeclarationNode;

/** `edition 2026;` */
export type EditionNode = NonNullable<FileNode["edition"]>;

/** Which kind of list of statements the parser is in. */
export type Container = "file" | "message" | "oneof" | "union" | "error" | "enum" | "service" | "result" | "parameters";

/** Where the parser is: the innermost list of statements and the first token of the statement being read. */
export interface Place {
  readonly container: Container;
  statement: tokens.Token | undefined;
}

/** What stands before the keyword or name of a statement. */
interface Head {
  readonly start: number;
  readonly doc?: string;
  readonly annotations: AnnotationNode[];
}

type HeadArgument = [head: Head];

/** What rules get while the grammar is being recorded. */
function emptyHead(): Head {
  return { start: 0, annotations: [] };
}

/** Clause 1.14 of LANGUAGE.md as a parser. A method has the name of its production. */
export class Grammar extends ValueGrammar {
  /** Of the whole file, in order; set before each parse. */
  comments: readonly Comment[] = [];
  /** Offset behind the last token before the parsed ones; set before each parse. */
  floor = 0;
  /** Stays where a mistake stopped the parser. */
  place: Place = { container: "file", statement: undefined };

  /** Sets the tokens of the next parse. */
  begin(list: tokens.Token[]): void {
    this.place = { container: "file", statement: list[0] };
    this.findings = [];
    this.input = list;
  }

  constructor(options: { readonly skipValidations: boolean }) {
    super(options.skipValidations);
    this.performSelfAnalysis();
  }

  private inside<T>(container: Container, read: () => T): T {
    const outer = this.place;
    this.place = { container, statement: undefined };
    const result = read();
    this.place = outer;
    return result;
  }

  /** Reads the annotations of the next statement and finds its doc comment. */
  private readHead(annotations: () => AnnotationNode[]): Head {
    const first = this.LA(1);
    this.place.statement = first;
    const floor = this.endOfLast();
    const given = annotations();
    if (this.comments.length === 0) return { start: first.startOffset, annotations: given };
    const doc =
      docBetween(this.comments, this.endOfLast(), this.nextStart()) ??
      docBetween(this.comments, floor, first.startOffset);
    return { start: first.startOffset, annotations: given, ...(doc === undefined ? {} : { doc }) };
  }

  private endOfLast(): number {
    const last = this.LA(0);
    return Number.isNaN(last.startOffset) ? this.floor : last.startOffset + last.image.length;
  }

  /** A number that recovery made up has no text and no node. */
  private numberFrom(token: tokens.Token): IntLiteral | undefined {
    return token.image === "" ? undefined : this.intFrom(token);
  }

  private given(number: IntLiteral | undefined): { readonly number?: IntLiteral } {
    return number === undefined ? {} : { number };
  }

  private parts(head: Head = emptyHead()): { readonly annotations: AnnotationNode[]; readonly doc?: string } {
    return head.doc === undefined
      ? { annotations: head.annotations }
      : { annotations: head.annotations, doc: head.doc };
  }

  private checkAnnotated(node: TopLevelNode, annotations: readonly AnnotationNode[]): void {
    if (node.kind !== "package" && node.kind !== "import" && node.kind !== "export") return;
    const why = `${node.kind === "package" ? "the package has" : `${node.kind}s have`} no annotations`;
    for (const { span } of annotations)
      this.findings.push(diagnosticFrom(syntaxCatalog.danglingAnnotation, { why }, { span }));
  }

  /** `stream` is the keyword when a type or block follows; alone it is the name of a type. */
  private readonly streamWord = {
    GATE: (): boolean => {
      const next = this.LA(2);
      return (
        next.tokenType === tokens.OpenBrace || (tokens.isToken(next, tokens.Name) && next.tokenType !== Keyword.throws)
      );
    },
    DEF: (): tokens.Token => this.CONSUME(Keyword.stream),
  };

  readonly file = this.RULE("file", (): Pick<FileNode, "edition"> & { readonly statements: TopLevelNode[] } => {
    const statements: TopLevelNode[] = [];
    let edition: FileNode["edition"];
    this.OPTION(() => {
      edition = this.SUBRULE(this.edition);
    });
    this.MANY(() => statements.push(this.SUBRULE(this.declaration)));
    return { statements, ...(edition === undefined ? {} : { edition }) };
  });

  readonly edition = this.RULE("edition", (): EditionNode => {
    this.place.statement = this.LA(1);
    const start = this.CONSUME(Keyword.edition).startOffset;
    const token = this.CONSUME(tokens.Int);
    this.CONSUME(tokens.Semicolon);
    return { value: this.intFrom(token), span: this.spanFrom(start) };
  });

  readonly annotations = this.RULE("annotations", (): AnnotationNode[] => {
    const list: AnnotationNode[] = [];
    this.MANY(() => list.push(this.SUBRULE(this.annotation)));
    return list;
  });

  readonly declaration = this.RULE("declaration", (): TopLevelNode => {
    const head = this.readHead(() => this.SUBRULE(this.annotations));
    const ARGS: HeadArgument = [head];
    const node: TopLevelNode = this.OR([
      { ALT: () => this.SUBRULE(this.package, { ARGS }) },
      { ALT: () => this.SUBRULE(this.import, { ARGS }) },
      { ALT: () => this.SUBRULE(this.export, { ARGS }) },
      { ALT: () => this.SUBRULE(this.message, { ARGS }) },
      { ALT: () => this.SUBRULE(this.enum, { ARGS }) },
      { ALT: () => this.SUBRULE(this.union, { ARGS }) },
      { ALT: () => this.SUBRULE(this.error, { ARGS }) },
      { ALT: () => this.SUBRULE(this.errorSet, { ARGS }) },
      { ALT: () => this.SUBRULE(this.service, { ARGS }) },
      { ALT: () => this.SUBRULE(this.typeAlias, { ARGS }) },
      { ALT: () => this.SUBRULE(this.constant, { ARGS }) },
      { ALT: () => this.SUBRULE(this.annotationDeclaration, { ARGS }) },
    ]);
    if (head.annotations.length > 0) this.checkAnnotated(node, head.annotations);
    return node;
  });

  readonly package = this.RULE("package", (head: Head = emptyHead()): PackageNode => {
    this.CONSUME(Keyword.package);
    const name = this.SUBRULE(this.qualifiedName);
    this.CONSUME(tokens.Semicolon);
    return { kind: "package", name, span: this.spanFrom(head.start) };
  });

  readonly importSpecifier = this.RULE("importSpecifier", (): ImportSpecifier => {
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    let alias: Identifier | undefined;
    this.OPTION(() => {
      this.CONSUME(Keyword.as);
      alias = this.nameFrom(this.CONSUME2(tokens.Name));
    });
    return { name, ...(alias === undefined ? {} : { alias }), span: this.spanFrom(name.span.start) };
  });

  readonly importList = this.RULE("importList", (): ImportSpecifier[] => {
    const specifiers: ImportSpecifier[] = [];
    this.CONSUME(tokens.OpenBrace);
    this.MANY_SEP({ SEP: tokens.Comma, DEF: () => specifiers.push(this.SUBRULE(this.importSpecifier)) });
    this.CONSUME(tokens.CloseBrace);
    return specifiers;
  });

  readonly import = this.RULE("import", (head: Head = emptyHead()): ImportNode => {
    let specifiers: ImportSpecifier[] = [];
    let namespace: Identifier | undefined;
    this.CONSUME(Keyword.import);
    this.OR([
      {
        ALT: () => {
          specifiers = this.SUBRULE(this.importList);
        },
      },
      {
        ALT: () => {
          this.CONSUME(tokens.Star);
          this.CONSUME(Keyword.as);
          namespace = this.nameFrom(this.CONSUME(tokens.Name));
        },
      },
    ]);
    this.CONSUME(Keyword.from);
    const from = this.textFrom(this.CONSUME(tokens.Text));
    this.CONSUME(tokens.Semicolon);
    const span = this.spanFrom(head.start);
    return { kind: "import", specifiers, ...(namespace === undefined ? {} : { namespace }), from, span };
  });

  readonly export = this.RULE("export", (head: Head = emptyHead()): ExportNode => {
    let specifiers: ImportSpecifier[] | undefined;
    this.CONSUME(Keyword.export);
    this.OR([
      {
        ALT: () => {
          specifiers = this.SUBRULE(this.importList);
        },
      },
      { ALT: () => this.CONSUME(tokens.Star) },
    ]);
    this.CONSUME(Keyword.from);
    const from = this.textFrom(this.CONSUME(tokens.Text));
    this.CONSUME(tokens.Semicolon);
    const span = this.spanFrom(head.start);
    return { kind: "export", ...(specifiers === undefined ? {} : { specifiers }), from, span };
  });

  readonly typeParameters = this.RULE("typeParameters", (): Identifier[] => {
    const names: Identifier[] = [];
    this.CONSUME(tokens.OpenAngle);
    this.AT_LEAST_ONE_SEP({
      SEP: tokens.Comma,
      DEF: () => names.push(this.nameFrom(this.CONSUME(tokens.Name))),
    });
    this.CONSUME(tokens.CloseAngle);
    return names;
  });

  readonly message = this.RULE("message", (head: Head = emptyHead()): MessageNode => {
    this.CONSUME(Keyword.message);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    let typeParameters: Identifier[] = [];
    this.OPTION(() => {
      typeParameters = this.SUBRULE(this.typeParameters);
    });
    const members = this.SUBRULE(this.body, { ARGS: ["message"] });
    return { kind: "message", ...this.parts(head), name, typeParameters, members, span: this.spanFrom(head.start) };
  });

  readonly body: ParserMethod<[container: Container], MemberNode[]> = this.RULE("body", (container: Container) => {
    const members: MemberNode[] = [];
    this.CONSUME(tokens.OpenBrace);
    this.inside(container, () => {
      this.MANY(() => members.push(this.SUBRULE(this.member)));
      this.CONSUME(tokens.CloseBrace);
    });
    return members;
  });

  readonly member: ParserMethod<[], MemberNode> = this.RULE("member", (): MemberNode => {
    const head = this.readHead(() => this.SUBRULE(this.annotations));
    const ARGS: HeadArgument = [head];
    return this.OR([
      { ALT: () => this.SUBRULE(this.message, { ARGS }) },
      { ALT: () => this.SUBRULE(this.enum, { ARGS }) },
      { ALT: () => this.SUBRULE(this.union, { ARGS }) },
      { ALT: () => this.SUBRULE(this.reserved, { ARGS }) },
      { ALT: () => this.SUBRULE(this.field, { ARGS }) },
    ]);
  });

  readonly field = this.RULE("field", (head: Head = emptyHead()): FieldNode | OneofNode => {
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    const optional = this.OPTION(() => this.CONSUME(tokens.Question)) !== undefined;
    let type: TypeNode | undefined;
    let number: IntLiteral | undefined;
    let members: MemberNode[] = [];
    this.CONSUME(tokens.Colon);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Keyword.oneof);
          members = this.SUBRULE(this.body, { ARGS: ["oneof"] });
        },
      },
      {
        ALT: () => {
          type = this.SUBRULE(this.typeReference);
          this.CONSUME(tokens.Equals);
          number = this.numberFrom(this.CONSUME(tokens.Int));
        },
      },
    ]);
    const trailing = this.SUBRULE(this.annotations);
    this.CONSUME(tokens.Semicolon);
    if (!this.RECORDING_PHASE) head.annotations.push(...trailing);
    const span = this.spanFrom(head.start);
    if (type === undefined) return { kind: "oneof", ...this.parts(head), name, optional, members, span };
    return { kind: "field", ...this.parts(head), name, optional, type, ...this.given(number), span };
  });

  readonly reserved = this.RULE("reserved", (head: Head = emptyHead()): ReservedNode => {
    const items: (StringLiteral | ReservedRange)[] = [];
    this.CONSUME(Keyword.reserved);
    this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => items.push(this.SUBRULE(this.reservedItem)) });
    this.CONSUME(tokens.Semicolon);
    return { kind: "reserved", items, annotations: head.annotations, span: this.spanFrom(head.start) };
  });

  readonly reservedItem = this.RULE("reservedItem", (): StringLiteral | ReservedRange =>
    this.OR([{ ALT: () => this.textFrom(this.CONSUME(tokens.Text)) }, { ALT: () => this.SUBRULE(this.reservedRange) }]),
  );

  readonly reservedRange = this.RULE("reservedRange", (): ReservedRange => {
    const from = this.intFrom(this.CONSUME(tokens.Int));
    let to: IntLiteral | "max" | undefined;
    this.OPTION(() => {
      this.CONSUME(tokens.DotDot);
      this.OR2([
        {
          ALT: () => {
            to = this.intFrom(this.CONSUME2(tokens.Int));
          },
        },
        {
          ALT: () => {
            this.CONSUME(Keyword.max);
            to = "max";
          },
        },
      ]);
    });
    return { kind: "reserved_range", from, ...(to === undefined ? {} : { to }), span: this.spanFrom(from.span.start) };
  });

  readonly enum = this.RULE("enum", (head: Head = emptyHead()): EnumNode => {
    const open = this.OPTION(() => this.CONSUME(Keyword.open)) !== undefined;
    this.CONSUME(Keyword.enum);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    const members: (EnumMemberNode | ReservedNode)[] = [];
    this.CONSUME(tokens.OpenBrace);
    this.inside("enum", () => {
      this.MANY(() => {
        const ARGS: HeadArgument = [this.readHead(() => this.SUBRULE(this.annotations))];
        this.OR([
          { ALT: () => members.push(this.SUBRULE(this.reserved, { ARGS })) },
          { ALT: () => members.push(this.SUBRULE(this.enumMember, { ARGS })) },
        ]);
      });
      this.CONSUME(tokens.CloseBrace);
    });
    return { kind: "enum", ...this.parts(head), open, name, members, span: this.spanFrom(head.start) };
  });

  readonly enumMember = this.RULE("enumMember", (head: Head = emptyHead()): EnumMemberNode => {
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    this.CONSUME(tokens.Equals);
    const number = this.numberFrom(this.CONSUME(tokens.Int));
    const trailing = this.SUBRULE(this.annotations);
    this.CONSUME(tokens.Semicolon);
    if (!this.RECORDING_PHASE) head.annotations.push(...trailing);
    return { kind: "enum_member", ...this.parts(head), name, ...this.given(number), span: this.spanFrom(head.start) };
  });

  readonly union = this.RULE("union", (head: Head = emptyHead()): UnionNode => {
    this.CONSUME(Keyword.union);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    let typeParameters: Identifier[] = [];
    this.OPTION(() => {
      typeParameters = this.SUBRULE(this.typeParameters);
    });
    const members = this.SUBRULE(this.body, { ARGS: ["union"] });
    return { kind: "union", ...this.parts(head), name, typeParameters, members, span: this.spanFrom(head.start) };
  });

  readonly error = this.RULE("error", (head: Head = emptyHead()): ErrorNode => {
    this.CONSUME(Keyword.error);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    let code: Identifier | undefined;
    this.OPTION(() => {
      this.CONSUME(tokens.OpenParen);
      code = this.nameFrom(this.CONSUME2(tokens.Name));
      this.CONSUME(tokens.CloseParen);
    });
    const members = this.SUBRULE(this.body, { ARGS: ["error"] });
    const span = this.spanFrom(head.start);
    return { kind: "error", ...this.parts(head), name, ...(code === undefined ? {} : { code }), members, span };
  });

  readonly errorList = this.RULE("errorList", (): QualifiedName[] => {
    const names: QualifiedName[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: tokens.Bar, DEF: () => names.push(this.SUBRULE(this.qualifiedName)) });
    return names;
  });

  readonly errorSet = this.RULE("errorSet", (head: Head = emptyHead()): ErrorSetNode => {
    this.CONSUME(Keyword.errors);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    this.CONSUME(tokens.Equals);
    const errors = this.SUBRULE(this.errorList);
    this.CONSUME(tokens.Semicolon);
    return { kind: "error_set", ...this.parts(head), name, errors, span: this.spanFrom(head.start) };
  });

  readonly throws = this.RULE("throws", (): QualifiedName[] => {
    this.CONSUME(Keyword.throws);
    return this.SUBRULE(this.errorList);
  });

  readonly service = this.RULE("service", (head: Head = emptyHead()): ServiceNode => {
    this.CONSUME(Keyword.service);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    const throwList = this.OPTION(() => this.SUBRULE(this.throws)) ?? [];
    const members: (MethodNode | ReservedNode)[] = [];
    this.CONSUME(tokens.OpenBrace);
    this.inside("service", () => {
      this.MANY(() => {
        const ARGS: HeadArgument = [this.readHead(() => this.SUBRULE(this.annotations))];
        this.OR([
          { ALT: () => members.push(this.SUBRULE(this.reserved, { ARGS })) },
          { ALT: () => members.push(this.SUBRULE(this.method, { ARGS })) },
        ]);
      });
      this.CONSUME(tokens.CloseBrace);
    });
    const span = this.spanFrom(head.start);
    return { kind: "service", ...this.parts(head), name, throws: throwList, members, span };
  });

  readonly method = this.RULE("method", (head: Head = emptyHead()): MethodNode => {
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    const open = this.CONSUME(tokens.OpenParen);
    const parameters = this.SUBRULE(this.parameters, { ARGS: [open.startOffset] });
    const result = this.OPTION(() => {
      this.CONSUME(tokens.Colon);
      return this.SUBRULE(this.result);
    });
    const throwList = this.OPTION2(() => this.SUBRULE(this.throws)) ?? [];
    this.CONSUME(tokens.Semicolon);
    const span = this.spanFrom(head.start);
    const given = result === undefined ? {} : { result };
    return { kind: "method", ...this.parts(head), name, parameters, ...given, throws: throwList, span };
  });

  readonly parameters = this.RULE("parameters", (start: number): ParametersNode => {
    let parameters: Omit<ParametersNode, "span"> & ParametersShape = { kind: "no_parameters" };
    this.inside("parameters", () => {
      this.OPTION(() => {
        this.OR([
          {
            ALT: () => {
              const fields: FieldNode[] = [];
              this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => fields.push(this.SUBRULE(this.parameter)) });
              parameters = { kind: "inline_parameters", fields };
            },
          },
          {
            ALT: () => {
              const stream = this.OPTION2(this.streamWord) !== undefined;
              parameters = { kind: "message_parameter", stream, type: this.SUBRULE(this.typeReference) };
            },
          },
        ]);
      });
      this.CONSUME(tokens.CloseParen);
    });
    return { ...parameters, span: this.spanFrom(start) };
  });

  readonly parameter = this.RULE("parameter", (): FieldNode => {
    const head = this.readHead(() => this.SUBRULE(this.annotations));
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    const optional = this.OPTION(() => this.CONSUME(tokens.Question)) !== undefined;
    this.CONSUME(tokens.Colon);
    const type = this.SUBRULE(this.typeReference);
    this.CONSUME(tokens.Equals);
    const number = this.numberFrom(this.CONSUME(tokens.Int));
    const trailing = this.SUBRULE2(this.annotations);
    if (!this.RECORDING_PHASE) head.annotations.push(...trailing);
    return {
      kind: "field",
      ...this.parts(head),
      name,
      optional,
      type,
      ...this.given(number),
      span: this.spanFrom(head.start),
    };
  });

  readonly result = this.RULE("result", (): ResultNode => {
    const start = this.nextStart();
    const stream = this.OPTION(this.streamWord) !== undefined;
    return this.OR([
      {
        ALT: (): ResultNode => {
          const type = this.SUBRULE(this.typeReference);
          return { kind: "type_result", stream, type, span: this.spanFrom(start) };
        },
      },
      {
        ALT: (): ResultNode => {
          const members = this.SUBRULE(this.body, { ARGS: ["result"] });
          return { kind: "inline_result", stream, members, span: this.spanFrom(start) };
        },
      },
    ]);
  });

  readonly typeAlias = this.RULE("typeAlias", (head: Head = emptyHead()): TypeAliasNode => {
    this.CONSUME(Keyword.type);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    this.CONSUME(tokens.Equals);
    const type = this.SUBRULE(this.typeReference);
    const trailing = this.SUBRULE(this.annotations);
    this.CONSUME(tokens.Semicolon);
    if (!this.RECORDING_PHASE) head.annotations.push(...trailing);
    return { kind: "type_alias", ...this.parts(head), name, type, span: this.spanFrom(head.start) };
  });

  readonly constant = this.RULE("constant", (head: Head = emptyHead()): ConstantNode => {
    this.CONSUME(Keyword.const);
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    this.CONSUME(tokens.Equals);
    const value = this.SUBRULE(this.value);
    this.CONSUME(tokens.Semicolon);
    return { kind: "constant", ...this.parts(head), name, value, span: this.spanFrom(head.start) };
  });

  readonly annotationDeclaration = this.RULE(
    "annotationDeclaration",
    (head: Head = emptyHead()): AnnotationDeclarationNode => {
      this.CONSUME(Keyword.annotation);
      const name = this.SUBRULE(this.qualifiedName);
      const parameters: AnnotationDeclarationNode["parameters"][number][] = [];
      this.OPTION(() => {
        this.CONSUME(tokens.OpenParen);
        this.MANY_SEP({ SEP: tokens.Comma, DEF: () => parameters.push(this.SUBRULE(this.annotationParameter)) });
        this.CONSUME(tokens.CloseParen);
      });
      this.CONSUME(Keyword.on);
      const targets: Identifier[] = [];
      this.AT_LEAST_ONE_SEP({
        SEP: tokens.Bar,
        DEF: () => targets.push(this.nameFrom(this.CONSUME(tokens.Name))),
      });
      this.CONSUME(tokens.Semicolon);
      const span = this.spanFrom(head.start);
      return { kind: "annotation_declaration", ...this.parts(head), name, parameters, targets, span };
    },
  );

  readonly annotationParameter = this.RULE(
    "annotationParameter",
    (): AnnotationDeclarationNode["parameters"][number] => {
      const name = this.nameFrom(this.CONSUME(tokens.Name));
      const optional = this.OPTION(() => this.CONSUME(tokens.Question)) !== undefined;
      this.CONSUME(tokens.Colon);
      const type = this.SUBRULE(this.typeReference);
      return { name, optional, type, span: this.spanFrom(name.span.start) };
    },
  );
}

/** {@link ParametersNode} before its span is known. */
type ParametersShape =
  | { readonly kind: "no_parameters" }
  | { readonly kind: "message_parameter"; readonly stream: boolean; readonly type: TypeNode }
  | { readonly kind: "inline_parameters"; readonly fields: readonly FieldNode[] };
