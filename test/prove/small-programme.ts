import { Door, must } from "../support/builders";

/** Units with their use cases; the sizes differ on purpose. */
export const UNIT_OF: Readonly<Record<string, string>> = { "order-status": "retail", returns: "retail", triage: "claims", helpdesk: "support" };
export const UNIT_CODES = ["claims", "retail", "support"] as const;
export const POOL_CODES = ["carrier", "desk", "platform"] as const;

/** Every driver, a blend, weights of channels and an exclusion. */
export const RULES = [
  { pool: "carrier", parts: [{ driver: "BILLED_MINUTES", minimumSeconds: 30, incrementSeconds: 6 }] },
  { pool: "desk", zeroDriver: "EVEN", exclude: ["claims"], parts: [{ driver: "RESOLVED_CONTACTS", channels: [{ channel: "VOICE", weight: "1" }, { channel: "CHAT", weight: "0.25" }] }] },
  { pool: "platform", parts: [{ fraction: "0.4", driver: "CALLS" }, { fraction: "0.35", driver: "CONNECTED_SECONDS" }, { fraction: "0.25", driver: "CONTACTS", channels: [{ channel: "VOICE", weight: "1" }, { channel: "CHAT", weight: "0.5" }] }] },
];

/** What BOOKINGS are needed for: pools in sequence with a dual rate, pools in a circle, and a year to date along a hierarchy of units. */
export const METHODS: ReadonlyArray<Readonly<Record<string, unknown>>> = [
  {
    services: "STEP_DOWN", rules: [
      { pool: "platform", parts: [{ fraction: "0.7", driver: "CALLS" }, { fraction: "0.3", method: "FIXED_SHARES", shares: [{ to: "desk", percent: "60" }, { to: "carrier", percent: "40" }] }] },
      { pool: "desk", parts: [{ bookedDriver: "headcount" }] },
      { pool: "carrier", limits: [{ receiver: "support", maximum: "300.00" }], spill: "PROPORTIONAL", parts: [{ method: "DUAL_RATE", driver: "BILLED_MINUTES", minimumSeconds: 30, incrementSeconds: 6, capacityDriver: "lines", fixedAmount: "1.00" }] },
    ],
  },
  {
    services: "RECIPROCAL", useCaseDriver: "CALLS", rules: [
      { pool: "desk", parts: [{ bookedDriver: "headcount" }] },
      { pool: "platform", zeroDriver: "PRIOR_PERIOD", exclude: ["support"], parts: [{ fraction: "0.8", driver: "CONNECTED_SECONDS" }, { fraction: "0.2", method: "FIXED_SHARES", shares: [{ to: "desk", percent: "100" }] }] },
      { pool: "carrier", parts: [{ method: "EVEN", to: ["claims", "support", "platform"] }] },
    ],
  },
  {
    services: "DIRECT", hierarchy: true, rules: [
      { pool: "platform", parts: [{ method: "CUMULATIVE", driver: "CONNECTED_SECONDS", since: "2025-09" }] },
      { pool: "carrier", parts: [{ method: "CUMULATIVE", bookedDriver: "lines", since: "2025-09" }] },
      { pool: "desk", parts: [{ method: "DIRECT_COST" }] },
    ],
  },
];

/** Drivers that finance books for METHODS. */
export const BOOKINGS: ReadonlyArray<Readonly<Record<string, unknown>>> = [
  { driver: "headcount", kind: "HEADCOUNT", unit: "people", holds: "UNTIL_REPLACED", quantities: [{ businessUnit: "retail", quantity: "3" }, { businessUnit: "claims", quantity: "1.50" }, { businessUnit: "support", quantity: "0.5" }, { pool: "platform", quantity: "2" }, { pool: "carrier", quantity: "1" }] },
  { driver: "lines", kind: "RESERVED_CAPACITY", unit: "lines", holds: "UNTIL_REPLACED", quantities: [{ businessUnit: "retail", useCase: "returns", quantity: "4" }, { businessUnit: "claims", quantity: "2" }, { businessUnit: "support", quantity: "1" }] },
];

/** People of one programme. */
export function inProgramme(door: Door, programme: string): Door {
  return { as: (role, options) => door.as(role, { programme, ...options }) };
}

/** A programme with its costs booked and its policy agreed, in five requests. `pools` makes it cheaper where less will do. */
export async function makeProgramme(door: Door, code: string, periods: readonly string[], pools: readonly string[] = POOL_CODES): Promise<Door> {
  const people = inProgramme(door, code);
  const list = (texts: readonly string[]): string => `mutation { ${texts.map((text, index) => `m${index}: ${text}`).join(" ")} }`;
  const ok = "userErrors { code message }";
  await must(door.as("ADMIN", { programme: null }), `mutation($input: CreateProgrammeInput!) { createProgramme(input: $input) { ${ok} } }`, { input: { code, name: code, currency: "USD", timeZone: "America/New_York" } });
  await must(people.as("ADMIN"), list([
    ...UNIT_CODES.map((unit) => `createBusinessUnit(input: { code: "${unit}", name: "${unit}" }) { ${ok} }`),
    ...Object.entries(UNIT_OF).map(([useCase, unit]) => `createUseCase(input: { code: "${useCase}", name: "${useCase}", businessUnit: "${unit}" }) { ${ok} }`),
  ]));
  const finance = people.as("FINANCE");
  await must(finance, list([
    ...pools.map((pool) => `createCostPool(input: { code: "${pool}", name: "${pool}", kind: OTHER }) { ${ok} }`),
    ...periods.flatMap((period, index) => pools.map((pool) => `bookCost(input: { pool: "${pool}", period: "${period}", amount: "${1_000 + 37 * index}.0${pool.length % 10}", currency: "USD", externalId: "${pool}-${period}" }) { ${ok} }`)),
    `setCloseRules(input: { unattributedThreshold: 1000000, reason: "strays are part of it" }) { ${ok} }`,
  ]));
  const effectiveFrom = [...periods].sort()[0]!;
  const { proposeAllocationPolicy } = await must(finance, `mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version } ${ok} } }`, { input: { effectiveFrom, rules: RULES.filter(({ pool }) => pools.includes(pool)) } });
  await must(people.as("FINANCE", { subject: "second-person" }), `mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { ${ok} } }`, { input: { version: proposeAllocationPolicy.policy.version as number } });
  return people;
}

const PERIOD_PAYLOAD = "period { status hash cutoff } missing { check } userErrors { code message }";
export const REQUEST_CLOSE = `mutation($input: PeriodInput!) { requestClose(input: $input) { ${PERIOD_PAYLOAD} } }`;
export const CLOSE_PERIOD = `mutation($input: PeriodInput!) { closePeriod(input: $input) { ${PERIOD_PAYLOAD} } }`;

/** Divides and closes a month; answers the hashes of its run and of its figures. */
export async function closeMonth(people: Door, period: string): Promise<{ inputHash: string; resultHash: string; hash: string }> {
  const finance = people.as("FINANCE");
  const { allocatePeriod } = await must(finance, "mutation($input: AllocatePeriodInput!) { allocatePeriod(input: $input) { run { inputHash resultHash } userErrors { code message } } }", { input: { period } });
  await must(finance, REQUEST_CLOSE, { input: { period } });
  const { closePeriod } = await must(people.as("FINANCE", { subject: "second-person" }), CLOSE_PERIOD, { input: { period } });
  const { inputHash, resultHash } = allocatePeriod.run as { inputHash: string; resultHash: string };
  return { inputHash, resultHash, hash: closePeriod.period.hash as string };
}
