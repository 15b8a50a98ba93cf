import { fraction } from "../kernel/fraction";
import { TenantTransaction } from "../tenancy/database.store";
import { RatedLine } from "./rate-usage";

type Row = Omit<RatedLine, "calls" | "exemptCalls" | "measuredMs" | "measured" | "billed" | "amount" | "amountMinor" | "span"> & Record<"calls" | "exemptCalls" | "measuredMs" | "mn" | "md" | "bn" | "bd" | "an" | "ad" | "minor", string> & { readonly position: number; readonly firstDay: string | null; readonly lastDay: string | null };

/** What the lines of a run are narrowed by; names that were found. */
export interface LinesWhere {
  readonly businessUnit?: readonly string[] | null;
  readonly useCase?: readonly string[] | null;
  readonly vendor?: readonly string[] | null;
  readonly component?: readonly string[] | null;
  readonly basis?: readonly string[] | null;
  readonly kind?: readonly string[] | null;
}

/** Stored lines of a run in their order, as far as the caller may see them. */
export async function linesOfRun(tx: TenantTransaction, runId: string, where: LinesWhere = {}): Promise<Array<RatedLine & { readonly position: number }>> {
  const rows = await tx.query<Row>(
    `select l.position, l.kind, l.vendor, l.component, l.basis, l.card_version as "cardVersion", l.rate_line as "rateLine", p.code as pool, coalesce(u.code, '') as "businessUnit", coalesce(c.code, '') as "useCase",
       l.calls, l.exempt_calls as "exemptCalls", l.measured_ms as "measuredMs", l.unit, l.measured_numerator::text as mn, l.measured_denominator::text as md, l.billed_numerator::text as bn, l.billed_denominator::text as bd,
       l.original_currency as "originalCurrency", l.amount_numerator::text as an, l.amount_denominator::text as ad, l.amount_minor as minor, l.first_day as "firstDay", l.last_day as "lastDay"
     from rating.line l left join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id left join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     where l.programme_id = $1 and l.run_id = $2 and ($3::text[] is null or u.code = any($3)) and ($4::text[] is null or c.code = any($4)) and ($5::text[] is null or l.vendor = any($5))
       and ($6::text[] is null or l.component = any($6)) and ($7::text[] is null or l.basis = any($7)) and ($8::text[] is null or l.kind = any($8))
     order by l.position`,
    [tx.scope.programme.id, runId, where.businessUnit ?? null, where.useCase ?? null, where.vendor ?? null, where.component ?? null, where.basis ?? null, where.kind ?? null],
  );
  return rows.map(({ mn, md, bn, bd, an, ad, minor, firstDay, lastDay, ...row }) => ({
    ...row, span: firstDay === null ? null : { first: firstDay, last: lastDay! }, calls: BigInt(row.calls), exemptCalls: BigInt(row.exemptCalls), measuredMs: BigInt(row.measuredMs), measured: fraction(BigInt(mn), BigInt(md)), billed: fraction(BigInt(bn), BigInt(bd)),
    amount: fraction(BigInt(an), BigInt(ad)), amountMinor: BigInt(minor),
  }));
}
