import { parseInstant } from "../../kernel/instant";
import { isoOf } from "./instants";
import { ProviderItem, compact, ignored, tidy } from "./leg";
import { Payload } from "./payload";

/** The recording that was analysed is named after the contact and the minute in which it began. */
const RECORDED_AT = /_(\d{4})(\d{2})(\d{2})T(\d{2}):(\d{2})_UTC\.[a-z0-9]+$/;

/**
 * The outcome that Contact Lens found, as a LEG_ANALYSED of its contact's leg. Parts of an analysis may be skipped; one
 * without a sentiment and a category says nothing of the leg. When the contact ended is not in it: it is the forwarder's
 * DisconnectTimestamp where there is one, else reckoned from the name of the recording.
 */
export function readContactLens(file: Payload): ProviderItem[] {
  const job = file.needText("JobStatus");
  if (job !== "COMPLETED") return ignored(`The analysis is ${job.slice(0, 60)}.`);
  const customer = file.object("CustomerMetadata");
  const id = customer?.text("ContactId") ?? file.text("ContactId");
  if (id === null) throw file.missing("CustomerMetadata.ContactId");
  const characteristics = file.object("ConversationCharacteristics");
  const score = characteristics?.object("Sentiment")?.object("OverallSentiment")?.decimal("CUSTOMER") ?? null;
  const categories = (file.object("Categories")?.list("MatchedCategories") ?? []).filter((category): category is string => typeof category === "string");
  if (score === null && categories.length === 0) return ignored("The analysis holds neither a sentiment nor a category.");
  const endedAt = file.instant("DisconnectTimestamp") ?? reckoned(customer?.maybeText("InputS3Uri") ?? null, characteristics?.whole("TotalConversationDurationMillis") ?? 0);
  if (endedAt === null) throw file.missing("DisconnectTimestamp", "an analysis does not say when its contact ended. Add the contact record's.");
  const event = compact({
    eventId: `${id}/contact-lens`, type: "LEG_ANALYSED", revision: endedAt, provider: "amazon-connect", providerRef: id, contactId: file.text("InitialContactId") ?? id, legId: id,
    channel: file.text("Channel") === "CHAT" ? "CHAT" : "VOICE", direction: "INBOUND", status: "COMPLETED", endedAt: isoOf(endedAt), connectedMs: 0,
    sentiment: score === null ? null : score.units < 0n ? "NEGATIVE" : score.units > 0n ? "POSITIVE" : "NEUTRAL", intent: tidy(categories[0] ?? null), language: file.maybeText("LanguageCode"),
    attributes: { categories: categories.slice(0, 20).map((category) => tidy(category)) },
  });
  return [{ kind: "leg", event, keys: {}, metadata: {} }];
}

function reckoned(recording: string | null, durationMs: number): number | null {
  const match = RECORDED_AT.exec(recording ?? "");
  const startedAt = match ? parseInstant(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:00Z`) : null;
  return startedAt === null ? null : startedAt + durationMs;
}
