import { periodStore } from "../governance/period.store";
import { Refusal } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { ownerWhen } from "../tenancy/ownership.query";
import { tenancyStore } from "../tenancy/tenancy.store";

/** Runs questions with the reach of the programme: what a claim stands on is finance's, and a unit is handed its own rows of it. */
export async function asWhole<T>(tx: TenantTransaction, work: () => Promise<T>): Promise<T> {
  await tx.setReach("programme");
  const answer = await work();
  await tx.setReach(tx.scope.reach);
  return answer;
}

/** Who owns a use case, as far as the caller may act for it. */
export function ownership(tx: TenantTransaction) {
  const owner = async (useCase: string, at: Date): Promise<{ id: string; code: string } | null> => {
    const [found] = await asWhole(tx, () => tx.query<{ id: string; code: string }>(
      `select u.id, u.code from tenancy.use_case c join tenancy.business_unit u on u.programme_id = $1 and u.id = (${ownerWhen("c.id", "$3")}) where c.programme_id = $1 and c.code = $2`,
      [tx.scope.programme.id, useCase, at],
    ));
    return found && (tx.scope.reach === "programme" || tx.scope.unitIds.includes(found.id)) ? found : null;
  };
  const requireOwner = async (useCase: string, at: Date, field: readonly string[]): Promise<string> => {
    const found = await owner(useCase, at);
    if (!found) throw new Refusal("NOT_FOUND", `There is no use case ${useCase.slice(0, 64)}.`, field);
    return found.code;
  };
  return {
    owner,
    ownerNow: (useCase: string, at: Date): Promise<string> => requireOwner(useCase, at, ["useCase"]),
    /** As the month ends, by what is known now. */
    ownerAtEnd: async (useCase: string, period: string): Promise<string> => requireOwner(useCase, new Date((await periodStore(tx).span(period)).to.getTime() - 1), ["benefit"]),
  };
}

/** NOT_FOUND for a use case in a filter that the caller does not have. */
export async function requireUseCases(tx: TenantTransaction, codes: readonly string[] | null | undefined): Promise<void> {
  if (!codes) return;
  const known = new Set((await tenancyStore(tx).findUseCases(codes)).map(({ code }) => code));
  const unknown = codes.find((code) => !known.has(code));
  if (unknown !== undefined) throw new Refusal("NOT_FOUND", `There is no use case ${unknown.slice(0, 64)}.`, ["where", "useCase"]);
}
