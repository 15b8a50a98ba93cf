import { requireCode, requireText } from "../../kernel/code";
import { formatUnits, requireDecimal, trimDecimal } from "../../kernel/decimal";
import { ONE, compare, fromDecimal, roundForDisplay, sum } from "../../kernel/fraction";
import { given } from "../../kernel/given";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { decimalFraction } from "../claims/ladder";

/** The part of a pool's benefit that is due to one project. */
export interface ProjectShare {
  readonly project: string;
  /** Plain decimal text, 0 to 1. */
  readonly share: string;
  readonly note: string | null;
}

/** Which project a pool's benefit is due to, from a month on. */
export interface AttributionDocument {
  readonly pool: string;
  readonly effectiveFrom: string;
  readonly shares: readonly ProjectShare[];
  readonly evidence: string;
}

export interface AttributionModel extends AttributionDocument {
  readonly version: number;
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

export interface AttributionInput {
  readonly pool: string;
  readonly effectiveFrom: string;
  readonly shares: ReadonlyArray<{ readonly project: string; readonly share: string; readonly note?: string | null }>;
  readonly evidence: string;
}

const MOST_PROJECTS = 50;

/** The model that an input stands for; BAD_USER_INPUT where a share is none, or all are more than the whole. */
export function readAttribution(input: AttributionInput): AttributionDocument {
  if (input.shares.length === 0 || input.shares.length > MOST_PROJECTS) throw new Refusal("BAD_USER_INPUT", `Name 1 to ${MOST_PROJECTS} projects.`, ["shares"]);
  const shares = input.shares.map(({ project, share, note }, index): ProjectShare => {
    const at = ["shares", String(index)];
    const { units, scale } = requireDecimal(share, [...at, "share"]);
    if (units < 0n || compare(fromDecimal({ units, scale }), ONE) > 0) throw new Refusal("BAD_USER_INPUT", "A share is 0 to 1: write 0.8 for 80 %.", [...at, "share"]);
    if (input.shares.findIndex((each) => each.project === project) !== index) throw new Refusal("BAD_USER_INPUT", `${project.slice(0, 64)} has one share: name it once.`, [...at, "project"]);
    return { project: requireCode(project, [...at, "project"]), share: trimDecimal(formatUnits(units, scale)), note: given(note) ? requireText(note, [...at, "note"], 500) : null };
  });
  const total = sum(shares.map(({ share }) => decimalFraction(share)));
  if (compare(total, ONE) > 0) throw new Refusal("BAD_USER_INPUT", `The shares make ${trimDecimal(roundForDisplay(total, 6))}: more than 1 would credit one saving twice.`, ["shares"]);
  return { pool: input.pool, effectiveFrom: requirePeriodKey(input.effectiveFrom, ["effectiveFrom"]), shares, evidence: requireText(input.evidence, ["evidence"], 500) };
}

/** The model that holds for a pool in a month: of the approved ones that have begun the one that began last, of several from one month the newest. */
export function modelOf(models: readonly AttributionModel[], pool: string, period: string): AttributionModel | null {
  return models.filter((each) => each.pool === pool && each.approvedBy !== null && each.effectiveFrom <= period)
    .sort((a, b) => (a.effectiveFrom === b.effectiveFrom ? a.version - b.version : a.effectiveFrom < b.effectiveFrom ? -1 : 1)).at(-1) ?? null;
}
