import { Channel } from "../src/metering";
import { DEMO_TRANSFERS, DEMO_USE_CASES, DemoUseCase } from "./demo-programme";

/** A usage event as an integration would send it. */
export type RawEvent = Record<string, unknown> & { readonly eventId: string; readonly connectedMs: number };
/** A whole number from 0 to below the given one. */
export type Draw = (below: number) => number;

/** Somebody who gets in touch, or is got in touch with. */
export interface Contact {
  readonly id: string;
  readonly period: string;
  readonly useCase: DemoUseCase;
  readonly reportedAs: string;
  readonly atMs: number;
}

/** Other channels than VOICE take part from here on. */
const CHANNELS_FROM = "2025-05";
const LATE_CALLS = 12;

/** Tenths of all calls last up to these per mille of the mean: many are short, a few very long. */
const DECILES: readonly number[] = [25, 120, 260, 420, 590, 780, 1_010, 1_330, 1_850, 2_700, 5_400];

function durationMs(meanSeconds: number, random: Draw): number {
  const tenth = random(10);
  const [from, to] = [DECILES[tenth]!, DECILES[tenth + 1]!];
  return meanSeconds * (from + random(to - from)) + random(1_000);
}

/** The events of a contact: one leg; two when the caller is put through to the use case of another unit. */
export function eventsOf(contact: Contact, random: Draw): RawEvent[] {
  const channel = channelOf(contact, random);
  if (channel !== "VOICE") return [messageEvent(contact, channel, random)];
  const first = contact.useCase.outbound ? outboundCall(contact, random) : inboundCall(contact, random);
  const wantsOther = first.outcome === "ESCALATED" && contact.useCase.code === "inbound-triage" && random(1_000) < 120;
  const target = wantsOther ? transferTarget(contact.period, random) : undefined;
  return target ? [first, transferred(contact, first, target, random)] : [first];
}

function channelOf({ useCase, period }: Contact, random: Draw): Channel {
  let drawn = random(1_000);
  if (period < CHANNELS_FROM) return "VOICE";
  for (const [channel, perMille] of useCase.otherChannels) {
    if (drawn < perMille) return channel;
    drawn -= perMille;
  }
  return "VOICE";
}

const instant = (ms: number): string => new Date(ms).toISOString();

function base({ id, useCase, reportedAs }: Contact, channel: Channel) {
  return {
    eventId: `${id}/completed`, contactId: `contact-${id}`, legId: `leg-${id}`, useCase: reportedAs, channel, direction: useCase.outbound ? "OUTBOUND" : "INBOUND",
    provider: `demo-${channel === "VOICE" ? "voice" : "messaging"}`, language: "en-GB",
  };
}

function messageEvent(contact: Contact, channel: Channel, random: Draw): RawEvent {
  const messages = channel === "SMS" ? 1 + random(3) : 4 + random(14);
  const connectedMs = channel === "SMS" ? 0 : messages * 1_000 * (10 + random(25));
  const resolved = random(100) < 70;
  return {
    ...base(contact, channel), status: "COMPLETED", initiatedAt: instant(contact.atMs), connectedAt: instant(contact.atMs), endedAt: instant(contact.atMs + connectedMs), connectedMs, messages,
    outcome: resolved ? "CONTAINED" : "ESCALATED", resolved,
  };
}

function inboundCall(contact: Contact, random: Draw): RawEvent {
  if (random(1_000) < 25) return unanswered(contact, "CANCELLED", 2_000 + random(25_000));
  return answered(contact, durationMs(contact.useCase.meanSeconds, random), 1_000 + random(6_000), random);
}

