import { randomUUID } from "node:crypto";
import { Fraction, gcd } from "../kernel/fraction";
import { invariant } from "../kernel/refusal";
import { NOBODY } from "../metering";
import { TenantTransaction } from "../tenancy/database.store";
import { AllocatedPool, AllocationFacts, AllocationResult } from "./allocate";
import { AllocationRun } from "./allocate-period";
import { columns } from "./columns";
import { Line, Share } from "./divide-pool";
import { AllocationPolicy } from "./policy";
import { driverOf } from "./report-of-result";
import { saveMethods } from "./run-methods.store";

/** The newest run of a period is FINAL; the ones before it are SUPERSEDED. */
export const RUN_SQL = `
  select r.id, r.period_key as "periodKey", r.sequence, r.policy_version as "policyVersion", r.currency, r.cutoff, r.input_hash as "inputHash", r.result_hash as "resultHash",
    r.created_at as "createdAt",
    case when r.sequence = (select max(n.sequence) from allocation.run n where n.programme_id = r.programme_id and n.period_key = r.period_key) then 'FINAL' else 'SUPERSEDED' end as status
  from allocation.run r where r.programme_id = $1`;

/** Stored runs. A run is written whole, in one transaction, and never touched again. */
export function runStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  return {
    /** The newest run of a period that was made before an instant (null: by now). */
    latestRun: async (period: string, asOf: Date | null = null): Promise<AllocationRun | null> =>
      (await tx.query<AllocationRun>(`${RUN_SQL} and r.period_key = $2 and ($3::timestamptz is null or r.created_at < $3) order by r.sequence desc limit 1`, [programmeId, period, asOf]))[0] ?? null,
    findRun: async (id: string): Promise<AllocationRun | null> => (await tx.query<AllocationRun>(`${RUN_SQL} and r.id = $2`, [programmeId, id]))[0] ?? null,
    saveRun: (facts: AllocationFacts, result: AllocationResult, policy: AllocationPolicy, cutoff: Date) => saveRun(tx, facts, result, policy, cutoff),
  };
}

async function saveRun(tx: TenantTransaction, facts: AllocationFacts, result: AllocationResult, policy: AllocationPolicy, cutoff: Date): Promise<AllocationRun> {
  const programmeId = tx.scope.programme.id;
  const id = randomUUID();
  await tx.query(
    `insert into allocation.run (programme_id, id, period_key, sequence, policy_version, currency, cutoff, input_hash, result_hash, created_at, created_by)
     select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5, $6, $7, $8, clock_timestamp(), $9 from allocation.run where programme_id = $1 and period_key = $3`,
    [programmeId, id, facts.period, policy.version, facts.currency, cutoff, result.inputHash, result.resultHash, tx.scope.principal.subject],
  );
  await tx.query(
    `insert into allocation.run_pool (programme_id, run_id, pool_id, amount_minor, allocated_minor, unallocated_minor, unallocated_reason, step, received_minor, passed_minor, variance_minor)
     select $1, $2, p.id, x.amount, x.allocated, x.unallocated, x.reason, x.step, x.received, x.passed, x.variance
     from unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::smallint[], $9::bigint[], $10::bigint[], $11::bigint[]) x (code, amount, allocated, unallocated, reason, step, received, passed, variance)
       join costs.cost_pool p on p.programme_id = $1 and p.code = x.code`,
    [programmeId, id, ...columns(result.pools, [
      (p) => p.pool, (p) => String(p.amountMinor), (p) => String(p.allocatedMinor), (p) => String(p.unallocatedMinor), (p) => p.unallocatedReason,
      (p) => (p.byMethods ? String(p.byMethods.step) : null), (p) => String(p.byMethods?.receivedMinor ?? 0n), (p) => String(p.byMethods?.passedMinor ?? 0n), (p) => String(p.byMethods?.varianceMinor ?? 0n),
    ])],
  );
  await saveDrivers(tx, id, facts);
  await saveShares(tx, id, result.pools, "unit_share");
  await saveShares(tx, id, result.pools, "line");
  await saveMethods(tx, id, facts, result.pools);
  await proveConservation(tx, id);
  const [run] = await tx.query<AllocationRun>(`${RUN_SQL} and r.id = $2`, [programmeId, id]);
  invariant(run, "a run that was just saved is not there");
  return run;
}

