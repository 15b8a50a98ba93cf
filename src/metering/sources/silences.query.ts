import { TenantTransaction } from "../../tenancy/database.store";
import { Period } from "../../governance";
import { Stretch } from "./active-hours";
import { notCovered } from "./acknowledge-silence";
import { Silence, SilentSource, silencesAmong } from "./silence";
import { Source } from "./source";
import { sourcesWithRhythm } from "./sources.query";

/**
 * Stretches longer than the rhythm in which no leg of a source ended, tests left out: between two legs, before the first
 * and after the last. Candidates only: the active hours are taken off by whoever asks. $2 to $4: the sources, from when
 * on they are asked about, and their rhythms; $5 and $6: the range of all of them.
 */
const QUIET = `
  with asked as (select * from unnest($2::integer[], $3::timestamptz[], $4::integer[]) as a (source_id, starts_at, seconds)),
  leg as (
    select e.source_id, e.ended_at, coalesce(lag(e.ended_at) over (partition by e.source_id order by e.ended_at), a.starts_at) as before, a.seconds
    from metering.usage_event e join asked a on a.source_id = e.source_id
    where e.programme_id = $1 and e.ended_at >= $5 and e.ended_at < $6 and e.ended_at >= a.starts_at and not e.test and e.derived_from is null
  )
  select source_id as "sourceId", before as "from", ended_at as "to" from leg where ended_at - before > make_interval(secs => seconds)
  union all
  select a.source_id, coalesce(max(l.ended_at), a.starts_at), $6 from asked a left join leg l on l.source_id = a.source_id
  group by a.source_id, a.starts_at, a.seconds having $6::timestamptz - coalesce(max(l.ended_at), a.starts_at) > make_interval(secs => a.seconds)
  order by 1, 2`;

/** Silences of sources with a rhythm in a range that ends now at the latest, by id of the source; the longest first. */
export async function silencesOf(tx: TenantTransaction, sources: readonly Source[], range: Stretch, nowMs: number): Promise<ReadonlyMap<number, Silence[]>> {
  const toMs = Math.min(range.toMs, nowMs);
  const asked = sources.flatMap(({ id, registration }) => {
    const rhythm = registration === null || registration.expectedEverySeconds === null ? null : { ...registration, expectedEverySeconds: registration.expectedEverySeconds };
    const fromMs = Math.max(range.fromMs, registration?.expectedFrom?.getTime() ?? range.fromMs);
    return rhythm !== null && fromMs < toMs ? [{ id, fromMs, rhythm }] : [];
  });
  if (asked.length === 0) return new Map();
  const rows = await tx.query<{ sourceId: number; from: Date; to: Date }>(QUIET, [
    tx.scope.programme.id, asked.map(({ id }) => id), asked.map(({ fromMs }) => new Date(fromMs)), asked.map(({ rhythm }) => rhythm.expectedEverySeconds),
    new Date(Math.min(...asked.map(({ fromMs }) => fromMs))), new Date(toMs),
  ]);
  const quiet = new Map<number, Stretch[]>(asked.map(({ id }) => [id, []]));
  for (const { sourceId, from, to } of rows) quiet.get(sourceId)!.push({ fromMs: from.getTime(), toMs: to.getTime() });
  return new Map(asked.map(({ id, rhythm }) => [id, silencesAmong(quiet.get(id)!, rhythm, tx.scope.programme.timeZone)]));
}

/** Until when the silences of each source in a period are acknowledged, by id of the source. */
export async function acknowledgedUntil(tx: TenantTransaction, period: string): Promise<ReadonlyMap<number, Date>> {
  const rows = await tx.query<{ id: number; until: Date }>(
    "select source_id as id, max(covers_until) as until from metering.silence_acknowledgement where programme_id = $1 and period_key = $2 group by 1",
    [tx.scope.programme.id, period],
  );
  return new Map(rows.map(({ id, until }) => [id, until]));
}

/** Sources of which a rhythm is expected and that fell silent in a period up to now; retired ones are left out. */
export async function silentSources(tx: TenantTransaction, period: Pick<Period, "key" | "from" | "to">, nowMs: number): Promise<{ readonly open: SilentSource[]; readonly acknowledged: number }> {
  const sources = (await sourcesWithRhythm(tx, null)).filter(({ registration }) => registration!.status !== "RETIRED");
  if (sources.length === 0) return { open: [], acknowledged: 0 };
  const found = await silencesOf(tx, sources, { fromMs: period.from.getTime(), toMs: period.to.getTime() }, nowMs);
  const covered = await acknowledgedUntil(tx, period.key);
  const open: SilentSource[] = [];
  let acknowledged = 0;
  for (const { id, uri, registration } of sources) {
    const silences = found.get(id) ?? [];
    const left = notCovered(silences, covered.get(id) ?? null);
    acknowledged += silences.length - left.length;
    const [longest] = left;
    if (longest) open.push({ uri, owner: registration!.owner, silences: left.length, longest });
  }
  return { open, acknowledged };
}
