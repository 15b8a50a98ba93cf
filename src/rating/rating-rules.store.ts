import { TenantTransaction } from "../tenancy/database.store";
import { DEFAULT_RATING_RULES, RatingRules } from "./rating-rules";

/** Versions of the rules of rating; the newest is in force. */
export function ratingRulesStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const current = async (): Promise<RatingRules> => {
    const [row] = await tx.query<Omit<RatingRules, "toleranceMinor"> & { toleranceMinor: string }>(
      `select version, reported_pool as "reportedPool", tolerance_basis_points as "toleranceBasisPoints", tolerance_minor as "toleranceMinor" from rating.rating_rules where programme_id = $1 order by version desc limit 1`,
      [programmeId],
    );
    return row ? { ...row, toleranceMinor: BigInt(row.toleranceMinor) } : DEFAULT_RATING_RULES;
  };
  return {
    currentRules: current,
    holdRules: async (): Promise<RatingRules> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 19))", [programmeId]);
      return current();
    },
    saveRules: async (rules: RatingRules, reason: string): Promise<void> => {
      await tx.query(
        "insert into rating.rating_rules (programme_id, version, reported_pool, tolerance_basis_points, tolerance_minor, reason, set_by) values ($1, $2, $3, $4, $5, $6, $7)",
        [programmeId, rules.version, rules.reportedPool, rules.toleranceBasisPoints, String(rules.toleranceMinor), reason, tx.scope.principal.subject],
      );
    },
  };
}
