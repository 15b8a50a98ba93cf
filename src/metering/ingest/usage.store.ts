import { hash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { from as copyFrom } from "pg-copy-streams";
import { pairKey } from "../../kernel/hash";
import { invariant } from "../../kernel/refusal";
import { auditStore } from "../../governance/audit.store";
import { isClosed } from "../../governance/period";
import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { sourceGate } from "../sources/source-gate.store";
import { sourceIdOf } from "../sources/known-source.store";
import { Attribution } from "./attribution";
import { attributeEvents } from "./attribute-events.store";
import { linkCalls } from "./carried-legs.store";
import { holdLegs } from "./hold-legs.store";
import { facetOf } from "./leg-facets";
import { KeyedEvent, ReportUsagePorts, Verdict } from "./report-usage";
import { ABSENT } from "./read-usage-event";
import { recountLegs } from "./recount-legs.store";
import { settleRevisions } from "./settle-revisions.store";
import { judgeKnownIdentities } from "./known-identities.store";
import { COUNT_NEW_CONTACTS, CREATE_STAGE, HOLD_TOTALS, NOTE_LATE, STAGE_COLUMNS, STORE_FURTHER, STORE_STAGE } from "./usage-stage.query";

/** The ports of `reportUsage` over one transaction. */
export function usageStore(tx: TenantTransaction): ReportUsagePorts {
  return {
    attribute: (events, source) => attributeEvents(tx, events, source),
    store: (source, events, attributions) => storeEvents(tx, source, events, attributions),
    ...sourceGate(tx),
  };
}

async function storeEvents(tx: TenantTransaction, source: string, events: readonly KeyedEvent[], attributions: readonly Attribution[]): Promise<Verdict[]> {
  const programme = tx.scope.programme;
  const sourceId = await sourceIdOf(tx, source);
  const { periodKeys, closed } = await holdPeriods(tx, events);
  const stageLineAt = (index: number): string => stageLine(events[index]!, attributions[index]!, index, source, sourceId, periodKeys[index]!);

  await tx.query(CREATE_STAGE);
  const connection = await tx.connection();
  await pipeline(Readable.from(inPieces(events.length, stageLineAt)), connection.query(copyFrom(`copy usage_stage (${STAGE_COLUMNS.join(", ")}) from stdin`)));
  if (events.some(isRevision)) {
    await tx.setReach("programme");
    // Legs before totals, as attribution and corrections take them.
    await holdLegs(tx, [...new Set(events.map((event) => pairKey(source, event.legId)))]);
    await tx.query(HOLD_TOTALS, [programme.id, closed]);
    if (tx.scope.reach !== "programme") await tx.setReach("ingest");
  }
  const left = await tx.prepared<LeftRow>(STORE_STAGE, [programme.id, programme.timeZone, closed]);
  const further = left.length === 0 ? [] : await tx.query<{ eventKey: string }>(STORE_FURTHER, [programme.id, programme.timeZone, keysOf(left)]);
  const stored = new Set(keysOf(further));
  const known = left.filter((row) => !stored.has(row.eventKey));
  const revised = left.filter((row) => stored.has(row.eventKey));
  await tx.query(COUNT_NEW_CONTACTS, [programme.id, keysOf(left), keysOf(known), closed]);
  if (closed.length > 0) await tx.query(NOTE_LATE, [programme.id, keysOf(known), closed]);

  const late = new Set(closed);
  const verdicts: Verdict[] = attributions.map((each, index) => {
    if (facetOf(events[index]!.type) !== "LEG") return { outcome: "ACCEPTED" };
    if (each.kind === "HELD") return { outcome: "HELD", message: HELD_MESSAGE };
    const key = periodKeys[index]!;
    return late.has(key) ? { outcome: "ACCEPTED", message: `${key} is closed: this is charged as an adjustment in the next month that closes.` } : { outcome: "ACCEPTED" };
  });
  if (known.length > 0) {
    const judged = await judgeKnownIdentities(tx, known);
    for (const [index, verdict] of judged) verdicts[index] = verdict;
  }
  if (revised.length > 0) {
    const superseded = await settleRevisions(tx, revised);
    for (const row of revised) if (superseded.has(row.eventKey)) verdicts[row.index] = { outcome: "SUPERSEDED", message: "A newer revision of this leg is already known; this one is kept without effect." };
  }
  const called = events.flatMap((event) => (event.telephonyRef === null || facetOf(event.type) !== "LEG" ? [] : [{ legKey: pairKey(source, event.legId), telephonyRef: event.telephonyRef }]));
  const carried = await linkCalls(tx, sourceId, called);
  if (carried !== null) {
    await recountLegs(tx, carried, { cause: "CARRIER" });
    if (tx.scope.reach !== "programme") await tx.setReach("ingest");
  }
  // Last, after every leg is locked: whoever records holds the audit trail to the end of the transaction.
  const conflicts = events.filter((_, index) => verdicts[index]!.outcome === "CONFLICT");
  if (conflicts.length > 0) await recordConflicts(tx, source, conflicts.map(({ eventId }) => eventId));
  return verdicts;
}

interface LeftRow {
  readonly index: number;
  readonly eventKey: string;
  readonly legKey: string;
}

const isRevision = (event: KeyedEvent): boolean => event.revision > 0 || event.type !== "LEG_COMPLETED";

const keysOf = (rows: ReadonlyArray<{ readonly eventKey: string }>): string[] => rows.map((row) => row.eventKey);

const HELD_MESSAGE = "Stored as unattributed: the use case is absent or unknown. Finance can attribute it.";

/** The period of each event, and which of them are closed; their status is held until the transaction ends. */
async function holdPeriods(tx: TenantTransaction, events: readonly KeyedEvent[]): Promise<{ periodKeys: string[]; closed: string[] }> {
  const periods = periodStore(tx);
  let earliest = Infinity;
  let latest = -Infinity;
  for (const { endedAtMs } of events) {
    if (endedAtMs < earliest) earliest = endedAtMs;
    if (endedAtMs > latest) latest = endedAtMs;
  }
  const months = await periods.boundaries(earliest, latest);
  const keys = events.map(({ endedAtMs }) => {
    const month = months.find((each) => endedAtMs < each.toMs);
    invariant(month && endedAtMs >= month.fromMs, "an event outside every month");
    return month.key;
  });
  const held = await periods.hold(keys);
  return { periodKeys: keys, closed: held.filter(isClosed).map(({ key }) => key) };
}

const PIECE_LINES = 64;

/** Lines as bytes, some at a time: text of a megabyte gets pages of its own from the system, which cost more than writing it. */
function* inPieces(count: number, lineAt: (index: number) => string): Generator<Buffer> {
  for (let start = 0; start < count; start += PIECE_LINES) {
    let piece = "";
    for (let index = start; index < Math.min(start + PIECE_LINES, count); index += 1) piece += lineAt(index);
    yield Buffer.from(piece, "utf8");
  }
}

/** One line of COPY text, in the order of STAGE_COLUMNS: what we decided about the event, then the event itself. */
function stageLine(event: KeyedEvent, attribution: Attribution, index: number, source: string, sourceId: number, periodKey: string): string {
  const placed = attribution.kind === "ATTRIBUTED" ? `${attribution.businessUnitId}\t${attribution.useCaseId}` : `${ABSENT}\t${ABSENT}`;
  const reason = attribution.kind === "HELD" && facetOf(event.type) === "LEG" ? attribution.reason : ABSENT;
  const payloadHash = hash("sha256", withoutAbsentEnd(event.payload), "hex");
  return `${index}\t${event.eventKey}\t${pairKey(source, event.legId)}\t${pairKey(source, event.contactId)}\t\\\\x${payloadHash}\t${periodKey}\t${placed}\t${reason}\t${event.durationMismatch ? "t" : "f"}\t${sourceId}\t${event.payload}\n`;
}

const ABSENT_END = `\t${ABSENT}`;

/** Fields that are added later are absent in a retry of an old event: it must hash the same. */
function withoutAbsentEnd(payload: string): string {
  let end = payload.length;
  while (payload.endsWith(ABSENT_END, end)) end -= ABSENT_END.length;
  return end === payload.length ? payload : payload.slice(0, end);
}

async function recordConflicts(tx: TenantTransaction, source: string, eventIds: readonly string[]): Promise<void> {
  await tx.setReach("programme");
  await auditStore(tx).record({ action: "reportUsage", subjectKind: "UsageEvent", subjectKey: source, reason: "same identity, other content: refused", after: { conflicts: eventIds.length, eventIds: eventIds.slice(0, 100) } });
  if (tx.scope.reach !== "programme") await tx.setReach("ingest");
}

