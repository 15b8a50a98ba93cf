import { formatUnits } from "../kernel/decimal";
import { Fraction, divide, fraction, multiply, roundHalfUp, sum } from "../kernel/fraction";
import { Refusal } from "../kernel/refusal";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { pricedCards } from "./leg-costs";
import { BilledLine, coverageOf, matchLegs, namesLeg } from "./match-legs";
import { measureOf, quantityOf } from "./measure";
import { findOurLegs } from "./our-legs.query";
import { IMPLAUSIBLE_FACTOR, isOffEach, plausibilityAlarms, pricesPerUnit } from "./plausibility";
import { basePerUnit, exact, isTimed } from "./rate-card";
import { RatedLine, minorOf, rateUsage } from "./rate-usage";
import { RatingFacts } from "./rating-facts";
import { gatherRatingFacts, ratesOf } from "./rating-facts.query";
import { instantAfterNow } from "./rating-ports.store";
import { ratingRulesStore } from "./rating-rules.store";
import { RatingRules } from "./rating-rules";
import { OurCost, judge, totalsByComponent, varianceByCause } from "./reconcile";
import { Reconciliation, hashFigures } from "./reconciliation";
import { basisOf, withStandings } from "./statement-standing";
import { VENDOR_STATEMENT_KINDS } from "./vendor-statement";
import { vendorStatementStore } from "./vendor-statement.store";

/** Holds a vendor's statements of a month against what was metered and rated of it, as it is known now; null without a statement. */
export async function reconcile(tx: TenantTransaction, period: string, vendor: string): Promise<Reconciliation | null> {
  const store = vendorStatementStore(tx);
  const statements = withStandings(await store.statementsOf(period, vendor));
  const basis = basisOf(statements);
  if (basis === null) return null;
  const cutoff = await instantAfterNow(tx);
  const found = await gatherRatingFacts(tx, period, cutoff, vendor);
  const facts: RatingFacts = { ...found, rates: await ratesOf(tx, period, new Set([...found.rates.map(({ from }) => from), ...statements.map(({ currency }) => currency)])) };
  const toMinor = minorOf(facts);
  const { lines } = rateUsage(facts);
  const costs = [...lines.map(asCost), ...(await bookedOtherwise(tx, period, vendor, cutoff))];
  const bill = (await store.linesOf(statements.flatMap(({ id, standing }) => (standing === "BASIS" ? [id] : [])))).map(({ component, callRef, quantity, unit, amount, currency }): BilledLine => ({ component, callRef, quantity: quantityOf(quantity, unit), amount: multiply(exact(amount), toMinor(currency)) }));
  const totalOf = (kind: string): Fraction => sum(statements.flatMap((each) => (each.kind === kind && each.replacedBy === null ? [multiply(exact(each.total), toMinor(each.currency))] : [])));
  const crossChecks = VENDOR_STATEMENT_KINDS.filter((kind) => statements.some((each) => each.kind === kind && each.standing === "CROSS_CHECK")).map((kind) => ({ kind, total: totalOf(kind) }));
  const figures = { statements, ours: sum(costs.map(({ amount }) => amount)), theirs: totalOf(basis) };
  const { legs, measuredMs, count } = await findOurLegs(tx, { vendor, cutoff, facts, wanted: bill.some(namesLeg) });
  const matched = legs && matchLegs(bill, legs, pricedCards(facts));
  const rules = await ratingRulesStore(tx).currentRules();
  const timed = lines.filter(({ unit, kind }) => kind === "USAGE" && unit !== null && isTimed(unit));
  const vendorMs = bill.flatMap(({ quantity }) => (quantity?.measure === "TIME" ? [quantity.base] : []));
  return {
    vendor, period, basis, crossChecks, calls: BigInt(count), measuredMs: BigInt(measuredMs), ...figures, ...judge(figures, rules),
    billedMs: timed.length === 0 ? null : sum(timed.map(({ billed, unit }) => multiply(billed, fraction(basePerUnit(unit!))))), vendorMs: vendorMs.length === 0 ? null : sum(vendorMs),
    coverage: matched && coverageOf(matched), causes: varianceByCause(bill, costs, matched ?? []), components: totalsByComponent(bill, costs),
    alarms: [...plausibilityAlarms(facts), ...vendorAlarms(vendor, facts, bill), ...crossCheckAlarms(figures.theirs, { basis, crossChecks, vendor }, facts, rules)], explanation: await store.explanationOf(period, vendor, hashFigures(figures)),
  };
}

