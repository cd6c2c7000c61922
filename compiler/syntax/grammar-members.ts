import type { ParserMethod } from "chevrotain";
import type {
  AnnotationNode,
  Comment,
  EnumMemberNode,
  EnumNode,
  FieldNode,
  Identifier,
  IntLiteral,
  MemberNode,
  MessageNode,
  OneofNode,
  ReservedNode,
  ReservedRange,
  StringLiteral,
  TypeNode,
  UnionNode,
} from "./ast.ts";
import { docBetween } from "./doc-comments.ts";
import { ValueGrammar } from "./grammar-values.ts";
import * as tokens from "./tokens.ts";

const { Keyword } = tokens;

/** Which kind of list of statements the parser is in. */
export type Container = "file" | "message" | "oneof" | "union" | "error" | "enum" | "service" | "result" | "parameters";

/** Where the parser is: the innermost list of statements and the first token of the statement being read. */
export interface Place {
  readonly container: Container;
  statement: tokens.Token | undefined;
}

/** What stands before the keyword or name of a statement. */
export interface Head {
  readonly start: number;
  readonly doc?: string;
  readonly annotations: AnnotationNode[];
}

export type HeadArgument = [head: Head];

/** What rules get while the grammar is being recorded. */
export function emptyHead(): Head {
  return { start: 0, annotations: [] };
}

/** The middle of clause 1.14 as a parser: messages, fields, enums, unions. A method has the name of its production. */
export class MemberGrammar extends ValueGrammar {
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

  protected inside<T>(container: Container, read: () => T): T {
    const outer = this.place;
    this.place = { container, statement: undefined };
    const result = read();
    this.place = outer;
    return result;
  }

  /** Reads the annotations of the next statement and finds its doc comment. */
  protected readHead(annotations: () => AnnotationNode[]): Head {
    const first = this.LA(1);
    this.place.statement = first;
    const floor = this.endOfLast();
    const given = annotations();
    if (this.comments.length === 0) return { start: first.startOffset, annotations: given };
    if (given.length === 0) {
      const only = docBetween(this.comments, floor, first.startOffset);
      return { start: first.startOffset, annotations: given, ...(only === undefined ? {} : { doc: only }) };
    }
    const doc =
      docBetween(this.comments, this.endOfLast(), this.nextStart()) ??
      docBetween(this.comments, floor, first.startOffset);
    return { start: first.startOffset, annotations: given, ...(doc === undefined ? {} : { doc }) };
  }

  protected endOfLast(): number {
    const last = this.LA(0);
    return last.startOffset >= 0 ? tokens.tokenEnd(last) : this.floor;
  }

  /** A number that recovery made up has no text and no node. */
  protected numberFrom(token: tokens.Token): IntLiteral | undefined {
    return token.image === "" ? undefined : this.intFrom(token);
  }

  protected given(number: IntLiteral | undefined): { readonly number?: IntLiteral } {
    return number === undefined ? {} : { number };
  }

  protected parts(head: Head = emptyHead()): { readonly annotations: AnnotationNode[]; readonly doc?: string } {
    return head.doc === undefined
      ? { annotations: head.annotations }
      : { annotations: head.annotations, doc: head.doc };
  }

  readonly annotations = this.RULE("annotations", (): AnnotationNode[] => {
    const list: AnnotationNode[] = [];
    this.MANY(() => list.push(this.SUBRULE(this.annotation)));
    return list;
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
}
