import { acceptStatement, disputeStatement, issueStatements, postStatements, resolveDispute } from "../src/chargeback";
import { acceptStatementPorts, disputeStatementPorts, issueStatementsPorts, postStatementsPorts } from "../src/chargeback/chargeback-ports.store";
import { resolveDisputePorts } from "../src/chargeback/resolve-ports.store";
import { linesOf, newestStatement, newestStatements } from "../src/chargeback/statement.query";
import { CloseTools, runClosePeriod, runRequestClose } from "../src/closing/closing-ports.store";
import { PeriodStatus } from "../src/governance";
import { periodStore } from "../src/governance/period.store";
import { formatUnits } from "../src/kernel/decimal";
import { toNodeId } from "../src/kernel/node-id";
import { invariant } from "../src/kernel/refusal";
import { programmeCurrency } from "../src/tenancy";
import { claimMonth } from "./demo-benefits";
import { buildUseCases, signMonth } from "./demo-profit";
import { attributeStrays, bookMonth, divideMonth, sendUsage } from "./demo-month";
import { DEMO_DISPUTE, DEMO_LATE_PERIOD, DEMO_OPEN_PERIOD, DEMO_POSTED_PERIODS, DEMO_UNACCEPTED } from "./demo-programme";
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
    if (period !== DEMO_OPEN_PERIOD) await attributeStrays(stage, period);
    await claimMonth(stage, period);
    await divideMonth(stage, period);
    if (period !== DEMO_OPEN_PERIOD) await closeMonth(stage, period);
    stage.say(`${period}: ${events} usage events, ${period === DEMO_OPEN_PERIOD ? "open" : "closed"}`);
  }
  if (period !== DEMO_OPEN_PERIOD) {
    await charge(stage, period);
    await signMonth(stage, period);
  }
}

async function statusOf(stage: DemoStage, period: string): Promise<PeriodStatus | undefined> {
  return (await stage.as(DEMO_FINANCE, (tx) => periodStore(tx).find(period)))?.status;
}

/** One person asks for the close, another one closes. */
async function closeMonth(stage: DemoStage, period: string): Promise<void> {
  const tools = (subject: string): CloseTools => ({ database: stage.database, scope: stage.scopeOf(subject), clock: stage.clock, record: stage.record });
  await runRequestClose(tools(DEMO_FINANCE), { period });
  await runClosePeriod(tools(DEMO_CONTROLLER), { period });
}

/** Statements go out; units accept them, one disputes a line and is met halfway; finance posts the older months. */
async function charge(stage: DemoStage, period: string): Promise<void> {
  await stage.as(DEMO_FINANCE, (tx) => issueStatements(issueStatementsPorts(tx, stage.record), { period }));
  if (period === DEMO_DISPUTE.period) await disputeAndResolve(stage);
  for (const { id, businessUnit, status } of await stage.as(DEMO_FINANCE, (tx) => newestStatements(tx, period))) {
    if (status !== "ISSUED" || DEMO_UNACCEPTED.some((each) => each.period === period && each.businessUnit === businessUnit)) continue;
    await stage.asOwnerOf(businessUnit, (tx) => acceptStatement(acceptStatementPorts(tx, stage.record), { statement: toNodeId("Statement", id) }));
  }
  if (DEMO_POSTED_PERIODS.includes(period)) await stage.as(DEMO_FINANCE, (tx) => postStatements(postStatementsPorts(tx, stage.record), { period }));
}

async function disputeAndResolve(stage: DemoStage): Promise<void> {
  const { period, businessUnit, useCase, pool, reason, evidence, credit, answer } = DEMO_DISPUTE;
  const { statement, lines } = await stage.as(DEMO_FINANCE, async (tx) => {
    const found = await newestStatement(tx, businessUnit, period);
    invariant(found, "the demo's statement is not there");
    return { statement: found, lines: (await linesOf(tx, [found.id])).get(found.id) ?? [] };
  });
  const id = toNodeId("Statement", statement.id);
  if (statement.status === "ISSUED") {
    const line = lines.find((each) => each.kind === "ALLOCATION" && each.useCase === useCase && each.pool === pool);
    invariant(line, "the demo's disputed line is not there");
    await stage.asOwnerOf(businessUnit, (tx) => {
      const { exponent } = programmeCurrency(tx.scope.programme);
      const amount = formatUnits(line.amountMinor - BigInt(credit.replace(".", "")) * 2n, exponent);
      return disputeStatement(disputeStatementPorts(tx, stage.record), { statement: id, lines: [{ line: toNodeId("StatementLine", line.lineId), reason, amount, evidence: [{ reference: evidence }] }], idempotencyKey: `demo-dispute-${period}` });
    });
  }
  if (statement.version > 1) return;
  const moved = [{ businessUnit, useCase, pool, amount: `-${credit}` }, { businessUnit: null, useCase, pool, amount: credit }].map((line) => ({ ...line, description: answer }));
  await stage.as(DEMO_FINANCE, (tx) => resolveDispute(resolveDisputePorts(tx, stage.record), { statement: id, reason: answer, lines: moved, idempotencyKey: `demo-resolution-${period}` }));
}
