import { TenantTransaction } from "../tenancy/database.store";
import { dependsOnOrder } from "./charge";
import { billedBase, exemptBy, lineBy, partsBy } from "./charged-legs.query";
import { RateCardDocument, TOKEN_KINDS, basePerUnit, exact, lineOf } from "./rate-card";
import { DaySpan } from "./rate-card-dates";
import { Bind, CONNECTED_CALL, TOKEN_COLUMNS, baseOf, eventsThatCost, isCharged, isReported } from "./rated-events.query";
import { CardUsage, UsageOfCard } from "./rating-facts";

/** Whose usage a card is held against, and how. */
export interface UsageSelection {
  readonly period: string;
  readonly cutoff: Date;
  /** Providers; null: everybody's. */
  readonly vendors: readonly string[] | null;
  /** The days that the card is in effect on; null: the whole month. */
  readonly span: DaySpan | null;
  /** So many times the usage fills the bands, exact text: each leg's own quantity times it, in the order of use; null: once. */
  readonly volume: string | null;
  /** Leaves legs out whose provider said itself what the component costs. */
  readonly exceptReported: boolean;
}

type Row = Record<string, string | null> & { readonly direction: string; readonly unit: string | null; readonly useCase: string | null };

/** What a month used of a card, per unit, use case and line of the card; unattributed usage stands under "". */
export async function usageOfCard<Card extends RateCardDocument>(tx: TenantTransaction, card: Card, selection: UsageSelection): Promise<UsageOfCard<Card>> {
  const common = { card, ...(selection.span === null ? {} : { span: selection.span }) };
  if (card.unit === "MONTH") return { ...common, usage: [nobody(card.quantity ?? "1")], order: null };
  if (card.unit === "CONCURRENCY_MONTH") return { ...common, usage: [nobody(await peakOf(tx, selection))], order: null };
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const { events, where, component } = await chargedRows(tx, card, selection, bind);
  const exempt = exemptBy(card, bind);
  const measured = baseOf(card.unit, component);
  const figures = card.unit === "TOKEN_1M"
    ? TOKEN_COLUMNS.flatMap((column) => [`coalesce(sum(e.${column}), 0)::text as m_${column}`, `coalesce(sum(e.${column}) filter (where not ${exempt}), 0)::text as b_${column}`])
    : [...(measured === "e.connected_ms" ? [] : [`coalesce(sum(${measured}), 0)::text as m`]), `coalesce(sum(${billedBase(card, measured, bind)}) filter (where not ${exempt}), 0)::text as b`];
  // The direction says the line, unless an attribute does.
  const line = card.lines.some(({ attribute }) => attribute !== undefined) ? lineBy(card, bind) : "null::text";
  const usage = await tx.query<Row>(
    `select u.code as unit, c.code as "useCase", g.* from (
       select e.business_unit_id, e.use_case_id, e.direction::text as direction, ${line} as line, count(*)::text as calls, count(*) filter (where ${exempt})::text as exempt, coalesce(sum(e.connected_ms), 0)::text as ms, ${figures.join(", ")}
       from ${events} where ${where} group by 1, 2, 3, 4
     ) g left join tenancy.business_unit u on u.programme_id = $1 and u.id = g.business_unit_id left join tenancy.use_case c on c.programme_id = $1 and c.id = g.use_case_id
     order by u.code collate "C", c.code collate "C", g.direction, g.line collate "C"`,
    parameters,
  );
  return { ...common, usage: merge(usage.flatMap((row) => toUsage(card, row))), order: dependsOnOrder(card) ? await bandsInOrder(tx, card, selection) : null };
}

async function chargedRows(tx: TenantTransaction, card: RateCardDocument, { period, cutoff, span, vendors, exceptReported }: UsageSelection, bind: Bind): Promise<{ events: string; where: string; component: string }> {
  const events = await eventsThatCost(tx, bind, period, cutoff, span);
  const component = `${bind(card.component)}::text`;
  const conditions = [isCharged(card.unit, component), ...(vendors === null ? [] : [`e.provider = any(${bind(vendors)}::text[])`]), ...(exceptReported ? [`not ${isReported(component)}`] : [`${component} is not null`])];
  return { events, where: conditions.join(" and "), component };
}

