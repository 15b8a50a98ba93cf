import { CloseTools, runClosePeriod, runRequestClose } from "../src/closing/closing-ports.store";
import { PeriodStatus } from "../src/governance";
import { periodStore } from "../src/governance/period.store";
import { claimMonth } from "./demo-benefits";
import { charge } from "./demo-charging";
import { attributeStrays, bookMonth, divideMonth, sendUsage } from "./demo-month";
import { DEMO_LATE_PERIOD, DEMO_OPEN_PERIOD } from "./demo-programme";
import { buildUseCases, forecastRest, signMonth } from "./demo-profit";
import { followClose, prepareMonth, signChecks } from "./demo-quarter";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage } from "./demo-stage";
import { demoLateUsage, demoUsage } from "./demo-usage";

/**
 * The story of one month, from its usage to what the units say about their statements. What was told before is not told
 * again: a closed month takes no more usage, and every verb answers what is there.
 */
export async function tellMonth(stage: DemoStage, period: string, before: string | undefined): Promise<void> {
  if ((await statusOf(stage, period)) !== "CLOSED") {
    const events = await sendUsage(stage, demoUsage(period, stage.scale));
    // The month before is closed by now: what comes for it is charged when this one closes.
    if (before === DEMO_LATE_PERIOD) await sendUsage(stage, demoLateUsage(before));
    await bookMonth(stage, period);
    await buildUseCases(stage, period);
    await prepareMonth(stage, period);
    if (period !== DEMO_OPEN_PERIOD) await attributeStrays(stage, period);
    await claimMonth(stage, period);
    if (period === DEMO_OPEN_PERIOD) await forecastRest(stage);
    await divideMonth(stage, period);
    if (period !== DEMO_OPEN_PERIOD) await closeMonth(stage, period);
    stage.say(`${period}: ${events} usage events, ${period === DEMO_OPEN_PERIOD ? "open" : "closed"}`);
  }
  if (period === DEMO_OPEN_PERIOD) return;
  await charge(stage, period);
  await followClose(stage, period);
  await signMonth(stage, period);
}

async function statusOf(stage: DemoStage, period: string): Promise<PeriodStatus | undefined> {
  return (await stage.as(DEMO_FINANCE, (tx) => periodStore(tx).find(period)))?.status;
}

/** One person asks for the close, another one closes. */
async function closeMonth(stage: DemoStage, period: string): Promise<void> {
  const tools = (subject: string): CloseTools => ({ database: stage.database, scope: stage.scopeOf(subject), clock: stage.clock, record: stage.record });
  await signChecks(stage, period);
  await runRequestClose(tools(DEMO_FINANCE), { period });
  await runClosePeriod(tools(DEMO_CONTROLLER), { period });
}
