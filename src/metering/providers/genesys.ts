import { wholeOf } from "./exact-json";
import { isoOf } from "./instants";
import { Adapter, ProviderItem, compact, ignored, tidy, unknownFields } from "./leg";
import { JsonObject, Payload } from "./payload";

const WITHHELD = ["evaluations", "surveys", "resolutions", "participants", "mediaStatsMinConversationMos", "mediaStatsMinConversationRFactor", "conferenceStart", "knowledgeBaseIds", "externalTag"];
const CHANNELS: Readonly<Record<string, string>> = { voice: "VOICE", chat: "CHAT", webchat: "CHAT", message: "CHAT", email: "EMAIL", sms: "SMS" };
/** Segments in which nobody is connected: ringing before, paperwork after. */
const NOT_CONNECTED = new Set(["alert", "contacting", "dialing", "delay", "scheduled", "wrapup", "uploading", "transmitting", "converting", "barging"]);

/**
 * Conversation details of Genesys Cloud: one leg for each session, of one contact. A session's connected time is the sum of
 * its segments in which somebody was connected. A conversation that is asked for again later may have grown: the latest
 * instant that it speaks of is the revision.
 */
export const genesys: Adapter = {
  unwrap: (root) => (Array.isArray(root.conversations) ? (root.conversations as unknown[]) : null),
  nameOf: (record) => record.conversationId,
  read(conversation) {
    const id = conversation.needText("conversationId");
    const endedAt = conversation.instant("conversationEnd");
    if (endedAt === null) return ignored("The conversation goes on: ask for it again when it has ended.");
    const shared = {
      id, endedAt, startedAt: conversation.instant("conversationStart"), isOutbound: conversation.text("originatingDirection") === "outbound", isSelfServed: conversation.flag("selfServed"),
      divisions: (conversation.list("divisionIds") ?? []).filter((division): division is string => typeof division === "string"),
    };
    const participants = conversation.objects("participants");
    const metadata: JsonObject = Object.assign({}, ...participants.map((participant) => participant.map("attributes")));
    const unknown = unknownFields(conversation.rest(WITHHELD));
    const legs = participants.flatMap((participant) => {
      const purpose = participant.text("purpose");
      return participant.objects("sessions").flatMap((session) => readSession(session, { ...shared, purpose, metadata, unknown }));
    });
    return legs.length > 0 ? legs : ignored("The conversation holds no session.");
  },
};

interface Around {
  readonly id: string;
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly isOutbound: boolean;
  readonly isSelfServed: boolean | null;
  readonly divisions: readonly string[];
  readonly purpose: string | null;
  readonly metadata: JsonObject;
  readonly unknown: JsonObject;
}

/** Of any number of instants, which may be more than a function takes arguments. */
const latest = (instants: readonly number[]): number => instants.reduce((most, each) => Math.max(most, each));

function readSession(session: Payload, around: Around): ProviderItem[] {
  const id = session.needText("sessionId");
  const media = session.text("mediaType") ?? "voice";
  if (media === "callback") return ignored("A callback that waits is no connection.");
  const segments = session.objects("segments").map((segment) => ({
    type: segment.text("segmentType"), start: segment.instant("segmentStart"), end: segment.instant("segmentEnd"), disconnect: segment.text("disconnectType"), queueId: segment.text("queueId"), error: segment.text("errorCode"),
    isBusy: (segment.list("sipResponseCodes") ?? []).some((code) => code === 486),
  }));
  const connected = segments.filter(({ type, start, end }) => start !== null && end !== null && !NOT_CONNECTED.has((type ?? "").toLowerCase()));
  const connectedMs = connected.reduce((sum, { start, end }) => sum + Math.max(0, end! - start!), 0);
  const metrics = metricsOf(session);
  const isAgent = around.purpose === "agent" || around.purpose === "user";
  const ends = segments.flatMap(({ type, end }) => (end === null || (type ?? "").toLowerCase() === "wrapup" ? [] : [end]));
  const endedAt = ends.length > 0 ? latest(ends) : around.endedAt;
  const revision = latest([around.endedAt, ...segments.flatMap(({ start, end }) => [start ?? 0, end ?? 0]), ...metrics.emitted]);
  const queues = [...new Set(segments.flatMap(({ queueId }) => (queueId === null ? [] : [queueId])))];
  const flowId = session.object("flow")?.text("flowId") ?? null;
  const last = segments.at(-1);
  const event = compact({
    eventId: `${around.id}/${id}@${revision}`, type: "LEG_COMPLETED", revision, provider: "genesys", providerRef: id, contactId: around.id, legId: id, agentId: session.text("selectedAgentId") ?? null,
    channel: session.maybeText("messageType") === "sms" ? "SMS" : (CHANNELS[media] ?? "WEB"), direction: around.isOutbound ? "OUTBOUND" : "INBOUND",
    status: connectedMs > 0 ? "COMPLETED" : segments.some(({ isBusy }) => isBusy) ? "BUSY" : last?.error ? "FAILED" : last?.disconnect === "client" || last?.disconnect === "peer" ? "CANCELLED" : "NO_ANSWER",
    initiatedAt: isoOf(around.startedAt), connectedAt: connected.length > 0 ? isoOf(-latest(connected.map(({ start }) => -start!))) : null, endedAt: isoOf(endedAt), connectedMs,
    queueMs: around.purpose === "acd" ? connectedMs : null, humanMs: isAgent ? (metrics.sums.tTalk ?? null) : null, holdMs: metrics.sums.tHeld ?? null, wrapMs: metrics.sums.tAcw ?? null,
    outcome: (metrics.sums.nTransferred ?? 0) > 0 ? "ESCALATED" : around.isSelfServed === true ? "CONTAINED" : null, campaignRunId: session.text("outboundCampaignId"),
    endReasonRaw: tidy(last?.disconnect ?? null, 500), attributes: { purpose: tidy(around.purpose), mediaType: CHANNELS[media] === undefined ? tidy(media) : null, ...around.unknown },
  });
  return [{ kind: "leg", event, keys: { divisionIds: around.divisions, queueId: queues, flowId: [flowId] }, metadata: around.metadata }];
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
