import { PlannedVolume } from "../budgets";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { EbitBridge, bridgeEbit } from "./ebit-bridge";
import { planStore } from "./plan.store";
import { pnlRows } from "./pnl";
import { ReadBenefits, usedIn } from "./pnl-facts.query";
import { PnlLeaf } from "./pnl-line";
import { answerMonths } from "./programme-pnl.query";

export interface BridgeQuestion {
  readonly from: string;
  readonly to: string;
  /** From the first month to the last one, or from the plan of all of them to what they came to. */
  readonly kind: "PERIOD" | "PLAN";
  /** Of the budget; null: the newest approved one. */
  readonly version: number | null;
}

export interface LabelledBridge {
  readonly bridge: EbitBridge;
  readonly fromLabel: string;
  readonly toLabel: string;
}

/** From one Programme EBIT to another, in the snapshot of the transaction. */
export async function readEbitBridge(tx: TenantTransaction, { from, to, kind, version }: BridgeQuestion, readBenefits: ReadBenefits): Promise<LabelledBridge> {
  const actual = (first: string, last: string) => answerMonths(tx, { from: first, to: last, scenario: "ACTUAL", version: null, live: false }, readBenefits);
  const start = kind === "PERIOD" ? await actual(from, from) : await answerMonths(tx, { from, to, scenario: "BUDGET", version, live: false }, readBenefits);
  const end = kind === "PERIOD" ? await actual(to, to) : await actual(from, to);
  const volumes = kind === "PERIOD" ? new Map<PnlLeaf, PlannedVolume>() : await plannedVolumes(tx, from, to, version);
  const used = await tx.readingAs("PROGRAMME", () => usedIn(tx, from, to));
  const range = from === to ? from : `${from} to ${to}`;
  return {
    bridge: bridgeEbit(pnlRows(start, [])[0]!, pnlRows(end, [])[0]!, volumes, used, programmeCurrency(tx.scope.programme)),
    fromLabel: kind === "PERIOD" ? from : `${start[0]!.source}, ${range}`, toLabel: kind === "PERIOD" ? to : `ACTUAL, ${range}`,
  };
}

/** Quantity and price of lines that the plan gives in one month of the range alone; several months have several prices. */
async function plannedVolumes(tx: TenantTransaction, from: string, to: string, version: number | null): Promise<Map<PnlLeaf, PlannedVolume>> {
  const plan = await tx.readingAs("PROGRAMME", () => planStore(tx).approvedPlan("BUDGET", version));
  const lines = (plan?.lines ?? []).filter(({ period }) => from <= period && period <= to);
  return new Map(lines.filter(({ line, volume }) => volume !== null && lines.filter((each) => each.line === line).length === 1 && from === to).map(({ line, volume }) => [line, volume!]));
}
