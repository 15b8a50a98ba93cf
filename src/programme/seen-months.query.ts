import { monthsBetween } from "../kernel/period";
import { TenantTransaction } from "../tenancy/database.store";
import { SeenMonth } from "./executive-pnl";
import { SignedStatement } from "./sign-programme-pnl";
import { statementStore } from "./statement.store";

/** What executives see of a month, and the statement that it is of. */
export interface SeenStatement extends SeenMonth { readonly statement: SignedStatement | null }

/** The stored aggregates of a range's signed months: nothing that names a unit, nor a hash over units' figures. */
export async function seenMonths(tx: TenantTransaction, from: string, to: string): Promise<SeenStatement[]> {
  return tx.readingAs("PROGRAMME", async () => {
    const store = statementStore(tx);
    const seen = new Map((await store.seenBetween(from, to)).map((each) => [each.period, each]));
    const months: SeenStatement[] = [];
    for (const period of monthsBetween(from, to)) {
      const statement = seen.get(period) ?? null;
      months.push({ period, statement, aggregates: statement && (await store.aggregatesOf(period, statement.version)) });
    }
    return months;
  });
}
