import { CaseCategory, CasePlanInput, EvidenceItem, GATES, GATE_RULES, Gate, approveCase, proposeCase, releaseTranche, requestTranche } from "../src/business-cases";
import { approveCasePorts, proposeCasePorts, tranchePorts } from "../src/business-cases/business-cases-ports.store";
import { caseStore } from "../src/business-cases/case.store";
import { formatUnits } from "../src/kernel/decimal";
import { shiftPeriod } from "../src/kernel/period";
import { DEMO_FULL_FROM, DEMO_PERIODS, DEMO_PILOT, DEMO_PROGRAMME, DEMO_RAMP, DEMO_SCALES, DEMO_USE_CASES, DemoScale } from "./demo-programme";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage, demoPerson } from "./demo-stage";

interface DemoCase {
  readonly useCase: string;
  readonly sponsor: string;
  readonly problem: string;
  readonly problemMetric: string;
  /** Pounds, in the first month and the one after it. */
  readonly implementation: readonly [string, string];
  /** Pounds a month in full use; the first months reach a part of it. */
  readonly run: bigint;
  readonly platform: bigint;
  /** At the usual scale of the demo. */
  readonly benefits: ReadonlyArray<readonly [CaseCategory, bigint]>;
}

/** Six use cases, planned before each is built. One does not bring what it was to bring: fewer offers are taken up after a call than its sponsor thought. */
const CASES: readonly DemoCase[] = [
  { useCase: "inbound-triage", sponsor: "Customer service", problem: "Callers wait for somebody who only puts them through", problemMetric: "Human minutes per call", implementation: ["48000", "18000"], run: 2_000n, platform: 16_000n, benefits: [["COST_REDUCTION", 24_000n]] },
  { useCase: "appointment-scheduling", sponsor: "Service appointments", problem: "Appointments are made by telephone, in office hours alone", problemMetric: "Appointments made outside office hours", implementation: ["24000", "9000"], run: 100n, platform: 6_000n, benefits: [["COST_REDUCTION", 8_000n]] },
  { useCase: "outbound-follow-up", sponsor: "Sales", problem: "Offers are not followed up", problemMetric: "Orders per hundred offers", implementation: ["32000", "12000"], run: 800n, platform: 4_000n, benefits: [["MARGIN", 9_000n]] },
  { useCase: "payment-reminders", sponsor: "Collections", problem: "Reminders go out late and one by one", problemMetric: "Days until an invoice is paid", implementation: ["22000", "9000"], run: 100n, platform: 6_500n, benefits: [["COST_REDUCTION", 7_400n], ["OTHER_EBIT", 4_000n]] },
  { useCase: "order-status", sponsor: "Logistics", problem: "Every second call asks where a parcel is", problemMetric: "Calls per hundred parcels", implementation: ["16000", "6000"], run: 100n, platform: 4_000n, benefits: [["COST_REDUCTION", 6_000n]] },
  { useCase: "claims-intake", sponsor: "Claims", problem: "A claim is taken down twice", problemMetric: "Minutes until a claim is complete", implementation: ["64000", "24000"], run: 1_500n, platform: 10_500n, benefits: [["COST_REDUCTION", 20_000n]] },
];

/** The last gate that each of them passed: it is in use. */
const GATE: Gate = "G3";
const PLAN_MONTHS = 36;
/** Per mille of a month's platform share that a month of the pilot bears: its contract is smaller than that of later, but not by as much as its use. */
const PILOT_PLATFORM = 350n;

const builtAs = ({ useCase }: DemoCase): { readonly startMonth: string; readonly unit: string } => {
  const { liveFrom = DEMO_PERIODS[0], businessUnit } = DEMO_USE_CASES.find(({ code }) => code === useCase)!;
  return { startMonth: liveFrom, unit: businessUnit };
};

function planOf(demo: DemoCase, scale: DemoScale): CasePlanInput {
  const { startMonth } = builtAs(demo);
  const isPilot = startMonth < DEMO_FULL_FROM;
  const pounds = (amount: bigint, perMille: bigint): string => formatUnits((amount * 100n * perMille) / 1_000n, 2);
  const flows = Array.from({ length: PLAN_MONTHS }, (_, index) => shiftPeriod(startMonth, index)).flatMap((period, index) => {
    const use = BigInt((isPilot ? DEMO_PILOT : DEMO_RAMP)[index] ?? 1_000);
    return [
      ...(index < demo.implementation.length ? [{ period, category: "IMPLEMENTATION" as const, amount: demo.implementation[index]! }] : []),
      { period, category: "RUN_COST" as const, amount: pounds(demo.run, use) }, { period, category: "PLATFORM_SHARE" as const, amount: pounds(demo.platform, isPilot && period < DEMO_FULL_FROM ? PILOT_PLATFORM : 1_000n) },
      ...demo.benefits.map(([category, amount]) => ({ period, category, amount: pounds(amount, (use * BigInt(DEMO_SCALES[scale].perMille)) / 1_000n) })),
    ];
  });
  return {
    useCase: demo.useCase, currency: DEMO_PROGRAMME.currency, startMonth, discountRatePercent: "8", sponsor: demo.sponsor, budgetHolder: `Head of ${demo.sponsor.toLowerCase()}`, problem: demo.problem, problemMetric: demo.problemMetric, flows,
  };
}

const paper = (gate: Gate, useCase: string): Array<{ item: EvidenceItem; reference: string }> => GATE_RULES[gate].evidence.map((item) => ({ item, reference: `cases/${useCase}/${gate}/${item.toLowerCase().replaceAll("_", "-")}.pdf` }));

/** Cases that begin in a month: their owners plan them the month before, finance approves, and gates are passed by two people. What was done before is not done again. */
export async function tellCases(stage: DemoStage, period: string): Promise<void> {
  // It is told as it would have come about: a plan is approved before money is spent, whenever the demo is built.
  const [planned, approved] = ["10", "20"].map((day) => ({ now: () => Date.parse(`${shiftPeriod(period, -1)}-${day}T12:00:00Z`) }));
  for (const demo of CASES) {
    const [{ useCase }, { startMonth, unit }] = [demo, builtAs(demo)];
    if (startMonth !== period) continue;
    const before = await stage.as(DEMO_FINANCE, (tx) => caseStore(tx).find(useCase));
    const { version } = (await stage.asOwnerOf(unit, (tx) => proposeCase(proposeCasePorts(tx, stage.record, planned!), planOf(demo, stage.scale)))).version;
    await stage.as(DEMO_CONTROLLER, (tx) => approveCase(approveCasePorts(tx, stage.record, approved!), { useCase, version }));
    for (const gate of GATES.slice(0, GATES.indexOf(GATE) + 1)) {
      if (!before?.tranches.some((tranche) => tranche.gate === gate)) await stage.asOwnerOf(unit, (tx) => requestTranche(tranchePorts(tx, stage.record), { useCase, gate, evidence: paper(gate, useCase) }));
      const steering = { ...stage.scopeOf("demo-steering"), principal: demoPerson("demo-steering", "STEERING") };
      await stage.database.withTenant(steering, (tx) => releaseTranche(tranchePorts(tx, stage.record), { useCase, gate }));
    }
  }
}
