import { eliminations, memoBenefits, recognisedBenefits } from "../benefits/recognised-benefits.query";
import { undecidedBenefits } from "../benefits/undecided-benefits.query";
import { TenantTransaction } from "../tenancy/database.store";
import { BenefitsOfMonth } from "./benefit-cells";

/** What a month recognises of benefits: what finance signed off, and nothing of any business case. */
export async function readBenefits(tx: TenantTransaction, period: string): Promise<BenefitsOfMonth> {
  return {
    recognised: await recognisedBenefits(tx, [period]), memo: await memoBenefits(tx, [period]), eliminations: await eliminations(tx, [period]), undecided: await undecidedBenefits(tx, period),
  };
}
