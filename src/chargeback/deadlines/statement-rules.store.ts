import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { DEFAULT_STATEMENT_RULES, SetStatementRulesPorts, StatementRules } from "./statement-rules";

/** Versions of the rules of statements; the newest is in force. */
export function statementRulesStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const currentRules = async (): Promise<StatementRules> => {
    const [row] = await tx.query<StatementRules>(
      `select version, dispute_days as "disputeDays", answer_days as "answerDays", silence from chargeback.statement_rules where programme_id = $1 order by version desc limit 1`,
      [programmeId],
    );
    return row ?? DEFAULT_STATEMENT_RULES;
  };
  return {
    currentRules,
    /** The same, with other changes of the rules held back until this transaction ends. */
    holdRules: async (): Promise<StatementRules> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 3))", [`${programmeId}/statement-rules`]);
      return currentRules();
    },
    saveRules: async ({ version, disputeDays, answerDays, silence }: StatementRules, reason: string): Promise<void> => {
      await tx.query(
        "insert into chargeback.statement_rules (programme_id, version, dispute_days, answer_days, silence, reason, set_by) values ($1, $2, $3, $4, $5, $6, $7)",
        [programmeId, version, disputeDays, answerDays, silence, reason, tx.scope.principal.subject],
      );
    },
  };
}

/** The day it is on the programme's calendar, by the clock that dates what is written. */
export async function today(tx: TenantTransaction): Promise<string> {
  const [row] = await tx.query<{ day: string }>("select (clock_timestamp() at time zone $1::text)::date::text as day", [tx.scope.programme.timeZone]);
  return row!.day;
}

/** What `setStatementRules` needs, over one transaction. */
export function setStatementRulesPorts(tx: TenantTransaction, record: RecordAudit): SetStatementRulesPorts {
  return {
    ...statementRulesStore(tx),
    audit: (before, after, reason) => record(tx, { action: "setStatementRules", subjectKind: "StatementRules", subjectKey: String(after.version), reason, before: { ...before }, after: { ...after } }),
  };
}