/** The snapshot that the lines stand on. */
async function saveDrivers(tx: TenantTransaction, runId: string, facts: AllocationFacts): Promise<void> {
  const rows = [["", facts.drivers] as const, ["prior:", facts.priorDrivers] as const].flatMap(([prefix, vectors]) =>
    [...vectors].flatMap(([key, vector]) => [
      ...vector.quantities.map((q) => ({ key: prefix + key, ...q })),
      ...(vector.unitQuantities ?? []).map((q) => ({ key: prefix + key, ...q, useCase: null as string | null })),
    ]),
  );
  await tx.query(
    `insert into allocation.driver_quantity (programme_id, run_id, driver_key, channel, business_unit_id, use_case_id, quantity)
     select $1, $2, x.key, x.channel, u.id, coalesce(c.id, '${NOBODY}'), x.quantity
     from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[]) x (key, channel, unit, use_case, quantity)
       join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
       left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case`,
    [tx.scope.programme.id, runId, ...columns(rows, [(r) => r.key, (r) => r.channel, (r) => r.businessUnit, (r) => r.useCase, (r) => String(r.quantity)])],
  );
}

/** So many rows go into one statement: while the database writes them, the next ones are put into text. */
const ROWS_AT_ONCE = 3_000;

async function saveShares(tx: TenantTransaction, runId: string, pools: readonly AllocatedPool[], table: "line" | "unit_share"): Promise<void> {
  const sharesOf = (pool: AllocatedPool): AnyShare[] => [...(table === "line" ? pool.lines : pool.unitShares)];
  let writing: Promise<unknown> = Promise.resolve();
  for (let from = 0, to = 0; from < pools.length; from = to) {
    for (let rows = 0; to < pools.length && rows < ROWS_AT_ONCE; to += 1) rows += sharesOf(pools[to]!).length;
    const parameters = shareParameters(pools.slice(from, to), sharesOf);
    await writing;
    writing = insertShares(tx, runId, table, parameters);
    // The statement before the wait goes out first; what it fails with is thrown where it is awaited.
    writing.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
}

type AnyShare = Share & Partial<Pick<Line, "useCase" | "channel">>;

/** Of each column of some pools' shares, all figures as text. */
function shareParameters(pools: readonly AllocatedPool[], sharesOf: (pool: AllocatedPool) => readonly AnyShare[]): string[] {
  const rows = pools.flatMap((pool) => {
    const shares = sharesOf(pool);
    const spread = commonDenominator(shares.filter(hasShare).map((each) => each.share));
    return shares.map((each) => ({ each, share: hasShare(each) ? spread(each.share) : null, pool: pool.pool, driver: driverOf(pool.rule, each) }));
  });
  return columns(rows, [
    (r) => r.pool, (r) => String(r.each.part), (r) => r.each.businessUnit, (r) => r.each.useCase ?? null, (r) => r.each.channel ?? null, (r) => r.driver,
    (r) => (r.driver === null ? null : exactDecimal(r.each.driverQuantity)), (r) => (r.driver === null ? null : exactDecimal(r.each.driverTotal)),
    (r) => textOf(r.share?.numerator), (r) => textOf(r.share?.denominator), (r) => String(r.each.adjustmentMinor), (r) => String(r.each.amountMinor),
    (r) => textOf(r.each.byMethods?.exact.numerator), (r) => textOf(r.each.byMethods?.exact.denominator), (r) => r.each.byMethods?.split?.split ?? null, (r) => r.each.byMethods?.split?.splitDriver ?? null,
    (r) => decimalOrNull(r.each.byMethods?.split?.splitQuantity), (r) => decimalOrNull(r.each.byMethods?.split?.splitTotal),
  ]);
}

async function insertShares(tx: TenantTransaction, runId: string, table: "line" | "unit_share", parameters: readonly string[]): Promise<void> {
  const finer = table === "line";
  await tx.query(
    `insert into allocation.${table} (programme_id, run_id, pool_id, part, business_unit_id, ${finer ? "use_case_id, channel, " : ""}driver, driver_quantity, driver_total, share_numerator, share_denominator, adjustment_minor, amount_minor, exact_numerator, exact_denominator${finer ? ", split, split_driver, split_quantity, split_total" : ""})
     select $1, $2, p.id, x.part, u.id, ${finer ? "c.id, x.channel, " : ""}x.driver, x.quantity, x.total, x.numerator, x.denominator, x.adjustment, x.amount, x.exact_numerator, x.exact_denominator${finer ? ", x.split, x.split_driver, x.split_quantity, x.split_total" : ""}
     from unnest($3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::numeric[], $10::numeric[], $11::numeric[], $12::numeric[], $13::bigint[], $14::bigint[],
           $15::numeric[], $16::numeric[], $17::text[], $18::text[], $19::numeric[], $20::numeric[])
         x (pool, part, unit, use_case, channel, driver, quantity, total, numerator, denominator, adjustment, amount, exact_numerator, exact_denominator, split, split_driver, split_quantity, split_total)
       join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool
       join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
       ${finer ? "join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case" : ""}`,
    [tx.scope.programme.id, runId, ...parameters],
  );
}

const hasShare = (share: Share): boolean => share.byMethods?.hasShare ?? true;

const textOf = (figure: bigint | null | undefined): string | null => figure?.toString() ?? null;

const decimalOrNull = (figure: Fraction | null | undefined): string | null => (figure ? exactDecimal(figure) : null);

/** Above this the lowest terms are stored instead: a denominator common to all lines would only be long. */
const LONGEST_COMMON = 10n ** 60n;

/** Writes the shares of a pool over one denominator where that is short, so that they can be summed as they stand. */
function commonDenominator(shares: readonly Fraction[]): (share: Fraction) => { numerator: bigint; denominator: bigint } {
  let common = 1n;
  for (const { denominator } of shares) {
    common *= denominator / gcd(common, denominator);
    if (common > LONGEST_COMMON) return (share) => share;
  }
  return ({ numerator, denominator }) => ({ numerator: numerator * (common / denominator), denominator: common });
}

/** Quantities are whole base units times decimal weights, so they always end. */
function exactDecimal(value: Fraction): string {
  let { numerator, denominator } = value;
  let scale = 0;
  while (denominator !== 1n) {
    numerator *= 10n;
    scale += 1;
    const divisor = gcd(numerator, denominator);
    numerator /= divisor;
    denominator /= divisor;
    invariant(scale <= 60, "a driver quantity that is no decimal");
  }
  return scale === 0 ? numerator.toString() : `${numerator}e-${scale}`;
}

/** The database's own word that lines + unallocated + passed on = own + received, that use cases make up their unit, and that what pools pass on other pools receive. */
async function proveConservation(tx: TenantTransaction, runId: string): Promise<void> {
  const wrong = await tx.query(
    `select p.pool_id from allocation.run_pool p
       left join (select pool_id, sum(amount_minor) as amount from allocation.line where programme_id = $1 and run_id = $2 group by 1) l on l.pool_id = p.pool_id
       left join (select pool_id, sum(amount_minor) as amount from allocation.unit_share where programme_id = $1 and run_id = $2 group by 1) u on u.pool_id = p.pool_id
     where p.programme_id = $1 and p.run_id = $2
       and (coalesce(l.amount, 0) + p.unallocated_minor + p.passed_minor <> p.amount_minor + p.received_minor or coalesce(u.amount, 0) <> coalesce(l.amount, 0))
     union all
     select null where (select coalesce(sum(received_minor - passed_minor), 0) from allocation.run_pool where programme_id = $1 and run_id = $2) <> 0`,
    [tx.scope.programme.id, runId],
  );
  invariant(wrong.length === 0, "stored lines do not sum to their pool");
}

/** Runs in the order in which they were made; `after` is the position of the last one seen. */
export function listRuns(tx: TenantTransaction, period: string | null, after: readonly string[] | null, limit: number): Promise<Array<AllocationRun & { position: string }>> {
  return tx.query(
    `select r.*, to_char(r."createdAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position from (${RUN_SQL}) r
     where ($2::text is null or r."periodKey" = $2) and ($3::timestamptz is null or (r."createdAt", r.id) > ($3, $4::uuid))
     order by r."createdAt", r.id limit $5`,
    [tx.scope.programme.id, period, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}
