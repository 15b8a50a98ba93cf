import { Fraction, multiply } from "../kernel/fraction";
import { TenantTransaction } from "../tenancy/database.store";
import { boundsOf, chargesAsJson, itemCounts } from "./charged-legs.query";
import { OurLeg } from "./leg-costs";
import { exact } from "./rate-card";
import { minorOf } from "./rate-usage";
import { Bind, CONNECTED_CALL, eventsThatCost } from "./rated-events.query";
import { RatingFacts } from "./rating-facts";

/** More legs than this are compared by their sums alone. */
const MOST_LEGS = 500_000;

export interface LegSelection {
  readonly vendor: string;
  readonly cutoff: Date;
  /** The vendor's month as it was gathered at the cut-off: its cards say what they charge of a leg. */
  readonly facts: RatingFacts;
  /** Whether the legs are wanted one by one. */
  readonly wanted: boolean;
}

interface Row {
  readonly legId: string;
  readonly providerRef: string | null;
  readonly telephonyRef: string | null;
  readonly isCall: boolean;
  readonly isMessage: boolean;
  readonly charges: ReadonlyArray<{ readonly version: number; readonly line: string; readonly base: string }>;
  readonly items: ReadonlyArray<{ readonly component: string; readonly amount: string; readonly currency: string }> | null;
}

/** Legs of a vendor in a month, calls and messages, in the order in which they ended, null where nobody wants them or there are too many; and how many calls connected, for how long. */
export async function findOurLegs(tx: TenantTransaction, { vendor, cutoff, facts, wanted }: LegSelection): Promise<{ legs: OurLeg[] | null; measuredMs: string; count: string }> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const rows = `${await eventsThatCost(tx, bind, facts.period, cutoff)} where e.provider = ${bind(vendor)}`;
  const [total] = await tx.query<{ all: string; count: string; measuredMs: string }>(
    `select count(*) as all, count(*) filter (where ${CONNECTED_CALL}) as count, coalesce(sum(e.connected_ms) filter (where ${CONNECTED_CALL}), 0) as "measuredMs" from ${rows}`, parameters);
  const { count, measuredMs } = total!;
  if (!wanted || Number(total!.all) > MOST_LEGS) return { legs: null, count, measuredMs };
  const cards = await boundsOf(tx, facts.cards.map(({ card, span }) => ({ card, span: span ?? null })));
  const found = await tx.query<Row>(
    `select e.leg_id as "legId", e.provider_ref as "providerRef", e.telephony_ref as "telephonyRef", (${CONNECTED_CALL}) as "isCall", (e.channel <> 'VOICE' and e.connected) as "isMessage", ${chargesAsJson(cards, bind)} as charges,
       (select jsonb_agg(jsonb_build_object('component', i.component, 'amount', i.amount::text, 'currency', i.currency)) from unnest(e.cost_items) i where ${itemCounts("i", cards, bind)}) as items
     from ${rows} order by e.ended_at, e.event_key`,
    parameters,
  );
  const toMinor = minorOf(facts);
  return { legs: found.map((row) => toLeg(row, toMinor)), count, measuredMs };
}

function toLeg({ legId, providerRef, telephonyRef, isCall, isMessage, charges, items }: Row, toMinor: (currency: string) => Fraction): OurLeg {
  return {
    isCall, isMessage, refs: [providerRef, telephonyRef, legId].flatMap((ref) => ref ?? []), charges: charges.map((charge) => ({ ...charge, base: exact(charge.base) })),
    items: (items ?? []).map(({ component, amount, currency }) => ({ component, amount: multiply(exact(amount), toMinor(currency)) })),
  };
}
