/*
 * Days and hours of a time zone as SQL of PostgreSQL, so that every question and every period means the same instants.
 * The arguments are SQL of ours, never text from outside.
 */

/**
 * The first instant of a local day: `midnight` is a timestamp without zone at 00:00, `zone` the name of the zone.
 * Where the clock falls back over midnight (Havana), 00:00 comes twice and the day begins with the earlier one, while AT
 * TIME ZONE means the later; where it springs over midnight (Beirut), the day begins with the change.
 */
export function firstInstantOf(midnight: string, zone: string): string {
  const later = `(${midnight} at time zone ${zone})`;
  // No change lies so near before another one: this is the clock that was in force when the day came.
  const before = `(${later} - interval '4 hours')`;
  const earlier = `((${midnight} - ((${before} at time zone ${zone}) - (${before} at time zone 'UTC'))) at time zone 'UTC')`;
  return `(case when (${earlier} at time zone ${zone}) = ${midnight} then least(${earlier}, ${later}) else ${later} end)`;
}

/**
 * The first instant of the local hour that `instant` lies in: same hour on the clock, same offset. A repeated hour is two
 * hours; where the clock moves by half an hour (Lord Howe), the hour that it moves in is two halves, and the second
 * begins with the change, to the minute.
 */
export function firstInstantOfHour(instant: string, zone: string): string {
  const hour = `date_trunc('hour', ${instant}, ${zone})`;
  const offset = (of: string): string => `((${of} at time zone ${zone}) - (${of} at time zone 'UTC'))`;
  return `(case when (${hour} at time zone ${zone}) = date_trunc('hour', ${instant} at time zone ${zone}) then ${hour}
    else (select min(m) from generate_series(date_trunc('minute', ${hour}), ${instant}, interval '1 minute') m where ${offset("m")} = ${offset(instant)}) end)`;
}
