import { randomUUID } from "node:crypto";
import { invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { Benefit } from "../benefit";
import { PoolClaim } from "../pools/overlap";
import { Claim, ClaimDecision } from "./claim";
import { ClaimBenefitPorts } from "./claim-benefit";
import { Eliminated } from "./decide-claim";

type Amounts = "counterfactualMinor" | "residualMinor" | "grossMinor" | "attributedMinor" | "cashableMinor" | "nonCashableMinor";

interface Row extends Omit<Claim, Amounts | "decision"> {
  readonly counterfactualMinor: string | null; readonly residualMinor: string | null; readonly grossMinor: string; readonly attributedMinor: string; readonly cashableMinor: string; readonly nonCashableMinor: string;
  readonly decision: ClaimDecision["decision"] | null; readonly recognisedIn: string | null; readonly recognisedCashable: string | null; readonly recognisedNonCashable: string | null;
  readonly decisionNote: string | null; readonly decidedBy: string | null; readonly decidedAt: Date | null;
}

const SELECT = `
  select k.id, k.benefit_id as "benefitId", b.code as benefit, u.code as "businessUnit", k.period_key as period, k.version, k.method, k.mode, k.figures, k.baseline_version as "baselineVersion", k.reconstructed,
    k.model_version as "modelVersion", k.tier, k.counterfactual_minor as "counterfactualMinor", k.residual_minor as "residualMinor", k.gross_minor as "grossMinor", trim_scale(k.share)::text as share,
    trim_scale(k.confidence)::text as confidence, k.attributed_minor as "attributedMinor", trim_scale(k.cashable_share)::text as "cashableShare", k.cashable_minor as "cashableMinor", k.non_cashable_minor as "nonCashableMinor",
    k.ledger_line as "ledgerLine", k.note, k.reason, k.hash, k.proposed_by as "proposedBy", k.proposed_at as "proposedAt", d.decision, d.recognised_in as "recognisedIn", d.cashable_minor as "recognisedCashable",
    d.non_cashable_minor as "recognisedNonCashable", d.note as "decisionNote", d.decided_by as "decidedBy", d.decided_at as "decidedAt"
  from benefits.claim k
    join benefits.benefit b on b.programme_id = $1 and b.id = k.benefit_id
    join tenancy.use_case c on c.programme_id = $1 and c.id = b.use_case_id
    join tenancy.business_unit u on u.programme_id = $1 and u.id = k.business_unit_id
    left join benefits.claim_decision d on d.programme_id = $1 and d.claim_id = k.id
  where k.programme_id = $1`;

const whole = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

function toClaim({ decision, recognisedIn, recognisedCashable, recognisedNonCashable, decisionNote, decidedBy, decidedAt, ...row }: Row): Claim {
  return {
    ...row, counterfactualMinor: whole(row.counterfactualMinor), residualMinor: whole(row.residualMinor), grossMinor: BigInt(row.grossMinor), attributedMinor: BigInt(row.attributedMinor), cashableMinor: BigInt(row.cashableMinor),
    nonCashableMinor: BigInt(row.nonCashableMinor),
    decision: decision && { decision, recognisedIn, cashableMinor: BigInt(recognisedCashable!), nonCashableMinor: BigInt(recognisedNonCashable!), note: decisionNote, decidedBy: decidedBy!, decidedAt: decidedAt! },
  };
}

/** Which rows of the ladder. Codes; null: any. */
export interface ClaimFilter {
  readonly from: string;
  readonly to: string;
  readonly useCases: readonly string[] | null;
  readonly benefits: readonly string[] | null;
}

/** Claims, what finance decided of them, and what was eliminated between them. All are only ever added to. */
export function claimStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const byId = async (id: string): Promise<Claim> => {
    const [found] = (await tx.query<Row>(`${SELECT} and k.id = $2`, [programmeId, id])).map(toClaim);
    invariant(found, "a claim that was just saved is not there");
    return found;
  };
  const unitOf = (parameter: string): string => `(select id from tenancy.business_unit where programme_id = $1 and code = ${parameter})`;
  return {
    versionsOf: async ({ id }: Pick<Benefit, "id">, period: string): Promise<Claim[]> => (await tx.query<Row>(`${SELECT} and k.benefit_id = $2 and k.period_key = $3 order by k.version`, [programmeId, id, period])).map(toClaim),
    /** Every version by month, benefit and version. */
    list: async ({ from, to, useCases, benefits }: ClaimFilter, limit: number): Promise<Claim[]> =>
      (await tx.query<Row>(
        `${SELECT} and k.period_key between $2 and $3 and ($4::text[] is null or c.code = any($4)) and ($5::text[] is null or b.code = any($5)) order by k.period_key, b.code collate "C", k.version limit $6`,
        [programmeId, from, to, useCases, benefits, limit],
      )).map(toClaim),
    saveClaim: async (...[document, ladder, more]: Parameters<ClaimBenefitPorts["saveClaim"]>): Promise<Claim> => {
      const id = randomUUID();
      await tx.query(
        `insert into benefits.claim (programme_id, id, benefit_id, business_unit_id, period_key, version, method, mode, figures, baseline_version, reconstructed, model_version, tier, counterfactual_minor, residual_minor, gross_minor,
           share, confidence, attributed_minor, cashable_share, cashable_minor, non_cashable_minor, ledger_line, note, reason, hash, proposed_by)
         values ($1, $2, $3, ${unitOf("$4")}, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`,
        [
          programmeId, id, more.benefit.id, more.businessUnit, document.period, more.version, document.method, document.mode, JSON.stringify(document.figures), document.baselineVersion, document.reconstructed, document.modelVersion, document.tier,
          ...[ladder.counterfactualMinor, ladder.residualMinor, ladder.grossMinor].map((minor) => (minor === null ? null : String(minor))), document.share, document.confidence, String(ladder.attributedMinor), document.cashableShare,
          String(ladder.cashableMinor), String(ladder.nonCashableMinor), document.ledgerLine, document.note, more.reason, more.hash, subject,
        ],
      );
      return byId(id);
    },
    saveDecision: async (claim: Claim, decision: Omit<ClaimDecision, "decidedBy" | "decidedAt">): Promise<Claim> => {
      await tx.query(
        `insert into benefits.claim_decision (programme_id, claim_id, business_unit_id, decision, recognised_in, cashable_minor, non_cashable_minor, note, decided_by) values ($1, $2, ${unitOf("$3")}, $4, $5, $6, $7, $8, $9)`,
        [programmeId, claim.id, claim.businessUnit, decision.decision, decision.recognisedIn, String(decision.cashableMinor), String(decision.nonCashableMinor), decision.note, subject],
      );
      return byId(claim.id);
    },
    /** The newest signed version of each benefit of a pool for a month. */
    signedClaims: async (pool: string, period: string): Promise<PoolClaim[]> =>
      (await tx.query<Omit<PoolClaim, "grossMinor"> & { grossMinor: string }>(
        `select distinct on (k.benefit_id) k.benefit_id as "benefitId", b.step, b.sequence, k.gross_minor as "grossMinor", trim_scale(k.share)::text as share, trim_scale(k.confidence)::text as confidence, trim_scale(k.cashable_share)::text as "cashableShare"
         from benefits.claim k join benefits.claim_decision d on d.programme_id = $1 and d.claim_id = k.id and d.decision = 'SIGNED_OFF' join benefits.benefit b on b.programme_id = $1 and b.id = k.benefit_id
         where k.programme_id = $1 and b.pool_code = $2 and k.period_key = $3 order by k.benefit_id, k.version desc`, [programmeId, pool, period])).map((row) => ({ ...row, grossMinor: BigInt(row.grossMinor) })),
    /** What is eliminated so far of claims of some months, one row per benefit and month of origin. */
    eliminated: async (periods: { readonly from: string; readonly to: string }, pool: string | null): Promise<Array<Eliminated & { period: string }>> =>
      (await tx.query<{ benefitId: string; period: string; overlapMinor: string; cashableMinor: string; nonCashableMinor: string }>(
        `select benefit_id as "benefitId", origin_period as period, sum(overlap_minor)::text as "overlapMinor", sum(cashable_minor)::text as "cashableMinor", sum(non_cashable_minor)::text as "nonCashableMinor"
         from benefits.elimination where programme_id = $1 and origin_period between $2 and $3 and ($4::text is null or pool_code = $4) group by 1, 2`, [programmeId, periods.from, periods.to, pool]))
        .map((row) => ({ ...row, overlapMinor: BigInt(row.overlapMinor), cashableMinor: BigInt(row.cashableMinor), nonCashableMinor: BigInt(row.nonCashableMinor) })),
    saveElimination: async (claim: Claim, pool: string, recognisedIn: string, { benefitId, overlapMinor, cashableMinor, nonCashableMinor }: Eliminated): Promise<void> =>
      void (await tx.query(
        `insert into benefits.elimination (programme_id, claim_id, benefit_id, business_unit_id, pool_code, origin_period, period_key, overlap_minor, cashable_minor, non_cashable_minor)
         select $1, $2, $3, k.business_unit_id, $4, $5, $6, $7, $8, $9 from benefits.claim k where k.programme_id = $1 and k.benefit_id = $3 and k.period_key = $5 order by k.version desc limit 1`,
        [programmeId, claim.id, benefitId, pool, claim.period, recognisedIn, String(overlapMinor), String(cashableMinor), String(nonCashableMinor)],
      )),
  };
}
