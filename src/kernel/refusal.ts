/** Every business "no" has one of these codes; one table (app/refusals) maps them to GraphQL and CLI exit statuses. */
export type RefusalCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "BAD_USER_INPUT"
  | "NOT_FOUND"
  | "CONFLICT"
  | "PERIOD_CLOSED"
  | "PERIOD_OPEN"
  | "NOT_READY"
  | "SAME_PERSON"
  | "UNBALANCED"
  | "CURRENCY_MISMATCH"
  | "LIMIT_EXCEEDED"
  | "TIMEOUT"
  | "UNAVAILABLE";

/** A business "no": a code for programs, a sentence for people that says what to do, and the input field it is about. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly field?: readonly string[],
  ) {
    super(message);
    this.name = "Refusal";
  }
}

/** A belief of ours turned out wrong. The request stops; the caller only ever sees INTERNAL and an id. */
export class BrokenBelief extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BrokenBelief";
  }
}

/** Stops the request when `holds` is false. For what the program believes, never for what a caller sent. */
export function invariant(holds: unknown, message: string): asserts holds {
  if (!holds) throw new BrokenBelief(message);
}
