import { compareCodes } from "../../kernel/apportion";
import { Fraction, ONE, ZERO, add, divide, fraction, scale } from "../../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../../kernel/money";
import { FactsResult, exactByReceiver } from "./divide-facts";
import { AllocationMethod, MethodFacts } from "./method";
import { rollUp } from "./settle";

export interface ReceiverReport {
  readonly code: string;
  readonly parent: string | null;
  readonly amount: MoneyAmount;
  readonly amountMinor: string;
  readonly exactAmount: string;
  readonly exactDirectCost: string;
  readonly exactTotal: string;
  readonly rolledUpMinor: string;
  readonly exactRolledUp: string;
}

export interface PoolReport {
  readonly code: string;
  readonly step: number;
  readonly amount: MoneyAmount;
  readonly unallocated: MoneyAmount;
  readonly variance: MoneyAmount;
  readonly amountMinor: string;
  readonly receivedMinor: string;
  readonly passedMinor: string;
  readonly unallocatedMinor: string;
  readonly varianceMinor: string;
  readonly exactReceived: string;
  readonly exactFull: string;
  readonly exactPassed: string;
  readonly exactUnallocated: string;
  readonly exactVariance: string;
  readonly reasons: string[];
  readonly lines: Array<{ readonly receiver: string; readonly amount: MoneyAmount; readonly amountMinor: string; readonly exactAmount: string; readonly share: string | null }>;
}

export interface StepReport {
  readonly step: number;
  readonly pool: string;
  readonly part: number | null;
  readonly method: AllocationMethod | null;
  readonly leg: string | null;
  readonly to: string;
  readonly toPool: boolean;
  readonly driver: string | null;
  readonly quantity: string | null;
  readonly driverTotal: string | null;
  readonly share: string | null;
  readonly rate: string | null;
  readonly exactAmount: string;
}

export interface FactsReport {
  readonly receivers: ReceiverReport[];
  readonly pools: PoolReport[];
  readonly chain: StepReport[];
  readonly totalMinor: bigint;
  readonly allocatedMinor: bigint;
}

/** A division as it is answered: exact figures in major units, "n/d" in lowest terms, beside what was posted. Lines and chain, the longest of it, are put into words when they are read. */
export function reportFacts(facts: MethodFacts, result: FactsResult): FactsReport {
  const currency: Currency = { code: facts.currency, exponent: facts.exponent };
  const majorPerMinor: Fraction = { numerator: 1n, denominator: 10n ** BigInt(facts.exponent) };
  const major = (minor: Fraction): string => text(scale(minor, majorPerMinor));
  const codes = new Set(facts.pools.map(({ code }) => code));
  const methods = new Map(facts.pools.map(({ code, parts }) => [code, parts.map(({ method }) => method)]));
  return {
    receivers: receiversOf(facts, result, currency, major),
    pools: result.pools.map((pool) => ({
      code: pool.pool, step: pool.step,
      amount: toMoney(pool.amountMinor, currency), unallocated: toMoney(pool.unallocatedMinor, currency), variance: toMoney(pool.varianceMinor, currency),
      amountMinor: String(pool.amountMinor), receivedMinor: String(pool.receivedMinor), passedMinor: String(pool.passedMinor), unallocatedMinor: String(pool.unallocatedMinor), varianceMinor: String(pool.varianceMinor),
      exactReceived: major(pool.received), exactFull: major(pool.full), exactPassed: major(pool.passed), exactUnallocated: major(pool.unallocated), exactVariance: major(pool.variance),
      reasons: [...pool.reasons],
      get lines() {
        const own = add(fraction(pool.amountMinor), pool.received);
        const ofOwn = own.numerator === 0n ? null : divide(ONE, own);
        return pool.lines.map(({ receiver, amountMinor, exact }) =>
          ({ receiver, amount: toMoney(amountMinor, currency), amountMinor: String(amountMinor), exactAmount: major(exact), share: ofOwn && text(scale(exact, ofOwn)) }));
      },
    })),
    get chain() {
      return result.chain.map((link) => ({
        step: link.step, pool: link.pool, part: link.part, method: link.part === null ? null : methods.get(link.pool)![link.part]!, leg: link.leg, to: link.to, toPool: codes.has(link.to),
        driver: link.driver, quantity: link.quantity && text(link.quantity), driverTotal: link.total && text(link.total), share: link.share && text(link.share),
        rate: link.rate && major(link.rate), exactAmount: major(link.amount),
      }));
    },
    totalMinor: result.pools.reduce((all, pool) => all + pool.amountMinor, 0n),
    allocatedMinor: result.pools.reduce((all, pool) => pool.lines.reduce((lines, line) => lines + line.amountMinor, all), 0n),
  };
}

/** Every figure of a result stands in lowest terms already: reducing a long one again would take longer than making it. */
function text({ numerator, denominator }: Fraction): string {
  return denominator === 1n ? numerator.toString() : `${numerator}/${denominator}`;
}

function receiversOf(facts: MethodFacts, result: FactsResult, currency: Currency, major: (minor: Fraction) => string): ReceiverReport[] {
  const exact = exactByReceiver(result);
  const posted = new Map<string, bigint>();
  for (const { lines } of result.pools) for (const { receiver, amountMinor } of lines) posted.set(receiver, (posted.get(receiver) ?? 0n) + amountMinor);
  const totals = new Map(facts.receivers.map(({ code, directCost }) => [code, add(directCost, exact.get(code) ?? ZERO)]));
  const rolledUp = rollUp(totals, facts.parents);
  const rolledUpMinor = rollUp(new Map([...posted].map(([code, minor]) => [code, fraction(minor)])), facts.parents);
  return [...facts.receivers].sort((a, b) => compareCodes(a.code, b.code)).map(({ code, parent, directCost }) => ({
    code, parent, amount: toMoney(posted.get(code) ?? 0n, currency), amountMinor: String(posted.get(code) ?? 0n), exactAmount: major(exact.get(code) ?? ZERO),
    exactDirectCost: major(directCost), exactTotal: major(totals.get(code)!), rolledUpMinor: text(rolledUpMinor.get(code) ?? ZERO), exactRolledUp: major(rolledUp.get(code) ?? ZERO),
  }));
}
