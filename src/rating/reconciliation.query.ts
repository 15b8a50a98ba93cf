import { Fraction, ZERO, add, divide, fraction, multiply, sum } from "../kernel/fraction";
import { Refusal } from "../kernel/refusal";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { boundsOf, chargesAsJson, itemCounts } from "./charged-legs.query";
import { OurLeg, VendorCall, asMs, matchLegs, pricedCards } from "./match-legs";
import { isImplausible, plausibilityAlarms } from "./plausibility";
import { exact, isTimed, priceOf } from "./rate-card";
import { Bind, CONNECTED_CALL, eventsThatCost } from "./rated-events.query";
import { minorOf, rateUsage } from "./rate-usage";
import { RatingFacts } from "./rating-facts";
import { gatherRatingFacts, ratesOf } from "./rating-facts.query";
import { instantAfterNow } from "./rating-ports.store";
import { ratingRulesStore } from "./rating-rules.store";
import { MatchedLegs, judge, varianceByCause } from "./reconcile";
import { Reconciliation, hashFigures } from "./reconciliation";
import { vendorStatementStore } from "./vendor-statement.store";

/** More legs than this are compared by their sums alone. */
const MOST_LEGS = 500_000;

/** Holds a vendor's statements of a month against what was metered and rated of it, as it is known now; null without a statement. */
export async function reconcile(tx: TenantTransaction, period: string, vendor: string): Promise<Reconciliation | null> {
  const store = vendorStatementStore(tx);
  const statements = await store.statementsOf(period, vendor);
  if (statements.length === 0) return null;
  const cutoff = await instantAfterNow(tx);
  const found = await gatherRatingFacts(tx, period, cutoff, vendor);
  const facts: RatingFacts = { ...found, rates: await ratesOf(tx, period, new Set([...found.rates.map(({ from }) => from), ...statements.map(({ currency }) => currency)])) };
  const toMinor = minorOf(facts);
  const { lines } = rateUsage(facts);
  const ours = add(sum(lines.map(({ amount }) => amount)), fraction(await bookedOtherwise(tx, period, vendor, cutoff)));
  const theirs = sum(statements.map(({ total, currency }) => multiply(exact(total), toMinor(currency))));
  const vendorLines = (await store.linesOf(statements.map(({ id }) => id))).map((line) => ({ ...line, ms: asMs(line.quantity, line.unit), minor: multiply(exact(line.amount), toMinor(line.currency)) }));
  const calls: VendorCall[] = vendorLines.flatMap(({ callRef, ms, minor }) => (callRef === null ? [] : [{ callRef, ms, amount: minor }]));
  const { legs, measuredMs, count } = await ourLegs(tx, period, cutoff, vendor, facts, calls.length > 0);
  const matched = legs === null || calls.length === 0 ? null : matchLegs(calls, legs, pricedCards(facts));
  const rules = await ratingRulesStore(tx).currentRules();
  const timed = lines.filter(({ unit, kind }) => kind === "USAGE" && unit !== null && isTimed(unit));
  const vendorMs = vendorLines.flatMap(({ ms }) => ms ?? []);
  const figures = { statements, ours, theirs };
  return {
    vendor, period, calls: BigInt(count), measuredMs: BigInt(measuredMs), ...figures, ...judge(figures, rules),
    billedMs: timed.length === 0 ? null : sum(timed.map(({ billed, unit }) => multiply(billed, fraction(unit === "MINUTE" ? 60_000n : 1_000n)))), vendorMs: vendorMs.length === 0 ? null : sum(vendorMs),
    coverage: matched && coverageOf(matched, calls.length), causes: varianceByCause(matched ?? [], add(theirs, { numerator: -ours.numerator, denominator: ours.denominator })),
    alarms: [...plausibilityAlarms(facts, lines), ...vendorAlarms(vendor, facts, vendorLines)], explanation: await store.explanationOf(period, vendor, hashFigures(figures)),
  };
}

/** Minor units of a vendor's cost entries of a month that no rating posted: what was booked from an invoice or a file. */
async function bookedOtherwise(tx: TenantTransaction, period: string, vendor: string, cutoff: Date): Promise<bigint> {
  const [row] = await tx.query<{ minor: string }>(
    `select coalesce(sum(c.amount_minor), 0)::text as minor from costs.cost_entry c
     where c.programme_id = $1 and c.period_key = $2 and c.vendor = $3 and c.recorded_at < $4
       and not exists (select from rating.posting x where x.programme_id = $1 and x.external_id = c.external_id)`,
    [tx.scope.programme.id, period, vendor, cutoff],
  );
  return BigInt(row!.minor);
}

