import { TenantTransaction } from "../tenancy/database.store";
import { BenefitKind } from "./benefit";

/** What a sign-off adds to a month's result: a benefit of that month, or the correction of one of a closed month. */
export interface RecognisedBenefit {
  /** The month whose result it is part of. */
  readonly period: string;
  /** The month in which it came about. */
  readonly originPeriod: string;
  readonly useCaseId: string;
  readonly useCase: string;
  /** The unit that owned the use case when the month of origin ended. Code. */
  readonly businessUnit: string;
  readonly benefitId: string;
  readonly benefit: string;
  readonly kind: Exclude<BenefitKind, "NON_EBIT">;
  /** Before what is eliminated. */
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
  readonly claimId: string;
  /** SHA-256 of the row of the ladder. */
  readonly hash: string;
}

/** A benefit below EBIT: told beside a result, never part of it. */
export interface MemoBenefit extends Omit<RecognisedBenefit, "kind" | "cashableMinor" | "nonCashableMinor"> {
  readonly attributedMinor: bigint;
}

/** What is taken off a month's benefits because several claim the same: positive, and negative where an earlier elimination is taken back. */
export interface BenefitElimination {
  readonly period: string;
  readonly poolCode: string;
  /** Of cashable benefit: what a result is less by. */
  readonly amountMinor: bigint;
  readonly nonCashableMinor: bigint;
  readonly useCaseId: string;
  readonly useCase: string;
  readonly businessUnit: string;
  readonly benefitId: string;
  readonly kind: RecognisedBenefit["kind"];
  /** The claim whose sign-off made it, and of which month. */
  readonly claimId: string;
  readonly originPeriod: string;
}

type Texts<T, K extends keyof T> = Omit<T, K> & Readonly<Record<K, string>>;

const SIGNED = `
  select d.recognised_in as period, k.period_key as "originPeriod", b.use_case_id as "useCaseId", c.code as "useCase", u.code as "businessUnit", k.benefit_id as "benefitId", b.code as benefit, b.kind, k.id as "claimId", k.hash,
    d.cashable_minor as "cashableMinor", d.non_cashable_minor as "nonCashableMinor"
  from benefits.claim_decision d
    join benefits.claim k on k.programme_id = $1 and k.id = d.claim_id
    join benefits.benefit b on b.programme_id = $1 and b.id = k.benefit_id
    join tenancy.use_case c on c.programme_id = $1 and c.id = b.use_case_id
    join tenancy.business_unit u on u.programme_id = $1 and u.id = k.business_unit_id
  where d.programme_id = $1 and d.decision = 'SIGNED_OFF' and d.recognised_in = any($2)`;

const ORDER = `order by d.recognised_in, b.code collate "C", k.period_key, k.version`;

/** Benefits that finance signed off, by the month in whose result they are recognised: before eliminations, without what is below EBIT. */
export async function recognisedBenefits(tx: TenantTransaction, periods: readonly string[]): Promise<RecognisedBenefit[]> {
  const rows = await tx.query<Texts<RecognisedBenefit, "cashableMinor" | "nonCashableMinor">>(`${SIGNED} and b.kind <> 'NON_EBIT' ${ORDER}`, [tx.scope.programme.id, periods]);
  return rows.map((row) => ({ ...row, cashableMinor: BigInt(row.cashableMinor), nonCashableMinor: BigInt(row.nonCashableMinor) }));
}

/** Signed-off benefits below EBIT of some months, as interest on working capital. */
export async function memoBenefits(tx: TenantTransaction, periods: readonly string[]): Promise<MemoBenefit[]> {
  const rows = await tx.query<Omit<RecognisedBenefit, "cashableMinor" | "nonCashableMinor"> & { cashableMinor: string; nonCashableMinor: string }>(`${SIGNED} and b.kind = 'NON_EBIT' ${ORDER}`, [tx.scope.programme.id, periods]);
  return rows.map(({ kind: _, cashableMinor, nonCashableMinor, ...row }) => ({ ...row, attributedMinor: BigInt(cashableMinor) + BigInt(nonCashableMinor) }));
}

/** What was eliminated in some months, by pool and by the benefit that it is taken off. Benefits below EBIT are none of a result, nor is what is taken off them. */
export async function eliminations(tx: TenantTransaction, periods: readonly string[]): Promise<BenefitElimination[]> {
  const rows = await tx.query<Texts<BenefitElimination, "amountMinor" | "nonCashableMinor">>(
    `select e.period_key as period, e.pool_code as "poolCode", e.cashable_minor as "amountMinor", e.non_cashable_minor as "nonCashableMinor", b.use_case_id as "useCaseId", c.code as "useCase", u.code as "businessUnit",
       e.benefit_id as "benefitId", b.kind, e.claim_id as "claimId", e.origin_period as "originPeriod"
     from benefits.elimination e
       join benefits.benefit b on b.programme_id = $1 and b.id = e.benefit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = b.use_case_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = e.business_unit_id
     where e.programme_id = $1 and e.period_key = any($2) and b.kind <> 'NON_EBIT' order by e.period_key, e.pool_code collate "C", b.code collate "C", e.origin_period, e.claim_id`,
    [tx.scope.programme.id, periods],
  );
  return rows.map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor), nonCashableMinor: BigInt(row.nonCashableMinor) }));
}
