import { given } from "../kernel/given";
import { isCode, requireText } from "../kernel/code";
import { formatUnits, parseDecimal, trimDecimal } from "../kernel/decimal";
import { compare, fromDecimal } from "../kernel/fraction";
import { currencyOf } from "../kernel/money";
import { isDay, lastDayOf, requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { COST_COMPONENTS, Direction } from "../metering";
import { RateCardDocument, RateLine, RateTier, RateUnit, RoundingStage, TierMode, TokenKind, exact, isFee, isTimed } from "./rate-card";

export interface RateTierInput {
  readonly upTo?: string | null;
  readonly price: string;
  readonly linePrices?: ReadonlyArray<{ readonly line: string; readonly price: string }> | null;
}

export interface RateLineInput {
  readonly code: string;
  readonly direction?: Direction | null;
  readonly tokenKind?: TokenKind | null;
  readonly attribute?: string | null;
  readonly attributeValue?: string | null;
}

export interface RateCardInput {
  readonly vendor: string;
  readonly component: string;
  readonly unit: RateUnit;
  readonly currency: string;
  readonly effectiveFrom: string;
  readonly effectiveTo?: string | null;
  readonly firstDay?: string | null;
  readonly lastDay?: string | null;
  readonly replaces?: number | null;
  readonly minimumSeconds?: number | null;
  readonly incrementSeconds?: number | null;
  readonly rounding?: RoundingStage | null;
  readonly tierMode?: TierMode | null;
  readonly lines?: readonly RateLineInput[] | null;
  readonly tiers: readonly RateTierInput[];
  readonly quantity?: string | null;
  readonly minimumCommitment?: string | null;
  readonly exemptUnderSeconds?: number | null;
  readonly exemptSpam?: boolean | null;
  readonly pool: string;
  readonly commitmentPool?: string | null;
  readonly note?: string | null;
}

const DAY_SECONDS = 86_400;
const MOST_TIERS = 50;
const MOST_LINES = 20;

/** The document that an input stands for, with every default written out. BAD_USER_INPUT names the fault, its place and what to do. */
export function readRateCard(input: RateCardInput): RateCardDocument {
  const vendor = requireText(input.vendor, ["vendor"], 64);
  if (!(COST_COMPONENTS as readonly string[]).includes(input.component)) refuse(`There is no component ${input.component.slice(0, 40)}. Choose one of ${COST_COMPONENTS.join(", ")}.`, "component");
  if (!currencyOf(input.currency)) refuse(`"${input.currency.slice(0, 10)}" is not an ISO 4217 currency. Write its three capital letters.`, "currency");
  const effectiveFrom = requirePeriodKey(input.effectiveFrom, ["effectiveFrom"]);
  const effectiveTo = !given(input.effectiveTo) ? null : requirePeriodKey(input.effectiveTo, ["effectiveTo"]);
  if (effectiveTo !== null && effectiveTo < effectiveFrom) refuse(`The card ends (${effectiveTo}) before it begins (${effectiveFrom}).`, "effectiveTo");
  const days = readDays(input, effectiveFrom, effectiveTo);
  const lines = readLines(input.unit, input.lines ?? []);
  const tiers = readTiers(input.tiers, lines);
  if (input.rounding === "PER_PERIOD" && lines.length > 0 && tiers.length > 1) refuse("A card that rounds the month as a whole cannot fill tiers line by line. Use PER_EVENT, or a card without lines.", "rounding");
  const commitment = !given(input.minimumCommitment) ? null : price(input.minimumCommitment, "minimumCommitment", "minimumCommitment");
  if ((commitment === null) !== (!given(input.commitmentPool))) refuse("minimumCommitment and commitmentPool come together: name the pool that takes what the commitment leaves over, or neither.", "commitmentPool");
  for (const [field, code] of [["pool", input.pool], ["commitmentPool", input.commitmentPool]] as const) if (given(code) && !isCode(code)) refuse(`${field} must be the code of a cost pool.`, field);
  return {
    vendor, component: input.component, unit: input.unit, currency: input.currency, effectiveFrom, effectiveTo, ...days, ...readQuantity(input), replaces: input.replaces ?? null, ...readTimes(input),
    tierMode: input.tierMode ?? "GRADUATED", lines, tiers, minimumCommitment: commitment, exemptSpam: input.exemptSpam ?? false, pool: input.pool, commitmentPool: input.commitmentPool ?? null,
    note: input.note ? requireText(input.note, ["note"], 2_000) : null,
  };
}

/** Days inside the first and last month; what a month says already is left out, so that one card has one text. */
function readDays(input: RateCardInput, effectiveFrom: string, effectiveTo: string | null): Pick<RateCardDocument, "firstDay" | "lastDay"> {
  const { firstDay, lastDay } = input;
  if (given(firstDay) && (!isDay(firstDay) || firstDay.slice(0, 7) !== effectiveFrom)) refuse(`firstDay must be a day of ${effectiveFrom}, the month that the card begins in, for example ${effectiveFrom}-16.`, "firstDay");
  if (given(lastDay) && effectiveTo === null) refuse("lastDay is a day of effectiveTo: say the month that the card ends in, too.", "lastDay");
  if (given(lastDay) && (!isDay(lastDay) || lastDay.slice(0, 7) !== effectiveTo)) refuse(`lastDay must be a day of ${effectiveTo}, the month that the card ends in, for example ${effectiveTo}-15.`, "lastDay");
  if (given(firstDay) && given(lastDay) && lastDay < firstDay) refuse(`The card ends (${lastDay}) before it begins (${firstDay}).`, "lastDay");
  return { ...(given(firstDay) && !firstDay.endsWith("-01") ? { firstDay } : {}), ...(given(lastDay) && lastDay !== lastDayOf(effectiveTo!) ? { lastDay } : {}) };
}

function readQuantity({ unit, quantity }: RateCardInput): Pick<RateCardDocument, "quantity"> {
  if (!given(quantity)) return {};
  if (unit !== "MONTH") return refuse(`quantity belongs to MONTH: what a card per ${unit} charges is counted. Leave it out.`, "quantity");
  const parsed = parseDecimal(quantity);
  if (!parsed || parsed.units <= 0n) return refuse("quantity must be a plain decimal number above 0: how many the vendor charges each month.", "quantity");
  const text = trimDecimal(formatUnits(parsed.units, parsed.scale));
  return text === "1" ? {} : { quantity: text };
}

function readTimes(input: RateCardInput): Pick<RateCardDocument, "minimumSeconds" | "incrementSeconds" | "rounding" | "exemptUnderSeconds"> {
  const timed = isTimed(input.unit);
  for (const field of ["minimumSeconds", "incrementSeconds", "rounding"] as const) if (given(input[field]) && !timed) refuse(`${field} belongs to MINUTE and SECOND only. Leave it out.`, field);
  for (const [field, least] of [["minimumSeconds", 0], ["incrementSeconds", 1], ["exemptUnderSeconds", 0]] as const) {
    const seconds = input[field];
    if (given(seconds) && (!Number.isInteger(seconds) || seconds < least || seconds > DAY_SECONDS)) refuse(`${field} must be whole seconds, ${least} to ${DAY_SECONDS}.`, field);
  }
  if (isFee(input.unit) && (given(input.exemptUnderSeconds) || input.exemptSpam)) refuse(`A card per ${input.unit} is not caused by calls: it has no exemptions. Leave them out.`, "exemptUnderSeconds");
  return {
    minimumSeconds: timed ? (input.minimumSeconds ?? 0) : 0, incrementSeconds: timed ? (input.incrementSeconds ?? 1) : 0,
    rounding: timed ? (input.rounding ?? "PER_EVENT") : "PER_EVENT", exemptUnderSeconds: input.exemptUnderSeconds ?? 0,
  };
}

function readLines(unit: RateUnit, input: readonly RateLineInput[]): RateLine[] {
  if (input.length > MOST_LINES) refuse(`A card has at most ${MOST_LINES} lines.`, "lines");
  const seen = new Set<string>();
  return input.map((line, index) => {
    const path = ["lines", String(index)];
    if (!isCode(line.code)) refuse("The code of a line must be a code.", ...path, "code");
    const direction = line.direction ?? null, tokenKind = line.tokenKind ?? null;
    if (isFee(unit)) refuse(`A card per ${unit} has no lines. Leave them out.`, "lines");
    if ((tokenKind !== null) !== (unit === "TOKEN_1M")) refuse(unit === "TOKEN_1M" ? "A line of a card per TOKEN_1M names its tokenKind." : "tokenKind belongs to cards per TOKEN_1M.", ...path, "tokenKind");
    const attribute = readAttribute(line, unit, path);
    const meant = [...(direction ? [`direction ${direction}`] : []), ...(tokenKind ? [`tokenKind ${tokenKind}`] : []), ...(attribute ? [`attribute ${attribute.attribute} = ${attribute.attributeValue}`] : [])].join(" and ");
    for (const name of [`code ${line.code}`, meant || "everything that no other line says"]) {
      if (seen.has(name)) refuse(`Two lines have the same ${name}. Keep one.`, ...path);
      seen.add(name);
    }
    return { code: line.code, direction, tokenKind, ...attribute };
  });
}

function readAttribute({ attribute, attributeValue }: RateLineInput, unit: RateUnit, path: readonly string[]): { attribute: string; attributeValue: string } | null {
  if (given(attribute) !== given(attributeValue)) refuse("attribute and attributeValue come together: name the attribute of the leg and what it says, or neither.", ...path, "attribute");
  if (!given(attribute) || !given(attributeValue)) return null;
  if (unit === "TOKEN_1M") return refuse("A line of a card per TOKEN_1M names tokens, not attributes. Leave attribute out.", ...path, "attribute");
  return { attribute: requireText(attribute, [...path, "attribute"], 64), attributeValue: requireText(attributeValue, [...path, "attributeValue"], 200) };
}

function readTiers(input: readonly RateTierInput[], lines: readonly RateLine[]): RateTier[] {
  if (input.length === 0 || input.length > MOST_TIERS) refuse(`A card has 1 to ${MOST_TIERS} tiers.`, "tiers");
  let before = exact("0");
  return input.map((tier, index) => {
    const path = ["tiers", String(index)];
    const isLast = index === input.length - 1;
    if (isLast && given(tier.upTo)) refuse("The last tier must be open: leave its upTo out, so that no volume is without a price.", ...path, "upTo");
    if (!isLast && !given(tier.upTo)) refuse("Only the last tier is open. Say up to where this one reaches.", ...path, "upTo");
    let upTo: string | null = null;
    if (given(tier.upTo)) {
      const parsed = parseDecimal(tier.upTo);
      if (!parsed || compare(fromDecimal(parsed), before) <= 0) return refuse(`Tiers rise: this one ends at ${tier.upTo.slice(0, 40)}, not above the one before. Put them in order.`, ...path, "upTo");
      before = fromDecimal(parsed);
      upTo = trimDecimal(formatUnits(parsed.units, parsed.scale));
    }
    const named = new Set<string>();
    const linePrices = (tier.linePrices ?? []).map((each, at) => {
      if (!lines.some(({ code }) => code === each.line)) refuse(`The card has no line ${each.line.slice(0, 64)}. Add it to lines.`, ...path, "linePrices", String(at), "line");
      if (named.has(each.line)) refuse(`The line ${each.line} has two prices in this tier. Keep one.`, ...path, "linePrices", String(at), "line");
      named.add(each.line);
      return { line: each.line, price: price(each.price, "price", ...path, "linePrices", String(at), "price") };
    });
    return { upTo, price: price(tier.price, "price", ...path, "price"), linePrices };
  });
}

/** A price as one text for one number; never negative. */
function price(text: string, name: string, ...field: string[]): string {
  const parsed = parseDecimal(text);
  if (!parsed) return refuse(`${name} must be a plain decimal number, for example "0.0085".`, ...field);
  if (parsed.units < 0n) return refuse(`${name} is negative (${text.slice(0, 40)}). A credit is a cost entry of its own; a price is 0 or more.`, ...field);
  return trimDecimal(formatUnits(parsed.units, parsed.scale));
}

function refuse(message: string, ...field: string[]): never {
  throw new Refusal("BAD_USER_INPUT", message, field);
}
