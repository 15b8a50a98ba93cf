import fc from "fast-check";

/** An event as it is sent. */
export type Input = Readonly<Record<string, unknown>> & { readonly eventId: string; readonly legId: string };

/** Months that usage falls into; the first ones, as many as are asked for. */
export const THREE_MONTHS = ["2025-09", "2025-10", "2025-11"] as const;

interface Version { readonly outcome: string | null; readonly cost: number; readonly revision: number; readonly type: string; readonly month: number; readonly day: number; readonly useCase: string | null; readonly ms: number; readonly status: string; readonly resolved: boolean | null; readonly test: boolean }

const version = (months: number): fc.Arbitrary<Version> => fc.record({
  outcome: fc.constantFrom("CONTAINED", "ESCALATED", "ABANDONED", null),
  cost: fc.nat({ max: 999 }),
  revision: fc.nat({ max: 3 }),
  type: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("LEG_COMPLETED", "LEG_UPDATED") }, { weight: 1, arbitrary: fc.constant("LEG_VOIDED") }, { weight: 3, arbitrary: fc.constantFrom("LEG_RATED", "LEG_ANALYSED") }),
  month: fc.nat({ max: months - 1 }),
  day: fc.integer({ min: 1, max: 30 }),
  useCase: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("order-status", "returns", "triage", "helpdesk") }, { weight: 1, arbitrary: fc.constantFrom(null, "nobody-knows") }),
  ms: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 900_000 })),
  status: fc.constantFrom("COMPLETED", "COMPLETED", "COMPLETED", "VOICEMAIL", "NO_ANSWER"),
  resolved: fc.constantFrom(true, false, null),
  test: fc.constantFrom(false, false, false, false, false, true),
});

/**
 * Legs with revisions, voids, late cost, late outcomes, tests and strays, of several units; contacts that meet several of them, as a transfer does;
 * legs that move to another month or unit with a revision, and revisions that tie. Every identity has one content.
 */
export function usage(options: { readonly months: number; readonly fewestLegs: number; readonly mostLegs: number }): fc.Arbitrary<Input[]> {
  const leg = fc.record({
    contact: fc.nat({ max: 4 }), channel: fc.constantFrom("VOICE", "VOICE", "VOICE", "CHAT", "SMS"), direction: fc.constantFrom("INBOUND", "OUTBOUND", "TRANSFER"),
    provider: fc.constantFrom("one", "two", null), versions: fc.array(version(options.months), { minLength: 1, maxLength: 4 }),
  });
  return fc.array(leg, { minLength: options.fewestLegs, maxLength: options.mostLegs }).map((legs) => legs.flatMap(({ versions, contact, ...same }, number) =>
    versions.map(({ month, day, ms, revision, outcome, cost, ...own }, index): Input => ({
      ...same, ...own, revision, outcome: own.type === "LEG_ANALYSED" ? (outcome ?? "NONE") : outcome,
      ...(own.type === "LEG_RATED" ? { costItems: [{ component: "TELEPHONY", amount: `0.${cost}`, currency: "USD", basis: "REPORTED" }] } : {}), eventId: `leg-${number}-event-${index}`, legId: `leg-${number}`, contactId: `contact-${contact}`,
      connectedMs: ms, connectedAt: null, endedAt: `${THREE_MONTHS[month]}-${String(day).padStart(2, "0")}T12:00:00.000Z`,
    }))));
}

/** What happens to a set of events on their way: batches, each on one of some lanes that run side by side. */
export interface Schedule {
  readonly lanes: ReadonlyArray<ReadonlyArray<readonly Input[]>>;
}

/** Shuffles, repeats, splits and spreads. */
export function scheduleOf(events: readonly Input[], random: (below: number) => number): Schedule {
  const sent = shuffled([...events, ...events.filter(() => random(3) === 0), ...events.filter(() => random(6) === 0)], random);
  const lanes: Input[][][] = Array.from({ length: 1 + random(4) }, () => []);
  for (let at = 0; at < sent.length;) {
    const size = 1 + random(8);
    lanes[random(lanes.length)]!.push(sent.slice(at, at + size));
    at += size;
  }
  return { lanes };
}

export function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const mixed = [...items];
  for (let index = mixed.length - 1; index > 0; index -= 1) {
    const other = random(index + 1);
    [mixed[index], mixed[other]] = [mixed[other]!, mixed[index]!];
  }
  return mixed;
}
