import fc from "fast-check";
import { BridgedShares } from "../../src/allocation";
import { bridgeSentence, effectSentence, partSentence } from "../../src/chargeback/bridge/bridge-words";
import { CHARGE_EFFECTS, ChargeBridge, ChargeSide, ChargedAmount, bridgeCharge } from "../../src/chargeback/bridge/charge-bridge";
import { UsageCost, usageCostEffects } from "../../src/chargeback/bridge/usage-cost-effects";
import { formatFraction, fraction } from "../../src/kernel/fraction";
import { currencyOf, toMinor, toMoney } from "../../src/kernel/money";
import { BrokenBelief } from "../../src/kernel/refusal";

const GBP = currencyOf("GBP")!;
const pence = (amount: string): bigint => toMinor(amount, GBP, []);
const money = (minor: bigint): string => `${toMoney(minor, GBP).amount} GBP`;
const NAMES = { unit: "sales", from: "2025-09", to: "2025-10", before: "before", useCase: (code: string) => code, money };

const used = (quantity: number | bigint, amount: string, more: Partial<UsageCost> = {}): UsageCost =>
  ({ pool: "usage", useCase: "triage", vendor: "acme-voice", component: "PLATFORM", rateLine: "", unit: "MINUTE", quantity: fraction(BigInt(quantity)), calls: 10n, amountMinor: pence(amount), ...more });
const told = (from: UsageCost[], to: UsageCost[]): string[] => usageCostEffects(from, to).map(({ kind, rateLine, amountMinor, before, after }) =>
  [kind, rateLine, toMoney(amountMinor, GBP).amount, ...[before, after].map((basis) => (basis === null ? "-" : `${formatFraction(basis.quantity)} ${basis.unit}`))].filter((text) => text !== "").join(" "));

describe("usage cost, volume and rate apart", () => {
  test.each<[string, UsageCost[], UsageCost[], string[]]>([
    ["budget 180,000 x 0.080, actual 200,000 x 0.075: volume 1,600 adverse, rate 1,000 favourable", [used(180_000, "14400.00")], [used(200_000, "15000.00")], ["USAGE_VOLUME 1600.00 180000 MINUTE 200000 MINUTE", "USAGE_RATE -1000.00 180000 MINUTE 200000 MINUTE"]],
    ["only the price", [used(100, "8.00")], [used(100, "9.00")], ["USAGE_RATE 1.00 100 MINUTE 100 MINUTE"]],
    ["only the quantity", [used(100, "8.00")], [used(50, "4.00")], ["USAGE_VOLUME -4.00 100 MINUTE 50 MINUTE"]],
    ["a half of a penny goes away from zero, the rate takes the rest", [used(2, "0.01")], [used(3, "0.02")], ["USAGE_VOLUME 0.01 2 MINUTE 3 MINUTE"]],
    ["new", [], [used(5, "1.00")], ["USAGE_VOLUME 1.00 - 5 MINUTE"]],
    ["ended", [used(5, "1.00")], [], ["USAGE_VOLUME -1.00 5 MINUTE -"]],
    ["by line of the card", [used(10, "1.00", { rateLine: "IN" }), used(10, "2.00", { rateLine: "OUT" })], [used(10, "1.00", { rateLine: "IN" }), used(20, "4.00", { rateLine: "OUT" })], ["USAGE_VOLUME OUT 2.00 10 MINUTE 20 MINUTE"]],
    ["a card instead of the provider's word: compared by calls", [used(0, "1.00", { unit: null, calls: 10n })], [used(30, "3.00", { rateLine: "IN", calls: 20n })], ["USAGE_VOLUME 1.00 10 CALL 20 CALL", "USAGE_RATE 1.00 10 CALL 20 CALL"]],
    ["nothing to count afterwards: not split", [used(30, "3.00")], [used(0, "1.00")], []],
    ["other units: compared by calls", [used(10, "1.00", { calls: 10n })], [used(900, "3.00", { unit: "CALL", calls: 20n })], ["USAGE_VOLUME 1.00 10 CALL 20 CALL", "USAGE_RATE 1.00 10 CALL 20 CALL"]],
    ["in the order of their codes", [], [used(1, "3.00", { useCase: "sales" }), used(2, "2.00", { pool: "carrier" }), used(3, "1.00")], ["USAGE_VOLUME 2.00 - 2 MINUTE", "USAGE_VOLUME 3.00 - 1 MINUTE", "USAGE_VOLUME 1.00 - 3 MINUTE"]],
    ["nothing to count on one side: not split", [used(0, "1.00")], [used(30, "3.00")], []],
    ["several lines of one name are one", [used(10, "1.00"), used(10, "1.00")], [used(30, "3.00")], ["USAGE_VOLUME 1.00 20 MINUTE 30 MINUTE"]],
    ["credits", [used(10, "-1.00")], [used(20, "-2.00")], ["USAGE_VOLUME -1.00 10 MINUTE 20 MINUTE"]],
  ])("%s", (_, from, to, expected) => expect(told(from, to)).toEqual(expected));
});

