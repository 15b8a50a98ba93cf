import { TenantTransaction } from "../../tenancy/database.store";
import { USE_CASE_OWNERSHIP_SQL, toOwnerships } from "../../tenancy/ownership.query";
import { holdUseCases } from "../../tenancy/ownership.store";
import { Attribution, attribute } from "./attribution";
import { rulesFor } from "./attribution-rules.query";
import { KeyedEvent } from "./report-usage";

/**
 * Says where events of a source belong. Looks the codes up over the whole programme, so that a unit contradicting a use
 * case's owner is told apart from an unknown use case, and goes back to the narrower reach of a writer before anything is
 * written. Standing rules are read only when a code is unknown. The use cases are held before their owners are read, until
 * the transaction ends: whoever gives one to another unit waits, and finds what we store.
 */
export async function attributeEvents(tx: TenantTransaction, events: readonly KeyedEvent[], source: string): Promise<Attribution[]> {
  const programmeId = tx.scope.programme.id;
  const unitCodes = new Set<string>();
  const useCaseCodes = new Set<string>();
  for (const event of events) {
    if (event.businessUnit !== null) unitCodes.add(event.businessUnit);
    if (event.useCase !== null) useCaseCodes.add(event.useCase);
  }
  await tx.setReach("programme");
  const names = await tx.prepared<{ unit: boolean; id: string; code: string }>(NAMES, [programmeId, [...unitCodes], [...useCaseCodes]]);
  const unitIdByCode = new Map(names.filter(({ unit }) => unit).map(({ code, id }) => [code, id]));
  const useCaseIdByCode = new Map(names.filter(({ unit }) => !unit).map(({ code, id }) => [code, id]));
  const unknown = [...useCaseCodes].filter((code) => !useCaseIdByCode.has(code));
  if (unknown.length > 0) await holdRules(tx, "shared");
  const rules = unknown.length === 0 ? [] : await rulesFor(tx, unknown, source);
  const useCaseIds = [...new Set([...useCaseIdByCode.values(), ...rules.map(({ useCaseId }) => useCaseId)])];
  await holdUseCases(tx, useCaseIds, "shared");
  const ownerships = toOwnerships(await tx.prepared(USE_CASE_OWNERSHIP_SQL, [programmeId, useCaseIds]));
  if (tx.scope.reach !== "programme") await tx.setReach("ingest");
  const own = new Set(tx.scope.unitIds);
  const mayWrite = tx.scope.reach === "programme" ? () => true : (id: string) => own.has(id);
  const directory = { unitIdByCode, useCaseIdByCode, ownerships, rules };
  return events.map((event) => attribute(event, directory, mayWrite));
}

const NAMES = `
  select true as unit, id, code from tenancy.business_unit where programme_id = $1 and code = any($2)
  union all
  select false, id, code from tenancy.use_case where programme_id = $1 and code = any($3)`;

/** Holds the standing rules until this transaction ends: shared by whoever goes by them, alone by whoever changes them. Taken before use cases. */
export async function holdRules(tx: TenantTransaction, how: "shared" | "alone"): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock${how === "shared" ? "_shared" : ""}(hashtextextended($1, 7))`, [tx.scope.programme.id]);
}
