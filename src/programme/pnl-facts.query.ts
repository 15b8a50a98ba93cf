import { runStore } from "../allocation/run.store";
import { chargesOfRun, directCharges } from "../chargeback/charges.query";
import { chargedLines } from "../chargeback/statement-charges.query";
import { clearedVariances, recoveryVariances } from "../chargeback/true-up/recovery-variance.query";
import { trueUpLines } from "../chargeback/true-up/true-up-lines.query";
import { CostPoolKind, capitalisationPolicyOf, isShared } from "../costs";
import { amortisation, implementationCosts, investedThrough } from "../costs/capitalisation/capitalisation.query";
import { capitalisationStore } from "../costs/capitalisation/capitalisation.store";
import { Period } from "../governance";
import { periodStore } from "../governance/period.store";
import { rateCardStore } from "../rating/rate-card.store";
import { ratingRunStore } from "../rating/rating-run.store";
import { TenantTransaction } from "../tenancy/database.store";
import { BenefitsOfMonth, benefitCells, undecidedGap } from "./benefit-cells";
import { BookedPool, PnlCharge, RatedCost, costCells, implementationCell } from "./cost-cells";
import { NO_SOURCES, PnlCell, PnlGap, PnlMonth, mergeCells } from "./pnl";
import { PNL_LEAVES, PnlLeaf, startingWith } from "./pnl-line";

/** Reads what a month recognises of benefits. */
export type ReadBenefits = (tx: TenantTransaction, period: string) => Promise<BenefitsOfMonth>;

/**
 * The statement of a month as its ledgers stand. Of a closed one what its close charged, adjustments and restatements among it;
 * what disputes move between units and the programme is told by statements alone. Of an open one the newest run and the true-ups
 * posted into it, and what was booked since as unallocated. What no ledger says is a gap, never nothing.
 */
export async function pnlMonth(tx: TenantTransaction, key: string, readBenefits: ReadBenefits): Promise<PnlMonth> {
  const period = await periodStore(tx).find(key);
  if (!period) return { period: key, status: null, cells: [], gaps: [{ lines: PNL_LEAVES, businessUnit: null, useCase: null, reason: `${key} holds no usage and no cost.` }], sources: NO_SOURCES, source: "ACTUAL" };
  const owners = await ownersOf(tx, period);
  const placeOf = (useCaseId: string): { businessUnit: string | null; useCase: string } => owners.get(useCaseId)!;
  const run = await runStore(tx).latestRun(key);
  const pools = await bookedPools(tx, period, run);
  const charges = await chargesOf(tx, period, run?.id ?? null);
  const rating = await ratingRunStore(tx).latestRun(key, true);
  const policy = capitalisationPolicyOf(await capitalisationStore(tx).policies(), key);
  const implementation = await implementationCosts(tx, [key]);
  const written = await amortisation(tx, [key]);
  const benefits = await readBenefits(tx, key);
  const cells: PnlCell[] = [
    ...benefitCells(benefits),
    ...costCells(pools, charges, await ratedCosts(tx, period)),
    ...implementation.map((each) => implementationCell(placeOf(each.useCaseId), each.treatment, each.amountMinor)),
    ...written.flatMap(({ useCaseId, amortisationMinor, impairmentMinor }): PnlCell[] => [
      { line: "D_AMORTISATION", ...placeOf(useCaseId), amountMinor: -amortisationMinor }, { line: "I_IMPAIRMENT", ...placeOf(useCaseId), amountMinor: -impairmentMinor },
    ]),
    { line: "MEMO_CUMULATIVE_INVESTMENT", businessUnit: null, useCase: null, amountMinor: (await investedThrough(tx, key)) + (await platformThrough(tx, key)) },
  ];
  const gap = (lines: readonly PnlLeaf[], reason: string): PnlGap => ({ lines, businessUnit: null, useCase: null, reason });
  const gaps: PnlGap[] = [
    ...benefits.undecided.map((place) => undecidedGap(key, place)),
    ...(run === null && pools.some(({ kind, amountMinor }) => isShared(kind) && amountMinor !== 0n) ? [gap(startingWith("C", "G", "H"), `C, G, H: ${key} has shared cost and no allocation run. Use allocatePeriod.`)] : []),
    ...(rating === null && (await rateCardStore(tx).cardsOfMonth(key)).length > 0 ? [gap(["B1_VENDOR_USAGE", "B2_CARRIER_USAGE", "B3_PASS_THROUGH"], `B1, B2, B3: rate cards are in effect in ${key} and it was never rated. Use ratePeriod.`)] : []),
    ...(policy === null ? [gap(["D_AMORTISATION", "I_IMPAIRMENT", "B5_IMPLEMENTATION_EXPENSED"], `D: no capitalisation policy is approved for ${key}. Use proposeCapitalisationPolicy and have a second person approve it.`)] : []),
  ];
  return {
    period: key, status: period.status, source: "ACTUAL", cells: mergeCells(cells), gaps,
    sources: {
      runId: run?.id ?? null, resultHash: run?.resultHash ?? null, policyVersion: run?.policyVersion ?? null, ratingRunId: rating?.id ?? null, ratingHash: rating?.resultHash ?? null, capitalisationPolicy: policy?.version ?? null,
    },
  };
}

