import { requireCode, requireText } from "../../kernel/code";
import { Currency, toMinor } from "../../kernel/money";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { PeriodStatus } from "../../governance";
import { BenefitPool, PoolMaximum, maximumOf } from "./benefit-pool";

export interface DefineBenefitPoolInput {
  readonly code: string;
  readonly name: string;
  readonly effectiveFrom: string;
  readonly maximum: string;
  readonly currency: string;
  readonly evidence: string;
}

export interface DefineBenefitPoolPorts {
  readonly currency: Currency;
  /** How the month stands, so that it cannot close before this transaction ends; null where nothing fell into it yet. */
  holdPeriod(key: string): Promise<PeriodStatus | null>;
  /** Others who write benefits wait until this transaction ends. */
  hold(): Promise<void>;
  findPool(code: string): Promise<BenefitPool | null>;
  /** First month from the given one on in which a claim on the pool was signed off; null: none was. */
  signedFrom(pool: string, period: string): Promise<string | null>;
  savePool(code: string, name: string): Promise<void>;
  saveMaximum(pool: string, maximum: Pick<PoolMaximum, "version" | "effectiveFrom" | "maximumMinor" | "evidence">): Promise<void>;
  audit(before: BenefitPool | null, after: BenefitPool): Promise<void>;
}

/** Defines a benefit pool, or what it may bring at most from a later month on. What is defined already is answered as it is. */
export async function defineBenefitPool(ports: DefineBenefitPoolPorts, input: DefineBenefitPoolInput): Promise<BenefitPool> {
  const [code, name] = [requireCode(input.code, ["code"]), requireText(input.name, ["name"])];
  const effectiveFrom = requirePeriodKey(input.effectiveFrom, ["effectiveFrom"]);
  if (input.currency !== ports.currency.code) throw new Refusal("CURRENCY_MISMATCH", `Benefits are in the programme's currency, ${ports.currency.code}. Convert the maximum first.`, ["currency"]);
  const maximumMinor = toMinor(input.maximum, ports.currency, ["maximum"]);
  if (maximumMinor < 0n) throw new Refusal("BAD_USER_INPUT", "The maximum of a pool is 0 or more: it is what may be saved or won, not a cost.", ["maximum"]);
  const evidence = requireText(input.evidence, ["evidence"], 500);
  await ports.hold();
  const found = await ports.findPool(code);
  if (found && found.name !== name) throw new Refusal("CONFLICT", `${code} is "${found.name}". Keep its name, or define another pool.`, ["name"]);
  const holding = found && maximumOf(found, effectiveFrom);
  if (found && holding?.effectiveFrom === effectiveFrom && holding.maximumMinor === maximumMinor && holding.evidence === evidence) return found;
  if ((await ports.holdPeriod(effectiveFrom)) === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${effectiveFrom} is closed: what was claimed in it stays. Take a later month.`, ["effectiveFrom"]);
  const signed = await ports.signedFrom(code, effectiveFrom);
  if (signed !== null) throw new Refusal("CONFLICT", `Claims of ${signed} on ${code} are signed off under another maximum. Take a month after it.`, ["effectiveFrom"]);
  if (!found) await ports.savePool(code, name);
  await ports.saveMaximum(code, { version: (found?.maximums.at(-1)?.version ?? 0) + 1, effectiveFrom, maximumMinor, evidence });
  const saved = (await ports.findPool(code))!;
  await ports.audit(found, saved);
  return saved;
}
