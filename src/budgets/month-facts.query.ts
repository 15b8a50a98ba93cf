import { shiftPeriod } from "../kernel/period";
import { allocate } from "../allocation";
import { gatherFacts } from "../allocation/facts.query";
import { policyStore } from "../allocation/policy.store";
import { chargesOfResult, directCharges } from "../chargeback/charges.query";
import { chargedLines } from "../chargeback/statement-charges.query";
import { CostPoolKind, isShared } from "../costs";
import { poolAmounts } from "../costs/costs.query";
import { Period } from "../governance";
import { periodStore } from "../governance/period.store";
import { NOBODY } from "../metering";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { CostLine, MonthFacts, PlaceUsage } from "./budget-report";
import { BudgetPlace } from "./budget";
import { ForecastMethod, PROFILE_MONTHS, WeekdayProfile, progressAt, weekdaysOf } from "./forecast";

/** Pools' whole cost, what of it burdens somebody, and what is not known yet. */
interface MonthCost {
  readonly booked: ReadonlyArray<{ readonly code: string; readonly kind: CostPoolKind; readonly amountMinor: bigint }>;
  readonly charges: ReadonlyArray<{ readonly pool: string | null; readonly businessUnit: string; readonly useCase: string | null; readonly amountMinor: bigint }>;
  /** What disputes moved: sums to zero. */
  readonly moved: ReadonlyArray<Pick<CostLine, "businessUnit" | "useCase" | "pool" | "amountMinor">>;
  readonly remarks: readonly string[];
}

/** Runs questions with the reach of the programme: a figure is worked out wholly, and whoever asks gets his rows of it. */
export async function asWhole<T>(tx: TenantTransaction, work: () => Promise<T>): Promise<T> {
  await tx.setReach("programme");
  const answer = await work();
  await tx.setReach(tx.scope.reach);
  return answer;
}

/**
 * Cost and usage of a month. Of a closed one what its close and its statements say: charges, adjustments posted in it, what
 * disputes moved. Of an open one what is booked so far, divided by the policy in effect on the usage so far; nothing is stored.
 */
export async function monthFacts(tx: TenantTransaction, key: string, nowMs: number, method: ForecastMethod): Promise<MonthFacts> {
  const currency = programmeCurrency(tx.scope.programme);
  const period = await periodStore(tx).find(key);
  const progress = progressAt(key, nowMs, tx.scope.programme.timeZone);
  if (!period) return { period: key, status: null, currency, lines: [], usage: [], progress, profiles: [], remarks: [] };
  const cost = period.status === "CLOSED" ? await costOfClosed(tx, period) : await costSoFar(tx, key);
  const profiles = method === "WEEKDAY_PROFILE" && period.status !== "CLOSED" ? await weekdayProfiles(tx, key) : [];
  return { period: key, status: period.status, currency, lines: linesOf(cost), usage: await usageOf(tx, key), progress, profiles, remarks: cost.remarks };
}

/** Charges by whom they burden; of each pool what nobody bears stands with the programme, so that everything booked is there. */
function linesOf({ booked, charges, moved }: MonthCost): CostLine[] {
  const kinds = new Map(booked.map(({ code, kind }) => [code, kind]));
  const left = new Map(booked.map(({ code, amountMinor }) => [code, amountMinor]));
  for (const { pool, amountMinor } of charges) if (pool !== null) left.set(pool, (left.get(pool) ?? 0n) - amountMinor);
  const kindOf = (place: Pick<CostLine, "businessUnit" | "pool">): CostLine["kind"] => (place.businessUnit === null ? "PROGRAMME" : place.pool !== null && kinds.get(place.pool) === "DIRECT" ? "DIRECT" : "SHARED");
  return [
    ...charges.map(({ businessUnit, useCase, pool, amountMinor }) => ({ businessUnit, useCase, pool, amountMinor })),
    ...moved,
    ...[...left].map(([pool, amountMinor]) => ({ businessUnit: null, useCase: null, pool, amountMinor })),
  ].filter(({ amountMinor }) => amountMinor !== 0n).map((line) => ({ ...line, kind: kindOf(line) }));
}

async function costSoFar(tx: TenantTransaction, key: string): Promise<MonthCost> {
  const booked = (await poolAmounts(tx, key)).map(({ code, kind, amountMinor }) => ({ code, kind, amountMinor: BigInt(amountMinor) }));
  const policy = await policyStore(tx).approvedPolicy(key);
  const shared = chargesOfResult(allocate(await gatherFacts(tx, key, policy)));
  const direct = await directCharges(tx, key, null);
  const undivided = policy === null && booked.some(({ kind }) => isShared(kind));
  return { booked, charges: [...shared.charges, ...direct.charges], moved: [], remarks: undivided ? [`actual: no approved allocation policy is in effect in ${key}; its shared cost stands with the programme.`] : [] };
}