function outboundCall(contact: Contact, random: Draw): RawEvent {
  const drawn = random(1_000);
  if (drawn < 230) return unanswered(contact, "NO_ANSWER", 20_000 + random(15_000));
  if (drawn < 265) return unanswered(contact, "BUSY", 3_000 + random(4_000));
  if (drawn < 275) return unanswered(contact, "FAILED", 500 + random(3_000));
  const ringing = 4_000 + random(18_000);
  if (drawn < 400) return { ...connected(contact, 14_000 + random(24_000), ringing), status: "VOICEMAIL", outcome: "MESSAGE_LEFT" };
  return answered(contact, durationMs(contact.useCase.meanSeconds, random), ringing, random);
}

function unanswered(contact: Contact, status: string, ringingMs: number): RawEvent {
  return { ...base(contact, "VOICE"), status, initiatedAt: instant(contact.atMs), endedAt: instant(contact.atMs + ringingMs), connectedMs: 0 };
}

function connected(contact: Contact, connectedMs: number, ringingMs: number) {
  const connectedAt = contact.atMs + ringingMs;
  return { ...base(contact, "VOICE"), status: "COMPLETED", initiatedAt: instant(contact.atMs), connectedAt: instant(connectedAt), endedAt: instant(connectedAt + connectedMs), connectedMs };
}

function answered(contact: Contact, connectedMs: number, ringingMs: number, random: Draw): RawEvent {
  const drawn = random(1_000);
  const escalated = drawn < contact.useCase.escalatedPerMille;
  const gaveUp = !escalated && (drawn >= 960 || connectedMs < 8_000);
  const optedOut = contact.useCase.outbound && !escalated && !gaveUp && drawn >= 945;
  const outcome = escalated ? "ESCALATED" : gaveUp ? "ABANDONED" : optedOut ? "OPTED_OUT" : "CONTAINED";
  return { ...connected(contact, connectedMs, ringingMs), outcome, resolved: outcome === "CONTAINED" && random(100) < 91 };
}

function transferTarget(period: string, random: Draw): DemoUseCase | undefined {
  const drawn = DEMO_TRANSFERS[random(DEMO_TRANSFERS.length)];
  const target = DEMO_USE_CASES.find(({ code }) => code === drawn)!;
  return target.liveFrom === undefined || target.liveFrom <= period ? target : undefined;
}

/** The second leg of a contact: it begins when the first ends, in another unit. */
function transferred(contact: Contact, first: RawEvent, target: DemoUseCase, random: Draw): RawEvent {
  const atMs = Date.parse(first["endedAt"] as string);
  const second = answered({ ...contact, useCase: target, reportedAs: target.code, atMs }, durationMs(target.meanSeconds, random), 500, random);
  return { ...second, eventId: `${contact.id}/transferred`, legId: `leg-${contact.id}-2`, parentLegId: `leg-${contact.id}`, direction: "TRANSFER" };
}

/** What the platform says later about a leg: one in five was never real, the others lasted a little less long than was told. */
export function correctionOf(first: RawEvent, random: Draw): RawEvent {
  if (random(5) === 0) return { ...first, eventId: first.eventId.replace("completed", "voided"), type: "LEG_VOIDED", revision: 1 };
  const connectedMs = Math.floor((first.connectedMs * (850 + random(100))) / 1_000);
  return {
    ...first, eventId: first.eventId.replace("completed", "corrected"), type: "LEG_UPDATED", revision: 1, connectedMs,
    endedAt: instant(Date.parse(first["endedAt"] as string) - (first.connectedMs - connectedMs)),
  };
}

/** A dozen answered calls of one afternoon. */
export function lateEvents(useCase: DemoUseCase, period: string, noonMs: number, random: Draw): RawEvent[] {
  return Array.from({ length: LATE_CALLS }, (_, index) => {
    const contact: Contact = { id: `${period.replace("-", "")}-late-${String(index + 1).padStart(2, "0")}`, period, useCase, reportedAs: useCase.code, atMs: noonMs + index * 900_000 + random(600_000) };
    return answered(contact, durationMs(useCase.meanSeconds, random), 1_000 + random(6_000), random);
  });
}
