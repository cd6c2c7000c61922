import { EmbeddedActionsParser, type IParserErrorMessageProvider, type ParserMethod, type TokenType } from "chevrotain";
import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../source/source-file.ts";
import type {
  AnnotationArgumentNode,
  AnnotationNode,
  Identifier,
  IntLiteral,
  ListValue,
  MapTypeNode,
  NamedTypeNode,
  NameValue,
  QualifiedName,
  RangeValue,
  RecordValue,
  StringLiteral,
  TypeNode,
  ValueNode,
} from "./ast.ts";
import { decodeDuration, decodeInt, decodeSize, decodeString } from "./literals.ts";
import * as tokens from "./tokens.ts";

const nowhere: SourceFile = { path: "", text: "", lineStarts: [0] };

/** The message of a parser exception is the name of the one token it wanted, or the rule that had a choice. */
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.name,
  buildNotAllInputParsedMessage: () => "end",
  buildNoViableAltMessage: ({ ruleName }) => `choice:${ruleName}`,
  buildEarlyExitMessage: ({ ruleName }) => `choice:${ruleName}`,
};

type RangeBound = NonNullable<RangeValue["min"]>;

/** The lower half of clause 1.14 as a parser: names, types, values, annotations. A method has the name of its production. */
export class ValueGrammar extends EmbeddedActionsParser {
  /** Set before each parse. */
  source: SourceFile = nowhere;
  /** What is wrong although it follows the grammar; of the last parse. */
  findings: Diagnostic[] = [];

  constructor(skipValidations: boolean) {
    super([...tokens.allTokens], {
      maxLookahead: 3,
      recoveryEnabled: false,
      skipValidations,
      errorMessageProvider: expectations,
    });
  }

  /** From an offset to the end of the last consumed token. */
  protected spanFrom(start: number): Span {
    const last = this.LA(0);
    return { file: this.source, start, end: Math.max(start, Math.min(tokens.tokenEnd(last), this.source.text.length)) };
  }

  /** Offset of the next token. */
  protected nextStart(): number {
    return this.LA(1).startOffset;
  }

  private spanOf(token: tokens.Token): Span {
    const start = token.startOffset;
    return { file: this.source, start, end: Math.min(start + token.image.length, this.source.text.length) };
  }

  protected nameFrom(token: tokens.Token): Identifier {
    return {
      kind: "identifier",
      text: token.image,
      span: this.spanOf(token),
    };
  }

  protected intFrom(token: tokens.Token): IntLiteral {
    return {
      kind: "int_literal",
      value: decodeInt(token.image),
      span: this.spanOf(token),
    };
  }

  protected textFrom(token: tokens.Token): StringLiteral {
    return {
      kind: "string_literal",
      value: typeof token.payload === "string" ? token.payload : decodeString(token.image).value,
      span: this.spanOf(token),
    };
  }

  private joinName(first: tokens.Token, rest: readonly tokens.Token[]): QualifiedName {
    if (rest.length === 0) {
      const only = this.nameFrom(first);
      return { kind: "qualified_name", parts: [only], text: only.text, span: only.span };
    }
    const parts = [first, ...rest].map((token) => this.nameFrom(token));
    const text = parts.map((part) => part.text).join(".");
    return { kind: "qualified_name", parts, text, span: this.spanFrom(first.startOffset) };
  }

  readonly qualifiedName = this.RULE("qualifiedName", (): QualifiedName => {
    const first = this.CONSUME(tokens.Name);
    const rest: tokens.Token[] = [];
    this.MANY(() => {
      this.CONSUME(tokens.Dot);
      rest.push(this.CONSUME2(tokens.Name));
    });
    return this.joinName(first, rest);
  });

  readonly namedType = this.RULE("namedType", (): NamedTypeNode | MapTypeNode => {
    const start = this.nextStart();
    const name = this.SUBRULE(this.qualifiedName);
    const typeArguments: TypeNode[] = [];
    this.OPTION(() => {
      this.CONSUME(tokens.OpenAngle);
      this.AT_LEAST_ONE_SEP({
        SEP: tokens.Comma,
        DEF: () => typeArguments.push(this.SUBRULE(this.typeReference)),
      });
      this.CONSUME(tokens.CloseAngle);
    });
    const span = this.spanFrom(start);
    const [key, value] = typeArguments;
    if (name.text === "map" && typeArguments.length === 2 && key !== undefined && value !== undefined)
      return { kind: "map_type", key, value, span };
    if (name.text === "map" && typeArguments.length > 0) {
      const found = typeArguments.length;
      this.findings.push(diagnosticFrom(syntaxCatalog.mapArguments, { found }, { span }));
    }
    return { kind: "named_type", name, arguments: typeArguments, span };
  });

