import { Currency } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { Benefit, BenefitDocument, BenefitInput, readBenefit, sameBenefit } from "./benefit";

export interface DefineBenefitPorts {
  readonly currency: Currency;
  /** Code of the unit that owns the use case now; NOT_FOUND when it is not the caller's. */
  ownerNow(useCase: string): Promise<string>;
  isPool(code: string): Promise<boolean>;
  hasLockedBaseline(useCase: string): Promise<boolean>;
  /** Others who write benefits wait until this transaction ends. */
  hold(): Promise<void>;
  findBenefit(code: string): Promise<Benefit | null>;
  saveBenefit(document: BenefitDocument, businessUnit: string): Promise<Benefit>;
  audit(after: Benefit): Promise<void>;
}

/**
 * Names what a use case brings: of which kind, from which pool, in which order of claims, and as planned. It is never changed;
 * the same again answers it. NOT_READY without a locked baseline: what was before can not be said afterwards.
 */
export async function defineBenefit(ports: DefineBenefitPorts, input: BenefitInput): Promise<Benefit> {
  const document = readBenefit(input, ports.currency);
  const businessUnit = await ports.ownerNow(document.useCase);
  await ports.hold();
  const found = await ports.findBenefit(document.code);
  if (found && sameBenefit(found, document)) return found;
  if (found) throw new Refusal("CONFLICT", `There is a benefit ${document.code} that says otherwise. Benefits are never changed: take another code.`, ["code"]);
  if (!(await ports.isPool(document.pool))) throw new Refusal("NOT_FOUND", `There is no benefit pool ${document.pool.slice(0, 64)}.`, ["pool"]);
  if (!(await ports.hasLockedBaseline(document.useCase))) throw new Refusal("NOT_READY", `${document.useCase} has no locked baseline: without it there is nothing to compare with. Capture one with captureBaseline and have finance lock it.`, ["useCase"]);
  const saved = await ports.saveBenefit(document, businessUnit);
  await ports.audit(saved);
  return saved;
}
