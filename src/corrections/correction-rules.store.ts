import { TenantTransaction } from "../tenancy/database.store";
import { CorrectionRules, DEFAULT_CORRECTION_RULES } from "./correction-rules";

/** Versions of the rules of corrections; the newest is in force. */
export function correctionRulesStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  return {
    currentRules: async (): Promise<CorrectionRules> => {
      const [row] = await tx.query<{ version: number; mostLegs: string; mostMinor: string }>(
        `select version, most_legs as "mostLegs", most_minor as "mostMinor" from corrections.correction_rules where programme_id = $1 order by version desc limit 1`,
        [programmeId],
      );
      return row ? { version: row.version, mostLegs: Number(row.mostLegs), mostMinor: BigInt(row.mostMinor) } : DEFAULT_CORRECTION_RULES;
    },
    saveRules: async (rules: CorrectionRules, reason: string): Promise<void> => {
      await tx.query(
        "insert into corrections.correction_rules (programme_id, version, most_legs, most_minor, reason, set_by) values ($1, $2, $3, $4, $5, $6)",
        [programmeId, rules.version, rules.mostLegs, String(rules.mostMinor), reason, tx.scope.principal.subject],
      );
    },
  };
}

/**
 * Holds the corrections of the programme until this transaction ends: documents, batches and rules. They are few, and each
 * is judged by how the others stand.
 */
export async function holdCorrections(tx: TenantTransaction): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 15))", [tx.scope.programme.id]);
}
