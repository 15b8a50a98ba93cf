import { hashOf } from "../kernel/hash";
import { PostedKind } from "./account-mapping";

/** POSTING charges a month; REVERSAL takes back a posting that no longer holds, line by line. */
export const JOURNAL_KINDS = ["POSTING", "REVERSAL"] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

/** The line of a statement that (part of) a journal line comes from; signed, positive where the unit is charged. */
export interface LineSource {
  readonly statementId: string;
  readonly lineId: string;
  readonly amountMinor: bigint;
}

/** One side of an entry: exactly one of debit and credit is above zero. */
export interface JournalLine {
  readonly lineNo: number;
  /** Codes; null on the side of the programme, which takes up the amounts of many. */
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly pool: string | null;
  readonly kind: PostedKind | null;
  /** The month that the amount was caused in. */
  readonly originPeriod: string | null;
  readonly runId: string | null;
  readonly account: string;
  readonly costCentre: string | null;
  readonly segments: readonly string[];
  readonly entity: string | null;
  /** The other side's entity where it is another one; null within one entity. */
  readonly intercompanyEntity: string | null;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  readonly description: string;
  readonly sources: readonly LineSource[];
}

/** A journal as it is written, once. */
export interface JournalDraft {
  readonly id: string;
  readonly externalId: string;
  readonly periodKey: string;
  /** Rises with every restatement of what the month charges. */
  readonly version: number;
  readonly kind: JournalKind;
  /** The journal that a REVERSAL takes back. */
  readonly reversesId: string | null;
  readonly mappingVersion: number;
  readonly currency: string;
  /** "2025-10-31". */
  readonly postingDate: string;
  /** What was posted: see `hashSources`. */
  readonly sourceHash: string;
  /** The statements that it posts. */
  readonly statementIds: readonly string[];
  readonly lines: readonly JournalLine[];
  /** Sum of the debits, which is the sum of the credits. */
  readonly totalMinor: bigint;
  readonly hash: string;
}

/** A stored journal without its lines. */
export interface Journal extends Omit<JournalDraft, "lines" | "statementIds"> {
  readonly lineCount: number;
  readonly generatedAt: Date;
  readonly generatedBy: string;
  /** External id of the journal that a REVERSAL takes back. */
  readonly reverses: string | null;
  /** External id of the journal that took it back; null while it stands. */
  readonly reversedBy: string | null;
}

/**
 * What an ERP knows a journal by, the same for ever: programme, month and version; of a reversal, those of the journal that
 * it takes back.
 */
export function externalIdOf(programme: string, period: string, version: number, kind: JournalKind): string {
  return `${programme}-${period}-J${version}${kind === "REVERSAL" ? "R" : ""}`;
}

/** The total of one side, in minor units. */
export const debitOf = (lines: readonly Pick<JournalLine, "debitMinor">[]): bigint => lines.reduce((sum, { debitMinor }) => sum + debitMinor, 0n);
export const creditOf = (lines: readonly Pick<JournalLine, "creditMinor">[]): bigint => lines.reduce((sum, { creditMinor }) => sum + creditMinor, 0n);

/** SHA-256 over codes, accounts, amounts and dates: no ids, no clocks, so that a replay of the same facts gives the same. */
export function hashJournal({ externalId, currency, postingDate, lines }: Pick<JournalDraft, "externalId" | "currency" | "postingDate" | "lines">): string {
  return hashOf({
    externalId, currency, postingDate,
    lines: lines.map(({ lineNo, businessUnit, useCase, pool, kind, originPeriod, account, costCentre, segments, entity, intercompanyEntity, debitMinor, creditMinor, description }) => ({
      lineNo, businessUnit, useCase, pool, kind, originPeriod, account, costCentre, segments, entity, intercompanyEntity, debitMinor, creditMinor, description,
    })),
  });
}

const REVERSAL_OF = "Reversal: ";

/** The lines that take others back: the same accounts, debits as credits and credits as debits. */
export function mirrored(lines: readonly JournalLine[]): JournalLine[] {
  return lines.map((line) => ({
    ...line, debitMinor: line.creditMinor, creditMinor: line.debitMinor, description: `${REVERSAL_OF}${line.description}`,
    sources: line.sources.map((source) => ({ ...source, amountMinor: -source.amountMinor })),
  }));
}