async function chargesOf(tx: TenantTransaction, period: Period, runId: string | null): Promise<PnlCharge[]> {
  if (period.status === "CLOSED") return chargedLines(tx, period);
  const shared = runId === null ? [] : (await chargesOfRun(tx, runId)).charges;
  return [...shared, ...(await directCharges(tx, period.key, null)).charges, ...(await trueUpLines(tx, period.key))];
}

/**
 * By pool, cost less what was charged for it at standard rates and under caps: below zero is over-recovery. What true-ups that the
 * month carries give back of earlier months' over-recovery counts against it, so that a range of months ends with what is still carried.
 */
async function recoveryVariance(tx: TenantTransaction, key: string): Promise<Map<string, bigint>> {
  const variances = new Map<string, bigint>();
  const add = (pool: string, minor: bigint): void => void variances.set(pool, (variances.get(pool) ?? 0n) + minor);
  for (const { pool, varianceMinor } of await recoveryVariances(tx, key, key, null)) add(pool, -varianceMinor);
  for (const { pool, amountMinor } of await clearedVariances(tx, [key])) add(pool, amountMinor);
  return variances;
}

/**
 * Everything booked that counts in a month, with what late facts and restatements changed, and its variance; and what of it was
 * divided, credits among it: all of a closed month; of an open one what its run took in, and with that whatever was booked since
 * where it comes to nothing, for the run stands. Pools that only receive of others or
 * carry a true-up hold nothing.
 */
async function bookedPools(tx: TenantTransaction, period: Period, run: { readonly id: string; readonly cutoff: Date } | null): Promise<BookedPool[]> {
  const rows = await tx.query<{ code: string; kind: CostPoolKind; amount: string; divided: string; credited: string; creditedSince: string }>(
    `select p.code, p.kind, sum(x.amount_minor) as amount, sum(x.divided_minor) as divided, sum(x.credited_minor) as credited, sum(x.since_minor) as "creditedSince" from (
       select e.pool_id, e.amount_minor, d.minor as divided_minor, case when e.kind = 'CREDIT' then d.minor else 0 end as credited_minor, case when e.kind = 'CREDIT' then e.amount_minor - d.minor else 0 end as since_minor
       from costs.cost_entry e cross join lateral (select case when e.recorded_at < $5 then e.amount_minor else 0 end as minor) d
       where e.programme_id = $1 and e.period_key = $2 and ($3::timestamptz is null or e.recorded_at < $3)
       union all
       select pool_id, amount_minor, amount_minor, 0, 0 from chargeback.adjustment_pool where programme_id = $1 and period_key = $2
       union all
       select pool_id, after_minor - before_minor, after_minor - before_minor, 0, 0 from chargeback.restatement_pool where programme_id = $1 and period_key = $2
       union all
       select e.pool_id, 0, 0, e.amount_minor, 0 from costs.cost_entry e where e.programme_id = $1 and e.kind = 'CREDIT' and (${lateIn("e", "e.period_key")})
       union all
       select pool_id, 0, 0, 0, 0 from allocation.run_pool where programme_id = $1 and run_id = $4
       union all
       select pool_id, 0, 0, 0, 0 from chargeback.true_up_posting where programme_id = $1 and period_key = $2
     ) x join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id group by 1, 2 order by 1`,
    [tx.scope.programme.id, period.key, period.cutoff, run?.id ?? null, period.cutoff ?? run?.cutoff ?? "-infinity"],
  );
  const variances = await recoveryVariance(tx, period.key);
  return rows.map(({ code, kind, amount, divided, credited, creditedSince }) => ({
    code, kind, amountMinor: BigInt(amount), dividedMinor: BigInt(divided), creditedMinor: BigInt(credited) + (amount === divided ? BigInt(creditedSince) : 0n), varianceMinor: variances.get(code) ?? 0n,
  }));
}

