import { requireText } from "../../kernel/code";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { UseCase } from "../../tenancy";

/** What a use case's capitalised cost became: an asset that is amortised from its go-live month on. */
export interface Asset {
  readonly id: string;
  readonly useCaseId: string;
  readonly goLive: string;
  readonly usefulMonths: number;
  /** Months of the arrangement with the vendor, renewals that are reasonably certain among them. */
  readonly contractMonths: number;
  /** Last month of use; null while it is in use. */
  readonly retiredIn: string | null;
}

export interface PutInServiceInput {
  readonly useCase: string;
  readonly goLive: string;
  readonly usefulMonths: number;
  readonly contractMonths: number;
}

export interface RetireAssetInput {
  readonly useCase: string;
  /** Last month of use. */
  readonly period: string;
  readonly reason: string;
}

export interface AssetPorts {
  newId(): string;
  findUseCase(code: string): Promise<UseCase | null>;
  /** The asset of a use case; others who change it wait until this transaction ends. */
  holdAsset(useCaseId: string): Promise<Asset | null>;
  isClosed(period: string): Promise<boolean>;
  saveAsset(asset: Asset): Promise<void>;
  saveRetirement(asset: Asset, period: string, reason: string): Promise<void>;
  audit(action: "putInService" | "retireAsset", useCase: UseCase, asset: Asset, reason: string | null): Promise<void>;
}

const MOST_MONTHS = 600;

/**
 * Puts a use case's capitalised cost in service: it is amortised evenly over the useful months. The same again answers it; other
 * terms are CONFLICT, for what was amortised by them stays. Of a go-live month that is closed the first open month catches up.
 */
export async function putInService(ports: AssetPorts, input: PutInServiceInput): Promise<Asset> {
  const goLive = requirePeriodKey(input.goLive, ["goLive"]);
  for (const field of ["usefulMonths", "contractMonths"] as const) {
    if (input[field] < 1 || input[field] > MOST_MONTHS) throw new Refusal("BAD_USER_INPUT", `${field} must be 1 to ${MOST_MONTHS}.`, [field]);
  }
  if (input.usefulMonths > input.contractMonths) {
    throw new Refusal("BAD_USER_INPUT", `The asset cannot be used for ${input.usefulMonths} months when the contract ends after ${input.contractMonths}. Shorten usefulMonths, or count renewals that are reasonably certain into contractMonths.`, ["usefulMonths"]);
  }
  const useCase = await knownUseCase(ports, input.useCase);
  const found = await ports.holdAsset(useCase.id);
  if (found) {
    if (found.goLive === goLive && found.usefulMonths === input.usefulMonths && found.contractMonths === input.contractMonths) return found;
    throw new Refusal("CONFLICT", `${useCase.code} is in service since ${found.goLive}, over ${found.usefulMonths} months; these terms stay. Retire it when it is no longer used.`, ["useCase"]);
  }
  const asset: Asset = { id: ports.newId(), useCaseId: useCase.id, goLive, usefulMonths: input.usefulMonths, contractMonths: input.contractMonths, retiredIn: null };
  await ports.saveAsset(asset);
  await ports.audit("putInService", useCase, asset, null);
  return asset;
}

/** Retires a use case's asset: what is not amortised by the end of its last month of use is impaired in that month, on a line of its own. PERIOD_CLOSED for a closed month. */
export async function retireAsset(ports: AssetPorts, input: RetireAssetInput): Promise<Asset> {
  const period = requirePeriodKey(input.period);
  const reason = requireText(input.reason, ["reason"], 500);
  const useCase = await knownUseCase(ports, input.useCase);
  const found = await ports.holdAsset(useCase.id);
  if (!found) throw new Refusal("NOT_FOUND", `${useCase.code} has no asset in service. Use putInService first.`, ["useCase"]);
  if (found.retiredIn !== null) {
    if (found.retiredIn === period) return found;
    throw new Refusal("CONFLICT", `${useCase.code} was retired in ${found.retiredIn}.`, ["period"]);
  }
  if (period < found.goLive) throw new Refusal("BAD_USER_INPUT", `${useCase.code} goes live in ${found.goLive}: it cannot be retired before.`, ["period"]);
  if (await ports.isClosed(period)) throw new Refusal("PERIOD_CLOSED", `${period} is closed: its figures are final. Retire the asset in the first open month.`, ["period"]);
  const retired = { ...found, retiredIn: period };
  await ports.saveRetirement(found, period, reason);
  await ports.audit("retireAsset", useCase, retired, reason);
  return retired;
}

async function knownUseCase(ports: AssetPorts, code: string): Promise<UseCase> {
  const useCase = await ports.findUseCase(code);
  if (!useCase) throw new Refusal("NOT_FOUND", `There is no use case ${code.slice(0, 64)}.`, ["useCase"]);
  return useCase;
}
