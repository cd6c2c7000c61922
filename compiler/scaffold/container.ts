import {
  type ClassDeclaration,
  type ClassExpression,
  Node,
  type ObjectLiteralExpression,
  type SourceFile,
} from "ts-morph";

/** The place in a user's file where the handlers of a service stand. */
export type Container = ObjectContainer | ClassContainer;

export interface ObjectContainer {
  readonly kind: "object";
  readonly node: ObjectLiteralExpression;
  readonly members: readonly Node[];
}

export interface ClassContainer {
  readonly kind: "class";
  readonly node: ClassDeclaration | ClassExpression;
  readonly members: readonly Node[];
}

/**
 * Finds the handlers of an interface: `const x: UsersHandlers = {...}`, `{...} satisfies UsersHandlers`, a function that
 * returns `UsersHandlers`, or a class that implements it. The first in the file counts.
 */
export function findContainer(file: SourceFile, interfaceName: string): Container | undefined {
  const name = localNameOf(file, interfaceName);
  for (const node of file.getDescendants()) {
    if ((Node.isClassDeclaration(node) || Node.isClassExpression(node)) && implementsInterface(node, name)) {
      return { kind: "class", node, members: node.getMembers() };
    }
    const object = typedObject(node, name);
    if (object !== undefined) return { kind: "object", node: object, members: object.getProperties() };
  }
  return undefined;
}

/** Names of the members that are there, whatever their form. */
export function memberNames(container: Container): ReadonlySet<string> {
  const named = container.members.filter((member) => "getName" in member) as readonly (Node & { getName(): string })[];
  return new Set(named.map((member) => unquoted(member.getName())));
}

/** True when members may come from elsewhere: a spread or a base class. What is missing cannot be told then. */
export function hasInheritedMembers(container: Container): boolean {
  if (container.kind === "class") return container.node.getExtends() !== undefined;
  return container.members.some((member) => Node.isSpreadAssignment(member));
}

/** The name under which a file knows an interface: `import { UsersHandlers as Handlers }`. */
export function localNameOf(file: SourceFile, interfaceName: string): string {
  const specifiers = file.getImportDeclarations().flatMap((declaration) => declaration.getNamedImports());
  const specifier = specifiers.find((each) => each.getName() === interfaceName);
  return specifier?.getAliasNode()?.getText() ?? interfaceName;
}

function implementsInterface(node: ClassDeclaration | ClassExpression, name: string): boolean {
  return node.getImplements().some((clause) => lastPart(clause.getExpression().getText()) === name);
}

function typedObject(node: Node, name: string): ObjectLiteralExpression | undefined {
  if (Node.isVariableDeclaration(node) && isType(node.getTypeNode(), name)) return objectOf(node.getInitializer());
  if (Node.isSatisfiesExpression(node) && isType(node.getTypeNode(), name)) return objectOf(node.getExpression());
  if (Node.isFunctionDeclaration(node) || Node.isArrowFunction(node) || Node.isFunctionExpression(node)) {
    return isType(node.getReturnTypeNode(), name) ? returnedObject(node.getBody()) : undefined;
  }
  return undefined;
}

function returnedObject(body: Node | undefined): ObjectLiteralExpression | undefined {
  if (!Node.isBlock(body)) return objectOf(body);
  const returned = body.getStatements().find((statement) => Node.isReturnStatement(statement));
  return objectOf(returned?.getExpression());
}

function objectOf(node: Node | undefined): ObjectLiteralExpression | undefined {
  if (Node.isParenthesizedExpression(node) || Node.isSatisfiesExpression(node)) return objectOf(node.getExpression());
  return Node.isObjectLiteralExpression(node) ? node : undefined;
}

function isType(node: Node | undefined, name: string): boolean {
  return Node.isTypeReference(node) && lastPart(node.getTypeName().getText()) === name;
}

/** `UsersHandlers` of `api.UsersHandlers`. */
function lastPart(text: string): string {
  return text.slice(text.lastIndexOf(".") + 1);
}

function unquoted(name: string): string {
  return name.replace(/^(["'])(.*)\1$/u, "$2");
}
