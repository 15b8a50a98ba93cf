import { CHANNELS, COST_COMPONENTS, DIRECTIONS, OUTCOMES, SENTIMENTS, TRANSPORTS } from "../src/metering/usage-event";
import { USAGE_EVENT_FIELDS } from "../src/metering/usage-event-fields";
import { randomFrom } from "../seeds/random";
import { UNITS } from "./programme";

/** A stream of events: how wide it is spread, and whether it comes in the order of time. */
export interface Workload {
  readonly name: string;
  readonly units: number;
  readonly days: number;
  readonly ordered: boolean;
}

/** What one system sends in a day, in order; and what many have kept over a month, in none. */
export const WORKLOADS: readonly Workload[] = [
  { name: "day-feed", units: 10, days: 1, ordered: true },
  { name: "shuffled", units: 50, days: 31, ordered: false },
];

const DAY_MS = 86_400_000;
const MONTH_START = Date.parse("2025-10-01T00:00:00Z");
const pick = <T>(values: readonly T[], number: number): T => values[number % values.length]!;

/** Events with every field of the input filled; seven contacts to ten legs, as callers come back. */
export function* fullEvents(workload: Workload, count: number, prefix: string): Generator<Record<string, unknown>> {
  const random = randomFrom(77);
  const span = workload.days * DAY_MS - 7_200_000;
  for (let number = 0; number < count; number += 1) {
    const initiated = MONTH_START + (workload.ordered ? Math.floor((number / count) * span) : random(span));
    const unit = random(workload.units);
    yield fullEvent(prefix, number, initiated, UNITS[unit]!, `${UNITS[unit]!}-case-${1 + random(4)}`, random);
  }
}

function fullEvent(prefix: string, number: number, initiated: number, businessUnit: string, useCase: string, random: (below: number) => number): Record<string, unknown> {
  const at = (offset: number): string => new Date(initiated + offset).toISOString();
  const id = `${prefix}-${String(number).padStart(8, "0")}`;
  const connectedMs = 5_000 + random(600_000);
  const maybe = (): boolean => random(2) === 0;
  return {
    eventId: `${id}/completed`, type: "LEG_COMPLETED", revision: 0, businessUnit, useCase,
    contactId: `${prefix}-contact-${Math.floor(number * 0.7)}`, legId: id, channel: random(10) < 9 ? "VOICE" : pick(CHANNELS, random(5)), direction: pick(DIRECTIONS, useCase.charCodeAt(useCase.length - 1) % 2),
    status: "COMPLETED", initiatedAt: at(0), connectedAt: at(8_000), endedAt: at(8_000 + connectedMs), connectedMs, outcome: pick(OUTCOMES, random(4)), resolved: maybe(),
    provider: "voice-platform", test: false, specVersion: "1.0", occurredAt: at(8_000 + connectedMs), campaignRunId: `run-${random(90)}`, workflow: `workflow-${random(20)}`,
    cohort: `cohort-${random(8)}`, variant: pick(["a", "b"], random(2)), parentLegId: `${id}-parent`, providerRef: `call_${random(1e9).toString(36)}`, telephonyRef: `CA${random(1e9)}`,
    customerRef: `hmac-${random(1e9).toString(16)}${random(1e9).toString(16)}`, agentId: `agent_${random(40)}`, agentVersion: `${random(30)}`, promptVersion: `prompt-${random(30)}`, model: "gpt-realtime",
    transport: pick(TRANSPORTS, random(4)), language: "en-GB", country: "GB", jurisdiction: "GB-ENG", handoffRequestedAt: at(9_000), humanConnectedAt: at(12_000),
    queueMs: random(60_000), aiMs: random(connectedMs), humanMs: random(connectedMs), holdMs: random(9_000), wrapMs: random(9_000), messages: random(40), segments: 1 + random(4),
    tokens: { in: random(90_000), out: random(9_000), cached: random(50_000), audioIn: random(90_000), audioOut: random(90_000) }, endReasonRaw: "agent hangup after goal was reached",
    flags: { humanRequested: maybe(), optOut: false, distress: false, disclosed: true, consent: true, voicemail: false, complaint: false }, disclosedAt: at(9_500),
    sentiment: pick(SENTIMENTS, random(3)), csat: 1 + random(5), intent: `intent-${random(60)}`, writes: { required: 2, succeeded: 1 + random(2) },
    costItems: [
      { component: pick(COST_COMPONENTS, random(5)), quantity: `${random(20)}.${random(1000)}`, unit: "MINUTE", amount: `0.${1000 + random(9000)}`, currency: "USD", basis: "REPORTED" },
      { component: "TELEPHONY", quantity: "1", unit: "MINUTE", amount: `0.0${100 + random(900)}`, currency: "USD", basis: "RATED" },
    ],
    attributes: { queue: `queue-${random(30)}`, skill: `skill-${random(12)}`, attempt: random(4) },
  };
}

/** Names of fields that an event leaves empty: none, or the measurement is of something smaller than it says. */
export function emptyFields(event: Record<string, unknown>): string[] {
  return USAGE_EVENT_FIELDS.flatMap(({ name }) => {
    const [first, second] = name.split(".");
    const holder = event[first!] as Record<string, unknown> | undefined;
    return (second === undefined ? holder : holder?.[second]) === undefined ? [name] : [];
  });
}
