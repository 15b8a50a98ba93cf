import { requireText } from "../../kernel/code";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal, invariant } from "../../kernel/refusal";
import { Period } from "../../governance";
import { DutyCheckName } from "../close-check-names";
import { CloseCheck } from "../close-checklist";
import { requireNotClosed } from "./assign-close-check";
import { CheckSignOff, SignOffKind } from "./close-duty";

const MOST_EVIDENCE = 20;
const LONGEST_EVIDENCE = 500;

export interface SignOffCloseCheckInput {
  readonly period: string;
  readonly check: DutyCheckName;
  readonly note: string;
  readonly evidence?: readonly string[] | null;
}

export interface SignOffPorts {
  readonly subject: string;
  /** The period, held so that it cannot close before this transaction ends; null when no fact ever fell into it. */
  holdPeriod(key: string): Promise<Period | null>;
  /** Every check as it stands now. Other signatures of the programme are held back until the transaction ends. */
  holdChecklist(period: Period): Promise<readonly CloseCheck[]>;
  saveSignOff(signOff: Omit<CheckSignOff, "by" | "at">): Promise<CheckSignOff>;
  audit(action: "signOffCloseCheck" | "withdrawCloseSignOff", signOff: CheckSignOff): Promise<void>;
}

/**
 * Signs a check of a month off as it stands now, with what it was judged by. The signature is for that finding: when the
 * finding changes it no longer counts. NOT_READY while the check is not met, CONFLICT when somebody else answers for it.
 * The same again answers the signature that is there.
 */
export async function signOffCloseCheck(ports: SignOffPorts, input: SignOffCloseCheckInput): Promise<CheckSignOff> {
  const note = requireText(input.note, ["note"], 1_000);
  const evidence = readEvidence(input.evidence ?? []);
  const { period, found } = await checkOf(ports, input);
  if (!found.ok) throw new Refusal("NOT_READY", `${input.check} cannot be signed off yet. ${found.message}`, ["check"]);
  if (found.owner !== null && found.owner !== ports.subject) throw new Refusal("CONFLICT", `${found.owner} answers for ${input.check}. Let them sign, or hand it over with assignCloseCheck.`, ["check"]);
  const standing = found.signOff;
  const isSame = standing !== null && standing.by === ports.subject && standing.finding === found.message && standing.note === note && standing.evidence.join("\n") === evidence.join("\n");
  if (isSame) return standing;
  return save(ports, "signOffCloseCheck", { check: input.check, period: period.key, kind: "SIGNED", finding: found.message, note, evidence });
}

/** Takes a signature back, with a reason. NOT_FOUND when the check is not signed off. */
export async function withdrawCloseSignOff(ports: SignOffPorts, input: { readonly period: string; readonly check: DutyCheckName; readonly reason: string }): Promise<CheckSignOff> {
  const reason = requireText(input.reason, ["reason"], 1_000);
  const { period, found } = await checkOf(ports, input);
  if (!found.signOff) throw new Refusal("NOT_FOUND", `${input.check} of ${period.key} is not signed off.`, ["check"]);
  return save(ports, "withdrawCloseSignOff", { check: input.check, period: period.key, kind: "WITHDRAWN" satisfies SignOffKind, finding: found.signOff.finding, note: reason, evidence: [] });
}

async function checkOf(ports: SignOffPorts, input: { readonly period: string; readonly check: DutyCheckName }): Promise<{ readonly period: Period; readonly found: CloseCheck }> {
  const key = requirePeriodKey(input.period);
  const period = requireNotClosed(await ports.holdPeriod(key), key);
  const found = (await ports.holdChecklist(period)).find(({ check }) => check === input.check);
  invariant(found, "a check that no checklist holds");
  return { period, found };
}

async function save(ports: SignOffPorts, action: "signOffCloseCheck" | "withdrawCloseSignOff", signOff: Omit<CheckSignOff, "by" | "at">): Promise<CheckSignOff> {
  const saved = await ports.saveSignOff(signOff);
  await ports.audit(action, saved);
  return saved;
}

function readEvidence(pieces: readonly string[]): string[] {
  if (pieces.length > MOST_EVIDENCE) throw new Refusal("BAD_USER_INPUT", `At most ${MOST_EVIDENCE} pieces of evidence for a check.`, ["evidence"]);
  return pieces.map((piece, index) => requireText(piece, ["evidence", String(index)], LONGEST_EVIDENCE));
}
