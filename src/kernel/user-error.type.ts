import { Field, InterfaceType, ObjectType } from "type-graphql";
import { Refusal } from "./refusal";

@InterfaceType({ description: "Why a mutation did nothing: a code for programs, a sentence for people, and the input field it is about." })
export abstract class UserError {
  @Field(() => String, { description: "BAD_USER_INPUT, NOT_FOUND, CONFLICT, PERIOD_CLOSED, PERIOD_OPEN, NOT_READY, SAME_PERSON, UNBALANCED, CURRENCY_MISMATCH or LIMIT_EXCEEDED." })
  code: string;
  @Field(() => String, { description: "What is wrong and what to do." })
  message: string;
  @Field(() => [String], { nullable: true, description: "Path of the input field; null when it is about the whole." })
  field: string[] | null;
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: "Why a mutation did nothing." })
export class MutationError extends UserError {}

const TOP_LEVEL: ReadonlySet<string> = new Set(["UNAUTHENTICATED", "FORBIDDEN", "TIMEOUT", "UNAVAILABLE"]);

/** The payload of a mutation: what the work made, or the refusal as a user error. Access, limits and faults stay top-level. */
export async function payload<T extends object>(work: () => Promise<T>): Promise<Partial<T> & { userErrors: UserError[] }> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof Refusal) || TOP_LEVEL.has(error.code)) throw error;
    return { userErrors: [{ code: error.code, message: error.message, field: error.field ? [...error.field] : null }] } as Partial<T> & { userErrors: UserError[] };
  }
}
