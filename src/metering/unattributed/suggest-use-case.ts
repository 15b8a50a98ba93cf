export const SUGGESTION_REASONS = ["STANDING_RULE", "EARLIER_ATTRIBUTION", "OTHER_LETTER_CASE", "OTHER_PUNCTUATION", "SIMILAR_CODE", "SAME_CONTACTS", "REPORTED_UNIT"] as const;
export type SuggestionReason = (typeof SUGGESTION_REASONS)[number];

/** A use case that unattributed usage may belong to, and who owns it. */
export interface Candidate {
  readonly useCaseId: string;
  readonly code: string;
  readonly unitId: string;
}

/** What is known of some unattributed usage beside the codes that were sent. */
export interface Evidence {
  /** Unit of the code that was sent; null when none was. */
  readonly reportedUnitId: string | null;
  /** What a standing rule says, which did not apply because the sender may not write there. */
  readonly ruled: string | null;
  /** Legs that people attributed by hand under the same code, by use case. */
  readonly earlier: ReadonlyMap<string, number>;
  /** How many of the contacts looked at have another leg in a use case, by use case. */
  readonly contacts: ReadonlyMap<string, number>;
  /** How many contacts were looked at. */
  readonly contactsSeen: number;
}

/** A guess with its reason in words; the use case is null where only the unit can be guessed. */
export interface Suggestion {
  readonly useCaseId: string | null;
  readonly unitId: string;
  readonly reason: SuggestionReason;
  readonly explanation: string;
}

/**
 * Guesses where usage belongs that was sent under an unknown code or none; null when nothing speaks for anything. The same
 * facts give the same guess: what people said goes before what codes look like, that before the company a leg keeps, and
 * two equally good answers are none. Of a reported unit only its own use cases are guessed by their looks.
 */
export function suggestUseCase(reportedUseCase: string | null, candidates: readonly Candidate[], evidence: Evidence): Suggestion | null {
  const byId = new Map(candidates.map((each) => [each.useCaseId, each]));
  const answer = (candidate: Candidate | null | undefined, reason: SuggestionReason, explanation: (code: string) => string): Suggestion | null =>
    candidate ? { useCaseId: candidate.useCaseId, unitId: candidate.unitId, reason, explanation: explanation(candidate.code) } : null;
  const own = evidence.reportedUnitId === null ? candidates : candidates.filter(({ unitId }) => unitId === evidence.reportedUnitId);
  const sent = reportedUseCase ?? "";
  const earlier = mostOf(evidence.earlier);
  const near = reportedUseCase === null ? null : nearest(sent, own);
  const company = mostOf(new Map([...evidence.contacts].filter(([id]) => own.some((each) => each.useCaseId === id))));
  return (
    answer(evidence.ruled === null ? null : byId.get(evidence.ruled), "STANDING_RULE", (code) => `A standing rule says that ${sent} means ${code}; the sender may not write there.`) ??
    answer(earlier && byId.get(earlier.key), "EARLIER_ATTRIBUTION", (code) => `${earlier!.count} ${earlier!.count === 1 ? "leg sent as" : "legs sent as"} ${sent} went to ${code} by hand.`) ??
    answer(only(own, ({ code }) => reportedUseCase !== null && code.toLowerCase() === sent.toLowerCase()), "OTHER_LETTER_CASE", (code) => `${sent} is ${code} in other letter case.`) ??
    answer(only(own, ({ code }) => letters(sent) !== "" && letters(code) === letters(sent)), "OTHER_PUNCTUATION", (code) => `${sent} is ${code} with other punctuation.`) ??
    answer(near?.candidate, "SIMILAR_CODE", (code) => `${sent} differs from ${code} by ${near!.distance} ${near!.distance === 1 ? "letter" : "letters"}.`) ??
    answer(company && company.count * 2 > evidence.contactsSeen ? byId.get(company.key) : null, "SAME_CONTACTS", (code) => `${company!.count} of ${evidence.contactsSeen} contacts looked at have another leg in ${code}.`) ??
    ofUnit(own, evidence)
  );
}

/** What is left when only the unit is known: its one use case, or the unit alone. */
function ofUnit(own: readonly Candidate[], { reportedUnitId }: Evidence): Suggestion | null {
  if (reportedUnitId === null) return null;
  const [single, second] = own;
  if (single && !second) return { useCaseId: single.useCaseId, unitId: single.unitId, reason: "REPORTED_UNIT", explanation: `${single.code} is the only use case of the unit that was sent.` };
  return { useCaseId: null, unitId: reportedUnitId, reason: "REPORTED_UNIT", explanation: "The unit was sent; which of its use cases it is cannot be told." };
}

/** The one that fits; null when none does or several do. */
function only(candidates: readonly Candidate[], fits: (candidate: Candidate) => boolean): Candidate | null {
  const [first, second] = candidates.filter(fits);
  return first && !second ? first : null;
}

/** The key that occurs most; null when there is none or several occur equally often. */
function mostOf(counts: ReadonlyMap<string, number>): { key: string; count: number } | null {
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  return first && first[1] !== second?.[1] ? { key: first[0], count: first[1] } : null;
}

/** Letters and digits in lower case. */
const letters = (code: string): string => code.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** The one use case that is closest, if it is close enough: one letter off from four letters on, two from eight on. */
function nearest(sent: string, candidates: readonly Candidate[]): { candidate: Candidate; distance: number } | null {
  const wanted = letters(sent);
  const most = wanted.length >= 8 ? 2 : wanted.length >= 4 ? 1 : 0;
  if (most === 0) return null;
  const close = candidates.map((candidate) => ({ candidate, distance: editDistance(wanted, letters(candidate.code), most) })).filter(({ distance }) => distance <= most);
  const [first, second] = close.sort((a, b) => a.distance - b.distance);
  return first && first.distance !== second?.distance ? first : null;
}

/** Letters to insert, leave out or change to get from one text to the other (Levenshtein); above `most` only that it is more. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[b.length]!;
}
