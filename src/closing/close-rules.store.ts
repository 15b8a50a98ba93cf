import { TenantTransaction } from "../tenancy/database.store";
import { CloseRules, DEFAULT_CLOSE_RULES } from "./close-rules";

/** Versions of the close rules; the newest is in force. */
export function closeRulesStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const current = async (): Promise<CloseRules> => {
    const [row] = await tx.query<Omit<CloseRules, "unattributedThreshold"> & { unattributedThreshold: string }>(
      `select version, unattributed_threshold as "unattributedThreshold", blocks_on_open_disputes as "blocksOnOpenDisputes", blocks_on_unissued_statements as "blocksOnUnissuedStatements",
         due_days as "dueDays", requires_owners as "requiresOwners", requires_sign_offs as "requiresSignOffs", late_usage as "lateUsage", late_cost as "lateCost",
         blocks_on_unowned_cost as "blocksOnUnownedCost"
       from closing.close_rules where programme_id = $1 order by version desc limit 1`,
      [programmeId],
    );
    return row ? { ...row, unattributedThreshold: Number(row.unattributedThreshold) } : DEFAULT_CLOSE_RULES;
  };
  return {
    currentRules: current,
    /** The same, with other changes of the rules held back until this transaction ends. */
    holdRules: async (): Promise<CloseRules> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 3))", [programmeId]);
      return current();
    },
    saveRules: async (rules: CloseRules, reason: string): Promise<void> => {
      await tx.query(
        `insert into closing.close_rules (programme_id, version, unattributed_threshold, blocks_on_open_disputes, blocks_on_unissued_statements, due_days, requires_owners, requires_sign_offs, late_usage, late_cost, blocks_on_unowned_cost, reason, set_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
        [
          programmeId, rules.version, rules.unattributedThreshold, rules.blocksOnOpenDisputes, rules.blocksOnUnissuedStatements, rules.dueDays, rules.requiresOwners, rules.requiresSignOffs, rules.lateUsage, rules.lateCost,
          rules.blocksOnUnownedCost, reason, tx.scope.principal.subject,
        ],
      );
    },
  };
}
