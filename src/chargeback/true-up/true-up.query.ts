import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { TenantTransaction } from "../../tenancy/database.store";
import { grouped } from "../statement.query";
import { TrueUp } from "./propose-true-up";
import { TrueUpLine, TrueUpMonth } from "./true-up";

const SELECT = `
  select t.number, t.pool_id as "poolId", p.code as pool, t.from_period_key as "from", t.to_period_key as "to", t.amount_minor as amount, t.hash, t.reason, t.proposed_by as "proposedBy", t.proposed_at as "proposedAt",
    x.period_key as period, x.posted_by as "postedBy", x.posted_at as "postedAt"
  from chargeback.true_up t
    join costs.cost_pool p on p.programme_id = $1 and p.id = t.pool_id
    left join chargeback.true_up_posting x on x.programme_id = $1 and x.number = t.number
  where t.programme_id = $1`;

type Row = Omit<TrueUp, "amountMinor"> & { readonly amount: string };
const toTrueUp = ({ amount, ...row }: Row): TrueUp => ({ ...row, amountMinor: BigInt(amount) });

export async function findTrueUp(tx: TenantTransaction, number: number): Promise<TrueUp | null> {
  const [row] = await tx.query<Row>(`${SELECT} and t.number = $2`, [tx.scope.programme.id, number]);
  return row ? toTrueUp(row) : null;
}

/** The newest proposal of these figures that nobody has posted. */
export async function waitingTrueUp(tx: TenantTransaction, hash: string): Promise<TrueUp | null> {
  const [row] = await tx.query<Row>(`${SELECT} and t.hash = $2 and x.number is null order by t.number desc limit 1`, [tx.scope.programme.id, hash]);
  return row ? toTrueUp(row) : null;
}

/** Proposed and posted true-ups, by number. */
export async function listTrueUps(tx: TenantTransaction, page: PageRequest): Promise<Page<TrueUp>> {
  const position = decodeCursor(page.after, ["version"]);
  const rows = await tx.query<Row>(`${SELECT} and ($2::int is null or t.number > $2) order by t.number limit $3`, [tx.scope.programme.id, position?.[0] ?? null, page.first + 1]);
  return toPage(rows.map(toTrueUp), page, ({ number }) => [String(number)]);
}

/** Which true-ups cleared which figures of a pool's months. */
export function truedUpBy(tx: TenantTransaction, poolId: string, from: string, to: string): Promise<Array<{ readonly period: string; readonly figuresVersion: number; readonly number: number }>> {
  return tx.query(
    `select period_key as period, figures_version as "figuresVersion", number from chargeback.true_up_month where programme_id = $1 and pool_id = $2 and period_key between $3 and $4 order by number`,
    [tx.scope.programme.id, poolId, from, to],
  );
}

/** A line with the ids that it names. */
export interface StoredTrueUpLine extends TrueUpLine {
  readonly businessUnitId: string;
  readonly useCaseId: string;
}

/** The months that posted true-ups clear, in their order, by number. */
export async function monthsOfTrueUps(tx: TenantTransaction, numbers: readonly string[]): Promise<Map<string, TrueUpMonth[]>> {
  const rows = await tx.query<{ number: number; period: string; figuresVersion: number; cost: string; recovered: string; variance: string }>(
    `select number, period_key as period, figures_version as "figuresVersion", cost_minor as cost, recovered_minor as recovered, variance_minor as variance
     from chargeback.true_up_month where programme_id = $1 and number = any($2::int[]) order by number, period_key`,
    [tx.scope.programme.id, numbers],
  );
  return grouped(rows, ({ number }) => String(number), ({ number: _, cost, recovered, variance, ...row }) => ({ ...row, costMinor: BigInt(cost), recoveredMinor: BigInt(recovered), varianceMinor: BigInt(variance) }));
}

/** The lines of posted true-ups, by code, by number. */
export async function linesOfTrueUps(tx: TenantTransaction, numbers: readonly string[]): Promise<Map<string, StoredTrueUpLine[]>> {
  const rows = await tx.query<Omit<StoredTrueUpLine, "chargedMinor" | "amountMinor"> & { number: number; charged: string; amount: string }>(
    `select l.number, u.id as "businessUnitId", u.code as "businessUnit", c.id as "useCaseId", c.code as "useCase", l.charged_minor as charged, l.amount_minor as amount
     from chargeback.true_up_line l
       join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     where l.programme_id = $1 and l.number = any($2::int[]) order by l.number, u.code collate "C", c.code collate "C"`,
    [tx.scope.programme.id, numbers],
  );
  return grouped(rows, ({ number }) => String(number), ({ number: _, charged, amount, ...row }) => ({ ...row, chargedMinor: BigInt(charged), amountMinor: BigInt(amount) }));
}
