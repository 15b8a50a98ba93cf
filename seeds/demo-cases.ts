import { CaseCategory, CasePlanInput, EvidenceItem, GATES, GATE_RULES, Gate, approveCase, proposeCase, releaseTranche, requestTranche } from "../src/business-cases";
import { approveCasePorts, proposeCasePorts, tranchePorts } from "../src/business-cases/business-cases-ports.store";
import { caseStore } from "../src/business-cases/case.store";
import { shiftPeriod } from "../src/kernel/period";
import { DEMO_PERIODS, DEMO_PROGRAMME } from "./demo-programme";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage, demoPerson } from "./demo-stage";

interface DemoCase {
  readonly useCase: string;
  readonly unit: string;
  readonly sponsor: string;
  readonly problem: string;
  readonly problemMetric: string;
  readonly startMonth: string;
  /** Pounds, in the first month and the one after it. */
  readonly implementation: readonly [string, string];
  /** Pounds a month. */
  readonly run: string;
  readonly platform: string;
  /** Steady state; the first months reach a part of it. */
  readonly benefit: readonly [CaseCategory, bigint];
  /** The last gate that was passed. */
  readonly gate: Gate;
}

const CASES: readonly DemoCase[] = [
  { useCase: "inbound-triage", unit: "service", sponsor: "Customer service", problem: "Callers wait for somebody who only puts them through", problemMetric: "Human minutes per call", startMonth: "2025-04", implementation: ["140000", "40000"], run: "4800", platform: "16000", benefit: ["COST_REDUCTION", 36_000n], gate: "G3" },
  { useCase: "outbound-follow-up", unit: "sales", sponsor: "Sales", problem: "Offers are not followed up", problemMetric: "Orders per hundred offers", startMonth: "2025-04", implementation: ["60000", "12000"], run: "3200", platform: "8000", benefit: ["MARGIN", 17_500n], gate: "G3" },
  { useCase: "claims-intake", unit: "claims", sponsor: "Claims", problem: "A claim is taken down twice", problemMetric: "Minutes until a claim is complete", startMonth: "2025-06", implementation: ["90000", "18000"], run: "4500", platform: "9000", benefit: ["COST_REDUCTION", 19_000n], gate: "G2" },
];

const PLAN_MONTHS = 36;
/** Percent of the steady state in the first months. */
const RAMP = [10n, 30n, 60n, 85n] as const;

function planOf(demo: DemoCase): CasePlanInput {
  const [category, steady] = demo.benefit;
  const flows = Array.from({ length: PLAN_MONTHS }, (_, index) => shiftPeriod(demo.startMonth, index)).flatMap((period, index) => [
    ...(index < demo.implementation.length ? [{ period, category: "IMPLEMENTATION" as const, amount: demo.implementation[index]! }] : []),
    { period, category: "RUN_COST" as const, amount: demo.run }, { period, category: "PLATFORM_SHARE" as const, amount: demo.platform },
    { period, category, amount: String((steady * (RAMP[index] ?? 100n)) / 100n) },
  ]);
  return {
    useCase: demo.useCase, currency: DEMO_PROGRAMME.currency, startMonth: demo.startMonth, discountRatePercent: "8", sponsor: demo.sponsor, budgetHolder: `Head of ${demo.sponsor.toLowerCase()}`, problem: demo.problem, problemMetric: demo.problemMetric, flows,
  };
}

const paper = (gate: Gate, useCase: string): Array<{ item: EvidenceItem; reference: string }> => GATE_RULES[gate].evidence.map((item) => ({ item, reference: `cases/${useCase}/${gate}/${item.toLowerCase().replaceAll("_", "-")}.pdf` }));

/** Cases that begin in a month: their owners plan them, finance approves, and gates are passed by two people. What was done before is not done again. */
export async function tellCases(stage: DemoStage, period: (typeof DEMO_PERIODS)[number]): Promise<void> {
  for (const demo of CASES.filter(({ startMonth }) => startMonth === period)) {
    const { useCase, unit } = demo;
    const before = await stage.as(DEMO_FINANCE, (tx) => caseStore(tx).find(useCase));
    const { version } = (await stage.asOwnerOf(unit, (tx) => proposeCase(proposeCasePorts(tx, stage.record), planOf(demo)))).version;
    await stage.as(DEMO_CONTROLLER, (tx) => approveCase(approveCasePorts(tx, stage.record), { useCase, version }));
    for (const gate of GATES.slice(0, GATES.indexOf(demo.gate) + 1)) {
      if (!before?.tranches.some((tranche) => tranche.gate === gate)) await stage.asOwnerOf(unit, (tx) => requestTranche(tranchePorts(tx, stage.record), { useCase, gate, evidence: paper(gate, useCase) }));
      const steering = { ...stage.scopeOf("demo-steering"), principal: demoPerson("demo-steering", "STEERING") };
      await stage.database.withTenant(steering, (tx) => releaseTranche(tranchePorts(tx, stage.record), { useCase, gate }));
    }
  }
}
