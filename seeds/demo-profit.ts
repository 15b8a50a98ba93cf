import { CategoryTreatment, approveCapitalisationPolicy, bookImplementationCost, proposeCapitalisationPolicy, putInService } from "../src/costs";
import { assetPorts, bookImplementationCostPorts, capitalisationPolicyPorts } from "../src/costs/capitalisation/capitalisation-ports.store";
import { PlanKind, PlanLineInput, approveVersion, hashOfMonth, proposeVersion, readPlanLines, signProgrammePnl } from "../src/programme";
import { planPorts } from "../src/programme/plan.store";
import { pnlMonth } from "../src/programme/pnl-facts.query";
import { readBenefits } from "../src/programme/read-benefits.query";
import { signPnlPorts, statementStore } from "../src/programme/statement.store";
import { monthsBetween, shiftPeriod } from "../src/kernel/period";
import { programmeCurrency } from "../src/tenancy";
import { DEMO_CLOSED_PERIODS, DEMO_OPEN_PERIOD, DEMO_PERIODS, DEMO_PILOT, DEMO_PROGRAMME, DEMO_USE_CASES } from "./demo-programme";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage } from "./demo-stage";

const { currency } = DEMO_PROGRAMME;
const FIRST = DEMO_PERIODS[0];
const LAST_OF_YEAR = "2025-12";

/** The firm follows ASC 350-40: the development stage becomes an asset, what is before and after it is expensed. */
const TREATMENTS: readonly CategoryTreatment[] = [
  { category: "PRELIMINARY", treatment: "EXPENSE" }, { category: "CONFIGURATION", treatment: "CAPITALISE" }, { category: "CODING", treatment: "CAPITALISE" }, { category: "INTEGRATION", treatment: "CAPITALISE" },
  { category: "DATA_CONVERSION", treatment: "EXPENSE" }, { category: "TRAINING", treatment: "EXPENSE" }, { category: "CHANGE_MANAGEMENT", treatment: "EXPENSE" }, { category: "SUPPORT", treatment: "EXPENSE" },
];

/** Pounds for building and connecting each use case, and for training people to work beside it. */
const BUILT: Readonly<Record<string, readonly [coding: string, training: string]>> = {
  "inbound-triage": ["54000.00", "4200.00"], "appointment-scheduling": ["27000.00", "1800.00"], "outbound-follow-up": ["36000.00", "2400.00"], "service-renewals": ["21600.00", "1500.00"], "payment-reminders": ["25200.00", "1600.00"],
  "order-status": ["18000.00", "900.00"], returns: ["19800.00", "1100.00"], "claims-intake": ["72000.00", "5200.00"], "claims-status": ["14400.00", "700.00"],
};

const USEFUL_MONTHS = 36;

/** What is shared from April on, when everybody is served. */
const FULL = { C1_PLATFORM_CONTRACT: "-30000.00", C2_TELEPHONY: "-5000.00", C3_INTEGRATION: "-10000.00", C4_COMPLIANCE: "-6000.00", C6_OTHER_SHARED: "-1200.00" } as const;

interface Phase {
  readonly months: number;
  /** Pounds a month: what the use cases bring and what they cost, what is shared, and how many use cases the office looks after. */
  readonly plan: Readonly<Partial<Record<PlanLineInput["line"], string>>>;
  readonly base: string;
  readonly useCases: number;
}

/** From the pilot on: another plan whenever use cases go live. */
const PHASES: readonly Phase[] = [
  { months: DEMO_PILOT.length, base: "2000.00", useCases: 1, plan: { A1_COST_REDUCTION: "1300.00", A2_MARGIN: "500.00", B4_CASE_OPEX: "-400.00", C1_PLATFORM_CONTRACT: "-9000.00", C2_TELEPHONY: "-650.00", C3_INTEGRATION: "-3500.00", C4_COMPLIANCE: "-1500.00", D_AMORTISATION: "-4450.00" } },
  { months: 2, base: "5000.00", useCases: 1, plan: { ...FULL, A1_COST_REDUCTION: "9000.00", A2_MARGIN: "3500.00", B4_CASE_OPEX: "-2600.00", D_AMORTISATION: "-4450.00" } },
  { months: 2, base: "5000.00", useCases: 2, plan: { ...FULL, A1_COST_REDUCTION: "13000.00", A2_MARGIN: "3500.00", B4_CASE_OPEX: "-4000.00", D_AMORTISATION: "-7000.00" } },
  { months: 5, base: "5000.00", useCases: 3, plan: { ...FULL, A1_COST_REDUCTION: "16000.00", A2_MARGIN: "8500.00", B4_CASE_OPEX: "-4000.00", D_AMORTISATION: "-7000.00" } },
];