function coverageOf(matched: readonly MatchedLegs[], vendorCalls: number): Reconciliation["coverage"] {
  const of = (...kinds: ReadonlyArray<MatchedLegs["kind"]>): number => matched.filter(({ kind }) => kinds.includes(kind)).length;
  return { vendorCalls, matched: of("BOTH", "VENDOR_AGAIN"), oursWithout: of("OURS_ONLY") };
}

/** The vendor's own price of a minute out of all proportion to the card's. */
function vendorAlarms(vendor: string, facts: RatingFacts, lines: ReadonlyArray<{ readonly ms: Fraction | null; readonly minor: Fraction }>): string[] {
  const [ms, minor] = lines.reduce(([time, cost], line) => (line.ms === null ? [time, cost] : [add(time, line.ms), add(cost, line.minor)]), [ZERO, ZERO] as [Fraction, Fraction]);
  if (ms.numerator <= 0n) return [];
  return facts.cards.filter(({ card }) => isTimed(card.unit)).flatMap(({ card }) => {
    const reference = divide(multiply(priceOf(card.tiers[0]!, ""), minorOf(facts)(card.currency)), fraction(card.unit === "MINUTE" ? 60_000n : 1_000n));
    return isImplausible(divide(minor, ms), reference) ? [`${vendor} ${card.component}: the statement's price of a ${card.unit.toLowerCase()} is more than a factor of 20 off card ${card.version}. Are cents taken for a major unit, or minutes for seconds?`] : [];
  });
}

interface LegRow { readonly legId: string; readonly providerRef: string | null; readonly telephonyRef: string | null; readonly ms: string; readonly charges: Array<{ version: number; line: string; base: string }>; readonly items: Array<{ amount: string; currency: string }> | null }

async function ourLegs(tx: TenantTransaction, period: string, cutoff: Date, vendor: string, facts: RatingFacts, wanted: boolean): Promise<{ legs: OurLeg[] | null; measuredMs: string; count: string }> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const rows = `${await eventsThatCost(tx, bind, period, cutoff)} where ${CONNECTED_CALL} and e.provider = ${bind(vendor)}`;
  const [total] = await tx.query<{ count: string; measuredMs: string }>(`select count(*) as count, coalesce(sum(e.connected_ms), 0) as "measuredMs" from ${rows}`, parameters);
  if (!wanted || Number(total!.count) > MOST_LEGS) return { legs: null, ...total! };
  const cards = await boundsOf(tx, facts.cards.map(({ card, span }) => ({ card, span: span ?? null })));
  const found = await tx.query<LegRow>(
    `select e.leg_id as "legId", e.provider_ref as "providerRef", e.telephony_ref as "telephonyRef", e.connected_ms as ms, ${chargesAsJson(cards, bind)} as charges,
       (select jsonb_agg(jsonb_build_object('amount', i.amount::text, 'currency', i.currency)) from unnest(e.cost_items) i where ${itemCounts("i", cards, bind)}) as items
     from ${rows} order by e.ended_at, e.event_key`,
    parameters,
  );
  const toMinor = minorOf(facts);
  const legs = found.map((row): OurLeg => ({
    refs: [row.providerRef, row.telephonyRef, row.legId].flatMap((ref) => ref ?? []), connectedMs: BigInt(row.ms),
    charges: row.charges.map(({ version, line, base }) => ({ version, line, base: exact(base) })), items: (row.items ?? []).map(({ amount, currency }) => multiply(exact(amount), toMinor(currency))),
  }));
  return { legs, ...total! };
}

/** Vendors of a month whose difference is neither tolerated nor explained, in words. */
export async function unsettledVendors(tx: TenantTransaction, period: string): Promise<string[]> {
  const currency = programmeCurrency(tx.scope.programme);
  const open: string[] = [];
  for (const vendor of await vendorStatementStore(tx).vendorsOf(period)) {
    try {
      const found = await reconcile(tx, period, vendor);
      if (found && !found.tolerated && found.explanation === null) open.push(`${vendor} is off by ${inMajor(found.varianceMinor, currency.exponent)} ${currency.code}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      open.push(`${vendor} cannot be compared: ${error.message}`);
    }
  }
  return open;
}

function inMajor(minor: bigint, exponent: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, "0");
  return `${minor < 0n ? "-" : ""}${exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`}`;
}

