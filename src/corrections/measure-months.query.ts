import { AllocationPolicy, AllocationResult, allocateSoFar, hasCost } from "../allocation";
import { gatherFacts } from "../allocation/facts.query";
import { policyStore } from "../allocation/policy.store";
import { Charges } from "../chargeback/adjustment";
import { chargesOfResult } from "../chargeback/charges.query";
import { chargesWithLateFacts } from "../chargeback/draft-adjustments.store";
import { isShared } from "../costs";
import { poolAmounts } from "../costs/costs.query";
import { periodStore } from "../governance/period.store";
import { shiftPeriod } from "../kernel/period";
import { RESTATED_EVENTS } from "../metering/questions/counting-events.query";
import { TenantTransaction } from "../tenancy/database.store";
import { ChargedMonth, MonthState, UsageCell } from "./effect";

/**
 * Some months as this transaction sees them: what counts by use case, and what every use case bears. An open month is
 * divided by the policy approved for it, earlier ones first, as they will close; a closed one anew by everything recorded before an instant, which is what its next
 * adjustment is worked out from.
 */
export async function measureMonths(tx: TenantTransaction, periods: readonly string[], recordedBefore: Date): Promise<MonthState[]> {
  const states: MonthState[] = [];
  const divided = new Map<string, AllocationResult>();
  for (const period of [...periods].sort()) states.push(await measureMonth(tx, period, recordedBefore, divided));
  return states;
}

/**
 * The other open months that a change of some moves: the next one, where its drivers may be zero and those of the month before
 * count then, and each later one that adds up what was measured and charged since. With them the open months that any of
 * these adds up: they close before it, so what they will charge counts, not what they were last divided to.
 */
export async function monthsThatFollow(tx: TenantTransaction, periods: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 and status <> 'CLOSED' order by key", [tx.scope.programme.id]);
  const open = rows.map(({ key }) => key);
  const changed = new Set(periods.filter((period) => open.includes(period)));
  const starts = new Map<string, string[]>();
  const moved = new Set<string>();
  for (const key of open) {
    const rules = (await policyStore(tx).approvedPolicy(key))?.rules ?? [];
    starts.set(key, rules.flatMap(({ parts }) => parts.flatMap(({ since }) => since ?? [])));
    const fallsBack = changed.has(shiftPeriod(key, -1)) && rules.some((rule) => rule.zeroDriver === "PRIOR_PERIOD");
    if (changed.has(key) || fallsBack || starts.get(key)!.some((since) => [...moved].some((earlier) => earlier >= since))) moved.add(key);
  }
  const found = new Set(moved);
  for (const key of [...open].reverse()) {
    if (found.has(key)) for (const earlier of open) if (earlier < key && starts.get(key)!.some((since) => earlier >= since)) found.add(earlier);
  }
  return [...found].filter((key) => !changed.has(key));
}

async function measureMonth(tx: TenantTransaction, key: string, recordedBefore: Date, earlier: Map<string, AllocationResult>): Promise<MonthState> {
  const period = await periodStore(tx).find(key);
  if (!period) return { period: key, closed: false, usage: [], charged: { cells: [], totalMinor: 0n, unallocatedMinor: 0n }, missing: null };
  if (period.status === "CLOSED" && period.cutoff) {
    const charged = monthOf(await chargesWithLateFacts(tx, { key, cutoff: period.cutoff }, recordedBefore));
    return { period: key, closed: true, usage: await fromRows(tx, key, period.from, period.to), charged, missing: null };
  }
  const usage = await fromTotals(tx, key);
  const shared = (await poolAmounts(tx, key)).filter(({ kind }) => isShared(kind));
  const policy: AllocationPolicy | null = await policyStore(tx).approvedPolicy(key);
  if (!policy && shared.length > 0) return { period: key, closed: false, usage, charged: null, missing: `No approved allocation policy is in effect in ${key}: what its cost would move is not known.` };
  const facts = await gatherFacts(tx, key, policy, null, earlier);
  const divided = allocateSoFar(facts);
  if ("missing" in divided) return { period: key, closed: false, usage, charged: null, missing: `${key} cannot be divided yet: ${divided.missing}` };
  if (hasCost(facts)) earlier.set(key, divided.result);
  return { period: key, closed: false, usage, charged: monthOf(chargesOfResult(divided.result)), missing: null };
}

function monthOf({ pools, charges }: Charges): ChargedMonth {
  const cells = new Map<string, ChargedMonth["cells"][number]>();
  for (const { businessUnit, useCase, amountMinor } of charges) {
    const key = `${businessUnit}\u0000${useCase}`;
    cells.set(key, { businessUnit, useCase, amountMinor: (cells.get(key)?.amountMinor ?? 0n) + amountMinor });
  }
  const sum = (pick: (pool: Charges["pools"][number]) => bigint): bigint => pools.reduce((total, pool) => total + pick(pool), 0n);
  return { cells: [...cells.values()], totalMinor: sum((pool) => pool.amountMinor), unallocatedMinor: sum((pool) => pool.unallocatedMinor) };
}

type CellRow = { readonly [Key in keyof UsageCell]: string | null };

const toCell = (row: CellRow): UsageCell => ({
  businessUnit: row.businessUnit, useCase: row.useCase, legs: Number(row.legs), calls: Number(row.calls), connectedMs: Number(row.connectedMs), contacts: Number(row.contacts),
});

const NAMES = (relation: string): string => `
  select u.code as "businessUnit", c.code as "useCase", t.legs, t.calls, t.connected_ms as "connectedMs", t.contacts
  from (${relation}) t
    left join tenancy.business_unit u on u.programme_id = $1 and u.id = t.business_unit_id
    left join tenancy.use_case c on c.programme_id = $1 and c.id = t.use_case_id
  where t.legs <> 0 or t.contacts <> 0`;

/** Of an open month the totals, which the transaction has moved: nothing else needs to be read while others wait. */
async function fromTotals(tx: TenantTransaction, period: string): Promise<UsageCell[]> {
  const rows = await tx.query<CellRow>(
    NAMES(`select business_unit_id, use_case_id, legs, connected_legs as calls, connected_ms, contacts from metering.usage_period_total where programme_id = $1 and period_key = $2`),
    [tx.scope.programme.id, period],
  );
  return rows.map(toCell);
}

/** Of a closed month the rows, late ones too: its totals stand for ever. */
async function fromRows(tx: TenantTransaction, period: string, from: Date, to: Date): Promise<UsageCell[]> {
  const rows = await tx.query<CellRow>(
    NAMES(`
      select e.business_unit_id, e.use_case_id, count(*) as legs,
        count(*) filter (where e.connected and e.channel = 'VOICE') as calls, coalesce(sum(e.connected_ms) filter (where e.connected and e.channel = 'VOICE'), 0) as connected_ms,
        count(distinct e.contact_key) as contacts
      from ${RESTATED_EVENTS} where e.programme_id = $1 and e.period_key = $2 and e.ended_at >= $3 and e.ended_at < $4 group by 1, 2`),
    [tx.scope.programme.id, period, from, to],
  );
  return rows.map(toCell);
}