/** What the programme is to cost and earn, agreed on before it begins: the office by the heuristic of 60 % for every further part of it. */
const BUDGET: readonly PlanLineInput[] = PHASES.flatMap(({ months, plan, base, useCases }) => Array<Phase>(months).fill({ months, plan, base, useCases })).flatMap((phase, index): PlanLineInput[] => {
  const period = shiftPeriod(FIRST, index);
  return [
    ...(Object.entries(phase.plan) as Array<[PlanLineInput["line"], string]>).map(([line, amount]) => ({ period, line, amount })),
    { period, line: "B5_IMPLEMENTATION_EXPENSED", amount: index === 0 ? "-11000.00" : "0" }, { period, line: "E_PROGRAMME_MANAGEMENT", overhead: { base: phase.base, useCases: phase.useCases } },
  ];
});

/** What is expected of the rest of the year when nine months are known: more benefit than was planned, and a dearer platform. */
const FORECAST: readonly PlanLineInput[] = monthsBetween(DEMO_OPEN_PERIOD, LAST_OF_YEAR).flatMap((period): PlanLineInput[] => [
  ...Object.entries({
    A1_COST_REDUCTION: "33000.00", A2_MARGIN: "11500.00", A3_OTHER_EBIT: "3800.00", B4_CASE_OPEX: "-4500.00", C1_PLATFORM_CONTRACT: "-34000.00", C2_TELEPHONY: "-7400.00", C3_INTEGRATION: "-11000.00", C4_COMPLIANCE: "-6500.00",
    C6_OTHER_SHARED: "-1200.00", D_AMORTISATION: "-8000.00",
  }).map(([line, amount]) => ({ period, line: line as PlanLineInput["line"], amount })),
  { period, line: "E_PROGRAMME_MANAGEMENT", overhead: { base: "5000.00", useCases: 3 } },
]);

/** The firm's policy, what each use case was built for and since when it is used, and the budget: agreed before the first month. */
export async function agreeOnProfit(stage: DemoStage): Promise<void> {
  const { record } = stage;
  const policy = await stage.as(DEMO_FINANCE, (tx) => proposeCapitalisationPolicy(capitalisationPolicyPorts(tx, record), { framework: "ASC 350-40", effectiveFrom: FIRST, treatments: TREATMENTS, note: "Accounting manual, chapter 14" }));
  await stage.as(DEMO_CONTROLLER, (tx) => approveCapitalisationPolicy(capitalisationPolicyPorts(tx, record), policy.version));
  await agreeOnPlan(stage, "BUDGET", BUDGET, "Budget of the first year");
}

/** What the rest of the year will come to, told when the third quarter is known. */
export const forecastRest = (stage: DemoStage): Promise<void> => agreeOnPlan(stage, "FORECAST", FORECAST, "After three quarters");

async function agreeOnPlan(stage: DemoStage, kind: PlanKind, lines: readonly PlanLineInput[], note: string): Promise<void> {
  const { version } = await stage.as(DEMO_FINANCE, (tx) => proposeVersion(planPorts(tx, stage.record), kind, readPlanLines(lines, programmeCurrency(tx.scope.programme)), note, "proposeProgrammePlan"));
  await stage.as(DEMO_CONTROLLER, (tx) => approveVersion(planPorts(tx, stage.record), kind, version, "approveProgrammePlan"));
}

/** What is built goes live: its cost is booked and put in service in the month in which it does. */
export async function buildUseCases(stage: DemoStage, period: string): Promise<void> {
  for (const { code, liveFrom = FIRST } of DEMO_USE_CASES) {
    if (liveFrom !== period) continue;
    const [coding, training] = BUILT[code]!;
    const common = { useCase: code, period, currency, vendor: "Voice Builders LLP" };
    await stage.as(DEMO_FINANCE, async (tx) => {
      const ports = bookImplementationCostPorts(tx, stage.record);
      await bookImplementationCost(ports, { ...common, category: "CODING", amount: coding, externalId: `build/${code}` });
      await bookImplementationCost(ports, { ...common, category: "TRAINING", amount: training, externalId: `training/${code}` });
      await putInService(assetPorts(tx, stage.record), { useCase: code, goLive: liveFrom, usefulMonths: USEFUL_MONTHS, contractMonths: USEFUL_MONTHS });
    });
  }
}

/** The statement of a closed month is signed, once, by who did not close it. */
export async function signMonth(stage: DemoStage, period: string): Promise<void> {
  if (!(DEMO_CLOSED_PERIODS as readonly string[]).includes(period)) return;
  await stage.as(DEMO_FINANCE, async (tx) => {
    if ((await statementStore(tx).newestBetween(period, period)).length > 0) return;
    const hash = hashOfMonth(await tx.readingAs("PROGRAMME", () => pnlMonth(tx, period, readBenefits)), currency);
    await signProgrammePnl(signPnlPorts(tx, stage.record, readBenefits), { period, hash });
  });
}
