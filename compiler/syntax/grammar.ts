import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type {
  AnnotationDeclarationNode,
  AnnotationNode,
  ConstantNode,
  DeclarationNode,
  ErrorNode,
  ErrorSetNode,
  ExportNode,
  FieldNode,
  FileNode,
  Identifier,
  ImportNode,
  ImportSpecifier,
  MethodNode,
  PackageNode,
  ParametersNode,
  QualifiedName,
  ReservedNode,
  ResultNode,
  ServiceNode,
  TypeAliasNode,
  TypeNode,
} from "./ast.ts";
import { MemberGrammar, type Head, type HeadArgument, emptyHead } from "./grammar-members.ts";
import * as tokens from "./tokens.ts";

const { Keyword } = tokens;

/** What may stand at the top level. */
export type TopLevelNode = PackageNode | ImportNode | ExportNode | DeclarationNode;

/** `edition 2026;` */
export type EditionNode = NonNullable<FileNode["edition"]>;

/** Clause 1.14 of LANGUAGE.md as a parser. A method has the name of its production. */
export class Grammar extends MemberGrammar {
  constructor(options: { readonly skipValidations: boolean }) {
    super(options.skipValidations);
    this.performSelfAnalysis();
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
