import { RequestContext } from "../../tenancy/request-context";
import { periodStore } from "../../governance/period.store";
import { Stretch } from "./active-hours";
import { DeliveryFigures, deliveryFigures } from "./completeness.query";
import { Silence } from "./silence";
import { silencesOf } from "./silences.query";
import { sourcesWithRhythm } from "./sources.query";

/** The instants of a month; in one query per request and level. */
export async function loadMonth(context: RequestContext, period: string): Promise<Stretch> {
  const loader = await context.loader<Stretch>("SourceMonth", async (tx, keys) => {
    const found = await Promise.all(keys.map(async (key) => {
      // Some instant of the month, whatever the time zone.
      const middle = Date.UTC(Number(key.slice(0, 4)), Number(key.slice(5)) - 1, 15);
      return [key, (await periodStore(tx).boundaries(middle, middle))[0]!] as const;
    }));
    return new Map(found);
  });
  return (await loader.load(period))!;
}

/** What came from a source in a range; in one query for all sources that are asked about. */
export async function loadDeliveries(context: RequestContext, sourceId: number, range: Stretch): Promise<DeliveryFigures | null> {
  const loader = await context.loader<DeliveryFigures>(`SourceDeliveries/${range.fromMs}/${range.toMs}`, async (tx, ids) => byText(await deliveryFigures(tx, ids.map(Number), range)));
  return loader.load(String(sourceId));
}

/** Silences of a source in a range, the longest first; null where no rhythm is expected. */
export async function loadSilences(context: RequestContext, sourceId: number, range: Stretch): Promise<readonly Silence[] | null> {
  const loader = await context.loader<readonly Silence[]>(`SourceSilences/${range.fromMs}/${range.toMs}`, async (tx, ids) => {
    const sources = await sourcesWithRhythm(tx, ids.map(Number));
    const found = await silencesOf(tx, sources, range, context.clock.now());
    return new Map(sources.map(({ id }) => [String(id), found.get(id) ?? []]));
  });
  return loader.load(String(sourceId));
}

const byText = <V>(found: ReadonlyMap<number, V>): ReadonlyMap<string, V> => new Map([...found].map(([id, value]) => [String(id), value]));
