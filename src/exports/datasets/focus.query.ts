import { runStore } from "../../allocation/run.store";
import { chargesOfRestatements, chargesOfRun, directCharges } from "../../chargeback/charges.query";
import { chargedLines } from "../../chargeback/statement-charges.query";
import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { formatUnits } from "../../kernel/decimal";
import { groupBy } from "../../kernel/group-by";
import { invariant } from "../../kernel/refusal";
import { programmeCurrency } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { ComputedDataset, Fact, fromFacts } from "../computed-dataset.query";
import { DividedPool, FocusCharge, FocusRow, RATIO_SCALE, focusRows, isAllocated, partCredit, receiverOf, withCredits } from "../focus";
import { FOCUS_COLUMNS } from "./focus-columns.query";

/** What closed months charge, as FOCUS 1.3 writes cost and usage. */
export const focusCostAndUsage: ComputedDataset = {
  name: "focus_cost_and_usage",
  version: 1,
  title: "FOCUS 1.3 cost and usage of closed months",
  grain: "origin x part, of closed months",
  operation: "Query.statements",
  scope: "focus",
  readers: ["FINANCE", "AUDITOR"],
  time: "x_PeriodStart",
  byPeriod: true,
  asOfRun: false,
  superseding: null,
  columns: FOCUS_COLUMNS,
  key: ["x_Period", "x_LineNo"],
  filters: [],
  from: fromFacts(FOCUS_COLUMNS),
  part: "x_Period",
  revision: "select max(s.version)::text from chargeback.restatement s where s.programme_id = $1 and s.period_key = $2",
  facts: async (tx, { period }) => (period === null ? [] : focusMonth(tx, period)),
};

type Names = Readonly<Record<"pools" | "units" | "useCases", ReadonlyMap<string, Readonly<Record<string, string | null>>>>>;

/** A closed month as FOCUS writes it, in order; nothing of another one. */
export async function focusMonth(tx: TenantTransaction, key: string): Promise<Fact[]> {
  const charges = await chargesOf(tx, key);
  const names = await namesOf(tx);
  const spans = new Map((await tx.query<{ key: string; start: string; end: string }>(
    `select key, to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as start, to_char(ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "end" from governance.period where programme_id = $1`,
    [tx.scope.programme.id],
  )).map((span) => [span.key, span]));
  return focusRows(charges).map((row, index) => ({ ...factOf(tx, row, names), ...timesOf(spans.get(key)!, spans.get(row.originPeriod)!), x_Period: key, x_PeriodStart: `${key}-01`, x_LineNo: String(index + 1), InvoiceId: invoiceOf(tx, key, row) }));
}

const timesOf = (billed: { readonly start: string; readonly end: string }, about: { readonly start: string; readonly end: string }): Fact =>
  ({ BillingPeriodStart: billed.start, BillingPeriodEnd: billed.end, ChargePeriodStart: about.start, ChargePeriodEnd: about.end });

const invoiceOf = (tx: TenantTransaction, key: string, { kind }: FocusRow): string => `${tx.scope.programme.code}-${key}${kind === "RESTATEMENT" ? "-restated" : ""}`;

