import { ActiveHours, Stretch, activeMeter, activeStretches } from "./active-hours";

/** What is expected of a source. */
export interface Rhythm extends ActiveHours {
  readonly expectedEverySeconds: number;
}

/** A stretch without a sign of life that is longer, within the active hours, than the rhythm allows. */
export interface Silence extends Stretch {
  /** How much of it lies within the active hours. */
  readonly activeMs: number;
}

/** A source that fell silent in a month without anybody having acknowledged it. */
export interface SilentSource {
  readonly uri: string;
  readonly owner: string;
  readonly silences: number;
  readonly longest: Silence;
}

/** Which of the stretches without a sign of life, given in order, are silences; the longest first, of equal ones the earlier. */
export function silencesAmong(quiet: readonly Stretch[], rhythm: Rhythm, timeZone: string): Silence[] {
  const first = quiet[0], last = quiet.at(-1);
  if (first === undefined || last === undefined) return [];
  const active = activeMeter([...activeStretches({ fromMs: first.fromMs, toMs: last.toMs }, rhythm, timeZone)]);
  return quiet
    .map(({ fromMs, toMs }) => ({ fromMs, toMs, activeMs: active(fromMs, toMs) }))
    .filter(({ activeMs }) => activeMs > rhythm.expectedEverySeconds * 1_000)
    .sort((a, b) => b.activeMs - a.activeMs || a.fromMs - b.fromMs);
}

/** True when more active time than the rhythm allows lies between the last sign of life and now. */
export function isSilent(lastSeenMs: number, nowMs: number, rhythm: Rhythm, timeZone: string): boolean {
  let allowed = rhythm.expectedEverySeconds * 1_000;
  for (const { fromMs, toMs } of activeStretches({ fromMs: lastSeenMs, toMs: nowMs }, rhythm, timeZone)) {
    allowed -= toMs - fromMs;
    if (allowed < 0) return true;
  }
  return false;
}
