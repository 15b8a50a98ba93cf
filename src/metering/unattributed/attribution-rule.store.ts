import { randomUUID } from "node:crypto";
import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { ownershipStore } from "../../tenancy/ownership.store";
import { RecordAudit } from "../../tenancy/request-context";
import { attributeUsagePorts } from "../attribute-ports.store";
import { holdRules } from "../ingest/attribute-events.store";
import { AttributeFromPorts } from "./attribute-from";
import { RuleKey, StoredRule } from "./attribution-rule";
import { RetireAttributionRulePorts } from "./retire-attribution-rule";

type RuleRow = Omit<StoredRule, "effectiveFromMs" | "effectiveUntilMs" | "attributed"> & { readonly effectiveFrom: Date; readonly effectiveUntil: Date | null; readonly attributed: string };

const RULES = `
  select r.id, r.version, r.reported_use_case as "reportedUseCase", r.reported_business_unit as "reportedBusinessUnit", r.source, r.use_case_id as "useCaseId",
    r.effective_from as "effectiveFrom", r.reason, r.attributed, r.recorded_by as "recordedBy", r.recorded_at as "recordedAt",
    x.effective_until as "effectiveUntil", x.reason as "retirementReason", x.recorded_by as "retiredBy", x.recorded_at as "retiredAt"
  from metering.attribution_rule r left join metering.attribution_rule_retirement x on x.programme_id = $1 and x.rule_id = r.id
  where r.programme_id = $1`;

const toRule = ({ effectiveFrom, effectiveUntil, attributed, ...row }: RuleRow): StoredRule =>
  ({ ...row, attributed: Number(attributed), effectiveFromMs: effectiveFrom.getTime(), effectiveUntilMs: effectiveUntil?.getTime() ?? null });

/** Standing rules, oldest first. */
export async function listAttributionRules(tx: TenantTransaction, page: PageRequest): Promise<Page<StoredRule>> {
  const position = decodeCursor(page.after, ["version"]);
  const rows = await tx.query<RuleRow>(`${RULES} and ($2::integer is null or r.version > $2) order by r.version limit $3`, [tx.scope.programme.id, position?.[0] ?? null, page.first + 1]);
  return toPage(rows.map(toRule), page, (rule) => [String(rule.version)]);
}

function ruleStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const findVersion = async (version: number): Promise<StoredRule | null> => {
    const [row] = await tx.query<RuleRow>(`${RULES} and r.version = $2`, [programmeId, version]);
    return row ? toRule(row) : null;
  };
  return {
    findVersion,
    findRule: async (key: RuleKey, from: Date): Promise<StoredRule | null> => {
      const [row] = await tx.query<RuleRow>(
        `${RULES} and r.reported_use_case = $2 and r.reported_business_unit is not distinct from $3 and r.source is not distinct from $4 and r.effective_from = $5 order by r.version desc limit 1`,
        [programmeId, key.reportedUseCase, key.reportedBusinessUnit, key.source, from],
      );
      return row ? toRule(row) : null;
    },
    saveRule: async (key: RuleKey, useCaseId: string, from: Date, reason: string, attributed: number): Promise<StoredRule> => {
      const [saved] = await tx.query<{ version: number }>(
        `insert into metering.attribution_rule (programme_id, id, version, reported_use_case, reported_business_unit, source, use_case_id, effective_from, reason, attributed, recorded_by)
         select $1, $2, coalesce(max(r.version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 from metering.attribution_rule r where r.programme_id = $1 returning version`,
        [programmeId, randomUUID(), key.reportedUseCase, key.reportedBusinessUnit, key.source, useCaseId, from, reason, attributed, subject],
      );
      const rule = await findVersion(saved!.version);
      invariant(rule, "a rule that was just made is not there");
      return rule;
    },
    saveRetirement: async (rule: StoredRule, until: Date, reason: string): Promise<void> => {
      await tx.query("insert into metering.attribution_rule_retirement (programme_id, rule_id, effective_until, reason, recorded_by) values ($1, $2, $3, $4, $5)", [programmeId, rule.id, until, reason, subject]);
    },
  };
}

const inWords = ({ reportedUseCase, reportedBusinessUnit, source, effectiveFromMs, effectiveUntilMs }: StoredRule): Record<string, unknown> => ({
  reportedUseCase, reportedBusinessUnit, source, effectiveFrom: new Date(effectiveFromMs).toISOString(), effectiveUntil: effectiveUntilMs === null ? null : new Date(effectiveUntilMs).toISOString(),
});

/** What `attributeFrom` needs, over one transaction. */
export function attributeFromPorts(tx: TenantTransaction, record: RecordAudit): AttributeFromPorts {
  const store = ruleStore(tx);
  return {
    ...attributeUsagePorts(tx, record),
    startOfDay: ownershipStore(tx).startOfDay,
    holdRules: () => holdRules(tx, "alone"),
    findRule: store.findRule,
    saveRule: (key, useCase, from, reason, attributed) => store.saveRule(key, useCase.id, from, reason, attributed),
    audit: (rule, useCase, attributed, reason) =>
      record(tx, { action: "attributeUsage", subjectKind: "AttributionRule", subjectKey: String(rule.version), reason, after: { ...inWords(rule), useCase: useCase.code, attributed } }),
  };
}

/** What `retireAttributionRule` needs, over one transaction. */
export function retireAttributionRulePorts(tx: TenantTransaction, record: RecordAudit, nowMs: number): RetireAttributionRulePorts {
  const { findVersion, saveRetirement } = ruleStore(tx);
  return {
    nowMs, findVersion, saveRetirement,
    startOfDay: ownershipStore(tx).startOfDay,
    holdRules: () => holdRules(tx, "alone"),
    audit: (before, after, reason) => record(tx, { action: "retireAttributionRule", subjectKind: "AttributionRule", subjectKey: String(after.version), reason, before: inWords(before), after: inWords(after) }),
  };
}
