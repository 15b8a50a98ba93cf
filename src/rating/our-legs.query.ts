import { Fraction, multiply } from "../kernel/fraction";
import { TenantTransaction } from "../tenancy/database.store";
import { LegItem, OurLeg } from "./leg-costs";
import { exact } from "./rate-card";
import { Bind, CONNECTED_CALL, eventsThatCost } from "./rated-events.query";

/** More legs than this are compared by their sums alone. */
const MOST_LEGS = 500_000;

export interface LegSelection {
  readonly period: string;
  readonly cutoff: Date;
  readonly vendor: string;
  /** Minor units of the programme's currency for one major unit of another. */
  readonly toMinor: (currency: string) => Fraction;
  /** Whether the legs are wanted one by one. */
  readonly wanted: boolean;
}

interface Row {
  readonly legId: string;
  readonly providerRef: string | null;
  readonly telephonyRef: string | null;
  readonly direction: string;
  readonly isCall: boolean;
  readonly isMessage: boolean;
  readonly isSms: boolean;
  readonly ms: string;
  readonly messages: string | null;
  readonly segments: string | null;
  readonly tokens: ReadonlyArray<string | null>;
  readonly resolved: boolean;
  readonly spam: boolean;
  readonly items: ReadonlyArray<Omit<LegItem, "amount"> & { readonly amount: string | null; readonly currency: string | null }> | null;
}

/** Legs of a vendor in a month, calls and messages, in the order in which they ended, null where nobody wants them or there are too many; and how many calls connected, for how long. */
export async function findOurLegs(tx: TenantTransaction, { period, cutoff, vendor, toMinor, wanted }: LegSelection): Promise<{ legs: OurLeg[] | null; measuredMs: string; count: string }> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const rows = `${await eventsThatCost(tx, bind, period, cutoff)} where e.provider = ${bind(vendor)}`;
  const [total] = await tx.query<{ all: string; count: string; measuredMs: string }>(
    `select count(*) as all, count(*) filter (where ${CONNECTED_CALL}) as count, coalesce(sum(e.connected_ms) filter (where ${CONNECTED_CALL}), 0) as "measuredMs" from ${rows}`, parameters);
  const { count, measuredMs } = total!;
  if (!wanted || Number(total!.all) > MOST_LEGS) return { legs: null, count, measuredMs };
  const found = await tx.query<Row>(
    `select e.leg_id as "legId", e.provider_ref as "providerRef", e.telephony_ref as "telephonyRef", e.direction::text as direction, (${CONNECTED_CALL}) as "isCall", (e.channel <> 'VOICE' and e.connected) as "isMessage", e.channel = 'SMS' as "isSms",
       e.connected_ms as ms, e.messages, e.segments, array[e.tokens_in, e.tokens_out, e.tokens_cached, e.tokens_audio_in, e.tokens_audio_out]::text[] as tokens, coalesce(e.resolved, false) as resolved, coalesce(e.attributes ->> 'spam', '') = 'true' as spam,
       (select jsonb_agg(jsonb_build_object('component', i.component, 'basis', i.basis, 'quantity', i.quantity::text, 'unit', i.unit, 'amount', i.amount::text, 'currency', i.currency)) from unnest(e.cost_items) i) as items
     from ${rows} order by e.ended_at, e.event_key`,
    parameters,
  );
  return { legs: found.map((row) => toLeg(row, toMinor)), count, measuredMs };
}

function toLeg({ legId, providerRef, telephonyRef, ms, messages, segments, tokens, items, ...row }: Row, toMinor: LegSelection["toMinor"]): OurLeg {
  const count = (text: string | null | undefined): bigint => BigInt(text ?? 0);
  return {
    direction: row.direction, isCall: row.isCall, isMessage: row.isMessage, isSms: row.isSms, resolved: row.resolved, spam: row.spam,
    refs: [providerRef, telephonyRef, legId].flatMap((ref) => ref ?? []), connectedMs: BigInt(ms), messages: messages === null ? null : BigInt(messages), segments: segments === null ? null : BigInt(segments),
    tokens: { IN: count(tokens[0]), OUT: count(tokens[1]), CACHED: count(tokens[2]), AUDIO_IN: count(tokens[3]), AUDIO_OUT: count(tokens[4]) },
    items: (items ?? []).map(({ component, basis, quantity, unit, amount, currency }) => ({ component, basis, quantity, unit, amount: amount === null || currency === null ? null : multiply(exact(amount), toMinor(currency)) })),
  };
}
