import { eliminations, recognisedBenefits } from "../benefits/recognised-benefits.query";
import { definersOfBenefits, undecidedBenefits } from "../benefits/undecided-benefits.query";
import { FundingArrangement, arrangementOf } from "../budgets/funding/funding";
import { fundingStore } from "../budgets/funding/funding.store";
import { reportFunding } from "../budgets/funding/funding-report";
import { monthFacts } from "../budgets/month-facts.query";
import { Charges } from "../chargeback/adjustment";
import { directCharges } from "../chargeback/charges.query";
import { ImplementationSpend, implementationCosts } from "../costs/capitalisation/capitalisation.query";
import { TenantTransaction } from "../tenancy/database.store";
import { attributedTo } from "./attribution";
import { CaseRecord } from "./business-case";
import { ActualMonth } from "./outlook";
import { CaseCategory } from "./plan";

type CaseOf = Pick<CaseRecord, "useCase" | "useCaseId">;

const NOTHING: Readonly<Record<CaseCategory, bigint>> = { IMPLEMENTATION: 0n, RUN_COST: 0n, PLATFORM_SHARE: 0n, COST_REDUCTION: 0n, MARGIN: 0n, OTHER_EBIT: 0n };
const CATEGORY_OF = { IMPLEMENTATION: "IMPLEMENTATION", RUN: "RUN_COST", PLATFORM: "PLATFORM_SHARE" } as const;

export interface CaseLedger {
  /** Closed months with what the ledgers say of the use case, in order. */
  readonly months: readonly ActualMonth[];
  /** Implementation cost of every month, open ones too. Minor units. */
  readonly spentMinor: bigint;
  /** Month of the first implementation cost; null where there is none. */
  readonly firstSpend: string | null;
  /** What is not known, in words. */
  readonly missing: readonly string[];
}

/**
 * What the ledgers say of a use case: of closed months its direct cost, told apart as implementation and run cost by the
 * arrangement that funds it, what is booked as implementation apart from any pool, capitalised or not, its charged share of the
 * platform, and its signed-off benefits after what was eliminated of them. Everything in the ledgers' own rows; a case adds
 * nothing to them.
 */
export async function caseLedger(tx: TenantTransaction, of: CaseOf, nowMs: number): Promise<CaseLedger> {
  return (await caseLedgers(tx, [of], nowMs))[0]!;
}

/** The same of several use cases, in their order; what a month or the programme has is read once for all of them. */
export async function caseLedgers(tx: TenantTransaction, cases: readonly CaseOf[], nowMs: number): Promise<CaseLedger[]> {
  if (cases.length === 0) return [];
  const periods = await tx.query<{ key: string; closed: boolean }>("select key, status = 'CLOSED' as closed from governance.period where programme_id = $1 order by key", [tx.scope.programme.id]);
  const closed = periods.flatMap(({ key, closed: is }) => (is ? [key] : []));
  const [signed, eliminated] = [await recognisedBenefits(tx, closed), await eliminations(tx, closed)];
  const [implementation, approved] = [await implementationCosts(tx, null), await approvedFunding(tx)];
  const definers = await definersOfBenefits(tx);
  const charged = chargesByMonth(tx);
  const facts = new Map<string, { lines: Awaited<ReturnType<typeof monthFacts>>["lines"]; undecided: ReadonlySet<string> }>();
  for (const period of closed) {
    facts.set(period, { lines: (await monthFacts(tx, period, nowMs, "RUN_RATE_BUSINESS_DAYS")).lines, undecided: new Set((definers.size > 0 ? await undecidedBenefits(tx, period) : []).map(({ useCase }) => useCase)) });
  }
  const ledgers: CaseLedger[] = [];
  for (const of of cases) {
    const { useCase } = of;
    const [booked, isDefined] = [implementation.filter(({ useCaseId }) => useCaseId === of.useCaseId), definers.has(of.useCaseId)];
    const months = closed.map((period): ActualMonth => {
      const { lines, undecided } = facts.get(period)!;
      const { cashable, nonCashableMinor } = attributedTo(useCase, period, signed, eliminated);
      const amounts = { ...NOTHING, ...cashable, IMPLEMENTATION: sumBy(booked, "countsIn").get(period) ?? 0n };
      const own = lines.filter((line) => line.useCase === useCase && line.kind !== "PROGRAMME");
      for (const { cost, amountMinor } of reportFunding(period, own, approved).rows) if (cost !== "PROGRAMME") amounts[CATEGORY_OF[cost]] += amountMinor;
      return { period, amounts, nonCashableMinor, knowsBenefits: isDefined && !undecided.has(useCase) };
    });
    const spent = await spentByMonth(of, periods.map(({ key }) => key), booked, approved, charged);
    ledgers.push({
      months, spentMinor: totalOf(spent), firstSpend: [...spent].filter(([, minor]) => minor !== 0n).map(([period]) => period).sort()[0] ?? null,
      missing: missingOf(useCase, isDefined, months),
    });
  }
  return ledgers;
}

