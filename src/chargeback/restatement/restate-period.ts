import { requireText } from "../../kernel/code";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { Period, isClosed } from "../../governance";
import { RestatedFigures, RestatementVersion, hashRestatement } from "./restatement";

export const RESTATEMENT_REQUEST_KINDS = ["REQUESTED", "WITHDRAWN", "RESTATED"] as const;
export type RestatementRequestKind = (typeof RESTATEMENT_REQUEST_KINDS)[number];

/** The newest thing that was said about restating a month. */
export interface RestatementRequest {
  readonly kind: RestatementRequestKind;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}

/** A month worked out anew, with what it stands on: the facts recorded in the half-open range [lateFrom, lateTo). */
export interface RestatementDraft extends RestatedFigures {
  readonly period: string;
  readonly runId: string | null;
  readonly inputHash: string;
  readonly lateFrom: Date;
  readonly lateTo: Date;
  readonly lateEvents: number;
  readonly lateCostEntries: number;
}

export interface RequestRestatementPorts {
  readonly subject: string;
  /** The period for this transaction alone; NOT_FOUND when no fact ever fell into it. */
  lockPeriod(key: string): Promise<Period>;
  newestRequest(period: string): Promise<RestatementRequest | null>;
  /** True when facts came after the close that nothing has charged yet. */
  hasLateFacts(period: string): Promise<boolean>;
  saveRequest(period: string, kind: RestatementRequestKind, reason: string): Promise<void>;
  audit(action: "requestRestatement" | "withdrawRestatement", period: string, reason: string): Promise<void>;
}

/**
 * Asks for a closed month to be restated with what came for it since. PERIOD_OPEN for a month that is not closed, CONFLICT when
 * nothing came. Naturally idempotent: a request that stands is answered as it is, whoever made it.
 */
export async function requestRestatement(ports: RequestRestatementPorts, input: { readonly period: string; readonly reason: string }): Promise<Period> {
  const reason = requireText(input.reason, ["reason"], 500);
  const period = requireClosed(await ports.lockPeriod(requirePeriodKey(input.period)));
  if ((await ports.newestRequest(period.key))?.kind === "REQUESTED") return period;
  if (!(await ports.hasLateFacts(period.key))) throw new Refusal("CONFLICT", `Nothing has come for ${period.key} that is not charged already: there is nothing to restate.`, ["period"]);
  await ports.saveRequest(period.key, "REQUESTED", reason);
  await ports.audit("requestRestatement", period.key, reason);
  return period;
}

/** Takes a request back, with a reason. A month that nobody asked for is answered as it is. */
export async function withdrawRestatement(ports: RequestRestatementPorts, input: { readonly period: string; readonly reason: string }): Promise<Period> {
  const reason = requireText(input.reason, ["reason"], 500);
  const period = requireClosed(await ports.lockPeriod(requirePeriodKey(input.period)));
  if ((await ports.newestRequest(period.key))?.kind !== "REQUESTED") return period;
  await ports.saveRequest(period.key, "WITHDRAWN", reason);
  await ports.audit("withdrawRestatement", period.key, reason);
  return period;
}

export interface RestatePeriodPorts extends Pick<RequestRestatementPorts, "subject" | "lockPeriod" | "newestRequest" | "saveRequest"> {
  /** Holds back whoever else charges late facts; stops when the draft no longer begins where they are charged until. */
  requireFresh(draft: RestatementDraft): Promise<void>;
  /** Version and hash of the newest figures of a closed month; the close made version 1. */
  newestVersion(period: Period): Promise<{ readonly version: number; readonly hash: string }>;
  saveRestatement(draft: RestatementDraft, version: RestatementVersion, hash: string, request: RestatementRequest): Promise<void>;
  /** Makes a new version of every statement of the month that changes; answers how many. None while none are issued. */
  restateStatements(draft: RestatementDraft, version: number, reason: string): Promise<number>;
  audit(draft: RestatementDraft, version: RestatementVersion, hash: string, request: RestatementRequest, statements: number): Promise<void>;
}

/**
 * Restates a closed month that somebody else asked for: a new version of its figures and of its statements. What the close froze
 * stays to the byte. NOT_READY when nobody asked, SAME_PERSON for who did.
 */
export async function restatePeriod(ports: RestatePeriodPorts, draft: RestatementDraft): Promise<number> {
  const period = requireClosed(await ports.lockPeriod(draft.period));
  const request = requireRestatable(await ports.newestRequest(period.key), period.key, ports.subject);
  await ports.requireFresh(draft);
  const newest = await ports.newestVersion(period);
  const version: RestatementVersion = { period: period.key, version: newest.version + 1, previousHash: newest.hash, pools: draft.pools, cells: draft.cells };
  const hash = hashRestatement(version);
  await ports.saveRestatement(draft, version, hash, request);
  const statements = await ports.restateStatements(draft, version.version, request.reason);
  await ports.saveRequest(period.key, "RESTATED", request.reason);
  await ports.audit(draft, version, hash, request, statements);
  return version.version;
}

/** The request, when it waits for this person: NOT_READY or SAME_PERSON otherwise. */
export function requireRestatable(request: RestatementRequest | null, period: string, subject: string): RestatementRequest {
  if (request?.kind !== "REQUESTED") throw new Refusal("NOT_READY", `Nobody has asked to restate ${period}. Run requestRestatement with a reason first; a second person restates.`, ["period"]);
  if (request.by === subject) throw new Refusal("SAME_PERSON", `You asked to restate ${period}: a second person must do it.`, ["period"]);
  return request;
}

/** The period, when it is closed: PERIOD_OPEN otherwise. */
export function requireClosed(period: Period): Period {
  if (!isClosed(period)) throw new Refusal("PERIOD_OPEN", `${period.key} is ${period.status}: its figures still take what comes. Only a closed month is restated.`, ["period"]);
  return period;
}