/** What a rated line charges and counts; a fee and an unused commitment count nothing. */
function asCost({ component, unit, kind, billed, amount }: RatedLine): OurCost {
  const measure = unit === null || kind !== "USAGE" ? null : measureOf(unit);
  return { component, amount, quantity: measure === null ? null : { measure, base: multiply(billed, fraction(basePerUnit(unit!))) } };
}

/** A vendor's cost entries of a month that no rating posted: what was booked from an invoice or a file. */
async function bookedOtherwise(tx: TenantTransaction, period: string, vendor: string, cutoff: Date): Promise<OurCost[]> {
  const [row] = await tx.query<{ minor: string }>(
    `select coalesce(sum(c.amount_minor), 0)::text as minor from costs.cost_entry c
     where c.programme_id = $1 and c.period_key = $2 and c.vendor = $3 and c.recorded_at < $4
       and not exists (select from rating.posting x where x.programme_id = $1 and x.external_id = c.external_id)`,
    [tx.scope.programme.id, period, vendor, cutoff],
  );
  return row!.minor === "0" ? [] : [{ component: null, quantity: null, amount: fraction(BigInt(row!.minor)) }];
}

/** The vendor's own price of what a card counts, out of all proportion to each that its cards of the month have for the component. */
function vendorAlarms(vendor: string, facts: RatingFacts, bill: readonly BilledLine[]): string[] {
  const toMinor = minorOf(facts);
  const counted = facts.cards.flatMap(({ card }) => {
    const measure = measureOf(card.unit);
    return measure === null ? [] : [{ card, measure }];
  });
  return [...new Map(counted.map((each) => [`${each.card.component} ${each.measure}`, each])).values()].flatMap(({ card: { component, version, unit }, measure }) => {
    const lines = bill.filter((line) => line.quantity?.measure === measure && (line.component === null || line.component === component));
    const base = sum(lines.map(({ quantity }) => quantity!.base)), minor = sum(lines.map(({ amount }) => amount));
    if (base.numerator <= 0n) return [];
    const references = counted.flatMap((each) => (each.card.component === component && each.measure === measure ? pricesPerUnit(each.card, toMinor).map((price) => divide(price, fraction(basePerUnit(each.card.unit)))) : []));
    return isOffEach(divide(minor, base), references) ? [`${vendor} ${component}: the statement's price per ${unit} is more than a factor of ${IMPLAUSIBLE_FACTOR} off card ${version}. Are cents taken for a major unit, or minutes for seconds?`] : [];
  });
}

/** Two words of a vendor on the same cost that are further apart than is tolerated. */
function crossCheckAlarms(theirs: Fraction, { vendor, basis, crossChecks }: Pick<Reconciliation, "vendor" | "basis" | "crossChecks">, { currency }: RatingFacts, rules: RatingRules): string[] {
  const told = (amount: Fraction): string => `${formatUnits(roundHalfUp(amount), currency.exponent)} ${currency.code}`;
  return crossChecks.flatMap(({ kind, total }) => (judge({ ours: total, theirs }, rules).tolerated ? [] : [`${vendor}: its ${kind} says ${told(total)}, its ${basis} ${told(theirs)}, of the same month. The month is held against the ${basis}; ask the vendor which is right.`]));
}

/** Vendors of a month whose difference is neither tolerated nor explained, in words. */
export async function unsettledVendors(tx: TenantTransaction, period: string): Promise<string[]> {
  const currency = programmeCurrency(tx.scope.programme);
  const open: string[] = [];
  for (const vendor of await vendorStatementStore(tx).vendorsOf(period)) {
    try {
      const found = await reconcile(tx, period, vendor);
      if (found && !found.tolerated && found.explanation === null) open.push(`${vendor} is off by ${formatUnits(found.varianceMinor, currency.exponent)} ${currency.code}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      open.push(`${vendor} cannot be compared: ${error.message}`);
    }
  }
  return open;
}
