import { parseInstant } from "../../kernel/instant";
import { amazonConnect } from "./amazon-connect";
import { bland } from "./bland";
import { elevenlabs } from "./elevenlabs";
import { genesys } from "./genesys";
import { Adapter, ProviderItem, compact, tidy } from "./leg";
import { livekit } from "./livekit";
import { openaiRealtime } from "./openai-realtime";
import { Payload, PayloadFault, isObject } from "./payload";
import { Provider } from "./provider";
import { retell } from "./retell";
import { ProviderMapping, mappingAt, placementOf } from "./routes";
import { twilio } from "./twilio";
import { vapi } from "./vapi";

const ADAPTERS: Readonly<Record<Provider, Adapter>> = { twilio, "amazon-connect": amazonConnect, genesys, vapi, retell, bland, livekit, "openai-realtime": openaiRealtime, elevenlabs };

/**
 * The legs that a payload of a provider stands for, and what of it was left alone or refused, record by record; never
 * throws. `payload` is JSON as `parseExactJson` reads it; `isText`: all its values are text (form fields, rows of a CSV).
 * What one record lacks does not spoil the others.
 */
export function readProvider(provider: Provider, payload: unknown, isText = false): ProviderItem[] {
  const adapter = ADAPTERS[provider];
  let records: readonly unknown[];
  try {
    records = Array.isArray(payload) ? (payload as unknown[]) : ((isObject(payload) ? adapter.unwrap?.(payload) : null) ?? [payload]);
  } catch (error) {
    if (error instanceof PayloadFault) return [faultOf(error, "")];
    throw error;
  }
  return records.flatMap((record) => readRecord(adapter, record, isText));
}

function readRecord(adapter: Adapter, record: unknown, isText: boolean): ProviderItem[] {
  if (!isObject(record)) return [{ kind: "fault", eventId: "", about: "payload", message: "A record of the provider must be an object." }];
  try {
    return adapter.read(new Payload(record, "", isText));
  } catch (error) {
    if (error instanceof PayloadFault) return [faultOf(error, adapter.nameOf(record))];
    throw error;
  }
}

function faultOf({ path, message }: PayloadFault, name: unknown): ProviderItem {
  return { kind: "fault", eventId: tidy(typeof name === "string" ? name : null) ?? "", about: path.replace(/\[\d+\]/g, "").slice(0, 60), message };
}

/** How the legs of a connection are placed: its mappings, and the codes of the units that it may write; null: any. */
export interface Placing {
  readonly mappings: readonly ProviderMapping[];
  readonly units: ReadonlySet<string> | null;
}

/** The canonical event of a leg, with the unit and the use case under which the connection reports it. */
export function placed(leg: Extract<ProviderItem, { kind: "leg" }>, { mappings, units }: Placing): Record<string, unknown> {
  const endedAtMs = parseInstant(String(leg.event.endedAt)) ?? 0;
  return compact({ ...leg.event, ...placementOf(leg, mappingAt(mappings, endedAtMs)?.routes ?? [], units) });
}
