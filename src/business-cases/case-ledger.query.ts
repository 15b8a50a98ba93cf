import { arrangementOf } from "../budgets/funding/funding";
import { fundingStore } from "../budgets/funding/funding.store";
import { reportFunding } from "../budgets/funding/funding-report";
import { monthFacts } from "../budgets/month-facts.query";
import { directCharges } from "../chargeback/charges.query";
import { TenantTransaction } from "../tenancy/database.store";
import { CaseRecord } from "./business-case";
import { ActualMonth } from "./outlook";
import { CaseBenefit, CaseCategory } from "./plan";

/** A signed-off benefit as the ladder of attribution recognises it. */
export interface RecognisedBenefit {
  readonly period: string;
  readonly useCase: string;
  readonly kind: CaseBenefit;
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
}

/** Implementation cost that stands in a ledger of its own, apart from cost pools. */
export interface ImplementationSpend {
  /** The month whose figures take it. */
  readonly countsIn: string;
  readonly useCaseId: string;
  readonly amountMinor: bigint;
}

/** Where a case finds what cost pools and charges do not hold. Null: this programme keeps no such ledger, and the case says so. */
export interface CaseSources {
  readonly benefits: ((tx: TenantTransaction, periods: readonly string[]) => Promise<readonly RecognisedBenefit[]>) | null;
  readonly implementation: ((tx: TenantTransaction, periods: readonly string[]) => Promise<readonly ImplementationSpend[]>) | null;
}

type CaseOf = Pick<CaseRecord, "useCase" | "useCaseId">;

export const CASE_SOURCES: CaseSources = { benefits: null, implementation: null };

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
 * arrangement that funds it, its charged share of the platform, and its recognised benefits. Everything in the ledgers'
 * own rows; a case adds nothing to them.
 */
export async function caseLedger(tx: TenantTransaction, of: CaseOf, nowMs: number, sources: CaseSources = CASE_SOURCES): Promise<CaseLedger> {
  return (await caseLedgers(tx, [of], nowMs, sources))[0]!;
}

/** The same of several use cases, in their order; every month's facts are gathered once. */
export async function caseLedgers(tx: TenantTransaction, cases: readonly CaseOf[], nowMs: number, sources: CaseSources = CASE_SOURCES): Promise<CaseLedger[]> {
  const periods = await tx.query<{ key: string; closed: boolean }>("select key, status = 'CLOSED' as closed from governance.period where programme_id = $1 order by key", [tx.scope.programme.id]);
  const closed = periods.flatMap(({ key, closed: is }) => (is ? [key] : []));
  const keys = periods.map(({ key }) => key);
  const benefits = sources.benefits === null ? null : await sources.benefits(tx, closed);
  const approved = (await fundingStore(tx).arrangements()).filter(({ approvedBy }) => approvedBy !== null);
  const facts = new Map<string, Awaited<ReturnType<typeof monthFacts>>["lines"]>();
  if (cases.length > 0) for (const period of closed) facts.set(period, (await monthFacts(tx, period, nowMs, "RUN_RATE_BUSINESS_DAYS")).lines);
  const ledgers: CaseLedger[] = [];
  for (const of of cases) {
    const booked = await implementationOf(tx, of, keys, sources);
    const months = closed.map((period): ActualMonth => {
      const lines = facts.get(period)!.filter((line) => line.useCase === of.useCase && line.kind !== "PROGRAMME");
      const amounts = { ...NOTHING, IMPLEMENTATION: booked.get(period) ?? 0n };
      let nonCashableMinor = 0n;
      for (const { cost, amountMinor } of reportFunding(period, lines, approved).rows) if (cost !== "PROGRAMME") amounts[CATEGORY_OF[cost]] += amountMinor;
      for (const benefit of benefits ?? []) {
        if (benefit.useCase !== of.useCase || benefit.period !== period) continue;
        amounts[benefit.kind] += benefit.cashableMinor;
        nonCashableMinor += benefit.nonCashableMinor;
      }
      return { period, amounts, nonCashableMinor };
    });
    ledgers.push(toLedger(months, await spentByMonth(tx, of, keys, booked), benefits !== null));
  }
  return ledgers;
}

function toLedger(months: readonly ActualMonth[], spent: ReadonlyMap<string, bigint>, knowsBenefits: boolean): CaseLedger {
  return {
    months, spentMinor: totalOf(spent), firstSpend: [...spent].filter(([, minor]) => minor !== 0n).map(([period]) => period).sort()[0] ?? null,
    missing: !knowsBenefits ? ["benefits: what a use case gains is not recorded in this programme, so that actual cost stands without benefit and nothing is known of its realisation."] : [],
  };
}

/** Implementation cost of every month, open ones too. Minor units. */
export async function implementationSpent(tx: TenantTransaction, of: CaseOf, sources: CaseSources = CASE_SOURCES): Promise<bigint> {
  const keys = (await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 order by key", [tx.scope.programme.id])).map(({ key }) => key);
  return totalOf(await spentByMonth(tx, of, keys, await implementationOf(tx, of, keys, sources)));
}

const totalOf = (spent: ReadonlyMap<string, bigint>): bigint => [...spent.values()].reduce((sum, minor) => sum + minor, 0n);

/** What is booked by now, also what came late for a closed month: in the ledger of implementation, and in the pools that the arrangement of a month names for it. */
async function spentByMonth(tx: TenantTransaction, { useCase }: CaseOf, keys: readonly string[], booked: ReadonlyMap<string, bigint>): Promise<Map<string, bigint>> {
  const approved = (await fundingStore(tx).arrangements()).filter(({ approvedBy }) => approvedBy !== null);
  const spent = new Map<string, bigint>();
  for (const period of keys) {
    const pools = arrangementOf(approved, useCase, period)?.lines.find(({ cost }) => cost === "IMPLEMENTATION")?.pools ?? [];
    const charges = pools.length === 0 ? [] : (await directCharges(tx, period, null)).charges;
    spent.set(period, charges.reduce((sum, charge) => (charge.useCase === useCase && pools.includes(charge.pool) ? sum + charge.amountMinor : sum), booked.get(period) ?? 0n));
  }
  return spent;
}

async function implementationOf(tx: TenantTransaction, { useCaseId }: CaseOf, keys: readonly string[], { implementation }: CaseSources): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>();
  for (const row of implementation === null ? [] : await implementation(tx, keys)) if (row.useCaseId === useCaseId) sums.set(row.countsIn, (sums.get(row.countsIn) ?? 0n) + row.amountMinor);
  return sums;
}
