import { formatUnits } from "../../kernel/decimal";
import { shiftPeriod } from "../../kernel/period";
import { invariant } from "../../kernel/refusal";
import { holdNextOpen } from "../../costs/accruals/accrual.store";
import { costsStore } from "../../costs/costs.store";
import { periodStore } from "../../governance/period.store";
import { programmeCurrency } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { holdLateFacts } from "../late-months.query";
import { PostTrueUpPorts } from "./post-true-up";
import { DraftTrueUpPorts, ProposeTrueUpPorts, TrueUp } from "./propose-true-up";
import { chargedOfPool, recoveryVariances } from "./recovery-variance.query";
import { TrueUpDraft } from "./true-up";
import { findTrueUp, truedUpBy, waitingTrueUp } from "./true-up.query";

/** What a draft stands on, over one transaction. */
export function draftTrueUpPorts(tx: TenantTransaction): DraftTrueUpPorts {
  return {
    findPool: costsStore(tx).findPool,
    findPeriods: (keys) => periodStore(tx).list(shiftPeriod(keys[0]!, -1), keys.length),
    carriedMonths: async (pool, from, to) => {
      const before = await truedUpBy(tx, pool.id, from, to);
      return (await recoveryVariances(tx, from, to, [pool.id])).map(({ period, figuresVersion, costMinor, recoveredMinor, carriedMinor }) => ({
        period, figuresVersion, costMinor, recoveredMinor, varianceMinor: carriedMinor, trueUps: before.filter((each) => each.period === period && each.figuresVersion === figuresVersion).map(({ number }) => number),
      }));
    },
    chargedOf: (pool, periods) => chargedOfPool(tx, pool.id, periods),
  };
}

/** What `proposeTrueUp` needs, over one transaction. */
export function proposeTrueUpPorts(tx: TenantTransaction, record: RecordAudit): ProposeTrueUpPorts {
  const programmeId = tx.scope.programme.id;
  return {
    ...draftTrueUpPorts(tx),
    findWaiting: async ({ hash }) => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 27))", [programmeId]);
      return waitingTrueUp(tx, hash);
    },
    saveProposal: async (pool, draft, reason) => {
      const [row] = await tx.query<{ number: number }>(
        `insert into chargeback.true_up (programme_id, number, pool_id, from_period_key, to_period_key, amount_minor, hash, reason, proposed_by)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from chargeback.true_up where programme_id = $1 returning number`,
        [programmeId, pool.id, draft.from, draft.to, String(draft.amountMinor), draft.hash, reason, tx.scope.principal.subject],
      );
      return stored(tx, row!.number);
    },
    audit: (trueUp) => record(tx, { action: "proposeTrueUp", subjectKind: "TrueUp", subjectKey: String(trueUp.number), reason: trueUp.reason, after: inNote(tx, trueUp) }),
  };
}

/** What `postTrueUp` needs, over one transaction. */
export function postTrueUpPorts(tx: TenantTransaction, record: RecordAudit): PostTrueUpPorts {
  return {
    ...draftTrueUpPorts(tx),
    subject: tx.scope.principal.subject,
    findTrueUp: (number) => findTrueUp(tx, number),
    holdCarrier: async (after) => {
      const { key } = await holdNextOpen(tx, after);
      await holdLateFacts(tx);
      return key;
    },
    savePosting: async (trueUp, draft, period) => {
      await savePosting(tx, trueUp, draft, period);
      return stored(tx, trueUp.number);
    },
    audit: (before, after, draft) => record(tx, { action: "postTrueUp", subjectKind: "TrueUp", subjectKey: String(after.number), reason: before.reason, after: { ...inNote(tx, after), period: after.period, proposedBy: before.proposedBy, lines: draft.lines.length } }),
  };
}

async function savePosting(tx: TenantTransaction, { number, poolId, proposedBy }: TrueUp, { months, lines }: TrueUpDraft, period: string): Promise<void> {
  const programmeId = tx.scope.programme.id;
  await tx.query("insert into chargeback.true_up_posting (programme_id, number, pool_id, period_key, proposed_by, posted_by) values ($1, $2, $3, $4, $5, $6)", [programmeId, number, poolId, period, proposedBy, tx.scope.principal.subject]);
  await tx.query(
    `insert into chargeback.true_up_month (programme_id, number, pool_id, period_key, figures_version, cost_minor, recovered_minor, variance_minor)
     select $1, $2, $3, x.* from unnest($4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[]) x`,
    [programmeId, number, poolId, months.map((each) => each.period), months.map((each) => each.figuresVersion), ...[months.map((each) => each.costMinor), months.map((each) => each.recoveredMinor), months.map((each) => each.varianceMinor)].map((each) => each.map(String))],
  );
  const saved = await tx.query(
    `insert into chargeback.true_up_line (programme_id, number, business_unit_id, use_case_id, charged_minor, amount_minor)
     select $1, $2, u.id, c.id, x.charged, x.amount from unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[]) x (unit, use_case, charged, amount)
       join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
       join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case returning 1`,
    [programmeId, number, lines.map((each) => each.businessUnit), lines.map((each) => each.useCase), lines.map((each) => String(each.chargedMinor)), lines.map((each) => String(each.amountMinor))],
  );
  invariant(saved.length === lines.length, "a true-up names what does not exist");
}

async function stored(tx: TenantTransaction, number: number): Promise<TrueUp> {
  const found = await findTrueUp(tx, number);
  invariant(found, "a true-up that was just saved is not there");
  return found;
}

function inNote(tx: TenantTransaction, { pool, from, to, amountMinor, hash }: TrueUp): Record<string, unknown> {
  const { exponent, code } = programmeCurrency(tx.scope.programme);
  return { pool, from, to, amount: formatUnits(amountMinor, exponent), currency: code, hash };
}
