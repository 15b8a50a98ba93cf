import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { UseCase } from "../tenancy";

export const MOST_ATTRIBUTED = 50_000;

/** A leg as it counts now. */
export interface CountingLeg {
  readonly legKey: string;
  readonly eventKey: string;
  readonly eventId: string;
  readonly periodKey: string;
  readonly useCaseId: string | null;
}

export interface AttributeUsageInput<Where> {
  /** Opaque ids of usage events, or their event ids. */
  readonly eventIds?: readonly string[] | null;
  /** Unattributed usage that matches. */
  readonly where?: Where | null;
  /** With `where`: only usage of this source. */
  readonly source?: string | null;
  readonly useCase: string;
  readonly reason: string;
}

export interface AttributeUsagePorts<Where> {
  /** The use case, whose owners stay as they are until the transaction ends. */
  findUseCase(code: string): Promise<UseCase | null>;
  /** Legs by opaque id or event id, each once; NOT_FOUND when one names nothing, CONFLICT for an event id that several sources use. */
  findLegs(ids: readonly string[]): Promise<readonly CountingLeg[]>;
  /** Of a source, or (null) of any; oldest first. */
  findUnattributed(where: Where, source: string | null, most: number): Promise<readonly CountingLeg[]>;
  /** Holds the status of the periods: what is moved in a closed one is charged as an adjustment in a later one. */
  holdPeriods(keys: readonly string[]): Promise<void>;
  move(legs: readonly CountingLeg[], useCase: UseCase): Promise<void>;
  audit(legs: readonly CountingLeg[], useCase: UseCase, reason: string): Promise<void>;
}

/**
 * Says where unattributed usage belongs: writes it anew under the use case and the unit that owned it when it ended.
 * Answers how many legs moved; those that stand there already do not count, so the same request again moves nothing. A leg
 * that stands under another use case is charged to somebody: moving it takes a correction, with preview and second person.
 */
export async function attributeUsage<Where>(ports: AttributeUsagePorts<Where>, input: AttributeUsageInput<Where>): Promise<number> {
  const reason = requireText(input.reason, ["reason"], 500);
  if (Boolean(input.eventIds) === Boolean(input.where)) throw new Refusal("BAD_USER_INPUT", "Give either eventIds or where.", ["eventIds"]);
  if (input.eventIds && input.source) throw new Refusal("BAD_USER_INPUT", "source narrows where; leave it out beside eventIds.", ["source"]);
  if (input.eventIds && (input.eventIds.length === 0 || input.eventIds.length > MOST_ATTRIBUTED)) throw new Refusal("BAD_USER_INPUT", `eventIds must name 1 to ${MOST_ATTRIBUTED} events.`, ["eventIds"]);
  const useCase = await ports.findUseCase(input.useCase);
  if (!useCase) throw new Refusal("NOT_FOUND", `There is no use case ${input.useCase.slice(0, 64)}.`, ["useCase"]);
  const found = input.eventIds ? await ports.findLegs(input.eventIds) : await ports.findUnattributed(input.where!, input.source ?? null, MOST_ATTRIBUTED + 1);
  if (found.length > MOST_ATTRIBUTED) throw new Refusal("LIMIT_EXCEEDED", `More than ${MOST_ATTRIBUTED} events match. Narrow where and repeat.`, ["where"]);
  requireUnattributed(found, useCase);
  const legs = found.filter((leg) => leg.useCaseId === null);
  if (legs.length === 0) return 0;
  await ports.holdPeriods(legs.map((leg) => leg.periodKey));
  await ports.move(legs, useCase);
  await ports.audit(legs, useCase, reason);
  return legs.length;
}

/** How many events a refusal names. */
const NAMED = 5;

/** CONFLICT when some legs stand under another use case: all or nothing. */
function requireUnattributed(legs: readonly CountingLeg[], useCase: UseCase): void {
  const others = legs.filter((leg) => leg.useCaseId !== null && leg.useCaseId !== useCase.id).map((leg) => leg.eventId.slice(0, 80));
  if (others.length === 0) return;
  const named = `${others.slice(0, NAMED).join(", ")}${others.length > NAMED ? ` and ${others.length - NAMED} more` : ""}`;
  throw new Refusal("CONFLICT", `These events have a use case already: ${named}. attributeUsage is for usage without one; move these with proposeCorrection, kind ATTRIBUTE. Nothing was moved.`, ["eventIds"]);
}