/** What a closed month charges, with what nobody bears of the same pools. */
async function chargesOf(tx: TenantTransaction, key: string): Promise<FocusCharge[]> {
  const period = await periodStore(tx).find(key);
  if (period?.status !== "CLOSED") return [];
  const versions = new Map((await tx.query<{ id: string; version: number }>("select id, policy_version as version from allocation.run where programme_id = $1", [tx.scope.programme.id])).map(({ id, version }) => [id, version]));
  const run = await runStore(tx).latestRun(key);
  const method = (runId: string | null, pool: string, kind: string): string => (runId === null ? `${kind.toLowerCase()}-of-policy-in-effect:${pool}` : `policy-${versions.get(runId)}:${pool}`);
  const remainder = (kind: FocusCharge["kind"], pool: string, originPeriod: string, runId: string | null, methodId: string | null, amountMinor: bigint): FocusCharge => ({ kind, pool, businessUnit: null, useCase: null, originPeriod, runId, methodId, amountMinor, isCredit: false });
  const directPools = new Set((await tx.query<{ code: string }>("select code from costs.cost_pool where programme_id = $1 and kind = 'DIRECT'", [tx.scope.programme.id])).map(({ code }) => code));
  const methodOf = (kind: FocusCharge["kind"], pool: string, runId: string | null): string | null => (kind === "DIRECT" || kind === "TRUE_UP" || directPools.has(pool) ? null : method(runId, pool, kind));
  const [restated] = await tx.query<{ runId: string | null }>(`select run_id as "runId" from chargeback.restatement where programme_id = $1 and period_key = $2 order by version desc limit 1`, [tx.scope.programme.id, key]);
  const restatedBy = restated?.runId ?? null;
  const borne = (await chargedLines(tx, period)).map(({ kind, pool, businessUnit, useCase, originPeriod, run: of, amountMinor }): FocusCharge => {
    invariant(pool !== null && kind !== "RESOLUTION", "a month charges something without a pool");
    const runId = kind === "RESTATEMENT" ? restatedBy : of?.id ?? null;
    return { kind, pool, businessUnit, useCase, originPeriod, runId, methodId: methodOf(kind, pool, runId), amountMinor, isCredit: false };
  });
  const left: FocusCharge[] = [];
  if (run) left.push(...(await chargesOfRun(tx, run.id)).pools.map(({ pool, unallocatedMinor }) => remainder("ALLOCATION", pool, key, run.id, methodOf("ALLOCATION", pool, run.id), unallocatedMinor)));
  left.push(...(await directCharges(tx, key, period.cutoff)).pools.map(({ pool, unallocatedMinor }) => remainder("DIRECT", pool, key, null, null, unallocatedMinor)));
  left.push(...(await chargesOfRestatements(tx, key)).pools.map(({ pool, unallocatedMinor }) => remainder("RESTATEMENT", pool, key, restatedBy, methodOf("RESTATEMENT", pool, restatedBy), unallocatedMinor)));
  const late = await tx.query<{ pool: string; origin: string; runId: string | null; amount: string }>(
    `select p.code as pool, x.origin_period_key as origin, a.run_id as "runId", x.unallocated_minor as amount
     from chargeback.adjustment_pool x
       join chargeback.adjustment a on a.programme_id = $1 and a.period_key = x.period_key and a.origin_period_key = x.origin_period_key
       join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
     where x.programme_id = $1 and x.period_key = $2`,
    [tx.scope.programme.id, key],
  );
  left.push(...late.map(({ pool, origin, runId, amount }) => remainder("ADJUSTMENT", pool, origin, runId, methodOf("ADJUSTMENT", pool, runId), BigInt(amount))));
  return creditsApart(tx, period, run?.id ?? null, [...borne, ...left]);
}

/** The same charges with vendors' credits told apart: of a divided pool in proportion, of direct cost as they were booked. */
async function creditsApart(tx: TenantTransaction, { key, cutoff }: Period, runId: string | null, charges: readonly FocusCharge[]): Promise<FocusCharge[]> {
  const divided = new Map((await tx.query<{ pool: string; booked: string; credited: string }>(
    `select p.code as pool, x.amount_minor as booked, sum(e.amount_minor) as credited
     from allocation.run_pool x
       join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
       join costs.cost_entry e on e.programme_id = $1 and e.pool_id = x.pool_id and e.period_key = $2 and e.kind = 'CREDIT' and e.recorded_at < $3
     where x.programme_id = $1 and x.run_id = $4 group by 1, 2`,
    [tx.scope.programme.id, key, cutoff, runId],
  )).map(({ pool, booked, credited }) => [pool, { bookedMinor: BigInt(booked), creditedMinor: BigInt(credited) }]));
  const direct = await directCharges(tx, key, cutoff, cutoff, "CREDIT");
  const place = (pool: string, businessUnit: string | null, useCase: string | null): string => JSON.stringify([pool, businessUnit, useCase]);
  const credited = new Map([
    ...direct.charges.map(({ pool, businessUnit, useCase, amountMinor }) => [place(pool, businessUnit, useCase), amountMinor] as const),
    ...direct.pools.map(({ pool, unallocatedMinor }) => [place(pool, null, null), unallocatedMinor] as const),
  ]);
  const booked = charges.filter(({ kind }) => kind === "DIRECT");
  const credits = new Map(booked.map((charge) => [charge, credited.get(place(charge.pool, charge.businessUnit, charge.useCase)) ?? 0n]));
  const parts = groupBy(charges.filter(({ kind }) => kind === "ALLOCATION"), ({ pool }) => pool);
  return [
    ...withCredits(booked, credits),
    ...[...parts].flatMap(([pool, of]) => partCredit(of, divided.get(pool) ?? NO_CREDIT)),
    ...charges.filter(({ kind }) => kind !== "DIRECT" && kind !== "ALLOCATION"),
  ];
}

