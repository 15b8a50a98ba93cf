import { recordAudit } from "../../src/app/serve";
import { allocatePeriod } from "../../src/allocation/allocate-period";
import { allocatePeriodPorts } from "../../src/allocation/allocation-ports.store";
import { bookCost } from "../../src/costs/book-cost";
import { bookCostPorts } from "../../src/costs/costs-ports.store";
import { readBatch, reportUsage } from "../../src/metering/ingest/report-usage";
import { usageStore } from "../../src/metering/ingest/usage.store";
import { ScopeResolver } from "../../src/tenancy/scope-resolver.store";
import { SentEvent, Setting } from "./model";
import { toMajor } from "./simulation-compare";
import { Step, asSent } from "./simulation-steps";
import { World } from "./simulation-world";

/** Usage, cost and a run, written in one transaction that is then given up: nothing of it may remain. */
export async function abandon(world: World, setting: Setting, events: readonly SentEvent[], period: string): Promise<Step> {
  const { database } = world;
  const now = world.base.clock.now();
  const scope = await new ScopeResolver(database).resolve({ subject: "quitter", role: "FINANCE", programme: setting.programme, businessUnits: [] });
  const record: typeof recordAudit = (tx, note) => recordAudit(tx, note);
  let given = "nothing was given up";
  try {
    await database.withTenant(scope, async (tx) => {
      await reportUsage(usageStore(tx), readBatch({ source: "sim://source", events: events.map(asSent) }, now));
      await bookCost(bookCostPorts(tx, record), { pool: setting.sharedPools[0]!, period, amount: toMajor(12_345n, setting.exponent), currency: setting.currency, externalId: "given-up" });
      await allocatePeriod(allocatePeriodPorts(tx, record), { period }).catch((error: { code?: string }) => {
        if (error.code !== "PERIOD_CLOSED") throw error;
      });
      throw new GivenUp();
    });
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error;
    given = "given up";
  }
  return { name: `abandon usage, cost and a run of ${period}`, product: given, model: "given up" };
}

class GivenUp extends Error {}
