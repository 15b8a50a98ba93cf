import { Proof, TOLD_DIFFERENCES } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { NOBODY } from "./usage-event";
import { COUNTING_EVENTS } from "./questions/counting-events.query";

/** A table of totals: its key beside unit and use case, and its figures, as they are counted anew from raw rows. */
interface Totals {
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, string>>;
}

// Day and month are reckoned from the instant, not read from the row: so they are proved, too.
const LOCAL_END = "(e.ended_at at time zone $2)";

const DAILY: Totals = {
  table: "usage_daily_total",
  key: { day: `${LOCAL_END}::date`, channel: "e.channel", direction: "e.direction", provider: "coalesce(e.provider, '')", outcome: "coalesce(e.outcome::text, '')" },
  figures: {
    legs: "count(*)",
    connected_legs: "count(*) filter (where e.connected)",
    connected_ms: "coalesce(sum(e.connected_ms) filter (where e.connected), 0)",
  },
};

const PERIOD: Totals = {
  table: "usage_period_total",
  key: { period_key: `to_char(${LOCAL_END}, 'YYYY-MM')` },
  figures: {
    legs: "count(*)",
    connected_legs: "count(*) filter (where e.connected and e.channel = 'VOICE')",
    connected_ms: "coalesce(sum(e.connected_ms) filter (where e.connected and e.channel = 'VOICE'), 0)",
    contacts: "count(distinct e.contact_key)",
  },
};

/** Proves that the totals per day are what the raw rows add up to, in both directions. */
export function verifyDailyTotals(tx: TenantTransaction): Promise<Proof> {
  return verifyTotals(tx, "daily totals = usage rows", DAILY);
}

/** Proves that the totals per period, distinct contacts among them, are what the raw rows add up to, in both directions. */
export function verifyPeriodTotals(tx: TenantTransaction): Promise<Proof> {
  return verifyTotals(tx, "period totals = usage rows", PERIOD);
}

async function verifyTotals(tx: TenantTransaction, name: string, totals: Totals): Promise<Proof> {
  const [row] = await tx.query<{ cells: string; legs: string; differing: string; first: Array<Record<string, unknown>> }>(sqlOf(totals), [tx.scope.programme.id, tx.scope.programme.timeZone]);
  const { cells, legs, differing, first } = row!;
  return { name, compared: `${cells} totals, ${legs} legs`, differing: Number(differing), differences: first.map((cell) => inWords(cell, totals)), notes: [] };
}

/** One statement, so that both sides are seen at the same moment while usage comes in. Totals of nothing are left out. */
function sqlOf({ table, key, figures }: Totals): string {
  const keys = ["business_unit_id", "use_case_id", ...Object.keys(key)];
  const names = Object.keys(figures);
  const list = (pick: (figure: string) => string): string => names.map(pick).join(", ");
  return `
    with counted as (
      select coalesce(e.business_unit_id, '${NOBODY}') as business_unit_id, coalesce(e.use_case_id, '${NOBODY}') as use_case_id,
        ${Object.entries(key).map(([column, sql]) => `${sql} as ${column}`).join(", ")}, ${Object.entries(figures).map(([column, sql]) => `${sql} as ${column}`).join(", ")}
      from ${COUNTING_EVENTS} where e.programme_id = $1 group by ${keys.map((_, index) => index + 1).join(", ")}
    ), stored as (
      select ${keys.join(", ")}, ${names.join(", ")} from metering.${table} t where t.programme_id = $1 and (${names.map((figure) => `t.${figure} <> 0`).join(" or ")})
    ), cell as materialized (
      select ${keys.join(", ")}, ${list((figure) => `coalesce(s.${figure}, 0) as stored_${figure}, coalesce(c.${figure}, 0) as counted_${figure}`)},
        (${list((figure) => `coalesce(s.${figure}, 0)`)}) is distinct from (${list((figure) => `coalesce(c.${figure}, 0)`)}) as differs
      from counted c full join stored s using (${keys.join(", ")})
    )
    select count(*) as cells, coalesce(sum(counted_legs), 0) as legs, count(*) filter (where differs) as differing,
      coalesce((select jsonb_agg(to_jsonb(d)) from (
        select u.code as unit, b.code as use_case, ${Object.keys(key).map((column) => `x.${column}`).join(", ")}, ${list((figure) => `x.stored_${figure}, x.counted_${figure}`)}
        from cell x
          left join tenancy.business_unit u on u.programme_id = $1 and u.id = x.business_unit_id
          left join tenancy.use_case b on b.programme_id = $1 and b.id = x.use_case_id
        where x.differs order by u.code collate "C", b.code collate "C", ${Object.keys(key).map((column) => `x.${column}`).join(", ")} limit ${TOLD_DIFFERENCES}) d), '[]') as first
    from cell`;
}

function inWords(cell: Record<string, unknown>, { key, figures }: Totals): string {
  const where = [cell.unit ?? "unattributed", cell.use_case, ...Object.keys(key).map((column) => cell[column])].filter((part) => part !== null && part !== "");
  const wrong = Object.keys(figures).filter((figure) => String(cell[`stored_${figure}`]) !== String(cell[`counted_${figure}`]));
  return `${where.map(String).join(" ")}: ${wrong.map((figure) => `${figure} stored ${String(cell[`stored_${figure}`])}, counted ${String(cell[`counted_${figure}`])}`).join("; ")}`;
}