const NO_CREDIT: DividedPool = { bookedMinor: 0n, creditedMinor: 0n };

async function namesOf(tx: TenantTransaction): Promise<Names> {
  const read = async (sql: string) => new Map((await tx.query<Record<string, string | null> & { code: string }>(sql, [tx.scope.programme.id])).map((row) => [row.code, row]));
  return {
    pools: await read("select code, name, kind from costs.cost_pool where programme_id = $1"),
    units: await read("select code, name, cost_centre as centre from tenancy.business_unit where programme_id = $1"),
    useCases: await read("select code, name from tenancy.use_case where programme_id = $1"),
  };
}

function factOf(tx: TenantTransaction, row: FocusRow, { pools, units, useCases }: Names): Fact {
  const { programme } = tx.scope;
  const amount = String(row.amountMinor);
  const pool = pools.get(row.pool)!;
  const unit = row.businessUnit === null ? null : units.get(row.businessUnit)!;
  const given = isAllocated(row);
  const isDirect = row.methodId === null;
  return {
    AllocatedMethodId: row.methodId, AllocatedMethodDetails: row.ratio === null ? null : `{"Elements":[{"AllocatedRatio":${formatUnits(row.ratio, RATIO_SCALE)}}]}`,
    AllocatedResourceId: given ? receiverOf(row) : null, AllocatedResourceName: given ? `${unit!.name}, ${useCases.get(row.useCase!)!.name}` : null,
    AllocatedTags: given ? JSON.stringify({ business_unit: row.businessUnit, use_case: row.useCase, ...(unit!.centre === null ? {} : { cost_centre: unit!.centre }) }) : null,
    SubAccountId: isDirect && unit ? `bu-${row.businessUnit}` : null, SubAccountName: isDirect && unit ? unit.name : null,
    Tags: JSON.stringify({ pool: row.pool, pool_kind: pool.kind, ...(isDirect && row.useCase !== null ? { use_case: row.useCase } : {}) }),
    BilledCost: amount, EffectiveCost: amount, ListCost: amount, ContractedCost: amount, ContractedUnitPrice: "1", ListUnitPrice: "1", PricingQuantity: amount, PricingUnit: "Minor Units", PricingCategory: "Standard",
    BillingAccountId: `programme-${programme.code}`, BillingAccountName: programme.name, BillingCurrency: programmeCurrency(programme).code,
    HostProviderName: programme.name, InvoiceIssuerName: programme.name, ProviderName: programme.name, PublisherName: programme.name, ServiceProviderName: programme.name,
    ChargeCategory: row.chargeCategory, ChargeClass: row.chargeClass, ChargeFrequency: row.chargeClass === null && !row.isCredit ? "Usage-Based" : "One-Time", ChargeDescription: wordsOf(row, pool.name!),
    ResourceId: `pool-${row.pool}`, ResourceName: pool.name, ResourceType: "Cost Pool", SkuId: `pool-${row.pool}`, SkuMeter: "Cost", SkuPriceId: `pool-${row.pool}-minor-units`,
    ServiceCategory: "AI and Machine Learning", ServiceName: "Voice AI", ServiceSubcategory: "Bots",
    x_Kind: row.kind, x_OriginChargeId: row.originId, x_OriginPeriod: row.originPeriod, x_BusinessUnit: row.businessUnit, x_UseCase: row.useCase, x_Pool: row.pool, x_AllocationRunId: row.runId,
  };
}

const WORDS: Readonly<Record<FocusCharge["kind"], string>> = {
  ALLOCATION: "share of", DIRECT: "direct cost of", ADJUSTMENT: "late usage and cost of", RESTATEMENT: "restatement of", TRUE_UP: "true-up of",
};

const wordsOf = ({ kind, isCredit, businessUnit, originPeriod }: FocusRow, pool: string): string =>
  `${businessUnit === null ? "Unallocated, " : ""}${isCredit ? "service credit in the " : ""}${WORDS[kind]} ${pool}, ${originPeriod}`;