const line = (kind: ChargedAmount["kind"], amount: string, more: Partial<ChargedAmount> = {}): ChargedAmount => ({ kind, pool: "platform", useCase: "triage", originPeriod: "2025-09", amountMinor: pence(amount), ...more });
const NO_SHARES: BridgedShares = { from: [], to: [], effects: [] };
const side = (lines: ChargedAmount[], usage: UsageCost[] = []): ChargeSide => ({ lines, usage });
const short = ({ effects }: ChargeBridge): string[] => effects.flatMap(({ kind, parts }) => parts.map(({ pool, useCase, originPeriod, amountMinor }) => `${kind} ${pool}/${useCase} ${originPeriod ?? "-"} ${toMoney(amountMinor, GBP).amount}`));
const sentences = ({ effects }: ChargeBridge): string[] => effects.flatMap(({ parts }) => parts.map((part) => partSentence(part, NAMES)));

describe("the change of a unit's charge", () => {
  test("puts direct cost, adjustments and resolutions beside the shared cost", () => {
    const direct = { pool: "usage" };
    const bridge = bridgeCharge(
      side([line("DIRECT", "14500.00", direct), line("ADJUSTMENT", "5.00", { originPeriod: "2025-08" }), line("RESOLUTION", "-310.00", { useCase: null })], [used(180_000, "14400.00")]),
      side([line("DIRECT", "15130.00", direct), line("ADJUSTMENT", "-2.00", { originPeriod: "2025-09" })], [used(200_000, "15000.00")]),
      NO_SHARES,
    );
    expect([bridge.beforeMinor, bridge.afterMinor].map(money)).toEqual(["14195.00 GBP", "15128.00 GBP"]);
    expect(short(bridge)).toEqual([
      "USAGE_VOLUME usage/triage - 1600.00", "USAGE_RATE usage/triage - -1000.00", "DIRECT usage/triage - 30.00",
      "ADJUSTMENT platform/triage 2025-08 -5.00", "ADJUSTMENT platform/triage 2025-09 -2.00", "RESOLUTION platform/null 2025-09 310.00",
    ]);
    expect(sentences(bridge)).toEqual([
      "acme-voice PLATFORM of triage: 200000 minutes, before 180000, at the price before.",
      "acme-voice PLATFORM of triage: 15000.00 GBP for 200000 minutes, before 14400.00 GBP for 180000.",
      "Direct cost of usage / triage that no quantity is known of: +30.00 GBP.",
      "platform / triage: 5.00 GBP for what came late for 2025-08 in 2025-09 does not come again.",
      "platform / triage: 2025-10 charges -2.00 GBP for what came late for 2025-09.",
      "platform / no use case: -310.00 GBP by a resolved dispute in 2025-09 does not come again.",
    ]);
    expect(bridgeSentence(bridge, NAMES)).toBe("sales is charged 15128.00 GBP in 2025-10, 933.00 GBP more than in 2025-09: usage that is paid for directly +1600.00 GBP, the price of usage -1000.00 GBP, other direct cost +30.00 GBP, adjustments for earlier months -7.00 GBP, resolved disputes +310.00 GBP.");
    expect(bridge.effects.map((effect) => effectSentence(effect, NAMES)).slice(2, 4)).toEqual(["Other direct cost: +30.00 GBP in usage / triage.", "Adjustments for earlier months: -7.00 GBP, most of it in platform / triage (-5.00 GBP)."]);
    expect(bridge.byUseCase.map(({ code, beforeMinor, afterMinor }) => [code, money(beforeMinor), money(afterMinor)])).toEqual([["triage", "14505.00 GBP", "15128.00 GBP"], [null, "-310.00 GBP", "0.00 GBP"]]);
  });

  test("direct cost that is the same may hide a rate that fell and something booked besides", () => {
    const bridge = bridgeCharge(side([line("DIRECT", "10.00")], [used(10, "10.00", { pool: "platform" })]), side([line("DIRECT", "10.00")], [used(10, "7.00", { pool: "platform" })]), NO_SHARES);
    expect(short(bridge)).toEqual(["USAGE_RATE platform/triage - -3.00", "DIRECT platform/triage - 3.00"]);
    expect(bridgeSentence(bridge, NAMES)).toMatch(/^sales is charged 10\.00 GBP in 2025-10, as much as in 2025-09: /);
  });

  test("usage of a use case whose direct cost somebody else bears is not the unit's", () => {
    expect(short(bridgeCharge(side([], [used(10, "10.00")]), side([line("DIRECT", "4.00")]), NO_SHARES))).toEqual(["DIRECT platform/triage - 4.00"]);
  });

  test("a restatement of either month is an effect of its own", () => {
    const bridge = bridgeCharge(side([line("RESTATEMENT", "-10.00")]), side([line("RESTATEMENT", "40.00", { originPeriod: "2025-10" })]), NO_SHARES);
    expect(short(bridge)).toEqual(["RESTATEMENT platform/triage 2025-09 10.00", "RESTATEMENT platform/triage 2025-10 40.00"]);
    expect(sentences(bridge)).toEqual([
      "platform / triage: -10.00 GBP by a restatement with what came late for 2025-09 in 2025-09 does not come again.",
      "platform / triage: 2025-10 charges 40.00 GBP by a restatement with what came late for 2025-10.",
    ]);
    expect(bridgeSentence(bridge, NAMES)).toBe("sales is charged 40.00 GBP in 2025-10, 50.00 GBP more than in 2025-09: restatements of the months themselves +50.00 GBP.");
  });

  test("charged nothing in either month: nothing changed", () => {
    const bridge = bridgeCharge(side([]), side([]), NO_SHARES);
    expect(bridge).toEqual({ beforeMinor: 0n, afterMinor: 0n, effects: [], byPool: [], byUseCase: [] });
    expect(bridgeSentence(bridge, NAMES)).toBe("sales is charged 0.00 GBP in 2025-10, as much as in 2025-09.");
  });

  test("stops when the run divided again is not what is charged", () => {
    expect(() => bridgeCharge(side([line("ALLOCATION", "1.00")]), side([]), NO_SHARES)).toThrow(BrokenBelief);
  });

  test("whatever the lines are, effects make up the change of every pool and use case", () => {
    const amount = fc.bigInt({ min: -100_000n, max: 1_000_000n });
    const names = { pool: fc.constantFrom("p", "q"), useCase: fc.constantFrom("u", "v") };
    const lines = fc.array(fc.record({ kind: fc.constantFrom("DIRECT", "ADJUSTMENT", "RESTATEMENT", "RESOLUTION") as fc.Arbitrary<ChargedAmount["kind"]>, ...names, originPeriod: fc.constantFrom("2025-08", "2025-09"), amountMinor: amount }), { maxLength: 8 });
    const usage = fc.array(fc.record({
      ...names, vendor: fc.constantFrom("x", "y"), component: fc.constantFrom("STT", "TTS"), rateLine: fc.constantFrom("", "IN", "OUT"), unit: fc.constantFrom("MINUTE", "CALL", null),
      quantity: fc.bigInt({ min: 0n, max: 9_999n }).map((units) => fraction(units, 7n)), calls: fc.bigInt({ min: 0n, max: 9n }), amountMinor: amount,
    }), { maxLength: 8 });
    const anySide = fc.record({ lines, usage });
    fc.assert(fc.property(anySide, anySide, (from, to) => {
      const bridge = bridgeCharge(from, to, NO_SHARES);
      const total = (all: ReadonlyArray<{ readonly amountMinor: bigint }>): bigint => all.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
      expect(total(from.lines) + total(bridge.effects)).toBe(total(to.lines));
      for (const { beforeMinor, afterMinor, effects } of [...bridge.byPool, ...bridge.byUseCase]) expect(beforeMinor + total(effects)).toBe(afterMinor);
      for (const { amountMinor, parts } of bridge.effects) expect(total(parts)).toBe(amountMinor);
      expect(bridge.effects.map(({ kind }) => CHARGE_EFFECTS.indexOf(kind))).toEqual(bridge.effects.map(({ kind }) => CHARGE_EFFECTS.indexOf(kind)).sort((a, b) => a - b));
    }), { numRuns: 300, seed: 20251102 });
  });
});
