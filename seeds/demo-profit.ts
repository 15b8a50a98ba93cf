import { CategoryTreatment, approveCapitalisationPolicy, bookImplementationCost, proposeCapitalisationPolicy, putInService } from "../src/costs";
import { assetPorts, bookImplementationCostPorts, capitalisationPolicyPorts } from "../src/costs/capitalisation/capitalisation-ports.store";
import { PlanLineInput, approveVersion, hashOfMonth, proposeVersion, readPlanLines, signProgrammePnl } from "../src/programme";
import { planPorts } from "../src/programme/plan.store";
import { pnlMonth } from "../src/programme/pnl-facts.query";
import { readBenefits } from "../src/programme/read-benefits.query";
import { signPnlPorts, statementStore } from "../src/programme/statement.store";
import { programmeCurrency } from "../src/tenancy";
import { DEMO_CLOSED_PERIODS, DEMO_PERIODS, DEMO_PROGRAMME, DEMO_USE_CASES } from "./demo-programme";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage } from "./demo-stage";

const { currency } = DEMO_PROGRAMME;
const FIRST = DEMO_PERIODS[0];

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

/** What the programme is to cost and earn, agreed on before it begins: the office by the heuristic of 60 % for every further part of it. */
const BUDGET: readonly PlanLineInput[] = DEMO_PERIODS.flatMap((period, index): PlanLineInput[] => [
  { period, line: "A1_COST_REDUCTION", amount: index < 2 ? "9000.00" : index < 4 ? "13000.00" : "16000.00" }, { period, line: "A2_MARGIN", amount: index < 4 ? "3500.00" : "8500.00" },
  { period, line: "B4_CASE_OPEX", amount: index < 2 ? "-2600.00" : "-4000.00" }, { period, line: "B5_IMPLEMENTATION_EXPENSED", amount: index === 0 ? "-11000.00" : "0" },
  { period, line: "C1_PLATFORM_CONTRACT", amount: "-30000.00" }, { period, line: "C2_TELEPHONY", amount: "-5000.00" }, { period, line: "C3_INTEGRATION", amount: "-10000.00" }, { period, line: "C4_COMPLIANCE", amount: "-6000.00" }, { period, line: "C6_OTHER_SHARED", amount: "-1200.00" },
  { period, line: "D_AMORTISATION", amount: index < 2 ? "-4450.00" : "-7000.00" }, { period, line: "E_PROGRAMME_MANAGEMENT", overhead: { base: "5000.00", useCases: index < 2 ? 1 : index < 4 ? 2 : 3 } },
]);

/** The firm's policy, what each use case was built for and since when it is used, and the budget: agreed before the first month. */
export async function agreeOnProfit(stage: DemoStage): Promise<void> {
  const { record } = stage;
  const policy = await stage.as(DEMO_FINANCE, (tx) => proposeCapitalisationPolicy(capitalisationPolicyPorts(tx, record), { framework: "ASC 350-40", effectiveFrom: FIRST, treatments: TREATMENTS, note: "Accounting manual, chapter 14" }));
  await stage.as(DEMO_CONTROLLER, (tx) => approveCapitalisationPolicy(capitalisationPolicyPorts(tx, record), policy.version));
  const budget = await stage.as(DEMO_FINANCE, (tx) => proposeVersion(planPorts(tx, record), "BUDGET", readPlanLines(BUDGET, programmeCurrency(tx.scope.programme)), "Budget of the first year", "proposeProgrammePlan"));
  await stage.as(DEMO_CONTROLLER, (tx) => approveVersion(planPorts(tx, record), "BUDGET", budget.version, "approveProgrammePlan"));
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
