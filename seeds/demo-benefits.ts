import { BaselineInput, BenefitInput, Claim, ClaimBenefitInput, FigureInput, approveAttributionModel, captureBaseline, claimBenefit, defineBenefit, defineBenefitPool, lockBaseline, proposeAttributionModel, signOffBenefit } from "../src/benefits";
import { attributionPorts, baselinePorts, claimBenefitPorts, decideClaimPorts, defineBenefitPoolPorts, defineBenefitPorts } from "../src/benefits/benefits-ports.store";
import { formatUnits } from "../src/kernel/decimal";
import { toMinor } from "../src/kernel/money";
import { DEMO_FULL_FROM, DEMO_OPEN_PERIOD, DEMO_PERIODS, DEMO_PILOT, DEMO_PROGRAMME, DEMO_SCALES, DEMO_USE_CASES, DemoUseCase } from "./demo-programme";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage } from "./demo-stage";

const { currency } = DEMO_PROGRAMME;
const FIRST = DEMO_PERIODS[0];

/** What a contact cost before somebody took it by machine, what one costs that is still handed over, and what the baselines were read from. */
const CONTACT_COST: Readonly<Record<string, readonly [before: string, handedOver: string]>> = {
  "inbound-triage": ["12.40", "13.10"], "appointment-scheduling": ["8.90", "9.60"], "order-status": ["6.10", "6.80"], returns: ["9.80", "10.60"], "claims-intake": ["24.50", "26.20"], "claims-status": ["6.90", "7.60"],
  "outbound-follow-up": ["7.30", "8.00"], "service-renewals": ["10.10", "10.90"], "payment-reminders": ["6.60", "7.40"],
};

/** Months of the baselines and the day on which they were captured: before each use case went live. */
const windowOf = ({ liveFrom }: DemoUseCase): { readonly from: string; readonly to: string; readonly capturedAt: number } =>
  liveFrom === undefined ? { from: "2024-09-01", to: "2024-11-30", capturedAt: Date.parse("2024-12-18T12:00:00Z") } : { from: "2025-01-01", to: "2025-04-30", capturedAt: Date.parse("2025-05-20T12:00:00Z") };

function baselineOf(useCase: DemoUseCase): BaselineInput {
  const { from, to } = windowOf(useCase);
  const [cost] = CONTACT_COST[useCase.code]!;
  return {
    useCase: useCase.code, from, to, evidence: `Workforce report ${to.slice(0, 7)}`,
    measures: [
      { metric: "cost-per-contact", value: cost, unit: `${currency} per contact`, currency, source: "Cost accounting, agents and seats" },
      { metric: "contacts-per-day", value: String(useCase.contactsPerDay), unit: "contacts on a working day", source: "Telephone system" },
    ],
  };
}

/** What can fall or be won in a month at the most, at the scale of the demo; and how much of it the other projects hold. */
const POOLS: ReadonlyArray<{ readonly code: string; readonly name: string; readonly maximum: bigint; readonly evidence: string; readonly others: ReadonlyArray<readonly [string, string]>; readonly share: string }> = [
  { code: "service-contacts", name: "Cost of service contacts", maximum: 7_000_000n, evidence: "Cost centre CC-200, handling", share: "0.80", others: [["ivr-redesign", "0.15"], ["web", "0.05"]] },
  { code: "logistics-contacts", name: "Cost of contacts about parcels", maximum: 3_000_000n, evidence: "Cost centre CC-400, handling", share: "0.85", others: [["tracking-page", "0.15"]] },
  { code: "claims-contacts", name: "Cost of claims contacts", maximum: 6_500_000n, evidence: "Cost centre CC-500, handling", share: "0.90", others: [["claims-portal", "0.10"]] },
  { code: "collections", name: "Cost of reminding", maximum: 2_500_000n, evidence: "Cost centre CC-300, handling", share: "0.90", others: [] },
  { code: "receivables", name: "Bad debt and cash that is out", maximum: 3_000_000n, evidence: "Ledgers 1400 and 6900", share: "0.50", others: [["credit-checks", "0.50"]] },
  { code: "sales-margin", name: "Margin on orders and renewals", maximum: 6_000_000n, evidence: "Sales plan 2025", share: "1", others: [] },
];

interface DemoBenefit extends BenefitInput {
  /** Its figures of a month, and how they are believed. */
  readonly claim: Pick<ClaimBenefitInput, "method" | "tier" | "confidence" | "cashableShare" | "ledgerLine"> & { readonly figures: readonly FigureInput[] };
}