/** True of an entry that came late for a closed month and is adjusted or restated in month $2; SQL, by the entry's name and where its month stands. */
const lateIn = (entry: string, month: string): string => `
  exists (select 1 from chargeback.adjustment a where a.programme_id = $1 and a.period_key = $2 and a.origin_period_key = ${month} and ${entry}.recorded_at >= a.late_from and ${entry}.recorded_at < a.late_to)
  or exists (select 1 from chargeback.restatement r where r.programme_id = $1 and r.period_key = $2 and ${month} = $2 and ${entry}.recorded_at >= r.late_from and ${entry}.recorded_at < r.late_to)`;

/** What ratings posted of a month, by component: recorded before its close, with what came late for closed months and is adjusted or restated in it. */
async function ratedCosts(tx: TenantTransaction, period: Period): Promise<RatedCost[]> {
  const rows = await tx.query<{ businessUnit: string | null; useCase: string; component: string; amount: string }>(
    `select u.code as "businessUnit", c.code as "useCase", x.component, sum(x.amount_minor) as amount
     from rating.posting x
       join costs.cost_entry e on e.programme_id = $1 and e.external_id = x.external_id
       join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id and p.kind = 'DIRECT'
       join governance.period m on m.programme_id = $1 and m.key = x.period_key
       join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
       left join lateral (
         select o.business_unit_id from tenancy.use_case_ownership o where x.business_unit_id is null and o.programme_id = $1 and o.use_case_id = x.use_case_id and o.effective_from < m.ends_at
         order by coalesce(o.created_at < m.cutoff, true) desc, o.effective_from desc, o.version desc limit 1) o on true
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = coalesce(x.business_unit_id, o.business_unit_id)
     where x.programme_id = $1 and x.kind = 'USAGE' and (
       (x.period_key = $2 and (m.cutoff is null or e.recorded_at < m.cutoff))
       or ${lateIn("e", "x.period_key")})
     group by 1, 2, 3`,
    [tx.scope.programme.id, period.key],
  );
  return rows.map(({ amount, ...row }) => ({ ...row, amountMinor: BigInt(amount) }));
}

/** Platform and integration cost booked up to the end of a month, as that month knew it. */
async function platformThrough(tx: TenantTransaction, key: string): Promise<bigint> {
  const [row] = await tx.query<{ amount: string }>(
    `select coalesce(sum(e.amount_minor), 0) as amount from costs.cost_entry e join costs.cost_pool p on p.programme_id = $1 and p.id = e.pool_id and p.kind in ('PLATFORM_CONTRACT', 'INTEGRATION')
     where e.programme_id = $1 and e.period_key <= $2 and e.recorded_at < coalesce((select cutoff from governance.period where programme_id = $1 and key = $2), 'infinity')`,
    [tx.scope.programme.id, key],
  );
  return BigInt(row!.amount);
}

/** Who owned each use case when the month ended, as its close knew it. */
async function ownersOf(tx: TenantTransaction, period: Period): Promise<Map<string, { businessUnit: string | null; useCase: string }>> {
  const rows = await tx.query<{ id: string; useCase: string; businessUnit: string | null }>(
    `select c.id, c.code as "useCase", u.code as "businessUnit" from tenancy.use_case c
       left join lateral (
         select o.business_unit_id from tenancy.use_case_ownership o where o.programme_id = $1 and o.use_case_id = c.id and o.effective_from < $2
         order by coalesce(o.created_at < $3, true) desc, o.effective_from desc, o.version desc limit 1) o on true
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = o.business_unit_id
     where c.programme_id = $1`,
    [tx.scope.programme.id, period.to, period.cutoff],
  );
  return new Map(rows.map(({ id, ...place }) => [id, place]));
}

/** Connected voice calls and their milliseconds of months, over the whole programme. */
export async function usedIn(tx: TenantTransaction, from: string, to: string): Promise<{ readonly calls: bigint; readonly connectedMs: bigint }> {
  const [row] = await tx.query<{ calls: string; ms: string }>(
    "select coalesce(sum(connected_legs), 0) as calls, coalesce(sum(connected_ms), 0) as ms from metering.usage_period_total where programme_id = $1 and period_key between $2 and $3",
    [tx.scope.programme.id, from, to],
  );
  return { calls: BigInt(row!.calls), connectedMs: BigInt(row!.ms) };
}
