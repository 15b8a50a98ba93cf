import { parseDecimal } from "../kernel/decimal";
import { fromDecimal } from "../kernel/fraction";
import { Currency } from "../kernel/money";
import { invariant } from "../kernel/refusal";
import { PlannedVolume, quantityOf, rateMinor, splitVariance } from "../budgets";
import { PnlRow } from "./pnl";
import { EBIT_LEAVES, PnlLeaf } from "./pnl-line";

/** What a line contributes to the change of EBIT. Minor units; positive raises it. */
export interface BridgeStep {
  readonly line: PnlLeaf;
  readonly fromMinor: bigint;
  readonly toMinor: bigint;
  readonly changeMinor: bigint;
  /** Of the change: (actual quantity - planned quantity) x planned price, and the rest; null where no quantity and price were planned. */
  readonly volumeMinor: bigint | null;
  readonly rateMinor: bigint | null;
}

export interface EbitBridge {
  readonly fromMinor: bigint | null;
  readonly toMinor: bigint | null;
  /** In the order of the statement; they sum to the change exactly. */
  readonly steps: readonly BridgeStep[];
  readonly missing: readonly string[];
}

/** What was used in all of the months, for lines that were planned from quantity and price. */
export interface UsedQuantity { readonly calls: bigint; readonly connectedMs: bigint }

/** Steps from one Programme EBIT to another, line by line. `volumes` are the plan's, of lines that are planned from one volume. */
export function bridgeEbit(from: PnlRow, to: PnlRow, volumes: ReadonlyMap<PnlLeaf, PlannedVolume>, used: UsedQuantity | null, currency: Currency): EbitBridge {
  const [fromMinor, toMinor] = [from.amounts.get("PROGRAMME_EBIT") ?? null, to.amounts.get("PROGRAMME_EBIT") ?? null];
  const missing = [...new Set([...from.missing, ...to.missing])];
  if (fromMinor === null || toMinor === null) return { fromMinor, toMinor, steps: [], missing };
  const steps = EBIT_LEAVES.flatMap((line): BridgeStep[] => {
    const [before, after] = [from.amounts.get(line)!, to.amounts.get(line)!];
    if (before === 0n && after === 0n) return [];
    const parts = split(before, after, volumes.get(line) ?? null, used, currency);
    return [{ line, fromMinor: before, toMinor: after, changeMinor: after - before, ...parts }];
  });
  invariant(steps.reduce((sum, { changeMinor }) => sum + changeMinor, fromMinor) === toMinor, "the steps of a bridge do not reach its end");
  return { fromMinor, toMinor, steps, missing };
}

function split(before: bigint, after: bigint, volume: PlannedVolume | null, used: UsedQuantity | null, currency: Currency): Pick<BridgeStep, "volumeMinor" | "rateMinor"> {
  if (volume === null || used === null) return { volumeMinor: null, rateMinor: null };
  // Costs are negative in the statement: what the variance calls adverse lowers EBIT.
  const parts = splitVariance({ amountMinor: -before, quantity: fromDecimal(parseDecimal(volume.quantity) ?? { units: 0n, scale: 0 }), rateMinor: rateMinor(volume, currency) }, { amountMinor: -after, quantity: quantityOf(volume.unit, used) });
  return { volumeMinor: -parts.volumeMinor, rateMinor: -parts.rateMinor };
}

