import { BookCostInput, CreateCostPoolInput } from "../src/costs";
import { PolicyInput } from "../src/allocation";
import { formatUnits } from "../src/kernel/decimal";
import { DEMO_PERIODS, DEMO_PROGRAMME, DEMO_SCALES, DemoScale } from "./demo-programme";

/** What is booked and how it is divided: the same at every scale. */
export const DEMO_POOLS: readonly CreateCostPoolInput[] = [
  { code: "platform", name: "Platform contract", kind: "PLATFORM_CONTRACT" },
  { code: "telephony", name: "Telephony infrastructure", kind: "TELEPHONY" },
  { code: "integration", name: "Integration overhead", kind: "INTEGRATION" },
  { code: "compliance", name: "Compliance overhead", kind: "COMPLIANCE" },
  { code: "messaging", name: "Messaging gateway", kind: "OTHER" },
  { code: "programme-office", name: "Programme management", kind: "PROGRAMME_MANAGEMENT" },
  { code: "model-usage", name: "Model usage by use case", kind: "DIRECT" },
];

/** Pounds a month, January to October: the pilot is on a smaller contract. The messaging gateway is booked as nothing before it is paid, from April, and used from May: nobody bears April's. */
const MONTHLY: ReadonlyArray<{ readonly pool: string; readonly vendor: string; readonly amounts: readonly string[]; readonly useCase?: string }> = [
  { pool: "platform", vendor: "Voice Platform Ltd", amounts: ["9000.00", "9000.00", "9000.00", "30000.00", "30000.00", "30000.00", "30000.00", "34000.00", "34000.00", "34000.00"] },
  { pool: "telephony", vendor: "Carrier plc", amounts: ["421.06", "583.92", "846.35", "4218.37", "4302.90", "4977.15", "5840.62", "6411.08", "7023.54", "7390.21"] },
  { pool: "integration", vendor: "Integration team", amounts: ["3000.00", "3000.00", "4500.00", "9000.00", "9000.00", "12500.00", "12500.00", "14000.00", "11000.00", "11000.00"] },
  { pool: "compliance", vendor: "Compliance office", amounts: ["1500.00", "1500.00", "1500.00", "5000.00", "5000.00", "6500.00", "6500.00", "6500.00", "6500.00", "6500.00"] },
  { pool: "messaging", vendor: "Gateway GmbH", amounts: ["0.00", "0.00", "0.00", "1200.00", "1200.00", "1200.00", "1200.00", "1200.00", "1200.00", "1200.00"] },
  { pool: "programme-office", vendor: "Programme office", amounts: ["2000.00", "2000.00", "2000.00", "5000.00", "5000.00", "8000.00", "8000.00", "11000.00", "11000.00", "11000.00"] },
  { pool: "model-usage", vendor: "Model Vendor Inc", useCase: "inbound-triage", amounts: ["190.12", "266.40", "380.77", "1904.55", "1951.20", "1987.63", "2014.08", "2060.71", "2133.49", "2170.02"] },
  { pool: "model-usage", vendor: "Model Vendor Inc", useCase: "outbound-follow-up", amounts: ["61.20", "85.93", "122.51", "612.40", "640.11", "655.87", "671.30", "690.02", "702.18", "711.95"] },
  { pool: "model-usage", vendor: "Model Vendor Inc", useCase: "claims-intake", amounts: ["0", "0", "0", "0", "0", "540.66", "1013.92", "1420.35", "1588.77", "1642.10"] },
];

/** Service credits for months in which the platform missed its availability. */
const CREDITS: ReadonlyArray<readonly [string, string]> = [["2025-05", "-450.00"], ["2025-09", "-1020.00"]];

/** What is booked in a month; every booking has the identity that it would have in the sender's books. */
export function demoCosts(period: string): BookCostInput[] {
  const month = (DEMO_PERIODS as readonly string[]).indexOf(period);
  const invoices = MONTHLY.filter(({ amounts }) => amounts[month] !== "0").map(({ pool, vendor, amounts, useCase }) => ({
    pool, period, amount: amounts[month]!, currency: DEMO_PROGRAMME.currency, externalId: [pool, useCase, period].filter(Boolean).join("/"), vendor, useCase,
    description: `${vendor}, ${period}`,
  }));
  const credits = CREDITS.filter(([of]) => of === period).map(([, amount]) => ({
    pool: "platform", period, amount, currency: DEMO_PROGRAMME.currency, externalId: `platform/credit/${period}`, vendor: "Voice Platform Ltd", description: `Service credit, ${period}`, kind: "CREDIT" as const,
  }));
  return [...invoices, ...credits];
}

const PLATFORM_BY_TIME = { pool: "platform", parts: [{ driver: "CONNECTED_SECONDS" as const }] };
const TELEPHONY = { pool: "telephony", parts: [{ driver: "BILLED_MINUTES" as const, minimumSeconds: 60, incrementSeconds: 60 }] };
const INTEGRATION = { pool: "integration", parts: [{ driver: "CONNECTED_SECONDS" as const }] };
const COMPLIANCE = { pool: "compliance", parts: [{ driver: "CONTACTS" as const }], exclude: ["logistics"] };
/** Pounds for a conversation by chat or web; a fifth of it for one by SMS. */
const DEMO_STANDARD_RATE = "1.30";
const MESSAGING = { pool: "messaging", parts: [{ driver: "CONTACTS" as const, channels: [{ channel: "CHAT" as const, weight: "1" }, { channel: "SMS" as const, weight: "0.2" }, { channel: "WEB" as const, weight: "1" }] }] };

/**
 * From July on the gateway is charged at a standard rate that the units can plan with. It is for as many contacts as the scale has for
 * each one of the demo's own: the rate recovers about the same at every scale.
 */
const standardMessaging = (scale: DemoScale): PolicyInput["rules"][number] => ({ pool: MESSAGING.pool, parts: MESSAGING.parts.map((part) => ({ ...part, method: "RATE" as const, rate: DEMO_STANDARD_RATE, ratePer: formatUnits(BigInt(DEMO_SCALES[scale].perMille), 3) })) });

/** Three versions: the standard rate from July on; from August the platform is divided half by calls and half by time, no longer by time alone. */
export function demoPolicies(scale: DemoScale): PolicyInput[] {
  const rate = standardMessaging(scale);
  return [
    {
      effectiveFrom: DEMO_PERIODS[0],
      note: "Connected seconds; telephony by billed minutes; compliance by contacts",
      rules: [PLATFORM_BY_TIME, TELEPHONY, INTEGRATION, COMPLIANCE, MESSAGING],
    },
    { effectiveFrom: "2025-07", note: "Messaging at a standard rate, trued up at the end of the quarter", rules: [PLATFORM_BY_TIME, TELEPHONY, INTEGRATION, COMPLIANCE, rate] },
    {
      effectiveFrom: "2025-08",
      note: "The platform half by calls, half by connected seconds: each call costs it a slot, however short",
      rules: [{ pool: "platform", parts: [{ fraction: "0.5", driver: "CALLS" }, { fraction: "0.5", driver: "CONNECTED_SECONDS" }] }, TELEPHONY, INTEGRATION, COMPLIANCE, rate],
    },
  ];
}
