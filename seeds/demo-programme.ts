import { CreateBusinessUnitInput, CreateUseCaseInput } from "../src/tenancy";
import { BookCostInput, CreateCostPoolInput } from "../src/costs";
import { PolicyInput } from "../src/allocation";

/** The demo programme as data: who there is, what is booked, how it is divided. */
export const DEMO_PROGRAMME = { code: "demo", name: "Demo voice programme", currency: "GBP", timeZone: "Europe/London" } as const;
export const DEMO_PERIODS = ["2025-09", "2025-10"] as const;
export const DEMO_SOURCE = "demo://voice-platform";

export const DEMO_UNITS: readonly CreateBusinessUnitInput[] = [
  { code: "service", name: "Customer service", costCentre: "CC-100", chargebackMode: "CHARGEBACK" },
  { code: "sales", name: "Sales", costCentre: "CC-200", chargebackMode: "CHARGEBACK" },
  { code: "collections", name: "Collections", costCentre: "CC-300", chargebackMode: "CHARGEBACK" },
  { code: "logistics", name: "Logistics", costCentre: "CC-400", chargebackMode: "SHOWBACK" },
];

/** A use case, the share of the calls that it gets and the length of its calls. */
export interface DemoUseCase extends CreateUseCaseInput {
  readonly callsPerDay: number;
  readonly meanSeconds: number;
  readonly outbound: boolean;
}

export const DEMO_USE_CASES: readonly DemoUseCase[] = [
  { code: "inbound-triage", name: "Inbound triage", businessUnit: "service", callsPerDay: 26, meanSeconds: 180, outbound: false },
  { code: "appointment-scheduling", name: "Appointment scheduling", businessUnit: "service", callsPerDay: 12, meanSeconds: 140, outbound: false },
  { code: "outbound-follow-up", name: "Outbound follow-up", businessUnit: "sales", callsPerDay: 18, meanSeconds: 90, outbound: true },
  { code: "payment-reminders", name: "Payment reminders", businessUnit: "collections", callsPerDay: 10, meanSeconds: 255, outbound: true },
  { code: "order-status", name: "Order status", businessUnit: "logistics", callsPerDay: 9, meanSeconds: 70, outbound: false },
];

export const DEMO_POOLS: readonly CreateCostPoolInput[] = [
  { code: "platform", name: "Platform contract", kind: "PLATFORM_CONTRACT" },
  { code: "telephony", name: "Telephony infrastructure", kind: "TELEPHONY" },
  { code: "integration", name: "Integration overhead", kind: "INTEGRATION" },
  { code: "compliance", name: "Compliance overhead", kind: "COMPLIANCE" },
  { code: "programme-office", name: "Programme management", kind: "PROGRAMME_MANAGEMENT" },
];

const MONTHLY: ReadonlyArray<[string, string, string]> = [
  ["platform", "30000.00", "Voice Platform Ltd"],
  ["telephony", "6000.00", "Carrier plc"],
  ["integration", "14000.00", "Integration team"],
  ["compliance", "10000.00", "Compliance office"],
  ["programme-office", "5000.00", "Programme office"],
];

export const DEMO_COSTS: readonly BookCostInput[] = DEMO_PERIODS.flatMap((period) => [
  ...MONTHLY.map(([pool, amount, vendor]) => ({ pool, period, amount, currency: "GBP", externalId: `${pool}-${period}`, vendor, description: `${vendor}, ${period}` })),
  { pool: "platform", period, amount: "-450.00", currency: "GBP", externalId: `platform-credit-${period}`, vendor: "Voice Platform Ltd", description: `Service credit, ${period}` },
]);

export const DEMO_POLICY: PolicyInput = {
  effectiveFrom: DEMO_PERIODS[0],
  note: "Connected seconds; the platform half by calls; compliance by contacts",
  rules: [
    { pool: "platform", parts: [{ fraction: "0.5", driver: "CALLS" }, { fraction: "0.5", driver: "CONNECTED_SECONDS" }] },
    { pool: "telephony", parts: [{ driver: "BILLED_MINUTES", minimumSeconds: 60, incrementSeconds: 60 }] },
    { pool: "integration", parts: [{ driver: "CONNECTED_SECONDS" }] },
    { pool: "compliance", parts: [{ driver: "CONTACTS" }], exclude: ["logistics"] },
  ],
};
