import { requireText } from "../kernel/code";
import { given } from "../kernel/given";
import { Currency, toMinor, toMoney } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { CaseCommitment, CasePorts, CaseRecord, approvedPlan, committedOf, holdExisting, requireRunning } from "./business-case";
import { releasedOf } from "./gates";

export interface CommitFundsPorts extends CasePorts {
  readonly currency: Currency;
  /** Implementation cost of the use case in the ledgers, of every month. Minor units. */
  spentMinor(record: CaseRecord): Promise<bigint>;
  saveCommitment(record: CaseRecord, commitment: Pick<CaseCommitment, "externalId" | "amountMinor" | "settles" | "description">): Promise<CaseCommitment>;
  audit(record: CaseRecord, commitment: CaseCommitment): Promise<void>;
}

export interface CommitFundsInput {
  readonly useCase: string;
  readonly externalId: string;
  readonly amount: string;
  readonly currency: string;
  readonly settles?: string | null;
  readonly description?: string | null;
}

/**
 * Commits money of the case, or settles a commitment when its invoice is booked or it is called off. The same again answers
 * what is there; other content under its externalId is CONFLICT. NOT_READY before a plan is approved; LIMIT_EXCEEDED when commitments and
 * actual cost would exceed what is released.
 */
export async function commitFunds(ports: CommitFundsPorts, input: CommitFundsInput): Promise<CaseRecord> {
  const { currency } = ports;
  const externalId = requireText(input.externalId, ["externalId"]);
  if (input.currency !== currency.code) throw new Refusal("CURRENCY_MISMATCH", `This programme is kept in ${currency.code}: a commitment is booked in it.`, ["currency"]);
  const magnitude = toMinor(input.amount, currency, ["amount"]);
  if (magnitude <= 0n) throw new Refusal("BAD_USER_INPUT", "A commitment is an amount above zero, and so is what settles one: name the other in settles.", ["amount"]);
  const record = await holdExisting(ports, input.useCase);
  const settles = given(input.settles) ? requireText(input.settles, ["settles"]) : null;
  const asked = { externalId, settles, amountMinor: settles === null ? magnitude : -magnitude, description: given(input.description) ? requireText(input.description, ["description"], 500) : null };
  const known = record.commitments.find((each) => each.externalId === externalId);
  if (known) {
    if (known.amountMinor === asked.amountMinor && known.settles === settles && known.description === asked.description) return record;
    throw new Refusal("CONFLICT", `${externalId} was booked with other content. Book a correction under an externalId of its own.`, ["externalId"]);
  }
  if (settles === null) await requireRoom(ports, record, magnitude);
  else requireOpen(record, settles, magnitude, currency);
  const saved = await ports.saveCommitment(record, asked);
  await ports.audit(record, saved);
  return { ...record, commitments: [...record.commitments, saved] };
}

async function requireRoom({ currency, spentMinor }: CommitFundsPorts, record: CaseRecord, amountMinor: bigint): Promise<void> {
  requireRunning(record);
  if (approvedPlan(record) === null) throw new Refusal("NOT_READY", `The plan of ${record.useCase} is not approved: nothing is committed before. Have it approved with approveBusinessCase.`, ["useCase"]);
  const room = releasedOf(record.tranches) - committedOf(record.commitments) - (await spentMinor(record));
  if (amountMinor > room) throw new Refusal("LIMIT_EXCEEDED", `Of what is released ${toMoney(room > 0n ? room : 0n, currency).amount} ${currency.code} is neither committed nor spent. Have the next tranche released first.`, ["amount"]);
}

function requireOpen({ commitments }: CaseRecord, settles: string, amountMinor: bigint, currency: Currency): void {
  if (!commitments.some((each) => each.externalId === settles && each.settles === null)) throw new Refusal("NOT_FOUND", `There is no commitment ${settles.slice(0, 64)} of this case.`, ["settles"]);
  const open = committedOf(commitments.filter((each) => each.externalId === settles || each.settles === settles));
  if (amountMinor > open) throw new Refusal("LIMIT_EXCEEDED", `${toMoney(open, currency).amount} of ${settles.slice(0, 64)} is open.`, ["amount"]);
}
