import { toMoney } from "../../kernel/money";
import { TenantTransaction } from "../../tenancy/database.store";
import { monthFacts } from "../month-facts.query";
import { reportFunding, unownedInWords } from "./funding-report";
import { fundingStore } from "./funding.store";

/** Why a month has cost that nobody funds, in words; null when every cost of it has a funder. */
export async function unownedCost(tx: TenantTransaction, period: string, nowMs: number): Promise<string | null> {
  const { lines, currency } = await monthFacts(tx, period, nowMs, "RUN_RATE_BUSINESS_DAYS");
  const approved = (await fundingStore(tx).arrangements()).filter(({ approvedBy }) => approvedBy !== null);
  return unownedInWords(reportFunding(period, lines, approved), (minor) => toMoney(minor, currency).amount);
}
