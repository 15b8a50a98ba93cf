import { TenantTransaction } from "../tenancy/database.store";

/**
 * Use cases that define a benefit which enters a result and of which finance neither signed off nor rejected a claim for a month, by code: what they bring is not
 * known. A benefit is due from the first month of its plan on, or from the month in which it was defined; what was defined after
 * a month's close is not due in it.
 */
export async function undecidedBenefits(tx: TenantTransaction, period: string): Promise<Array<{ readonly useCase: string; readonly businessUnit: string }>> {
  return tx.query(
    `select distinct c.code as "useCase", u.code as "businessUnit"
     from benefits.benefit b
       join governance.period m on m.programme_id = $1 and m.key = $2
       join tenancy.use_case c on c.programme_id = $1 and c.id = b.use_case_id
       left join lateral (
         select o.business_unit_id from tenancy.use_case_ownership o where o.programme_id = $1 and o.use_case_id = b.use_case_id and o.effective_from < m.ends_at
         order by coalesce(o.created_at < m.cutoff, true) desc, o.effective_from desc, o.version desc limit 1) o on true
       join tenancy.business_unit u on u.programme_id = $1 and u.id = coalesce(o.business_unit_id, b.business_unit_id)
     where b.programme_id = $1 and b.kind <> 'NON_EBIT' and (m.cutoff is null or b.defined_at < m.cutoff)
       and coalesce(b.plan ->> 'from', to_char(b.defined_at at time zone $3, 'YYYY-MM')) <= $2
       and not exists (
         select 1 from benefits.claim k join benefits.claim_decision d on d.programme_id = $1 and d.claim_id = k.id
         where k.programme_id = $1 and k.benefit_id = b.id and k.period_key = $2)
     order by 1`,
    [tx.scope.programme.id, period, tx.scope.programme.timeZone],
  );
}

/** Ids of the use cases that define a benefit which enters a result. */
export async function definersOfBenefits(tx: TenantTransaction): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: string }>("select distinct use_case_id as id from benefits.benefit where programme_id = $1 and kind <> 'NON_EBIT'", [tx.scope.programme.id]);
  return new Set(rows.map(({ id }) => id));
}
