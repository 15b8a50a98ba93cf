import { TenantTransaction } from "../../tenancy/database.store";
import { ChargedLine } from "../issue-statements";

/** What the true-ups that a month carries charge, with the months that they come from. */
export async function trueUpLines(tx: TenantTransaction, period: string): Promise<Array<ChargedLine & { readonly trueUp: number }>> {
  const rows = await tx.query<{ number: number; unit: string; useCase: string; pool: string; from: string; to: string; amount: string }>(
    `select x.number, u.code as unit, c.code as "useCase", p.code as pool, t.from_period_key as "from", t.to_period_key as "to", l.amount_minor as amount
     from chargeback.true_up_posting x
       join chargeback.true_up t on t.programme_id = $1 and t.number = x.number
       join chargeback.true_up_line l on l.programme_id = $1 and l.number = x.number
       join costs.cost_pool p on p.programme_id = $1 and p.id = t.pool_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     where x.programme_id = $1 and x.period_key = $2 and l.amount_minor <> 0 order by x.number`,
    [tx.scope.programme.id, period],
  );
  return rows.map(({ number, unit, useCase, pool, from, to, amount }) => ({
    trueUp: number, businessUnit: unit, kind: "TRUE_UP", useCase, pool, originPeriod: to, run: null, amountMinor: BigInt(amount),
    description: `${amount.startsWith("-") ? "Over-recovery given back" : "Under-recovery charged"}: standard rates of ${from === to ? to : `${from} to ${to}`}, true-up ${number}`,
  }));
}