/** Implementation cost is booked or it is none; what a benefit brought is known once finance decided on it. */
function missingOf(useCase: string, isDefined: boolean, months: readonly ActualMonth[]): string[] {
  const unknown = months.filter(({ knowsBenefits }) => !knowsBenefits).map(({ period }) => period);
  if (unknown.length === 0) return [];
  if (!isDefined) return [`benefits: ${useCase} defines none, so that actual cost stands without benefit and nothing is known of its realisation. Define them with defineBenefit, claim them month by month and have finance sign them off.`];
  return [`benefits: finance decided on no claim of a benefit of ${useCase} for ${unknown.join(", ")}, so that nothing is known of its realisation there. Claim it and have it signed off or rejected.`];
}

/** Implementation cost of every month, open ones too. Minor units. */
export async function implementationSpent(tx: TenantTransaction, of: CaseOf): Promise<bigint> {
  const keys = (await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 order by key", [tx.scope.programme.id])).map(({ key }) => key);
  const booked = (await implementationCosts(tx, null)).filter(({ useCaseId }) => useCaseId === of.useCaseId);
  return totalOf(await spentByMonth(of, keys, booked, await approvedFunding(tx), chargesByMonth(tx)));
}

const totalOf = (spent: ReadonlyMap<string, bigint>): bigint => [...spent.values()].reduce((sum, minor) => sum + minor, 0n);

/** What is booked by now, also what came late for a closed month: in the ledger of implementation, and in the pools that the arrangement of a month names for it. */
async function spentByMonth({ useCase }: CaseOf, keys: readonly string[], booked: readonly ImplementationSpend[], approved: readonly FundingArrangement[], charged: ChargesOfMonth): Promise<Map<string, bigint>> {
  const spent = sumBy(booked, "period");
  for (const period of keys) {
    const pools = arrangementOf(approved, useCase, period)?.lines.find(({ cost }) => cost === "IMPLEMENTATION")?.pools ?? [];
    const charges = pools.length === 0 ? [] : await charged(period);
    spent.set(period, charges.reduce((sum, charge) => (charge.useCase === useCase && pools.includes(charge.pool) ? sum + charge.amountMinor : sum), spent.get(period) ?? 0n));
  }
  return spent;
}

const approvedFunding = async (tx: TenantTransaction): Promise<FundingArrangement[]> => (await fundingStore(tx).arrangements()).filter(({ approvedBy }) => approvedBy !== null);

type ChargesOfMonth = (period: string) => Promise<Charges["charges"]>;

/** Direct cost of a month as it is known now, read once however many cases ask for it. */
function chargesByMonth(tx: TenantTransaction): ChargesOfMonth {
  const known = new Map<string, Charges["charges"]>();
  return async (period) => {
    const found = known.get(period) ?? (await directCharges(tx, period, null)).charges;
    known.set(period, found);
    return found;
  };
}

/** By the month in which it came about, or the one whose figures take it. */
function sumBy(booked: readonly ImplementationSpend[], month: "period" | "countsIn"): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const row of booked) sums.set(row[month], (sums.get(row[month]) ?? 0n) + row.amountMinor);
  return sums;
}
