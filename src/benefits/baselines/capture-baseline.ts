import { requireText } from "../../kernel/code";
import { Canonical } from "../../kernel/canonical";
import { given } from "../../kernel/given";
import { hashOf } from "../../kernel/hash";
import { Currency } from "../../kernel/money";
import { Refusal } from "../../kernel/refusal";
import { Baseline, BaselineDocument, BaselineInput, isLate, liveFrom, readBaseline } from "./baseline";

export interface BaselinePorts {
  readonly subject: string;
  readonly currency: Currency;
  /** Today in the programme's time zone. */
  today(): Promise<string>;
  /** Code of the unit that owns the use case now; NOT_FOUND when it is not the caller's. */
  ownerNow(useCase: string): Promise<string>;
  /** First day with usage of the use case; null: there is none. */
  firstUsage(useCase: string): Promise<string | null>;
  /** Others who write benefits wait until this transaction ends. */
  hold(): Promise<void>;
  /** Versions, oldest first. */
  baselinesOf(useCase: string): Promise<readonly Baseline[]>;
  saveBaseline(document: BaselineDocument, more: { readonly version: number; readonly businessUnit: string; readonly reason: string | null; readonly documentHash: string; readonly capturedOn: string }): Promise<Baseline>;
  saveLock(baseline: Baseline): Promise<Baseline>;
  audit(action: "captureBaseline" | "lockBaseline", before: Baseline | null, after: Baseline): Promise<void>;
}

/**
 * Captures what was before a use case went live. After that it is taken only as RECONSTRUCTED, and never of days on which it was
 * live. A further version says why; the same again answers the newest one. Locked versions stay as they are.
 */
export async function captureBaseline(ports: BaselinePorts, input: BaselineInput): Promise<Baseline> {
  const document = readBaseline(input, ports.currency);
  const reason = given(input.reason) ? requireText(input.reason, ["reason"], 500) : null;
  const businessUnit = await ports.ownerNow(document.useCase);
  await ports.hold();
  const [capturedOn, firstUsage] = [await ports.today(), await ports.firstUsage(document.useCase)];
  const newest = (await ports.baselinesOf(document.useCase)).at(-1) ?? null;
  const documentHash = hashOf(document as unknown as Canonical);
  if (newest?.documentHash === documentHash) return newest;
  const live = liveFrom(document.goLive, firstUsage);
  if (document.to > capturedOn) throw new Refusal("BAD_USER_INPUT", `${document.to} is not over: a baseline is measured, not expected.`, ["to"]);
  if (live !== null && document.to >= live) throw new Refusal("BAD_USER_INPUT", `${document.useCase} went live on ${live}: a baseline ends before that day.`, ["to"]);
  if (isLate(document, capturedOn, firstUsage) && !document.reconstructed) throw new Refusal("BAD_USER_INPUT", `${document.useCase} went live on ${live}: what is captured now is reconstructed. Say so with reconstructed: true; its claims are of tier C at best.`, ["reconstructed"]);
  if (newest !== null && reason === null) throw new Refusal("BAD_USER_INPUT", `There is version ${newest.version} of this baseline. Say with reason why another one is captured.`, ["reason"]);
  const saved = await ports.saveBaseline(document, { version: (newest?.version ?? 0) + 1, businessUnit, reason: newest === null ? null : reason, documentHash, capturedOn });
  await ports.audit("captureBaseline", newest, saved);
  return saved;
}

/**
 * Locks a version for finance; from then on claims are held against it and it never changes. Whoever captured it cannot
 * (SAME_PERSON). CONFLICT where usage that came in since shows that the use case was live when it was captured.
 */
export async function lockBaseline(ports: BaselinePorts, input: { readonly useCase: string; readonly version: number }): Promise<Baseline> {
  await ports.hold();
  const versions = await ports.baselinesOf(input.useCase);
  const found = versions.find(({ version }) => version === input.version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no baseline ${input.version} of ${input.useCase.slice(0, 64)}.`, ["version"]);
  if (found.capturedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person locks what you captured.", ["version"]);
  if (found.lockedBy !== null) return found;
  const newest = versions.at(-1)!;
  if (newest.version !== found.version) throw new Refusal("CONFLICT", `Version ${newest.version} was captured since. Lock that one.`, ["version"]);
  if (!found.reconstructed && isLate(found, found.capturedOn, await ports.firstUsage(found.useCase))) {
    throw new Refusal("CONFLICT", `Usage before ${found.capturedOn} has come in since: ${found.useCase} was live when this was captured. Capture it anew with reconstructed: true.`, ["version"]);
  }
  const locked = await ports.saveLock(found);
  await ports.audit("lockBaseline", found, locked);
  return locked;
}
