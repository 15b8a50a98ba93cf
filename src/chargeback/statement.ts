import { compareCodes } from "../kernel/apportion";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { ChargebackMode } from "../tenancy";

/** In the order in which a statement lists them. */
export const STATEMENT_LINE_KINDS = ["ALLOCATION", "DIRECT", "ADJUSTMENT", "RESTATEMENT", "TRUE_UP", "RESOLUTION"] as const;
export type StatementLineKind = (typeof STATEMENT_LINE_KINDS)[number];

export const STATEMENT_STATUSES = ["DRAFT", "ISSUED", "DISPUTED", "ACCEPTED", "ADJUSTED", "POSTED", "SUPERSEDED"] as const;
export type StatementStatus = (typeof STATEMENT_STATUSES)[number];

/** POSTED: as it was before the month was restated. RESTATED: with what restatements changed. */
export const FIGURES_VIEWS = ["POSTED", "RESTATED"] as const;
export type FiguresView = (typeof FIGURES_VIEWS)[number];

/** One amount of a statement. It is the same, with the same id, in every version that holds it. */
export interface StatementLine {
  readonly lineId: string;
  readonly kind: StatementLineKind;
  /** Codes; null only in resolutions. */
  readonly useCase: string | null;
  readonly pool: string | null;
  /** The month that the amount was caused in. */
  readonly originPeriod: string;
  /** The allocation that it comes from; null for direct cost and resolutions. */
  readonly run: { readonly id: string; readonly resultHash: string } | null;
  readonly resolutionId: string | null;
  readonly amountMinor: bigint;
  readonly description: string | null;
}

/** What a unit is charged for a month, as a version that is written once. */
export interface StatementDraft {
  readonly id: string;
  /** Code of the unit. */
  readonly businessUnit: string;
  readonly periodKey: string;
  readonly version: number;
  readonly mode: ChargebackMode;
  readonly currency: string;
  readonly lines: readonly StatementLine[];
  readonly totalMinor: bigint;
  readonly hash: string;
  /** Hash of the version before; null in the first. */
  readonly previousHash: string | null;
  /** The resolution that made this version; null in the first. */
  readonly resolutionId: string | null;
  /** Version of the month's figures that made this version; null or left out where a restatement did not. */
  readonly restatementVersion?: number | null;
}

/** A stored version and how it stands. */
export interface Statement extends Omit<StatementDraft, "lines"> {
  readonly businessUnitId: string;
  readonly status: StatementStatus;
  /** Above `version` when this one was superseded. */
  readonly newestVersion: number;
  readonly issuedAt: Date;
  readonly issuedBy: string;
  /** The last day on which its unit may dispute it, on the programme's calendar; null: until it is posted. */
  readonly disputableUntil: string | null;
  /** Version of the rules by which that day was counted; null when there were none. */
  readonly rulesVersion: number | null;
  /** True when these rules take silence until that day for acceptance. */
  readonly acceptsBySilence: boolean;
  /** The instant as of which it was read; null: now. */
  readonly asOf: Date | null;
}

/** Something that happened to a version; the newest one is its status. */
export interface StatementEvent {
  readonly status: StatementStatus;
  readonly subject: string;
  readonly reason: string | null;
  /** Its unit did not dispute it in time, and the rules take that for acceptance. */
  readonly bySilence: boolean;
  readonly disputableUntil: string | null;
  readonly at: Date;
}

/** The total of lines, in minor units. */
export function sumOf(lines: readonly Pick<StatementLine, "amountMinor">[]): bigint {
  return lines.reduce((sum, line) => sum + line.amountMinor, 0n);
}

/** SHA-256 over codes, amounts, kinds, mode, currency, version and the hash before it: no ids, no clocks. */
export function hashStatement(statement: Omit<StatementDraft, "id" | "totalMinor" | "hash" | "resolutionId" | "restatementVersion">): string {
  const { businessUnit, periodKey, version, mode, currency, previousHash, lines } = statement;
  return hashOf({
    businessUnit, period: periodKey, version, mode, currency, previousHash,
    lines: lines.map(({ kind, useCase, pool, originPeriod, run, amountMinor, description }) => ({ kind, useCase, pool, originPeriod, run: run?.resultHash ?? null, amountMinor, description })),
  });
}

/** A version with its total and hash. The order of the lines is part of it. */
export function drawUp(content: Omit<StatementDraft, "totalMinor" | "hash">): StatementDraft {
  return { ...content, totalMinor: sumOf(content.lines), hash: hashStatement(content) };
}

/** The version after `statement`: all of its lines, then what a resolution adds. */
export function nextVersion(statement: Statement, lines: readonly StatementLine[], added: readonly StatementLine[], id: string, resolutionId: string): StatementDraft {
  const { businessUnit, periodKey, mode, currency } = statement;
  return drawUp({ id, businessUnit, periodKey, version: statement.version + 1, mode, currency, lines: [...lines, ...added], previousHash: statement.hash, resolutionId });
}

/** By kind, month, pool and use case; codes bytewise. A copy. */
export function inOrder<T extends Pick<StatementLine, "kind" | "originPeriod" | "pool" | "useCase">>(lines: readonly T[]): T[] {
  return [...lines].sort((a, b) =>
    STATEMENT_LINE_KINDS.indexOf(a.kind) - STATEMENT_LINE_KINDS.indexOf(b.kind) || compareCodes(a.originPeriod, b.originPeriod)
    || compareCodes(a.pool ?? "", b.pool ?? "") || compareCodes(a.useCase ?? "", b.useCase ?? ""));
}

/** NOT_FOUND, also for a statement of somebody else. */
export function requireStatement(statement: Statement | null): Statement {
  if (statement) return statement;
  throw new Refusal("NOT_FOUND", "There is no such statement.", ["statement"]);
}

/** CONFLICT when there is a newer version, which it names, or when the statement is posted: neither changes any more. */
export function requireStanding(statement: Statement): void {
  const { businessUnit, periodKey, version, newestVersion, status } = statement;
  if (version !== newestVersion) throw new Refusal("CONFLICT", `Version ${version} of the statement of ${businessUnit} for ${periodKey} was superseded by version ${newestVersion}. Take that one.`, ["statement"]);
  if (status === "POSTED") throw new Refusal("CONFLICT", `The statement of ${businessUnit} for ${periodKey} is posted and stays as it is.`, ["statement"]);
}

/** CONFLICT after the last day for disputes: it says which day that was and what can be done instead. */
export function requireInTime({ businessUnit, periodKey, disputableUntil }: Statement, today: string): void {
  if (disputableUntil === null || today <= disputableUntil) return;
  throw new Refusal("CONFLICT", `The statement of ${businessUnit} for ${periodKey} could be disputed until ${disputableUntil}. Tell finance: what is wrong in ${periodKey} is corrected by a later month's adjustment or by restating it, and a new version may be disputed again.`, ["statement"]);
}

/**
 * Finds a statement by its opaque id and holds its month, so that nothing else happens to the statements of that month
 * before this transaction ends. Null when there is none, or none that is the caller's.
 */
export type LockStatement = (id: string) => Promise<Statement | null>;
