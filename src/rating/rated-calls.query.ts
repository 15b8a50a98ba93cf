import { Fraction, ZERO } from "../kernel/fraction";
import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { periodStore } from "../governance/period.store";
import { EVENT_COLUMNS, StoredUsageEvent } from "../metering/usage-events.query";
import { TenantTransaction } from "../tenancy/database.store";
import { boundsOf, exemptBy, itemCounts, partsBy } from "./charged-legs.query";
import { RateCard, exact, isFee } from "./rate-card";
import { CardOfMonth, DaySpan } from "./rate-card-dates";
import { RatedLine } from "./rate-usage";
import { Bind, eventsThatCost, isCharged, isReported } from "./rated-events.query";

/**
 * A leg behind a line: `base` is what the card charges of it in base units (milliseconds, calls, tokens), null where its cost
 * came with it; `reported` is that cost. Both are exact text.
 */
export type RatedCall = StoredUsageEvent & { readonly base: string | null; readonly exempt: boolean; readonly reported: string | null; readonly position: string };

/** A line of a rated month with the run that it is of, the cards that the run found, and the one that it was rated by. */
export interface LineOfRun {
  readonly line: RatedLine;
  readonly run: { readonly periodKey: string; readonly cutoff: Date };
  readonly cards: ReadonlyArray<CardOfMonth<RateCard>>;
  readonly card: RateCard | null;
}

/** The legs behind a line, as they counted at its run's cut-off, in the order in which they ended. Fees and commitments have none. */
export async function listRatedCalls(tx: TenantTransaction, of: LineOfRun, page: PageRequest): Promise<Page<RatedCall>> {
  const position = decodeCursor(page.after, ["instant", "uuid"]);
  if (of.line.kind !== "USAGE") return toPage<RatedCall>([], page, () => []);
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const { from, where, base, exempt, reported } = await legsOfLine(tx, of, bind);
  const after = position ? ` and (e.ended_at, e.event_key) > (${bind(position[0])}::timestamptz, ${bind(position[1])}::uuid)` : "";
  const rows = await tx.query<RatedCall>(
    `select ${EVENT_COLUMNS}, (${base})::text as base, ${exempt()} as exempt, trim_scale(${reported})::text as reported, to_char(e.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as position
     from (select e.* from ${from} where ${where}${after} order by e.ended_at, e.event_key limit ${bind(page.first + 1)}) e
       join metering.source s on s.programme_id = $1 and s.id = e.source_id order by e.ended_at, e.event_key`,
    parameters,
  );
  return toPage(rows, page, (row) => [row.position, row.id]);
}

/** What the legs behind a line make together: base units that its card charges, or cost that came with them. */
export async function sumOfRatedCalls(tx: TenantTransaction, of: LineOfRun): Promise<Fraction> {
  if (of.line.kind !== "USAGE") return ZERO;
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const { from, where, base, reported } = await legsOfLine(tx, of, bind);
  const [row] = await tx.query<{ total: string }>(`select trim_scale(coalesce(sum(${of.card === null ? reported : base}), 0))::text as total from ${from} where ${where}`, parameters);
  return exact(row!.total);
}

async function legsOfLine(tx: TenantTransaction, { line, run, cards, card }: LineOfRun, bind: Bind): Promise<{ from: string; where: string; base: string; exempt: () => string; reported: string }> {
  const from = await eventsThatCost(tx, bind, run.periodKey, run.cutoff, line.span);
  const component = `${bind(line.component)}::text`;
  const place = (table: "business_unit" | "use_case", code: string): string => {
    const column = `e.${table}_id`;
    return code === "" ? `${column} is null` : `${column} = (select x.id from tenancy.${table} x where x.programme_id = $1 and x.code = ${bind(code)})`;
  };
  const where = [`coalesce(e.provider, '') = ${bind(line.vendor)}`, place("business_unit", line.businessUnit), place("use_case", line.useCase)];
  if (card !== null) {
    // Of tokens a leg may be on the line with several kinds, or with none; of anything else it is on one line.
    const parts = partsBy(card, component, bind);
    const rateLine = `${bind(line.rateLine)}::text`;
    const onLine = (pick: "measured" | "billed"): string => parts.map((part) => `(case when ${part.line} = ${rateLine} then ${part[pick]} else 0 end)`).join(" + ");
    where.push(isCharged(card.unit, component), `not ${isReported(component)}`, card.unit === "TOKEN_1M" ? `(${onLine("measured")}) > 0` : `${parts[0]!.line} = ${rateLine}`);
    return { from, where: where.join(" and "), base: onLine("billed"), exempt: () => exemptBy(card, bind), reported: "null::numeric" };
  }
  const bounded = await boundsOf(tx, cards);
  const counts = `i.component = ${component} and i.basis = ${bind(line.basis)} and i.currency = ${bind(line.originalCurrency)} and ${itemCounts("i", bounded, bind)}`;
  const items = `from unnest(e.cost_items) i where ${counts}`;
  where.push("e.cost_items is not null", `exists (select ${items})`);
  if (line.span === null) for (const span of otherSpans(line, cards)) where.push(`not (${await endedOn(tx, span, bind)})`);
  return { from, where: where.join(" and "), base: "null::numeric", exempt: () => "false", reported: `(select sum(i.amount) ${items})` };
}

/** Days that lines of their own are of: what is on no day of a card stands apart. */
function otherSpans({ vendor, component }: RatedLine, cards: ReadonlyArray<CardOfMonth<RateCard>>): DaySpan[] {
  return cards.flatMap(({ card, span }) => (span !== null && !isFee(card.unit) && card.vendor === vendor && card.component === component ? [span] : []));
}

async function endedOn(tx: TenantTransaction, span: DaySpan, bind: Bind): Promise<string> {
  const { from, to } = await periodStore(tx).spanOfDays(span.first, span.last);
  return `e.ended_at >= ${bind(from)} and e.ended_at < ${bind(to)}`;
}
