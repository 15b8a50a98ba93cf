import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { EVENT_COLUMNS, StoredUsageEvent } from "../metering/usage-events.query";
import { TenantTransaction } from "../tenancy/database.store";
import { RateCardDocument, isTimed } from "./rate-card";
import { RatedLine } from "./rate-usage";
import { Bind, eventsThatCost, isCharged, isReported } from "./rated-events.query";

/** A leg behind a line: billed milliseconds where the card charges time, and what its provider said it costs, exact text. */
export type RatedCall = StoredUsageEvent & { readonly billedMs: string | null; readonly exempt: boolean; readonly reported: string | null; readonly position: string };

/** The legs behind a line of a rated month, as they counted at its cut-off, in the order in which they ended. */
export async function listRatedCalls(tx: TenantTransaction, line: RatedLine, card: RateCardDocument | null, run: { readonly periodKey: string; readonly cutoff: Date }, page: PageRequest): Promise<Page<RatedCall>> {
  const position = decodeCursor(page.after, ["instant", "uuid"]);
  if (line.kind !== "USAGE") return toPage<RatedCall>([], page, () => []);
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const events = await eventsThatCost(tx, bind, run.periodKey, run.cutoff);
  const component = `${bind(line.component)}::text`;
  const place = (table: "business_unit" | "use_case", code: string): string => {
    const column = `e.${table}_id`;
    return code === "" ? `${column} is null` : `${column} = (select x.id from tenancy.${table} x where x.programme_id = $1 and x.code = ${bind(code)})`;
  };
  const conditions = [`coalesce(e.provider, '') = ${bind(line.vendor)}`, place("business_unit", line.businessUnit), place("use_case", line.useCase)];
  const itemsOf = (): string => `(select sum(i.amount) from unnest(e.cost_items) i where i.component = ${component} and i.basis = ${bind(line.basis)} and i.currency = ${bind(line.originalCurrency)})`;
  const items = card === null ? itemsOf() : "";
  if (card === null) conditions.push("e.cost_items is not null", `${items} is not null`);
  else conditions.push(isCharged(card.unit, component), `not ${isReported(component)}`, ...ofLine(card, line, bind));
  if (position) conditions.push(`(e.ended_at, e.event_key) > (${bind(position[0])}::timestamptz, ${bind(position[1])}::uuid)`);
  const { billed, exempt } = card === null ? { billed: "null::bigint", exempt: "false" } : billing(card, bind);
  const rows = await tx.query<RatedCall>(
    `select ${EVENT_COLUMNS}, (${billed})::text as "billedMs", ${exempt} as exempt, ${card === null ? `trim_scale(${items})::text` : "null"} as reported, to_char(e.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as position
     from (select e.* from ${events} where ${conditions.join(" and ")} order by e.ended_at, e.event_key limit ${bind(page.first + 1)}) e
       join metering.source s on s.programme_id = $1 and s.id = e.source_id order by e.ended_at, e.event_key`,
    parameters,
  );
  return toPage(rows, page, (row) => [row.position, row.id]);
}

/** Legs of the directions that the line stands for; of a line of tokens any. */
function ofLine(card: RateCardDocument, line: RatedLine, bind: Bind): string[] {
  if (card.unit === "TOKEN_1M" || card.lines.length === 0) return [];
  const direction = card.lines.find(({ code }) => code === line.rateLine)?.direction ?? null;
  if (direction !== null) return [`e.direction::text = ${bind(direction)}`];
  return [`not (e.direction::text = any(${bind(card.lines.flatMap((each) => each.direction ?? []))}::text[]))`];
}

function billing(card: RateCardDocument, bind: Bind): { billed: string; exempt: string } {
  const spam = card.exemptSpam ? "coalesce(e.attributes ->> 'spam', '') = 'true'" : "false";
  const exempt = `(e.connected_ms < ${bind(card.exemptUnderSeconds * 1_000)}::bigint or ${spam})`;
  if (!isTimed(card.unit)) return { billed: "null::bigint", exempt };
  if (card.rounding === "PER_PERIOD") return { billed: `case when ${exempt} then 0 else e.connected_ms end`, exempt };
  const increment = `${bind(card.incrementSeconds * 1_000)}::bigint`;
  return { billed: `case when ${exempt} then 0 else greatest(${bind(card.minimumSeconds * 1_000)}::bigint, (e.connected_ms + ${increment} - 1) / ${increment} * ${increment}) end`, exempt };
}
