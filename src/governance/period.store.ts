import { firstInstantOf } from "../kernel/local-days";
import { Refusal, invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { Period } from "./period";

const COLUMNS = `key, status, starts_at as "from", ends_at as "to", close_requested_by as "closeRequestedBy", close_requested_at as "closeRequestedAt",
  closed_at as "closedAt", closed_by as "closedBy", cutoff, hash, audit_head as "auditHead"`;

/** Of a month's first midnight in the programme's zone, which is the third parameter of the statements below. */
const FIRST_INSTANT = (midnight: string): string => firstInstantOf(midnight, "$3");

type Span = Readonly<Pick<Period, "from" | "to">>;

/** Bounds of months that were asked for before, by time zone and month: the calendar is the same for every programme. */
const spans = new Map<string, Span>();
const MOST_SPANS = 5_000;

/** Periods come into being with the first fact that falls into them. Their bounds are computed by the database alone. */
export function periodStore(tx: TenantTransaction) {
  const { programme } = tx.scope;
  const create = async (keys: readonly string[]): Promise<void> => {
    await tx.query(
      `insert into governance.period (programme_id, key, starts_at, ends_at)
       select $1, k, ${FIRST_INSTANT("to_date(k, 'YYYY-MM')::timestamp")}, ${FIRST_INSTANT("(to_date(k, 'YYYY-MM') + interval '1 month')")}
       from unnest($2::text[]) k order by k
       on conflict do nothing`,
      [programme.id, keys, programme.timeZone],
    );
  };
  // The row is what decides; in front of it stands a queue, because whoever wants a row alone would otherwise wait for as
  // long as sharers keep coming.
  const lock = async (keys: readonly string[], strength: "share" | "update"): Promise<Period[]> => {
    await tx.prepared(`select pg_advisory_xact_lock${strength === "share" ? "_shared" : ""}(hashtextextended($1 || '/' || k, 5)) from (select k from unnest($2::text[]) k order by k) k`, [programme.id, keys]);
    return tx.query<Period>(`select ${COLUMNS} from governance.period where programme_id = $1 and key = any($2) order by key for ${strength}`, [programme.id, keys]);
  };
  const change = async (key: string, set: string, values: readonly unknown[]): Promise<Period> => {
    await tx.query(`update governance.period set ${set} where programme_id = $1 and key = $2`, [programme.id, key, ...values]);
    const [changed] = await tx.query<Period>(`select ${COLUMNS} from governance.period where programme_id = $1 and key = $2`, [programme.id, key]);
    invariant(changed, "a period that was locked is gone");
    return changed;
  };
  return {
    find: async (key: string): Promise<Period | null> => {
      const [found] = await tx.query<Period>(`select ${COLUMNS} from governance.period where programme_id = $1 and key = $2`, [programme.id, key]);
      return found ?? null;
    },
    /** The periods, made when they are new, held so that their status cannot change before this transaction ends. */
    hold: async (keys: readonly string[]): Promise<Period[]> => {
      const wanted = [...new Set(keys)].sort();
      const held = await lock(wanted, "share");
      if (held.length === wanted.length) return held;
      await create(wanted);
      return lock(wanted, "share");
    },
    /** The period for this transaction alone; NOT_FOUND when no fact ever fell into it. */
    lockAlone: async (key: string): Promise<Period> => {
      const [period] = await lock([key], "update");
      if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
      return period;
    },
    /** OPEN becomes CLOSING; the caller holds the period alone. */
    markRequested: (key: string, subject: string): Promise<Period> =>
      change(key, "status = 'CLOSING', close_requested_by = $3, close_requested_at = clock_timestamp()", [subject]),
    /** CLOSING becomes OPEN; the caller holds the period alone. */
    markWithdrawn: (key: string): Promise<Period> => change(key, "status = 'OPEN', close_requested_by = null, close_requested_at = null", []),
    /** CLOSING becomes CLOSED, for ever; the caller holds the period alone. */
    markClosed: (key: string, close: { readonly cutoff: Date; readonly hash: string; readonly auditHead: string; readonly by: string }): Promise<Period> =>
      change(key, "status = 'CLOSED', closed_at = clock_timestamp(), cutoff = $3, hash = $4, audit_head = $5, closed_by = $6", [close.cutoff, close.hash, close.auditHead, close.by]),
    list: (after: string | null, limit: number): Promise<Period[]> =>
      tx.query<Period>(`select ${COLUMNS} from governance.period where programme_id = $1 and ($2::text is null or key > $2) order by key limit $3`, [programme.id, after, limit]),
    /**
     * First instant of a month and of the next one, whether or not anything fell into it. For questions to many rows: asked
     * once, because the database works the calendar out anew for each row that it compares with it.
     */
    span: async (key: string): Promise<Span> => {
      const name = `${programme.timeZone} ${key}`;
      const known = spans.get(name);
      if (known) return known;
      const [span] = await tx.prepared<Span>(
        `select ${firstInstantOf("to_date($1, 'YYYY-MM')::timestamp", "$2")} as "from", ${firstInstantOf("(to_date($1, 'YYYY-MM') + interval '1 month')", "$2")} as "to"`,
        [key, programme.timeZone],
      );
      if (spans.size >= MOST_SPANS) spans.clear();
      spans.set(name, span!);
      return span!;
    },
    /** First instant of a day and of the day after another one, in the programme's zone. */
    spanOfDays: async (first: string, last: string): Promise<Span> => {
      const name = `${programme.timeZone} ${first} ${last}`;
      const known = spans.get(name);
      if (known) return known;
      const [span] = await tx.prepared<Span>(
        `select ${firstInstantOf("to_date($1, 'YYYY-MM-DD')::timestamp", "$3")} as "from", ${firstInstantOf("(to_date($2, 'YYYY-MM-DD') + interval '1 day')", "$3")} as "to"`,
        [first, last, programme.timeZone],
      );
      if (spans.size >= MOST_SPANS) spans.clear();
      spans.set(name, span!);
      return span!;
    },
    /** The month and the first instant of each of the months that the instants between `fromMs` and `toMs` fall into. */
    boundaries: async (fromMs: number, toMs: number): Promise<Array<{ key: string; fromMs: number; toMs: number }>> => {
      const rows = await tx.prepared<{ key: string; from: string; to: string }>(
        `select to_char(m, 'YYYY-MM') as key, (extract(epoch from ${FIRST_INSTANT("m")}) * 1000)::bigint as "from", (extract(epoch from ${FIRST_INSTANT("(m + interval '1 month')")}) * 1000)::bigint as "to"
         from generate_series(date_trunc('month', to_timestamp($1 / 1000.0) at time zone $3), to_timestamp($2 / 1000.0) at time zone $3, interval '1 month') m`,
        [fromMs, toMs, programme.timeZone],
      );
      return rows.map((row) => ({ key: row.key, fromMs: Number(row.from), toMs: Number(row.to) }));
    },
  };
}
