import { parseInstant } from "./instant";
import { isUuid } from "./node-id";
import { Refusal } from "./refusal";

export const LARGEST_PAGE = 500;

/** What a connection is asked for. */
export interface PageRequest {
  readonly first: number;
  readonly after?: string | null;
}

/** One page in Relay's shape; cursors are opaque and stay valid while rows are added. */
export interface Page<T> {
  readonly edges: ReadonlyArray<{ readonly node: T; readonly cursor: string }>;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
}

/** `first` itself when it is 1 to 500; else BAD_USER_INPUT. */
export function requirePageSize(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= LARGEST_PAGE) return first;
  throw new Refusal("BAD_USER_INPUT", `first must be 1 to ${LARGEST_PAGE}.`, ["first"]);
}

/** The opaque form of a keyset position. */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position), "utf8").toString("base64url");
}

/** What a part of a position must look like: it is compared in the database, which takes no other text there. */
const PART_FORMS = {
  text: (part: string) => part.length <= 400,
  instant: (part: string) => parseInstant(part) !== null,
  uuid: isUuid,
  sequence: (part: string) => /^[1-9]\d{0,14}$/.test(part),
  version: (part: string) => /^[1-9]\d{0,8}$/.test(part),
};

/** The keyset position of a cursor of ours with parts of these forms; BAD_USER_INPUT when it is not one. Null for none. */
export function decodeCursor(cursor: string | null | undefined, forms: ReadonlyArray<keyof typeof PART_FORMS>): string[] | null {
  if (cursor === null || cursor === undefined) return null;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(position) && position.length === forms.length && position.every((part, index) => typeof part === "string" && PART_FORMS[forms[index]!](part))) return position as string[];
  } catch {
    // falls through: what is not JSON is no cursor of ours either
  }
  throw new Refusal("BAD_USER_INPUT", "after is not a cursor of this list. Pass an endCursor that it gave you.", ["after"]);
}

/** Makes a page from up to `first + 1` rows: the surplus row only tells that there is a next page. */
export function toPage<T>(rows: readonly T[], page: PageRequest, position: (row: T) => readonly string[]): Page<T> {
  const edges = rows.slice(0, page.first).map((node) => ({ node, cursor: encodeCursor(position(node)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null && page.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges[edges.length - 1]?.cursor ?? null,
    },
  };
}
