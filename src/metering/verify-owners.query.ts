import { Proof, TOLD_DIFFERENCES } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { OWNERSHIP_SPANS } from "../tenancy/ownership.query";
import { RESTATED_EVENTS } from "./questions/counting-events.query";

/** Proves that whatever counts stands under the unit that owned its use case when the leg ended. */
export async function verifyOwners(tx: TenantTransaction): Promise<Proof> {
  const [row] = await tx.query<{ legs: string; differing: string; first: Array<{ event_id: string; stands: string | null; owner: string | null }> }>(
    `with span as materialized (${OWNERSHIP_SPANS}), placed as (
       select e.event_id, e.business_unit_id, s.business_unit_id as owner_id
       from ${RESTATED_EVENTS} left join span s on s.use_case_id = e.use_case_id and e.ended_at >= s.effective_from and e.ended_at < s.effective_until
       where e.programme_id = $1 and e.use_case_id is not null
     ), stray as materialized (select event_id, business_unit_id, owner_id from placed where business_unit_id is distinct from owner_id)
     select (select count(*) from placed) as legs, (select count(*) from stray) as differing,
       coalesce((select jsonb_agg(to_jsonb(d)) from (
         select t.event_id, u.code as stands, o.code as owner from stray t
           left join tenancy.business_unit u on u.programme_id = $1 and u.id = t.business_unit_id
           left join tenancy.business_unit o on o.programme_id = $1 and o.id = t.owner_id
         order by t.event_id limit ${TOLD_DIFFERENCES}) d), '[]') as first`,
    [tx.scope.programme.id],
  );
  const { legs, differing, first } = row!;
  return {
    name: "unit of a leg = owner of its use case", compared: `${legs} legs`, differing: Number(differing), notes: [],
    differences: first.map((each) => `${each.event_id} stands under ${each.stands ?? "no unit"}, its use case was ${each.owner ?? "nobody"}'s`),
  };
}
