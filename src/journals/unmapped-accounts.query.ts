import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { newestStatements } from "../chargeback/statement.query";
import { isClosed } from "../governance";
import { periodStore } from "../governance/period.store";
import { TenantTransaction } from "../tenancy/database.store";
import { accountMappingStore } from "./account-mapping.store";
import { UnmappedAmount, unmappedOf } from "./draft-journal";
import { postableCharges } from "./journal-charges.query";

/**
 * What a month charges and the mapping in effect, or (to try it before it is approved) that version, has no account for.
 * NOT_FOUND for a month without facts, PERIOD_OPEN before its close, NOT_READY before its statements.
 */
export async function unmappedAccounts(tx: TenantTransaction, key: string, version: number | null): Promise<UnmappedAmount[]> {
  const period = await periodStore(tx).find(requirePeriodKey(key));
  if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
  if (!isClosed(period)) throw new Refusal("PERIOD_OPEN", `${key} is ${period.status}: its figures may still change. Close it and issue its statements first.`, ["period"]);
  const statements = await newestStatements(tx, key);
  if (statements.length === 0) throw new Refusal("NOT_READY", `No statements of ${key} were issued. Issue them first.`, ["period"]);
  const store = accountMappingStore(tx);
  const mapping = await (version === null ? store.mappingOf(key) : store.findMapping(version));
  if (!mapping && version !== null) throw new Refusal("NOT_FOUND", `There is no account mapping version ${version}.`, ["mapping"]);
  return unmappedOf(mapping, await postableCharges(tx, statements.filter(({ mode }) => mode === "CHARGEBACK")));
}
