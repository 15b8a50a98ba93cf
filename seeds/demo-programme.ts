import { CreateBusinessUnitInput, CreateUseCaseInput } from "../src/tenancy";
import { Channel, RegisterSourceInput } from "../src/metering";

/** The demo programme as data: who there is and what they do. Every name and figure is made up. */
export const DEMO_PROGRAMME = { code: "demo", currency: "GBP", timeZone: "Europe/London" } as const;

/** Three quarters that are closed, in order, and the month that is open. */
export const DEMO_CLOSED_PERIODS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09"] as const;
export const DEMO_OPEN_PERIOD = "2025-10";
export const DEMO_PERIODS = [...DEMO_CLOSED_PERIODS, DEMO_OPEN_PERIOD] as const;

/** The first quarter is a pilot of the use cases that are there from the beginning: per mille of full use, month by month, until they are used by all. */
export const DEMO_PILOT: readonly number[] = [100, 140, 200];
export const DEMO_FULL_FROM = "2025-04";

/** How many contacts in all, about: the same story with more or fewer people in it. */
export const DEMO_SCALES = {
  s: { name: "Demo voice programme, small", perMille: 40 },
  m: { name: "Demo voice programme", perMille: 1_000 },
  l: { name: "Demo voice programme, large", perMille: 10_000 },
} as const;
export type DemoScale = keyof typeof DEMO_SCALES;

export const DEMO_UNITS: readonly CreateBusinessUnitInput[] = [
  { code: "sales", name: "Sales", costCentre: "CC-100", chargebackMode: "CHARGEBACK" },
  { code: "service", name: "Customer service", costCentre: "CC-200", chargebackMode: "CHARGEBACK" },
  { code: "collections", name: "Collections", costCentre: "CC-300", chargebackMode: "CHARGEBACK" },
  { code: "logistics", name: "Logistics", costCentre: "CC-400", chargebackMode: "SHOWBACK" },
  { code: "claims", name: "Claims", costCentre: "CC-500", chargebackMode: "CHARGEBACK" },
];

/** A use case, how many contacts it has and what they are like. */
export interface DemoUseCase extends CreateUseCaseInput {
  /** On a working day, once it is used to the full. */
  readonly contactsPerDay: number;
  readonly meanSeconds: number;
  readonly outbound: boolean;
  /** The month in which it went live; absent for what the pilot began with. */
  readonly liveFrom?: string;
  /** Per mille of the contacts that come on channels other than VOICE, which take part from May on. */
  readonly otherChannels: ReadonlyArray<readonly [Channel, number]>;
  /** Per mille of the answered calls that the assistant hands over to a person. */
  readonly escalatedPerMille: number;
}

const useCase = (code: string, name: string, businessUnit: string, more: Pick<DemoUseCase, "contactsPerDay" | "meanSeconds"> & Partial<DemoUseCase>): DemoUseCase => ({
  code, name, businessUnit, outbound: false, otherChannels: [], escalatedPerMille: 250, ...more,
});

export const DEMO_USE_CASES: readonly DemoUseCase[] = [
  useCase("inbound-triage", "Inbound triage", "service", { contactsPerDay: 155, meanSeconds: 170, otherChannels: [["CHAT", 90], ["WEB", 40]], escalatedPerMille: 300 }),
  useCase("appointment-scheduling", "Appointment scheduling", "service", { contactsPerDay: 63, meanSeconds: 140, otherChannels: [["SMS", 120]], escalatedPerMille: 120 }),
  useCase("outbound-follow-up", "Outbound follow-up", "sales", { contactsPerDay: 97, meanSeconds: 95, outbound: true, otherChannels: [["SMS", 60]], escalatedPerMille: 150 }),
  useCase("service-renewals", "Service renewals", "sales", { contactsPerDay: 55, meanSeconds: 210, outbound: true, liveFrom: "2025-08", escalatedPerMille: 200 }),
  useCase("payment-reminders", "Payment reminders", "collections", { contactsPerDay: 80, meanSeconds: 110, outbound: true, otherChannels: [["SMS", 150]], escalatedPerMille: 180 }),
  useCase("order-status", "Order status", "logistics", { contactsPerDay: 71, meanSeconds: 70, otherChannels: [["CHAT", 70], ["SMS", 50]], escalatedPerMille: 90 }),
  useCase("returns", "Returns", "logistics", { contactsPerDay: 38, meanSeconds: 150, liveFrom: "2025-06", otherChannels: [["WEB", 110]], escalatedPerMille: 200 }),
  useCase("claims-intake", "Claims intake", "claims", { contactsPerDay: 63, meanSeconds: 320, liveFrom: "2025-06", otherChannels: [["WEB", 60]], escalatedPerMille: 350 }),
  useCase("claims-status", "Claims status", "claims", { contactsPerDay: 50, meanSeconds: 85, liveFrom: "2025-08", otherChannels: [["CHAT", 80]], escalatedPerMille: 110 }),
];

/** Where a caller of inbound triage is put through to: use cases of other units. */
export const DEMO_TRANSFERS: readonly string[] = ["claims-intake", "returns", "order-status"];

/** Per mille of full use in the first months after a use case went live, beside those of the pilot; two per cent more in every month after those. */
export const DEMO_RAMP: readonly number[] = [350, 650, 900, 1_000];

/** What one system still calls order status by mistake: nobody knows the name, so its usage belongs to nobody. */
export const DEMO_STRAYS = { reportedAs: "order-tracking", useCase: "order-status", everyDays: 5 } as const;

export const DEMO_SOURCE = "demo://voice-platform";

/** Who answers for it, and how often it is heard of at the least when the pilot is over: also over a holiday weekend of the smallest scale. */
export const DEMO_SOURCE_REGISTRATION: RegisterSourceInput = {
  uri: DEMO_SOURCE, name: "Voice platform", owner: "Platform team", contact: "platform-team@example.com", kind: "PLATFORM", expectedEverySeconds: 2 * 86_400, expectedFrom: new Date("2025-04-01T00:00:00Z"),
};

/** Days without business, beside the Sundays. */
export const DEMO_HOLIDAYS: ReadonlySet<string> = new Set(["2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25"]);

/** The month whose last calls of one system came when it was closed already. */
export const DEMO_LATE_PERIOD = "2025-07";

/** The month that is restated when calls of a use case came after it was posted. */
export const DEMO_RESTATED = { period: "2025-08", useCase: "appointment-scheduling", reason: "The booking system sent a dozen calls of 30 August when the month was posted." } as const;

/** A unit that says it was charged for what it did not order, and gets half of what it asks for back. */
export const DEMO_DISPUTE = {
  period: "2025-08", businessUnit: "sales", useCase: "outbound-follow-up", pool: "platform",
  reason: "On 14 August the dialler called the same list twice.", evidence: "dialler log 2025-08-14, list 0814-B", credit: "310.00",
  answer: "The second run was ours to stop: the programme bears half of it.",
} as const;

/** Months whose statements are posted, and statements of later ones that nobody has accepted yet. */
export const DEMO_POSTED_PERIODS: readonly string[] = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08"];
export const DEMO_UNACCEPTED: ReadonlyArray<{ readonly period: string; readonly businessUnit: string }> = [
  { period: "2025-09", businessUnit: "sales" }, { period: "2025-09", businessUnit: "claims" },
];
