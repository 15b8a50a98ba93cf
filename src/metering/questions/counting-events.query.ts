import { CONNECTED, COUNTED_TYPE } from "../ingest/restate-legs.store";

const counting = (recorded: string, superseded: string): string => `(
  select e.*, ${CONNECTED} as connected from metering.usage_event e join governance.period p on p.programme_id = e.programme_id and p.key = e.period_key
  where not e.test and ${COUNTED_TYPE} ${recorded}
    and not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key ${superseded})) e`;

/**
 * What counts as posted: not a test, not voided, not answered by a later row. A closed period counts as it was at its
 * cut-off, whatever arrived since.
 */
export const COUNTING_EVENTS = counting("and (p.cutoff is null or e.received_at < p.cutoff)", "and (p.cutoff is null or x.recorded_at < p.cutoff)");

/** What counts by everything known now, closed periods too. */
export const RESTATED_EVENTS = counting("", "");

/** What counts by everything that was recorded before an instant; `parameter` names the bound instant. */
export const countingBefore = (parameter: string): string => counting(`and e.received_at < ${parameter}`, `and x.recorded_at < ${parameter}`);

/** What counts as posted by what was known at an instant: a closed period as of its cut-off, or as of the instant where that is earlier. */
export const postedBefore = (parameter: string): string =>
  counting(`and e.received_at < ${parameter} and (p.cutoff is null or e.received_at < p.cutoff)`, `and x.recorded_at < ${parameter} and (p.cutoff is null or x.recorded_at < p.cutoff)`);
