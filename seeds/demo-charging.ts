import { acceptStatement, disputeStatement, issueStatements, postStatements, resolveDispute } from "../src/chargeback";
import { acceptStatementPorts, disputeStatementPorts, issueStatementsPorts, postStatementsPorts } from "../src/chargeback/chargeback-ports.store";
import { resolveDisputePorts } from "../src/chargeback/resolve-ports.store";
import { linesOf, newestStatement, newestStatements } from "../src/chargeback/statement.query";
import { formatUnits } from "../src/kernel/decimal";
import { toNodeId } from "../src/kernel/node-id";
import { invariant } from "../src/kernel/refusal";
import { programmeCurrency } from "../src/tenancy";
import { DEMO_DISPUTE, DEMO_POSTED_PERIODS, DEMO_UNACCEPTED } from "./demo-programme";
import { DEMO_FINANCE, DemoStage } from "./demo-stage";

/** Statements go out; units accept them, one disputes a line and is met halfway; finance posts the older months. */
export async function charge(stage: DemoStage, period: string): Promise<void> {
  await stage.as(DEMO_FINANCE, (tx) => issueStatements(issueStatementsPorts(tx, stage.record), { period }));
  if (period === DEMO_DISPUTE.period) await disputeAndResolve(stage);
  await settle(stage, period);
}

/** Units accept what is issued to them; finance posts the older months. Said already, it is not said again. */
export async function settle(stage: DemoStage, period: string): Promise<void> {
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
  // Resolved already, and perhaps restated since.
  if (statement.version > 1) return;
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
  const moved = [{ businessUnit, useCase, pool, amount: `-${credit}` }, { businessUnit: null, useCase, pool, amount: credit }].map((line) => ({ ...line, description: answer }));
  await stage.as(DEMO_FINANCE, (tx) => resolveDispute(resolveDisputePorts(tx, stage.record), { statement: id, reason: answer, lines: moved, idempotencyKey: `demo-resolution-${period}` }));
}
