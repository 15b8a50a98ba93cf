import { Refusal } from "../kernel/refusal";
import { Channel, Direction } from "../metering";
import { CorrectionKind } from "./correction";
import { UsageEventPatch, cleanPatch } from "./patch";

/** The most legs that one correction may concern. */
export const MOST_LEGS = 50_000;

/** Which legs, of those that count: every condition given holds. Codes, and a half-open range of the instants at which legs ended. */
export interface CorrectionWhere {
  readonly period?: string | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly source?: string | null;
  readonly businessUnit?: readonly string[] | null;
  readonly useCase?: readonly string[] | null;
  readonly reportedBusinessUnit?: readonly string[] | null;
  readonly reportedUseCase?: readonly string[] | null;
  readonly channel?: readonly Channel[] | null;
  readonly direction?: readonly Direction[] | null;
  readonly provider?: readonly string[] | null;
  /** True: only usage that stands under no use case. */
  readonly unattributed?: boolean | null;
  /** Tests alone (true) or legs that count in totals alone (false, when left out). */
  readonly test?: boolean | null;
}

/** What somebody wants corrected, as it was sent. */
export interface CorrectionInput {
  readonly kind: CorrectionKind;
  readonly eventIds?: readonly string[] | null;
  readonly where?: CorrectionWhere | null;
  readonly patch?: object | null;
  readonly useCase?: string | null;
  readonly backfill?: string | null;
}

export type LegSelection = { readonly eventIds: readonly string[] } | { readonly where: CorrectionWhere };

/** What somebody wants corrected, after its parts were found to belong together. */
export type CorrectionRequest =
  | { readonly kind: "VOID"; readonly selection: LegSelection }
  | { readonly kind: "AMEND"; readonly selection: LegSelection; readonly patch: UsageEventPatch }
  | { readonly kind: "ATTRIBUTE"; readonly selection: LegSelection; readonly useCase: string }
  | { readonly kind: "BACKFILL"; readonly backfill: string };

const PARTS = ["eventIds", "where", "patch", "useCase", "backfill"] as const;
type Part = (typeof PARTS)[number];

const TAKES: Readonly<Record<CorrectionKind, readonly Part[]>> = {
  VOID: ["eventIds", "where"],
  AMEND: ["eventIds", "where", "patch"],
  ATTRIBUTE: ["eventIds", "where", "useCase"],
  BACKFILL: ["backfill"],
};

/** BAD_USER_INPUT when the parts do not belong to the kind, contradict each other or are missing; LIMIT_EXCEEDED for too many ids. */
export function readCorrectionInput(input: CorrectionInput): CorrectionRequest {
  const given = (part: Part): boolean => input[part] !== undefined && input[part] !== null;
  const surplus = PARTS.find((part) => given(part) && !TAKES[input.kind].includes(part));
  if (surplus) throw new Refusal("BAD_USER_INPUT", `${input.kind} takes ${TAKES[input.kind].join(", ")}; leave ${surplus} out.`, [surplus]);
  if (input.kind === "BACKFILL") return { kind: "BACKFILL", backfill: required(input.backfill, "backfill", "Name the batch that addToBackfill filled.") };
  const selection = readSelection(input);
  if (input.kind === "VOID") return { kind: "VOID", selection };
  if (input.kind === "ATTRIBUTE") return { kind: "ATTRIBUTE", selection, useCase: required(input.useCase, "useCase", "Name the use case that the legs belong to.") };
  const patch = cleanPatch(required(input.patch, "patch", "Say which fields are to be set."));
  if (Object.keys(patch).length === 0) throw new Refusal("BAD_USER_INPUT", "patch is empty: say which fields are to be set.", ["patch"]);
  return { kind: "AMEND", selection, patch };
}

function readSelection({ eventIds, where }: CorrectionInput): LegSelection {
  if (Boolean(eventIds) === Boolean(where)) throw new Refusal("BAD_USER_INPUT", "Give either eventIds or where.", ["eventIds"]);
  if (eventIds) {
    if (eventIds.length === 0) throw new Refusal("BAD_USER_INPUT", "eventIds is empty.", ["eventIds"]);
    if (eventIds.length > MOST_LEGS) throw tooMany("eventIds");
    return { eventIds };
  }
  const { period, from, to } = where!;
  if (period && (from || to)) throw new Refusal("BAD_USER_INPUT", "Give either period or from and to.", ["where"]);
  if (from && to && from >= to) throw new Refusal("BAD_USER_INPUT", "from must be before to.", ["where", "from"]);
  if (!period && !from && !to && !where!.source && !where!.provider && !where!.businessUnit && !where!.useCase && !where!.reportedUseCase && !where!.reportedBusinessUnit && !where!.unattributed) {
    throw new Refusal("BAD_USER_INPUT", "where names everything. Narrow it by a period, a range, a source, a provider, a unit or a use case.", ["where"]);
  }
  return { where: where! };
}

/** LIMIT_EXCEEDED: a correction of more legs than one may concern. */
export function tooMany(field: string): Refusal {
  return new Refusal("LIMIT_EXCEEDED", `One correction concerns at most ${MOST_LEGS} legs. Narrow it, and correct the rest with another.`, [field]);
}

function required<T>(value: T | null | undefined, field: string, message: string): T {
  if (value === null || value === undefined || (value as unknown) === "") throw new Refusal("BAD_USER_INPUT", message, [field]);
  return value;
}
