import { periodStore } from "../governance/period.store";
import { CONNECTED } from "../metering/ingest/restate-legs.store";
import { TenantTransaction } from "../tenancy/database.store";
import { RateUnit } from "./rate-card";
import { DaySpan } from "./rate-card-dates";

/** Collects the values of a statement; answers the name of each. */
export type Bind = (value: unknown) => string;

/**
 * The rows that cost is worked out from, named `e`: of a period, or of some days of it, as recorded before an instant, not tests, not answered by a
 * later row. A carrier's leg that a platform stands for is among them: it costs, though it counts as no call of its own. Late cost is in the row that its leg
 * counts by; it waits while its leg has not come.
 */
export async function eventsThatCost(tx: TenantTransaction, bind: Bind, period: string, cutoff: Date, days: DaySpan | null = null): Promise<string> {
  const span = days === null ? await periodStore(tx).span(period) : await periodStore(tx).spanOfDays(days.first, days.last);
  const [programme, month, before, from, to] = [bind(tx.scope.programme.id), bind(period), bind(cutoff), bind(span.from), bind(span.to)];
  return `(select e.*, ${CONNECTED} as connected from metering.usage_event e
    where e.programme_id = ${programme} and e.period_key = ${month} and e.ended_at >= ${from} and e.ended_at < ${to} and not e.test and e.received_at < ${before}
      and (e.type in ('LEG_COMPLETED', 'LEG_UPDATED') or (e.type = 'LEG_RATED' and e.derived_from is not null))
      and not exists (select from metering.usage_superseded x where x.programme_id = ${programme} and x.event_key = e.event_key and x.recorded_at < ${before})) e`;
}

/** Columns of the token kinds, in their order. */
export const TOKEN_COLUMNS = ["tokens_in", "tokens_out", "tokens_cached", "tokens_audio_in", "tokens_audio_out"] as const;

const CHARGED: Readonly<Record<Exclude<RateUnit, "CHARACTER">, string>> = {
  MINUTE: "e.channel = 'VOICE' and e.connected",
  SECOND: "e.channel = 'VOICE' and e.connected",
  CALL: "e.channel = 'VOICE' and e.connected",
  MESSAGE: "e.channel <> 'VOICE' and e.connected",
  SEGMENT: "e.channel = 'SMS' and e.connected",
  TOKEN_1M: `num_nonnulls(${TOKEN_COLUMNS.map((column) => `e.${column}`).join(", ")}) > 0`,
  RESOLUTION: "e.resolved",
  MONTH: "false",
  CONCURRENCY_MONTH: "false",
};

/** Voice legs that connected: calls of a vendor. */
export const CONNECTED_CALL = CHARGED.CALL;

/** Which rows a card per unit charges for; `component` names the bound component. Characters are known by an item of the component that counts them. */
export function isCharged(unit: RateUnit, component: string): string {
  return unit === "CHARACTER" ? `(e.cost_items is not null and exists (select from ${charactersOf(component)}))` : CHARGED[unit];
}

/** The items that count a leg's characters: of the best basis, with an amount or without, so that nothing is counted twice. */
function charactersOf(component: string): string {
  const counts = (item: string): string => `${item}.component = ${component} and ${item}.unit = 'CHARACTER' and ${item}.quantity is not null`;
  return `unnest(e.cost_items) k where ${counts("k")} and not exists (select from unnest(e.cost_items) better where ${counts("better")} and ${rankOf("better")} < ${rankOf("k")})`;
}

/** REPORTED before RATED before ESTIMATED. */
export function rankOf(item: string): string {
  return `array_position(array['REPORTED', 'RATED', 'ESTIMATED'], ${item}.basis)`;
}

/** Base units of one row, of tokens all kinds together; `component` names the bound component. */
export function baseOf(unit: RateUnit, component: string): string {
  if (unit === "MINUTE" || unit === "SECOND") return "e.connected_ms";
  if (unit === "MESSAGE") return "coalesce(e.messages, 1)";
  if (unit === "SEGMENT") return "coalesce(e.segments, 1)";
  if (unit === "CHARACTER") return `coalesce((select sum(k.quantity) from ${charactersOf(component)}), 0)`;
  if (unit === "TOKEN_1M") return `(${TOKEN_COLUMNS.map((column) => `coalesce(e.${column}, 0)`).join(" + ")})`;
  return "1";
}

/** True where the provider itself said what the component of this leg costs. */
export function isReported(component: string): string {
  return `(e.cost_items is not null and exists (select from unnest(e.cost_items) i where i.component = ${component} and i.basis = 'REPORTED' and i.amount is not null))`;
}