  readonly typeReference: ParserMethod<[], TypeNode> = this.RULE("typeReference", (): TypeNode => {
    const start = this.nextStart();
    let type: TypeNode = this.SUBRULE(this.namedType);
    this.MANY(() => {
      this.CONSUME(tokens.OpenSquare);
      this.CONSUME(tokens.CloseSquare);
      type = { kind: "list_type", element: type, span: this.spanFrom(start) };
    });
    return type;
  });

  private literal<K extends "float_literal" | "duration_literal" | "size_literal">(kind: K, type: TokenType) {
    const token = this.CONSUME(type);
    const span = this.spanFrom(token.startOffset);
    return { kind, token, span };
  }

  readonly bound = this.RULE("bound", (): RangeBound =>
    this.OR([
      {
        ALT: (): RangeBound => {
          const { kind, token, span } = this.literal("duration_literal", tokens.Duration);
          return { kind, ms: decodeDuration(token.image), span };
        },
      },
      {
        ALT: (): RangeBound => {
          const { kind, token, span } = this.literal("size_literal", tokens.Size);
          return { kind, bytes: decodeSize(token.image), span };
        },
      },
      {
        ALT: (): RangeBound => {
          const { kind, token, span } = this.literal("float_literal", tokens.Float);
          return { kind, value: Number(token.image), span };
        },
      },
      { ALT: () => this.intFrom(this.CONSUME(tokens.Int)) },
      {
        ALT: (): NameValue => {
          const name = this.SUBRULE(this.qualifiedName);
          return { kind: "name_value", name, span: name.span };
        },
      },
    ]),
  );

  readonly range = this.RULE("range", (): RangeBound | RangeValue => {
    const start = this.nextStart();
    let max: RangeBound | undefined;
    return this.OR([
      {
        ALT: (): RangeValue => {
          this.CONSUME(tokens.DotDot);
          max = this.SUBRULE(this.bound);
          return { kind: "range_value", max, span: this.spanFrom(start) };
        },
      },
      {
        ALT: (): RangeBound | RangeValue => {
          const min = this.SUBRULE2(this.bound);
          let open = false;
          this.OPTION(() => {
            this.CONSUME2(tokens.DotDot);
            open = true;
            this.OPTION2(() => {
              max = this.SUBRULE3(this.bound);
            });
          });
          if (!open) return min;
          return { kind: "range_value", min, ...(max === undefined ? {} : { max }), span: this.spanFrom(start) };
        },
      },
    ]);
  });

  readonly list = this.RULE("list", (): ListValue => {
    const start = this.CONSUME(tokens.OpenSquare).startOffset;
    const values: ValueNode[] = [];
    this.MANY_SEP({ SEP: tokens.Comma, DEF: () => values.push(this.SUBRULE(this.value)) });
    this.CONSUME(tokens.CloseSquare);
    return { kind: "list_value", values, span: this.spanFrom(start) };
  });

  readonly record = this.RULE("record", (): RecordValue => {
    const start = this.CONSUME(tokens.OpenBrace).startOffset;
    const entries: RecordValue["entries"][number][] = [];
    this.MANY_SEP({ SEP: tokens.Comma, DEF: () => entries.push(this.SUBRULE(this.entry)) });
    this.CONSUME(tokens.CloseBrace);
    return { kind: "record_value", entries, span: this.spanFrom(start) };
  });

  readonly entry = this.RULE("entry", (): RecordValue["entries"][number] => {
    const name = this.nameFrom(this.CONSUME(tokens.Name));
    this.CONSUME(tokens.Colon);
    const value = this.SUBRULE(this.value);
    return { name, value, span: this.spanFrom(name.span.start) };
  });

  readonly value: ParserMethod<[], ValueNode> = this.RULE("value", (): ValueNode =>
    this.OR([
      { ALT: () => this.textFrom(this.CONSUME(tokens.Text)) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.record) },
      { ALT: () => this.SUBRULE(this.range) },
    ]),
  );

  readonly argument = this.RULE("argument", (): AnnotationArgumentNode => {
    const start = this.nextStart();
    let name: Identifier | undefined;
    this.OPTION(() => {
      name = this.nameFrom(this.CONSUME(tokens.Name));
      this.CONSUME(tokens.Colon);
    });
    const value = this.SUBRULE(this.value);
    return { ...(name === undefined ? {} : { name }), value, span: this.spanFrom(start) };
  });

  readonly annotation = this.RULE("annotation", (): AnnotationNode => {
    const start = this.CONSUME(tokens.At).startOffset;
    const name = this.SUBRULE(this.qualifiedName);
    const given: AnnotationArgumentNode[] = [];
    let hasArgumentList = false;
    this.OPTION(() => {
      this.CONSUME(tokens.OpenParen);
      hasArgumentList = true;
      this.MANY_SEP({ SEP: tokens.Comma, DEF: () => given.push(this.SUBRULE(this.argument)) });
      this.CONSUME(tokens.CloseParen);
    });
    return { kind: "annotation", name, arguments: given, hasArgumentList, span: this.spanFrom(start) };
  });
}
