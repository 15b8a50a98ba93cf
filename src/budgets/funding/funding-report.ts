import { compareCodes } from "../../kernel/apportion";
import { CostLine } from "../budget-report";
import { FUNDED_COSTS, FUNDERS, FundedCost, Funder, FundingArrangement, arrangementOf } from "./funding";

/** Cost of one kind, whom it serves and who funds it. */
export interface FundedRow {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly cost: FundedCost;
  /** Null: nobody funds it. */
  readonly funder: Funder | null;
  readonly holder: string | null;
  /** Version of the arrangement; null where there is none. */
  readonly arrangement: number | null;
  readonly amountMinor: bigint;
}

export interface FundingReport {
  readonly rows: readonly FundedRow[];
  readonly funders: ReadonlyArray<{ readonly funder: Funder; readonly amountMinor: bigint }>;
  readonly unownedMinor: bigint;
  /** Rows that nobody funds and that are not zero. */
  readonly unowned: readonly FundedRow[];
  readonly totalMinor: bigint;
}

/** Gives every line of a month's cost its funder. Funders and what nobody funds make the total, exactly. */
export function reportFunding(period: string, lines: readonly CostLine[], approved: readonly FundingArrangement[]): FundingReport {
  const rows = new Map<string, FundedRow>();
  for (const line of lines) {
    const row = fundedRow(period, line, approved);
    const key = JSON.stringify([row.businessUnit, row.useCase, row.cost]);
    rows.set(key, { ...row, amountMinor: (rows.get(key)?.amountMinor ?? 0n) + line.amountMinor });
  }
  const sorted = [...rows.values()].sort((a, b) => compareCodes(a.businessUnit ?? "", b.businessUnit ?? "") || compareCodes(a.useCase ?? "", b.useCase ?? "") || FUNDED_COSTS.indexOf(a.cost) - FUNDED_COSTS.indexOf(b.cost));
  const sum = (some: readonly FundedRow[]): bigint => some.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  const unowned = sorted.filter(({ funder, amountMinor }) => funder === null && amountMinor !== 0n);
  return {
    rows: sorted, unowned, unownedMinor: sum(unowned), totalMinor: sum(sorted),
    funders: FUNDERS.flatMap((funder) => {
      const own = sorted.filter((row) => row.funder === funder);
      return own.length === 0 ? [] : [{ funder, amountMinor: sum(own) }];
    }),
  };
}

function fundedRow(period: string, line: CostLine, approved: readonly FundingArrangement[]): FundedRow {
  const { businessUnit, useCase, kind, pool } = line;
  // What no unit bears is the programme's, also where a resolved dispute says which use case it came from.
  const bearer = kind === "PROGRAMME" ? null : useCase;
  const arrangement = kind !== "PROGRAMME" && useCase === null ? null : arrangementOf(approved, bearer, period);
  const implementation = arrangement?.lines.find(({ cost }) => cost === "IMPLEMENTATION");
  const cost: FundedCost = kind === "PROGRAMME" ? "PROGRAMME" : kind === "SHARED" ? "PLATFORM" : pool !== null && implementation?.pools.includes(pool) ? "IMPLEMENTATION" : "RUN";
  const funding = arrangement?.lines.find((each) => each.cost === cost) ?? null;
  return { businessUnit, useCase: bearer, cost, funder: funding?.funder ?? null, holder: funding?.holder ?? null, arrangement: arrangement?.version ?? null, amountMinor: 0n };
}

/** Why a month has cost that nobody funds, in words; null when every cost has a funder. */
export function unownedInWords({ unowned }: Pick<FundingReport, "unowned">, amount: (minor: bigint) => string): string | null {
  if (unowned.length === 0) return null;
  const named = unowned.slice(0, 5).map((row) => `${amount(row.amountMinor)} ${row.cost} of ${row.useCase ?? row.businessUnit ?? "the programme"}`);
  const more = unowned.length > named.length ? ` and ${unowned.length - named.length} more` : "";
  return `Nobody funds ${named.join(", ")}${more}. Say who with proposeFunding and approveFunding.`;
}
