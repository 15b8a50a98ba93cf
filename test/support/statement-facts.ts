import { AllocationRun } from "../../src/allocation";
import { Statement, StatementLine, drawUp } from "../../src/chargeback";
import { ExplainedPart, StatementFacts } from "../../src/exports/paper/statement-facts";
import { currencyOf, toMoney } from "../../src/kernel/money";

export const RUN: AllocationRun = { id: "r1", periodKey: "2025-10", sequence: 2, status: "FINAL", policyVersion: 3, currency: "USD", cutoff: new Date("2025-11-03T10:00:00Z"), inputHash: "a".repeat(64), resultHash: "b".repeat(64), createdAt: new Date("2025-11-03T10:00:00Z") };

/** A line with the least that it needs. */
export const line = (lineId: string, amountMinor: bigint, more: Partial<StatementLine> = {}): StatementLine =>
  ({ lineId, kind: "ALLOCATION", useCase: "triage", pool: "platform", originPeriod: "2025-10", run: { id: RUN.id, resultHash: RUN.resultHash }, resolutionId: null, amountMinor, description: null, ...more });

/** A third of 100.00, with the rounding unit. */
export function third(currency: string, more: Partial<ExplainedPart> = {}): ExplainedPart {
  const money = (minor: bigint) => toMoney(minor, currencyOf(currency)!);
  return {
    poolAmount: money(10_000n), receivedAmount: money(0n), method: "PROPORTIONAL", driver: "CALLS", bookedDriver: null, driverQuantity: "1", driverTotal: "3", shareNumerator: "1", shareDenominator: "3",
    exactAmount: `${10_000n}/${3n * 10n ** BigInt(currencyOf(currency)!.exponent)}`, adjustmentMinor: 1n, amount: money(3_334n), policyVersion: 3, chain: [], split: null, run: RUN, ...more,
  };
}

/** An issued statement of claims for October with these lines. */
export function statementFacts(lines: readonly StatementLine[], more: Partial<StatementFacts> & { readonly code?: string; readonly statement?: Statement } = {}): StatementFacts {
  const { code = "USD", ...rest } = more;
  const draft = drawUp({ id: "00000000-0000-4000-8000-000000000001", businessUnit: "claims", periodKey: "2025-10", version: 1, mode: "CHARGEBACK", currency: code, lines, previousHash: null, resolutionId: null });
  const statement: Statement = {
    ...draft, businessUnitId: "u1", status: "ISSUED", newestVersion: 1, issuedAt: new Date("2025-11-04T12:00:00.000Z"), issuedBy: "controller", disputableUntil: "2025-11-18", rulesVersion: 2, acceptsBySilence: true, asOf: null,
  };
  return {
    programme: { id: "p", code: "acme", name: "Acme voice", currency: code, timeZone: "Europe/Berlin" }, currency: currencyOf(code)!,
    unit: { id: "u1", code: "claims", name: "Claims", costCentre: "4711", chargebackMode: "CHARGEBACK" },
    period: { key: "2025-10", status: "CLOSED", from: new Date("2025-09-30T22:00:00Z"), to: new Date("2025-10-31T23:00:00Z"), closeRequestedBy: "a", closeRequestedAt: null, closedAt: new Date("2025-11-04T09:00:00Z"), closedBy: "b", cutoff: new Date("2025-11-03T10:00:00Z"), hash: "c".repeat(64), auditHead: null },
    statement, lines, runs: new Map([[RUN.id, RUN]]), explanations: new Map(), poolNames: new Map([["platform", "Platform"]]), useCaseNames: new Map([["triage", "Triage"]]),
    history: [{ status: "ISSUED", subject: "controller", reason: null, bySilence: false, disputableUntil: "2025-11-18", at: new Date("2025-11-04T12:00:00.000Z") }], versions: [statement], disputes: [], comparison: null, ...rest,
  };
}