const stated = (name: FigureInput["name"], value: string, evidence: string): FigureInput => ({ name, value, evidence });

/** What the pilot's months are of a whole one. */
const PILOT = DEMO_PILOT.map((perMille) => formatUnits(BigInt(perMille), 3));
const INDEX = stated("INDEX", "1.02", "Pay round of April");

/** People's contacts that the assistant took over; those it handed over still cost them. */
function handling(useCase: string, name: string, pool: string, more: Pick<DemoBenefit["claim"], "tier" | "confidence" | "cashableShare" | "ledgerLine">, plan: string): DemoBenefit {
  const liveFrom = DEMO_USE_CASES.find(({ code }) => code === useCase)!.liveFrom ?? FIRST;
  return {
    code: `${useCase}-handling`, name, useCase, pool, kind: "COST_REDUCTION", step: "CONTAINMENT", plan: { from: liveFrom, steadyState: plan, currency, ramp: liveFrom === FIRST ? [...PILOT, "1"] : ["0.35", "0.65", "0.9", "1"] },
    claim: {
      ...more, method: "UNIT_COST",
      figures: [{ name: "DEMAND", metered: "CONTACTS" }, { name: "UNIT_COST", metric: "cost-per-contact" }, INDEX, { name: "RESIDUAL_QUANTITY", metered: "ESCALATED_CONTACTS" }, { name: "RESIDUAL_QUANTITY", metered: "ABANDONED_CONTACTS" }, stated("RESIDUAL_UNIT_COST", CONTACT_COST[useCase]![1], "Cost accounting, escalated contacts")],
    },
  };
}

/** Orders that a randomised control group did not place. */
const margin = (useCase: string, name: string, treated: string, holdout: string, value: string, rate: string): DemoBenefit => ({
  code: `${useCase}-margin`, name, useCase, pool: "sales-margin", kind: "MARGIN", step: "OTHER",
  claim: {
    method: "HOLDOUT", tier: "A", confidence: "0.95", cashableShare: "1", ledgerLine: "4000 Sales",
    figures: [stated("TREATED_RATE", treated, "Order system"), stated("HOLDOUT_RATE", holdout, "Order system, control group"), { name: "COHORT", metered: "CONTACTS" }, stated("UNIT_VALUE", value, "Order system"), stated("MARGIN_RATE", rate, "Price list 2025")],
  },
});

const BENEFITS: readonly DemoBenefit[] = [
  handling("inbound-triage", "Service calls that nobody takes", "service-contacts", { tier: "B", confidence: "0.90", cashableShare: "0.60", ledgerLine: "6210 Agency staff" }, "14000.00"),
  handling("appointment-scheduling", "Appointments made by machine", "service-contacts", { tier: "B", confidence: "0.85", cashableShare: "0.40", ledgerLine: "6210 Agency staff" }, "5500.00"),
  handling("order-status", "Parcels asked for by machine", "logistics-contacts", { tier: "B", confidence: "0.80", cashableShare: "0", ledgerLine: null }, "4500.00"),
  handling("returns", "Returns announced by machine", "logistics-contacts", { tier: "C", confidence: "0.70", cashableShare: "0", ledgerLine: null }, "3500.00"),
  handling("claims-intake", "First notice of loss by machine", "claims-contacts", { tier: "B", confidence: "0.80", cashableShare: "0.50", ledgerLine: "6230 Claims handlers, two posts not filled" }, "11000.00"),
  handling("claims-status", "Claims asked for by machine", "claims-contacts", { tier: "C", confidence: "0.60", cashableShare: "0", ledgerLine: null }, "2500.00"),
  handling("payment-reminders", "Reminders that nobody calls", "collections", { tier: "B", confidence: "0.80", cashableShare: "0.50", ledgerLine: "6220 Collectors" }, "5000.00"),
  margin("outbound-follow-up", "Orders after a call", "0.058", "0.031", "145.00", "0.36"),
  margin("service-renewals", "Contracts renewed after a call", "0.121", "0.083", "620.00", "0.42"),
  {
    code: "bad-debt", name: "Fewer debts written off", useCase: "payment-reminders", pool: "receivables", kind: "OTHER_EBIT", step: "OTHER",
    claim: { method: "AMOUNT", tier: "B", confidence: "0.80", cashableShare: "1", ledgerLine: "6900 Bad debt", figures: [stated("AMOUNT", "9600.00", "Write-offs against the same month of the year before")] },
  },
  {
    code: "days-outstanding", name: "Interest on cash that came earlier", useCase: "payment-reminders", pool: "receivables", kind: "NON_EBIT", step: "OTHER",
    claim: { method: "WORKING_CAPITAL", tier: "B", confidence: "0.80", cashableShare: "0", figures: [stated("DAYS", "1.2", "Receivables ledger"), stated("DAILY_SALES", "180000.00", "Sales ledger"), stated("ANNUAL_RATE", "0.055", "Treasury")] },
  },
];

