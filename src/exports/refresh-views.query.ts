import { createHash } from "node:crypto";
import { shiftPeriod } from "../kernel/period";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { ComputedDataset, Fact, FactsQuestion, bindFacts, isComputed, monthsAsked } from "./computed-dataset.query";
import { DATASETS } from "./dataset-list.query";

/** What a refresh found of a dataset; `changed` counts the parts that are not what they were. */
export interface RefreshedDataset {
  readonly dataset: string;
  readonly rows: number;
  readonly changed: number;
}

/** Rows that are kept as one value, and months that are worked out at once. */
const PIECE_ROWS = 500;
const MONTHS_AT_ONCE = 12;
/** Names no month and no use case: it is there however empty the dataset is, and tells when it was refreshed. */
const HEAD = { part: "", piece: 0, facts: "[]" };

interface Piece { readonly part: string; readonly piece: number; readonly facts: string }

/**
 * Keeps the rows of every dataset that is worked out, for its view: what an export by the reader of `tx` gives of all months. It is to be
 * one that sees the programme. The same again changes nothing but the instant; what changed is in the audit trail.
 */
export async function refreshViews(tx: TenantTransaction, record: RecordAudit, nowMs: number): Promise<RefreshedDataset[]> {
  const answer: RefreshedDataset[] = [];
  for (const dataset of DATASETS.filter(isComputed)) answer.push(await refresh(tx, dataset, nowMs));
  const changed = answer.filter((each) => each.changed > 0);
  if (changed.length > 0) await record(tx, { action: "refreshBi", subjectKind: "BiViews", subjectKey: "kept", after: Object.fromEntries(changed.map((each) => [each.dataset, { rows: each.rows, changed: each.changed }])) });
  return answer;
}

async function refresh(tx: TenantTransaction, dataset: ComputedDataset, nowMs: number): Promise<RefreshedDataset> {
  let rows = 0;
  let changed = 0;
  const kept: Piece[] = [];
  for (const question of await questionsOf(tx, dataset, nowMs)) {
    const facts = await dataset.facts(tx, question);
    rows += facts.length;
    const pieces = piecesOf(dataset, facts);
    changed += await keep(tx, dataset, pieces, nowMs);
    kept.push(...pieces.map((piece) => ({ ...piece, facts: "" })));
  }
  await keep(tx, dataset, [HEAD], nowMs);
  const [gone] = await tx.query<{ count: number }>(
    `with gone as (update exports.kept_rows k set facts = '[]', hash = $3, refreshed_at = $4 where k.programme_id = $1 and k.dataset = $2 and k.part <> '' and k.facts <> '[]'
       and not exists (select from unnest($5::text[], $6::int[]) as p(part, piece) where p.part = k.part and p.piece = k.piece) returning k.part) select count(*)::int as count from gone`,
    [tx.scope.programme.id, dataset.name, hashOf("[]"), new Date(nowMs), kept.map(({ part }) => part), kept.map(({ piece }) => piece)],
  );
  return { dataset: dataset.name, rows, changed: changed + gone!.count };
}

/** Questions small enough to be worked out at once, which together are about every month that there is. */
async function questionsOf(tx: TenantTransaction, dataset: ComputedDataset, nowMs: number): Promise<FactsQuestion[]> {
  const all: FactsQuestion = { period: null, from: null, to: null, nowMs };
  if (dataset.part === "use_case") return [all];
  const months = await monthsAsked(tx, all);
  if (dataset.byPeriod) return months.map((period) => ({ ...all, period }));
  return months.filter((_, index) => index % MONTHS_AT_ONCE === 0).map((first, index) => ({ ...all, from: `${first}-01`, to: `${shiftPeriod(months[Math.min((index + 1) * MONTHS_AT_ONCE, months.length) - 1]!, 1)}-01` }));
}

function piecesOf(dataset: ComputedDataset, facts: readonly Fact[]): Piece[] {
  const parts = new Map<string, Fact[]>();
  for (const fact of facts) {
    const name = fact[dataset.part]!;
    const part = parts.get(name);
    if (part) part.push(fact);
    else parts.set(name, [fact]);
  }
  return [...parts].flatMap(([part, all]) => Array.from({ length: Math.ceil(all.length / PIECE_ROWS) }, (_, piece) => ({ part, piece, facts: bindFacts(all.slice(piece * PIECE_ROWS, (piece + 1) * PIECE_ROWS)) })));
}

/** Answers how many were not what they were. */
async function keep(tx: TenantTransaction, dataset: ComputedDataset, pieces: readonly Piece[], nowMs: number): Promise<number> {
  const hashes = pieces.map(({ facts }) => hashOf(facts));
  const columns = [pieces.map(({ part }) => part), pieces.map(({ piece }) => piece), pieces.map(({ facts }) => facts), hashes];
  const [same] = await tx.query<{ count: number }>(
    "select count(*)::int as count from exports.kept_rows k join unnest($3::text[], $4::int[], $5::text[]) as p(part, piece, hash) on p.part = k.part and p.piece = k.piece and p.hash = k.hash where k.programme_id = $1 and k.dataset = $2",
    [tx.scope.programme.id, dataset.name, columns[0], columns[1], hashes],
  );
  await tx.query(
    `insert into exports.kept_rows as k (programme_id, dataset, part, piece, facts, hash, refreshed_at)
     select $1, $2, p.part, p.piece, p.facts::jsonb, p.hash, $3 from unnest($4::text[], $5::int[], $6::text[], $7::text[]) as p(part, piece, facts, hash)
     on conflict (programme_id, dataset, part, piece) do update set facts = case when k.hash = excluded.hash then k.facts else excluded.facts end, hash = excluded.hash, refreshed_at = excluded.refreshed_at`,
    [tx.scope.programme.id, dataset.name, new Date(nowMs), ...columns],
  );
  return pieces.length - same!.count;
}

const hashOf = (facts: string): string => createHash("sha256").update(facts).digest("hex");
