import { eliminations as eliminationsOf, memoBenefits, recognisedBenefits } from "../benefits/recognised-benefits.query";
import { undecidedBenefits } from "../benefits/undecided-benefits.query";
import { TenantTransaction } from "../tenancy/database.store";
import { BenefitElimination, BenefitsOfMonth } from "./benefit-cells";

/** What a month recognises of benefits: what finance signed off, and nothing of any business case. */
export async function readBenefits(tx: TenantTransaction, period: string): Promise<BenefitsOfMonth> {
  return {
    recognised: await recognisedBenefits(tx, [period]), memo: await memoBenefits(tx, [period]), eliminations: await eliminations(tx, period), undecided: await undecidedBenefits(tx, period),
  };
}

/** What a month's result is less by, because several claim the same. */
export function eliminations(tx: TenantTransaction, period: string): Promise<readonly BenefitElimination[]> {
  return eliminationsOf(tx, [period]);
}
