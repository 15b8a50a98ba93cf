import { Refusal } from "../../kernel/refusal";
import { BulkBatch, LineResult, countInto, emptyTally, readEnvelope } from "../../metering";
import { LARGEST_BATCH } from "../../metering/usage-event";
import { httpStatusOf } from "../refusals";
import { UsageForm } from "./usage-form";

/** What a request that came whole is answered. */
export interface WholeAnswer {
  readonly status: number;
  readonly body: unknown;
}

type Store = (batch: BulkBatch) => Promise<LineResult[]>;

/** One event: its verdict, and a status that says the same, so that a sender of webhooks knows whether to send again. */
export async function takeSingle(body: Buffer, form: UsageForm, nowMs: number, store: Store): Promise<WholeAnswer> {
  const parsed = parse(body);
  if (Array.isArray(parsed)) throw new Refusal("BAD_USER_INPUT", "This is a list of events: send it as application/cloudevents-batch+json.");
  const batch = new BulkBatch(nowMs);
  addItem(batch, form.attributes ? { ...form.attributes, data: parsed } : parsed);
  const [result] = await store(batch);
  const refused = result!.outcome === "REJECTED" || result!.outcome === "CONFLICT";
  return { status: refused ? httpStatusOf(result!.code ?? "BAD_USER_INPUT") : 200, body: result };
}

/** A list of events: one result for each, in order, and how many got which. */
export async function takeBatch(body: Buffer, nowMs: number, store: Store): Promise<WholeAnswer> {
  const items = parse(body);
  if (!Array.isArray(items)) throw new Refusal("BAD_USER_INPUT", "A batch is a JSON list of CloudEvents.");
  if (items.length === 0) throw new Refusal("BAD_USER_INPUT", "The list of events is empty.");
  if (items.length > LARGEST_BATCH) throw new Refusal("LIMIT_EXCEEDED", `A batch holds at most ${LARGEST_BATCH} events; this one has ${items.length}. Send it in parts, or as application/x-ndjson.`);
  const batch = new BulkBatch(nowMs);
  for (const item of items) addItem(batch, item);
  const results = await store(batch);
  const tally = emptyTally();
  countInto(tally, results);
  return { status: 200, body: { results, complete: true, lines: results.length, ...tally } };
}

function addItem(batch: BulkBatch, item: unknown): void {
  const line = batch.size + 1;
  const read = readEnvelope(item);
  if ("fault" in read) batch.refuse(line, read.eventId, read.fault);
  else batch.add(line, read.source, read.event);
}

const STRICT = new TextDecoder("utf-8", { fatal: true });

function parse(body: Buffer): unknown {
  if (body.length === 0) throw new Refusal("BAD_USER_INPUT", "The body is empty.");
  let text: string;
  try {
    text = STRICT.decode(body);
  } catch {
    throw new Refusal("BAD_USER_INPUT", "The body is not UTF-8 text.");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("BAD_USER_INPUT", "The body is not JSON.");
  }
}
