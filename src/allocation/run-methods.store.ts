import { Fraction, formatFraction, fraction } from "../kernel/fraction";
import { TenantTransaction } from "../tenancy/database.store";
import type { AllocatedPool, AllocationFacts } from "./allocate";
import type { PoolByMethods, PoolLink } from "./allocate-by-methods";
import { MethodInputs } from "./method-inputs";
import type { Leg } from "./methods/divide-part";
import { columns } from "./columns";

/** What a run by methods keeps beside its lines: the facts that only it depends on, and the chain of its pools. */
export async function saveMethods(tx: TenantTransaction, runId: string, facts: AllocationFacts, pools: readonly AllocatedPool[]): Promise<void> {
  if (!facts.method) return;
  await tx.query("insert into allocation.run_inputs (programme_id, run_id, inputs) values ($1, $2, $3)", [tx.scope.programme.id, runId, JSON.stringify(facts.method)]);
  const links = pools.flatMap(({ pool, byMethods }) => (byMethods?.links ?? []).map((link) => ({ ...link, pool })));
  const text = (figure: Fraction | null): string | null => figure && formatFraction(figure);
  const pick: ReadonlyArray<(link: PoolLink & { pool: string }) => string | null> = [
    (l) => l.pool, (l) => (l.part === null ? null : String(l.part)), (l) => l.leg, (l) => (l.toPool ? null : l.to), (l) => (l.toPool ? l.to : null), (l) => l.driver, (l) => l.driverName,
    (l) => text(l.quantity), (l) => text(l.total), (l) => text(l.share), (l) => text(l.rate), (l) => text(l.amount),
  ];
  await tx.query(
    `insert into allocation.chain_link (programme_id, run_id, position, pool_id, part, leg, to_unit_id, to_pool_id, driver, driver_name, quantity, total, share, rate, amount)
     select $1, $2, x.position, p.id, x.part, x.leg, u.id, t.id, x.driver, x.driver_name, x.quantity, x.total, x.share, x.rate, x.amount
     from unnest($3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
         with ordinality x (pool, part, leg, unit, to_pool, driver, driver_name, quantity, total, share, rate, amount, position)
       join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool
       left join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
       left join costs.cost_pool t on t.programme_id = $1 and t.code = x.to_pool`,
    [tx.scope.programme.id, runId, ...columns(links, pick)],
  );
}

/** The facts by methods that a run stood on; null for a proportional one. */
export async function storedInputs(tx: TenantTransaction, runId: string): Promise<MethodInputs | null> {
  const [row] = await tx.query<{ inputs: MethodInputs }>("select inputs from allocation.run_inputs where programme_id = $1 and run_id = $2", [tx.scope.programme.id, runId]);
  return row?.inputs ?? null;
}

interface LinkRow { readonly pool: string; readonly part: number | null; readonly leg: Leg | null; readonly to: string; readonly toPool: boolean; readonly driver: string | null; readonly driverName: string | null; readonly quantity: string | null; readonly total: string | null; readonly share: string | null; readonly rate: string | null; readonly amount: string }

/** The stored chain of a run, by pool. */
export async function storedLinks(tx: TenantTransaction, runId: string): Promise<Map<string, PoolByMethods["links"][number][]>> {
  const rows = await tx.query<LinkRow>(
    `select p.code as pool, l.part, l.leg, coalesce(u.code, t.code) as "to", l.to_pool_id is not null as "toPool", l.driver, l.driver_name as "driverName", l.quantity, l.total, l.share, l.rate, l.amount
     from allocation.chain_link l
       join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = l.to_unit_id
       left join costs.cost_pool t on t.programme_id = $1 and t.id = l.to_pool_id
     where l.programme_id = $1 and l.run_id = $2`,
    [tx.scope.programme.id, runId],
  );
  const links = new Map<string, PoolLink[]>();
  for (const { pool, ...row } of rows) {
    const link: PoolLink = { ...row, quantity: figure(row.quantity), total: figure(row.total), share: figure(row.share), rate: figure(row.rate), amount: figure(row.amount)! };
    links.set(pool, [...(links.get(pool) ?? []), link]);
  }
  return links;
}

/** "n/d" or "n" as it was stored. */
export function figure(text: string | null): Fraction | null {
  if (text === null) return null;
  const [numerator, denominator = "1"] = text.split("/");
  return fraction(BigInt(numerator!), BigInt(denominator));
}
