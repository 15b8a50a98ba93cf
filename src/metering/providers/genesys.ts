import { wholeOf } from "./exact-json";
import { isoOf } from "./instants";
import { Adapter, ProviderItem, compact, ignored, tidy, unknownFields } from "./leg";
import { JsonObject, Payload } from "./payload";

const WITHHELD = ["evaluations", "surveys", "resolutions", "participants", "mediaStatsMinConversationMos", "mediaStatsMinConversationRFactor", "conferenceStart", "knowledgeBaseIds", "externalTag"];
const CHANNELS: Readonly<Record<string, string>> = { voice: "VOICE", chat: "CHAT", webchat: "CHAT", message: "CHAT", email: "EMAIL", sms: "SMS" };
/** Segments in which nobody is connected: ringing before, paperwork after. */
const NOT_CONNECTED = new Set(["alert", "contacting", "dialing", "delay", "scheduled", "wrapup", "uploading", "transmitting", "converting", "barging"]);
/** Whose conversation it is, the first that takes part. Everybody else is in it at the same time. */
const CALLERS = ["customer", "external"];
const AGENTS = new Set(["agent", "user"]);

/**
 * Conversation details of Genesys Cloud: one contact, and a leg for each session of whoever called or was called. Flows, queues
 * and agents have sessions of their own that cover the same time: they are the leg's queue, human, hold and wrap time, and no
 * minutes of their own. Connected time is the sum of the segments in which somebody was connected. A conversation that is asked
 * for again later may have grown: the latest instant that it speaks of is the revision.
 */
export const genesys: Adapter = {
  unwrap: (root) => (Array.isArray(root.conversations) ? (root.conversations as unknown[]) : null),
  nameOf: (record) => record.conversationId,
  read(conversation) {
    const id = conversation.needText("conversationId");
    const endedAt = conversation.instant("conversationEnd");
    if (endedAt === null) return ignored("The conversation goes on: ask for it again when it has ended.");
    const participants = conversation.objects("participants");
    const sessions = participants.flatMap((participant) => {
      const purpose = participant.text("purpose");
      return participant.objects("sessions").map((session) => readSession(session, purpose));
    });
    const legs = callersOf(sessions);
    if (legs.length === 0) return ignored(sessions.length === 0 ? "The conversation holds no session." : "A callback that waits is no connection.");
    const around: Around = {
      id, endedAt, startedAt: conversation.instant("conversationStart"), isOutbound: conversation.text("originatingDirection") === "outbound", isSelfServed: conversation.flag("selfServed"),
      divisions: (conversation.list("divisionIds") ?? []).filter((division): division is string => typeof division === "string"), metadata: Object.assign({}, ...participants.map((participant) => participant.map("attributes"))) as JsonObject,
      revision: latest([endedAt, ...sessions.flatMap(({ instants }) => instants)]), queues: distinct(sessions.flatMap(({ queues }) => queues)), flows: distinct(sessions.flatMap(({ flowId }) => flowId ?? [])), unknown: unknownFields(conversation.rest(WITHHELD)),
    };
    // What others did counts once: with the first leg of its channel, or the first of all.
    return legs.map((leg, index) => legOf(leg, around, sessions.filter((each) => !legs.includes(each) && (legs.find(({ channel }) => channel === each.channel) ?? legs[0]) === legs[index])));
  },
};

interface Around {
  readonly id: string;
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly isOutbound: boolean;
  readonly isSelfServed: boolean | null;
  readonly divisions: readonly string[];
  readonly queues: readonly string[];
  readonly flows: readonly string[];
  readonly revision: number;
  readonly metadata: JsonObject;
  readonly unknown: JsonObject;
}

interface Session {
  readonly id: string;
  readonly purpose: string | null;
  readonly media: string;
  readonly channel: string;
  readonly status: string;
  readonly connectedAt: number | null;
  readonly connectedMs: number;
  /** The end of its last segment before any paperwork; null where it has none. */
  readonly endedAt: number | null;
  readonly disconnect: string | null;
  readonly queues: readonly string[];
  readonly flowId: string | null;
  readonly agentId: string | null;
  readonly campaignId: string | null;
  readonly sums: Readonly<Record<string, number>>;
  /** Every instant that it speaks of. */
  readonly instants: readonly number[];
}

/** Of any number of instants, which may be more than a function takes arguments. */
const latest = (instants: readonly number[]): number => instants.reduce((most, each) => Math.max(most, each));
const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

/** The sessions that are legs: those of the customer, else of the outside party, else of whoever was there first. */
function callersOf(sessions: readonly Session[]): readonly Session[] {
  const connections = sessions.filter(({ media }) => media !== "callback");
  for (const caller of [...CALLERS, connections[0]?.purpose ?? null]) {
    const own = connections.filter(({ purpose }) => purpose === caller);
    if (own.length > 0) return own;
  }
  return [];
}

