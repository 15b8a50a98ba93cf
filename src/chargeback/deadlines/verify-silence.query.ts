import { Proof, ProofNotes } from "../../kernel/proof";
import { TenantTransaction } from "../../tenancy/database.store";

interface SilenceRow {
  readonly unit: string;
  readonly period: string;
  readonly version: number;
  readonly until: string;
  readonly written: string;
  /** What its rules say of silence. */
  readonly silence: string | null;
  /** How the statement stood, and until when it could be disputed, just before. */
  readonly before: string | null;
  readonly untilBefore: string | null;
}

/** Proves that silence accepted only what waited for its unit, after its last day, by rules that say so. */
export async function verifySilence(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const rows = await tx.query<SilenceRow>(
    `select u.code as unit, s.period_key as period, s.version, e.disputable_until::text as until, (e.recorded_at at time zone $2::text)::date::text as written, k.silence, b.status as before, b.disputable_until::text as "untilBefore"
     from chargeback.statement_event e
       join chargeback.statement s on s.programme_id = $1 and s.id = e.statement_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
       left join chargeback.statement_rules k on k.programme_id = $1 and k.version = e.rules_version
       left join chargeback.statement_event b on b.programme_id = $1 and b.statement_id = e.statement_id and b.sequence = e.sequence - 1
     where e.programme_id = $1 and e.by_silence order by 2, 1, 3`,
    [tx.scope.programme.id, tx.scope.programme.timeZone],
  );
  for (const { unit, period, version, until, written, silence, before, untilBefore } of rows) {
    const name = `statement of ${unit} for ${period} version ${version}`;
    if (silence !== "ACCEPTS") notes.differs(`${name}: accepted by silence, and its rules do not say so`);
    if (written <= until || untilBefore !== until) notes.differs(`${name}: accepted by silence on ${written}, and it could be disputed until ${untilBefore ?? "it is posted"}`);
    if (before !== "ISSUED") notes.differs(`${name}: accepted by silence while it was ${before ?? "not issued"}`);
  }
  return notes.proof("silence = days over, by the rules", `${rows.length} statements that silence accepted`);
}
