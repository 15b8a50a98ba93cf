import { Proof, ProofNotes } from "../../kernel/proof";
import { TenantTransaction } from "../../tenancy/database.store";
import { ownerAtEnd } from "../../tenancy/ownership.query";
import { ReversalCause } from "./accrual";

interface AccrualRow {
  readonly id: string;
  readonly name: string;
  readonly period: string;
  readonly amount: string;
  readonly renews: string | null;
  readonly booked: boolean;
  readonly closed: boolean;
  readonly taken: string | null;
  readonly into: string | null;
  readonly cause: ReversalCause | null;
  readonly mirrored: boolean | null;
  readonly bornTwice: boolean;
  /** The earliest month that an invoice of it is of. */
  readonly invoiced: string | null;
  readonly straying: string;
  readonly movedIn: string | null;
  readonly movedOut: string | null;
}

/** Who is charged with the use case's cost of an entry in its month; SQL, by the names of the entry and of its period. */
const bearerOf = (entry: string, period: string): string => `coalesce(${entry}.business_unit_id, (${ownerAtEnd("a.use_case_id", `${period}.ends_at`, `coalesce(${period}.cutoff, 'infinity')`)}))`;

/** What an entry that moved a reversal holds, when it is of the accrual's cost and bearer; SQL. */
const moved = (which: string, month: string): string => `
  (select m.amount_minor from costs.cost_entry m where m.programme_id = $1 and m.external_id = 'accrual/' || a.id || '/${which}' and (m.pool_id, m.period_key, m.kind) = (a.pool_id, ${month}, e.kind)
     and m.use_case_id is not distinct from a.use_case_id and m.business_unit_id is not distinct from t.business_unit_id)`;

/**
 * Proves that every accrual is a cost entry of its month; that what took it back is its mirror on the same pool and use case, and
 * goes to the unit that bore it; that none of a closed month still stands; and that after the close its invoice is borne by that
 * unit, too, and stands beside it in no month.
 */
export async function verifyAccruals(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const rows = await tx.query<AccrualRow>(
    `select a.id, a.external_id as name, a.period_key as period, a.amount_minor as amount, a.renews, p.status = 'CLOSED' as closed, t.amount_minor as taken, r.period_key as into, r.cause,
       (e.pool_id, e.period_key, e.amount_minor) = (a.pool_id, a.period_key, a.amount_minor) and e.use_case_id is not distinct from a.use_case_id as booked,
       (t.pool_id, t.period_key, t.kind) = (a.pool_id, r.period_key, e.kind) and t.use_case_id is not distinct from a.use_case_id as mirrored,
       t.id is not null and ${bearerOf("e", "p")} is distinct from ${bearerOf("t", "q")} as "bornTwice",
       (select min(i.period_key) from costs.accrual_answer w join costs.cost_entry i on i.programme_id = $1 and i.id = w.entry_id where w.programme_id = $1 and w.accrual_id = a.id) as invoiced,
       (select count(*) from costs.accrual_answer w join costs.cost_entry i on i.programme_id = $1 and i.id = w.entry_id join governance.period n on n.programme_id = $1 and n.key = i.period_key
        where w.programme_id = $1 and w.accrual_id = a.id and r.cause = 'CLOSE' and ${bearerOf("i", "n")} is distinct from ${bearerOf("e", "p")}) as straying,
       ${moved("moved-in", "a.period_key")} as "movedIn", ${moved("moved-out", "r.period_key")} as "movedOut"
     from costs.accrual a
       join governance.period p on p.programme_id = $1 and p.key = a.period_key
       join costs.cost_entry e on e.programme_id = $1 and e.id = a.entry_id
       left join costs.accrual_reversal r on r.programme_id = $1 and r.accrual_id = a.id
       left join governance.period q on q.programme_id = $1 and q.key = r.period_key
       left join costs.cost_entry t on t.programme_id = $1 and t.id = r.entry_id
     where a.programme_id = $1 order by a.period_key, a.external_id collate "C"`,
    [tx.scope.programme.id],
  );
  const successors = new Map(rows.flatMap((row) => (row.renews === null ? [] : [[row.renews, row] as const])));
  for (const row of rows) {
    const { name, period, amount, booked, closed, taken, into, cause, mirrored } = row;
    if (!booked) notes.differs(`accrual ${name} of ${period}: its cost entry is not what was accrued`);
    if (taken === null) {
      if (closed) notes.differs(`accrual ${name}: ${period} is closed and nothing took it back`);
      continue;
    }
    if (!mirrored || BigInt(taken) !== -BigInt(amount)) notes.differs(`accrual ${name} of ${period}: ${amount} was accrued and ${taken} taken back, in minor units`);
    if (cause === "CLOSE" ? into! <= period : into !== period) notes.differs(`accrual ${name} of ${period}: taken back in ${into} by ${cause}`);
    if (row.bornTwice) notes.differs(`accrual ${name} of ${period}: one unit bore it and another was given it back in ${into}`);
    if (row.straying !== "0") notes.differs(`accrual ${name} of ${period}: ${row.straying} of its invoices are charged to another unit than it was`);
    const isMoved = cause === "CLOSE" && earliestInvoice(row, successors) <= period;
    const [movedIn, movedOut] = isMoved ? [String(-BigInt(amount)), amount] : [null, null];
    if (row.movedIn !== movedIn || row.movedOut !== movedOut) notes.differs(`accrual ${name} of ${period}: ${row.movedIn ?? "nothing"} was moved to ${period} and ${row.movedOut ?? "nothing"} out of ${into}, expected ${movedIn ?? "nothing"} and ${movedOut ?? "nothing"}, in minor units`);
  }
  return notes.proof("accruals = their entries and reversals", `${rows.length} accruals`);
}

/** The earliest month that an invoice is of, of an accrual or of those that took its place; after every month when there is none. */
function earliestInvoice(row: AccrualRow, successors: ReadonlyMap<string, AccrualRow>): string {
  let earliest = "9999-12";
  for (let each: AccrualRow | undefined = row; each; each = successors.get(each.id)) if (each.invoiced !== null && each.invoiced < earliest) earliest = each.invoiced;
  return earliest;
}