function readSession(session: Payload, purpose: string | null): Session {
  const media = session.text("mediaType") ?? "voice";
  const segments = session.objects("segments").map((segment) => ({
    type: (segment.text("segmentType") ?? "").toLowerCase(), start: segment.instant("segmentStart"), end: segment.instant("segmentEnd"), disconnect: segment.text("disconnectType"), queueId: segment.text("queueId"), error: segment.text("errorCode"),
    isBusy: (segment.list("sipResponseCodes") ?? []).some((code) => code === 486),
  }));
  const connected = segments.filter(({ type, start, end }) => start !== null && end !== null && !NOT_CONNECTED.has(type));
  const connectedMs = connected.reduce((sum, { start, end }) => sum + Math.max(0, end! - start!), 0);
  const { sums, emitted } = metricsOf(session);
  const ends = segments.flatMap(({ type, end }) => (end === null || type === "wrapup" ? [] : [end]));
  const last = segments.at(-1);
  return {
    id: session.needText("sessionId"), purpose, media, channel: session.maybeText("messageType") === "sms" ? "SMS" : (CHANNELS[media] ?? "WEB"), connectedMs,
    status: connectedMs > 0 ? "COMPLETED" : segments.some(({ isBusy }) => isBusy) ? "BUSY" : last?.error ? "FAILED" : last?.disconnect === "client" || last?.disconnect === "peer" ? "CANCELLED" : "NO_ANSWER",
    connectedAt: connected.length > 0 ? -latest(connected.map(({ start }) => -start!)) : null, endedAt: ends.length > 0 ? latest(ends) : null, disconnect: last?.disconnect ?? null,
    queues: segments.flatMap(({ queueId }) => queueId ?? []), flowId: session.object("flow")?.text("flowId") ?? null, agentId: session.text("selectedAgentId"), campaignId: session.text("outboundCampaignId"),
    sums, instants: [...segments.flatMap(({ start, end }) => [start ?? 0, end ?? 0]), ...emitted],
  };
}

/** The event of a leg; `others` are the sessions of those who took part in it. */
function legOf(leg: Session, around: Around, others: readonly Session[]): ProviderItem {
  const all = [leg, ...others];
  const sumOf = (name: string, of: readonly Session[]): number | null => of.reduce<number | null>((sum, { sums }) => (sums[name] === undefined ? sum : (sum ?? 0) + sums[name]), null);
  const queued = all.filter(({ purpose }) => purpose === "acd");
  const first = <K extends "agentId" | "campaignId">(key: K): string | null => all.map((each) => each[key]).find((value) => value !== null) ?? null;
  const event = compact({
    eventId: `${around.id}/${leg.id}@${around.revision}`, type: "LEG_COMPLETED", revision: around.revision, provider: "genesys", providerRef: leg.id, contactId: around.id, legId: leg.id, agentId: first("agentId"),
    channel: leg.channel, direction: around.isOutbound ? "OUTBOUND" : "INBOUND", status: leg.status, initiatedAt: isoOf(around.startedAt), connectedAt: isoOf(leg.connectedAt), endedAt: isoOf(leg.endedAt ?? around.endedAt), connectedMs: leg.connectedMs,
    queueMs: queued.length === 0 ? null : queued.reduce((sum, { connectedMs }) => sum + connectedMs, 0), humanMs: sumOf("tTalk", all.filter(({ purpose }) => AGENTS.has(purpose ?? ""))), holdMs: sumOf("tHeld", all), wrapMs: sumOf("tAcw", all),
    outcome: (sumOf("nTransferred", all) ?? 0) > 0 ? "ESCALATED" : around.isSelfServed === true ? "CONTAINED" : null, campaignRunId: first("campaignId"),
    endReasonRaw: tidy(leg.disconnect, 500), attributes: { purpose: tidy(leg.purpose), mediaType: CHANNELS[leg.media] === undefined ? tidy(leg.media) : null, ...around.unknown },
  });
  return { kind: "leg", event, keys: { divisionIds: around.divisions, queueId: around.queues, flowId: around.flows }, metadata: around.metadata };
}

/** Sums of the session's metrics by name, in milliseconds or counts, and when they were emitted. */
function metricsOf(session: Payload): { sums: Readonly<Record<string, number>>; emitted: number[] } {
  const sums: Record<string, number> = {};
  const emitted: number[] = [];
  for (const metric of session.objects("metrics")) {
    const name = metric.needText("name");
    if (!["tTalk", "tHeld", "tAcw", "nTransferred"].includes(name)) continue;
    const value = metric.decimal("value");
    if (value !== null) sums[name] = (sums[name] ?? 0) + Number(wholeOf(value));
    const at = metric.instant("emitDate");
    if (at !== null) emitted.push(at);
  }
  return { sums, emitted };
}
