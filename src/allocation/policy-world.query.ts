import { isShared } from "../costs";
import { costsStore } from "../costs/costs.store";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { PolicyWorld } from "./check-methods";
import { receiversAtEnd } from "./facts.query";
import { neededInputs } from "./method-inputs";
import { methodInputs } from "./method-inputs.query";
import { PolicyDocument } from "./policy";

/** The names and bookings of a month that a policy by methods is held against. */
export async function policyWorld(tx: TenantTransaction, document: PolicyDocument, period: string): Promise<PolicyWorld> {
  const receivers = await receiversAtEnd(tx, period);
  const codes = document.rules.flatMap((rule) => [rule.pool, ...rule.exclude, ...rule.parts.flatMap(({ to, shares }) => [...(to ?? []), ...(shares ?? []).map((share) => share.to)])]);
  return {
    period, currency: tx.scope.programme.currency, receivers,
    units: (await tenancyStore(tx).listBusinessUnits()).map(({ code }) => code),
    pools: new Set((await costsStore(tx).findPools(codes)).filter(({ kind }) => isShared(kind)).map(({ code }) => code)),
    inputs: await methodInputs(tx, period, neededInputs(document), receivers, null),
  };
}
