import { requireText } from "../../kernel/code";
import { given } from "../../kernel/given";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";

export const FUNDERS = ["IT", "CX", "FINANCE", "OPERATIONS", "SPONSOR"] as const;
/** The function whose money it is. */
export type Funder = (typeof FUNDERS)[number];

export const FUNDED_COSTS = ["PLATFORM", "IMPLEMENTATION", "RUN", "PROGRAMME"] as const;
/** PLATFORM: a use case's share of divided cost. IMPLEMENTATION and RUN: its direct cost. PROGRAMME: what no unit bears. */
export type FundedCost = (typeof FUNDED_COSTS)[number];

/** Who pays for one kind of cost, and who answers for the budget. */
export interface FundingLine {
  readonly cost: FundedCost;
  readonly funder: Funder;
  /** Budget holder: a person or a role, as the firm calls it. */
  readonly holder: string;
  /** Codes of the DIRECT pools that hold the implementation cost; other direct cost is RUN. */
  readonly pools: readonly string[];
}

/** Who funds a use case (null: what no unit bears) from a month on, until a later arrangement begins. */
export interface FundingDocument {
  /** Code. */
  readonly useCase: string | null;
  readonly effectiveFrom: string;
  /** In the order of FUNDED_COSTS. */
  readonly lines: readonly FundingLine[];
  readonly note: string | null;
}

export interface FundingArrangement extends FundingDocument {
  readonly version: number;
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

export interface FundingInput {
  readonly useCase?: string | null;
  readonly effectiveFrom: string;
  readonly lines: ReadonlyArray<{ readonly cost: FundedCost; readonly funder: Funder; readonly holder: string; readonly pools?: readonly string[] | null }>;
  readonly note?: string | null;
}

const MOST_POOLS = 50;

/** The arrangement that an input stands for; BAD_USER_INPUT names the line that is wrong. */
export function readFunding(input: FundingInput): FundingDocument {
  const useCase = input.useCase ?? null;
  const refuse = (message: string, ...field: string[]): never => {
    throw new Refusal("BAD_USER_INPUT", message, ["lines", ...field]);
  };
  if (input.lines.length === 0) refuse("Say of at least one kind of cost who funds it.");
  const lines = input.lines.map((line, index): FundingLine => {
    const pools = [...new Set(line.pools ?? [])].sort();
    const at = String(index);
    if (input.lines.findIndex(({ cost }) => cost === line.cost) !== index) refuse(`${line.cost} is funded by one: name it once.`, at, "cost");
    if ((line.cost === "PROGRAMME") !== (useCase === null)) refuse(useCase === null ? "Without a use case only PROGRAMME is funded: the cost that no unit bears." : "PROGRAMME is the cost that no unit bears: leave useCase out, in an arrangement of its own.", at, "cost");
    if (line.cost === "IMPLEMENTATION" && pools.length === 0) refuse("Name the DIRECT pools that hold the implementation cost; other direct cost is RUN.", at, "pools");
    if (line.cost !== "IMPLEMENTATION" && pools.length > 0) refuse(`Only IMPLEMENTATION names pools; leave them out of ${line.cost}.`, at, "pools");
    if (pools.length > MOST_POOLS) refuse(`At most ${MOST_POOLS} pools.`, at, "pools");
    return { cost: line.cost, funder: line.funder, holder: requireText(line.holder, ["lines", at, "holder"]), pools };
  });
  return {
    useCase, effectiveFrom: requirePeriodKey(input.effectiveFrom, ["effectiveFrom"]), note: given(input.note) ? requireText(input.note, ["note"], 500) : null,
    lines: [...lines].sort((a, b) => FUNDED_COSTS.indexOf(a.cost) - FUNDED_COSTS.indexOf(b.cost)),
  };
}

/** The approved arrangement of a use case (null: of what no unit bears) that is in effect in a month; null: none. */
export function arrangementOf(approved: readonly FundingArrangement[], useCase: string | null, period: string): FundingArrangement | null {
  let best: FundingArrangement | null = null;
  for (const each of approved) {
    if (each.useCase !== useCase || each.effectiveFrom > period) continue;
    if (best === null || each.effectiveFrom > best.effectiveFrom || (each.effectiveFrom === best.effectiveFrom && each.version > best.version)) best = each;
  }
  return best;
}
