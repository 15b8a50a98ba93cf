import { TenantTransaction } from "../../tenancy/database.store";
import { DutyCheckName } from "../close-check-names";
import { CheckAssignment, CheckSignOff, CloseDuties } from "./close-duty";

const ASSIGNMENT = `check_name as "check", period_key as period, owner, due_days as "dueDays", reason, assigned_by as by, assigned_at as at`;
const SIGN_OFF = `check_name as "check", period_key as period, kind, finding, note, evidence, signed_by as by, signed_at as at`;

/** Who answers for the checks of the close and who signed them off; rows that are only added to. */
export function closeDutyStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const hold = async (): Promise<void> => void (await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 25))", [programmeId]));
  return {
    /** Other assignments and signatures of the programme wait until this transaction ends. */
    hold,
    /** What was assigned and signed for a month, oldest first. */
    duties: async (period: string): Promise<CloseDuties> => ({
      assignments: await tx.query<CheckAssignment>(`select ${ASSIGNMENT} from closing.check_assignment where programme_id = $1 and (period_key is null or period_key = $2) order by sequence`, [programmeId, period]),
      signOffs: await tx.query<CheckSignOff>(`select ${SIGN_OFF} from closing.check_sign_off where programme_id = $1 and period_key = $2 order by sequence`, [programmeId, period]),
    }),
    holdAssignment: async (check: DutyCheckName, period: string | null): Promise<CheckAssignment | null> => {
      await hold();
      const [newest] = await tx.query<CheckAssignment>(
        `select ${ASSIGNMENT} from closing.check_assignment where programme_id = $1 and check_name = $2 and period_key is not distinct from $3 order by sequence desc limit 1`,
        [programmeId, check, period],
      );
      return newest ?? null;
    },
    saveAssignment: async ({ check, period, owner, dueDays, reason }: Omit<CheckAssignment, "by" | "at">): Promise<CheckAssignment> => {
      const [saved] = await tx.query<CheckAssignment>(
        `insert into closing.check_assignment (programme_id, sequence, check_name, period_key, owner, due_days, reason, assigned_by)
         select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6, $7 from closing.check_assignment where programme_id = $1 returning ${ASSIGNMENT}`,
        [programmeId, check, period, owner, dueDays, reason, subject],
      );
      return saved!;
    },
    saveSignOff: async ({ check, period, kind, finding, note, evidence }: Omit<CheckSignOff, "by" | "at">): Promise<CheckSignOff> => {
      const [saved] = await tx.query<CheckSignOff>(
        `insert into closing.check_sign_off (programme_id, sequence, period_key, check_name, kind, finding, note, evidence, signed_by)
         select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from closing.check_sign_off where programme_id = $1 returning ${SIGN_OFF}`,
        [programmeId, period, check, kind, finding, note, JSON.stringify(evidence), subject],
      );
      return saved!;
    },
  };
}