/** Amounts are stated for the demo in its usual size and in full use; before April nobody's pay had risen. */
function atScale(figure: FigureInput, period: string, { scale }: DemoStage): FigureInput {
  if (figure === INDEX && period < DEMO_FULL_FROM) return stated("INDEX", "1", "No pay round since the baseline");
  if (!["AMOUNT", "DAILY_SALES"].includes(figure.name)) return figure;
  const use = BigInt(DEMO_PILOT[(DEMO_PERIODS as readonly string[]).indexOf(period)] ?? 1_000);
  return { ...figure, value: formatUnits((toMinor(figure.value!, { code: currency, exponent: 2 }, []) * BigInt(DEMO_SCALES[scale].perMille) * use) / 1_000_000n, 2) };
}

const liveIn = ({ useCase }: BenefitInput, period: string): boolean => (DEMO_USE_CASES.find(({ code }) => code === useCase)!.liveFrom ?? FIRST) <= period;

/** Baselines, pools, who did it, and what is to be claimed: agreed before the first month. */
export async function agreeOnBenefits(stage: DemoStage): Promise<void> {
  const { record, scale } = stage;
  for (const useCase of DEMO_USE_CASES) {
    // It is told as it would have come about: the day of capture is the story's, the entry in the audit trail is of now.
    const then = { now: () => windowOf(useCase).capturedAt };
    const { version } = await stage.asOwnerOf(useCase.businessUnit, (tx) => captureBaseline(baselinePorts(tx, record, then), baselineOf(useCase)));
    await stage.as(DEMO_FINANCE, (tx) => lockBaseline(baselinePorts(tx, record, then), { useCase: useCase.code, version }));
  }
  for (const { code, name, maximum, evidence, share, others } of POOLS) {
    const shares = [["voice-ai", share] as const, ...others].map(([project, of]) => ({ project, share: of }));
    await stage.as(DEMO_FINANCE, (tx) => defineBenefitPool(defineBenefitPoolPorts(tx, record), { code, name, effectiveFrom: FIRST, maximum: formatUnits((maximum * BigInt(DEMO_SCALES[scale].perMille)) / 1000n, 2), currency, evidence }));
    const { version } = await stage.as(DEMO_FINANCE, (tx) => proposeAttributionModel(attributionPorts(tx, record), { pool: code, effectiveFrom: FIRST, shares, evidence: "Benefits board, December" }));
    await stage.as(DEMO_CONTROLLER, (tx) => approveAttributionModel(attributionPorts(tx, record), version));
  }
  for (const benefit of BENEFITS) await stage.asOwnerOf(ownerOf(benefit), (tx) => defineBenefit(defineBenefitPorts(tx, record, stage.clock), benefit));
}

const ownerOf = ({ useCase }: BenefitInput): string => DEMO_USE_CASES.find(({ code }) => code === useCase)!.businessUnit;

/** Units claim what a month brought; finance signs before it closes. Of the open month all waits. */
export async function claimMonth(stage: DemoStage, period: string): Promise<void> {
  const live = BENEFITS.filter((benefit) => liveIn(benefit, period));
  const claims: Claim[] = [];
  for (const { code, claim, ...benefit } of live) {
    claims.push(await stage.asOwnerOf(ownerOf({ code, ...benefit }), (tx) => claimBenefit(claimBenefitPorts(tx, stage.record, stage.clock), { ...claim, figures: claim.figures.map((figure) => atScale(figure, period, stage)), benefit: code, period, currency })));
  }
  if (period === DEMO_OPEN_PERIOD) return;
  await stage.as(DEMO_CONTROLLER, async (tx) => {
    for (const { benefit, version } of claims) await signOffBenefit(decideClaimPorts(tx, stage.record, stage.clock), { benefit, period, version });
  });
}
