/**
 * The spelling rules between schema, protobuf and JSON. A run of capitals is one word (`userID` -> `user_id`); digits stay with
 * the word before them.
 */
export function snakeCase(name: string): string {
  if (!/[A-Z]/.test(name)) return name;
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** `owner` -> `OWNER`, `inProgress` -> `IN_PROGRESS`. */
export function upperSnakeCase(name: string): string {
  return snakeCase(name).toUpperCase();
}

/** `get` -> `Get`, `list_all` -> `ListAll`. */
export function pascalCase(name: string): string {
  return name.replace(/(^|_+)([A-Za-z0-9])/g, (_, __, first: string) => first.toUpperCase());
}

/** The JSON name that protobuf gives a field of this wire name: `created_at` -> `createdAt`. */
export function jsonNameOf(wireName: string): string {
  if (!wireName.includes("_")) return wireName;
  return wireName.replace(/_+([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());
}

/** The wire name of an enum member: `Role` and `admin` give `ROLE_ADMIN`. */
export function enumMemberWireName(enumName: string, member: string): string {
  return `${upperSnakeCase(enumName)}_${upperSnakeCase(member)}`;
}
