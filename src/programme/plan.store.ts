import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { UnitGroup } from "./disclose";
import { Agreed, GroupScheme, Plan, PlanKind, PlanLine } from "./plan";
import { AgreePorts, AgreedKind } from "./propose-plan";

type Row = Agreed & { readonly kind: AgreedKind; readonly body: unknown };

const PLAN = `
  select p.kind, p.version, p.body, p.note, p.document_hash as "documentHash", p.proposed_by as "proposedBy", p.proposed_at as "proposedAt", a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from programme.plan p left join programme.plan_approval a on a.programme_id = $1 and a.kind = p.kind and a.version = p.version
  where p.programme_id = $1 and p.kind = $2`;

const asPlan = ({ body, ...row }: Row): Plan => ({ ...row, kind: row.kind as PlanKind, lines: body as readonly PlanLine[] });
const asScheme = ({ body, ...row }: Row): GroupScheme => ({ ...row, groups: body as readonly UnitGroup[] });

/** Budgets, forecasts and schemes of groups, in versions that two people agree on. Only ever added to. */
export function planStore(tx: TenantTransaction) {
  const versions = (kind: AgreedKind): Promise<Row[]> => tx.query<Row>(`${PLAN} order by p.version`, [tx.scope.programme.id, kind]);
  const newest = <T extends Agreed>(all: readonly T[]): T | null => all.filter(({ approvedBy }) => approvedBy !== null).at(-1) ?? null;
  return {
    plans: async (kind: PlanKind): Promise<Plan[]> => (await versions(kind)).map(asPlan),
    schemes: async (): Promise<GroupScheme[]> => (await versions("GROUPS")).map(asScheme),
    /** The newest approved version, or the one that is asked for as far as it is approved; null: none. */
    approvedPlan: async (kind: PlanKind, version: number | null): Promise<Plan | null> => newest((await versions(kind)).map(asPlan).filter((each) => version === null || each.version === version)),
    approvedScheme: async (): Promise<GroupScheme | null> => newest((await versions("GROUPS")).map(asScheme)),
  };
}

/** What proposing and approving need, over one transaction. */
function agreePorts<Body, T extends Agreed>(tx: TenantTransaction, record: RecordAudit, toVersion: (row: Row) => T): AgreePorts<Body, T> {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const versions = async (kind: AgreedKind): Promise<T[]> => (await tx.query<Row>(`${PLAN} order by p.version`, [programmeId, kind])).map(toVersion);
  const found = async (kind: AgreedKind, version: number): Promise<T> => {
    const saved = (await versions(kind)).find((each) => each.version === version);
    invariant(saved, "a version that was just saved is not there");
    return saved;
  };
  return {
    subject,
    holdVersions: async (kind) => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 312))", [programmeId]);
      return versions(kind);
    },
    save: async (kind, body, note, documentHash) => {
      const [row] = await tx.query<{ version: number }>(
        "insert into programme.plan (programme_id, kind, version, body, note, document_hash, proposed_by) select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6 from programme.plan where programme_id = $1 and kind = $2 returning version",
        [programmeId, kind, JSON.stringify(body), note, documentHash, subject],
      );
      return found(kind, row!.version);
    },
    saveApproval: async (kind, version) => {
      await tx.query("insert into programme.plan_approval (programme_id, kind, version, approved_by) values ($1, $2, $3, $4)", [programmeId, kind, version, subject]);
      return found(kind, version);
    },
    audit: (action, kind, before, after) => record(tx, {
      action, subjectKind: kind === "GROUPS" ? "ExecutiveGroups" : "ProgrammePlan", subjectKey: `${kind}/${after.version}`, reason: after.note,
      before: before && { version: before.version, documentHash: before.documentHash, approvedBy: before.approvedBy }, after: { version: after.version, documentHash: after.documentHash, approvedBy: after.approvedBy },
    }),
  };
}

export const planPorts = (tx: TenantTransaction, record: RecordAudit): AgreePorts<readonly PlanLine[], Plan> => agreePorts(tx, record, asPlan);
export const schemePorts = (tx: TenantTransaction, record: RecordAudit): AgreePorts<readonly UnitGroup[], GroupScheme> => agreePorts(tx, record, asScheme);