async function costOfClosed(tx: TenantTransaction, period: Period): Promise<MonthCost> {
  const parameters = [tx.scope.programme.id, period.key];
  const booked = new Map((await poolAmounts(tx, period.key)).map(({ code, kind, amountMinor }) => [code, { code, kind, amountMinor: BigInt(amountMinor) }]));
  const late = await tx.query<{ code: string; kind: CostPoolKind; amount: string }>(
    `select p.code, p.kind, sum(x.amount_minor) as amount from (
       select pool_id, amount_minor from chargeback.adjustment_pool where programme_id = $1 and period_key = $2
       union all
       select pool_id, after_minor - before_minor from chargeback.restatement_pool where programme_id = $1 and period_key = $2) x
       join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id group by 1, 2`,
    parameters,
  );
  for (const { code, kind, amount } of late) booked.set(code, { code, kind, amountMinor: (booked.get(code)?.amountMinor ?? 0n) + BigInt(amount) });
  const charges = (await chargedLines(tx, period)).map(({ businessUnit, useCase, pool, amountMinor }) => ({ businessUnit, useCase, pool, amountMinor }));
  const moved = await tx.query<{ businessUnit: string | null; useCase: string | null; pool: string | null; amount: string }>(
    `select u.code as "businessUnit", c.code as "useCase", p.code as pool, sum(m.amount_minor) as amount from (
       select l.business_unit_id, l.use_case_id, l.pool_id, l.amount_minor from chargeback.statement s
         join chargeback.statement_line l on l.programme_id = $1 and l.statement_id = s.id and l.kind = 'RESOLUTION'
       where s.programme_id = $1 and s.period_key = $2 and s.version = (select max(n.version) from chargeback.statement n where n.programme_id = $1 and n.period_key = $2 and n.business_unit_id = s.business_unit_id)
       union all
       select null, x.use_case_id, x.pool_id, x.amount_minor from chargeback.programme_line x
         join chargeback.resolution r on r.programme_id = $1 and r.id = x.resolution_id
         join chargeback.statement s on s.programme_id = $1 and s.id = r.statement_id
       where x.programme_id = $1 and s.period_key = $2
     ) m left join tenancy.business_unit u on u.programme_id = $1 and u.id = m.business_unit_id
       left join tenancy.use_case c on c.programme_id = $1 and c.id = m.use_case_id
       left join costs.cost_pool p on p.programme_id = $1 and p.id = m.pool_id
     group by 1, 2, 3`,
    parameters,
  );
  return { booked: [...booked.values()], charges, moved: moved.map(({ amount, ...place }) => ({ ...place, amountMinor: BigInt(amount) })), remarks: [] };
}

async function usageOf(tx: TenantTransaction, key: string): Promise<PlaceUsage[]> {
  const rows = await tx.query<BudgetPlace & { calls: string; ms: string }>(
    `select u.code as "businessUnit", c.code as "useCase", t.connected_legs as calls, t.connected_ms as ms from metering.usage_period_total t
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = t.business_unit_id
       left join tenancy.use_case c on c.programme_id = $1 and c.id = t.use_case_id
     where t.programme_id = $1 and t.period_key = $2 and t.connected_legs > 0`,
    [tx.scope.programme.id, key],
  );
  return rows.map(({ businessUnit, useCase, calls, ms }) => ({ businessUnit, useCase, calls: BigInt(calls), connectedMs: BigInt(ms) }));
}

/** What each use case used by day of the week in the closed ones of the months before. */
async function weekdayProfiles(tx: TenantTransaction, key: string): Promise<Array<BudgetPlace & WeekdayProfile>> {
  const before = Array.from({ length: PROFILE_MONTHS }, (_, index) => shiftPeriod(key, -1 - index));
  const rows = await tx.query<{ month: string; businessUnit: string; useCase: string; day: number; ms: string }>(
    `select m.key as month, u.code as "businessUnit", c.code as "useCase", extract(isodow from t.day)::int - 1 as day, sum(t.connected_ms) as ms
     from governance.period m
       join metering.usage_daily_total t on t.programme_id = $1 and t.channel = 'VOICE' and t.business_unit_id <> '${NOBODY}' and t.day >= to_date(m.key, 'YYYY-MM') and t.day < to_date(m.key, 'YYYY-MM') + interval '1 month'
       join tenancy.business_unit u on u.programme_id = $1 and u.id = t.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = t.use_case_id
     where m.programme_id = $1 and m.key = any($2) and m.status = 'CLOSED' group by 1, 2, 3, 4`,
    [tx.scope.programme.id, before],
  );
  const days = Array.from({ length: 7 }, () => 0);
  for (const month of new Set(rows.map((row) => row.month))) for (const day of weekdaysOf(month)) days[day]! += 1;
  const profiles = new Map<string, BudgetPlace & { readonly used: bigint[]; readonly days: readonly number[] }>();
  for (const { businessUnit, useCase, day, ms } of rows) {
    const name = JSON.stringify([businessUnit, useCase]);
    const known = profiles.get(name) ?? { businessUnit, useCase, days, used: Array.from({ length: 7 }, () => 0n) };
    known.used[day]! += BigInt(ms);
    profiles.set(name, known);
  }
  return [...profiles.values()];
}