function toUsage(card: RateCardDocument, row: Row): CardUsage[] {
  const place = { businessUnit: row.unit ?? "", useCase: row.useCase ?? "" };
  if (card.unit !== "TOKEN_1M") {
    return [{ ...place, line: row.line ?? lineOf(card, row.direction), calls: row.calls!, exemptCalls: row.exempt!, measuredMs: row.ms!, measured: row.m ?? row.ms!, billed: row.b! }];
  }
  // A call stands once, with the first kind of token that it used: the kinds are quantities of the same calls.
  const used = TOKEN_KINDS.map((kind, index) => ({ kind, measured: row[`m_${TOKEN_COLUMNS[index]!}`]!, billed: row[`b_${TOKEN_COLUMNS[index]!}`]! })).filter(({ measured }) => measured !== "0");
  return used.map(({ kind, measured, billed }, index) => {
    return { ...place, line: lineOf(card, row.direction, kind), calls: index === 0 ? row.calls! : "0", exemptCalls: index === 0 ? row.exempt! : "0", measuredMs: index === 0 ? row.ms! : "0", measured, billed };
  });
}

const plus = (a: string, b: string): string => {
  const [x, y] = [exact(a), exact(b)];
  return x.denominator === 1n && y.denominator === 1n ? String(x.numerator + y.numerator) : addDecimals(a, b);
};

function addDecimals(a: string, b: string): string {
  const scale = Math.max(a.split(".")[1]?.length ?? 0, b.split(".")[1]?.length ?? 0);
  const units = (text: string): bigint => BigInt(text.replace(".", "").concat("0".repeat(scale - (text.split(".")[1]?.length ?? 0))));
  const digits = String(units(a) + units(b)).padStart(scale + 1, "0");
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Directions that share a line of the card stand together. */
function merge(usage: readonly CardUsage[]): CardUsage[] {
  const byKey = new Map<string, CardUsage>();
  for (const each of usage) {
    const key = JSON.stringify([each.businessUnit, each.useCase, each.line]);
    const known = byKey.get(key);
    byKey.set(key, known ? {
      ...known, calls: plus(known.calls, each.calls), exemptCalls: plus(known.exemptCalls, each.exemptCalls), measuredMs: plus(known.measuredMs, each.measuredMs),
      measured: plus(known.measured, each.measured), billed: plus(known.billed, each.billed),
    } : each);
  }
  return [...byKey.values()];
}

function nobody(base: string): CardUsage {
  return { businessUnit: "", useCase: "", line: "", calls: "0", exemptCalls: "0", measuredMs: "0", measured: base, billed: base };
}

/** How much of every tier each line filled, in the order in which the legs ended; of one leg the kinds of tokens in theirs. */
async function bandsInOrder(tx: TenantTransaction, card: RateCardDocument, selection: UsageSelection): Promise<Array<{ line: string; billed: string }>> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const { events, where, component } = await chargedRows(tx, card, selection, bind);
  const volume = selection.volume === null ? "" : ` * ${bind(selection.volume)}::numeric`;
  const parts = partsBy(card, component, bind).map(({ line, billed }, place) => `(${place}, ${line}, (${billed})::numeric${volume})`);
  const per = bind(String(basePerUnit(card.unit)));
  return tx.query<{ line: string; billed: string }>(
    `with used as (
       select direction, line, base, sum(base) over (order by ended_at, event_key, place rows unbounded preceding) as upto from (
         select e.direction::text as direction, p.line, e.ended_at, e.event_key, p.place, p.base from ${events} cross join lateral (values ${parts.join(", ")}) p (place, line, base) where ${where}) r
     ), band as (
       select n::int as band, coalesce(lag(upto) over (order by n), 0) * ${per}::numeric as low, coalesce(upto, 'Infinity') * ${per}::numeric as high from unnest(${bind(card.tiers.map(({ upTo }) => upTo))}::numeric[]) with ordinality t (upto, n)
     )
     select u.line, trim_scale(sum(least(u.upto, b.high) - greatest(u.upto - u.base, b.low)))::text as billed
     from used u join band b on u.upto > b.low and u.upto - u.base < b.high where u.base > 0 group by b.band, u.direction, u.line order by b.band, u.direction, u.line collate "C"`,
    parameters,
  );
}

/** The most calls at once among those that ended in the month. */
async function peakOf(tx: TenantTransaction, { period, cutoff, span, vendors }: UsageSelection): Promise<string> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const events = await eventsThatCost(tx, bind, period, cutoff, span);
  const [row] = await tx.query<{ peak: string }>(
    `with calls as (select e.ended_at - e.connected_ms * interval '1 millisecond' as started_at, e.ended_at from ${events} where ${CONNECTED_CALL} and (${bind(vendors)}::text[] is null or e.provider = any($${parameters.length}::text[])))
     select coalesce(max(n), 0)::text as peak from (
       select sum(step) over (order by at, step rows unbounded preceding) as n from (select started_at as at, 1 as step from calls union all select ended_at, -1 from calls) s) p`,
    parameters,
  );
  return row!.peak;
}
