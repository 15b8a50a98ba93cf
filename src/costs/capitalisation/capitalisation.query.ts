import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { TenantTransaction } from "../../tenancy/database.store";
import { Amortisation, AssetFacts, CutOffs, amortise, knownFrom } from "./amortise";
import { ImplementationCategory, Treatment } from "./capitalisation";

/** Spend on a use case's implementation. `countsIn` is the month whose figures take it: its own, or the first open one where it came late. */
export interface ImplementationSpend {
  readonly period: string;
  readonly countsIn: string;
  readonly useCaseId: string;
  readonly category: ImplementationCategory;
  readonly treatment: Treatment;
  readonly amountMinor: bigint;
}

async function cutOffs(tx: TenantTransaction): Promise<CutOffs> {
  return tx.query("select key, cutoff from governance.period where programme_id = $1 and cutoff is not null order by key", [tx.scope.programme.id]);
}

/** Every booked implementation cost, in the order in which it was recorded. */
async function spend(tx: TenantTransaction, closed: CutOffs): Promise<ImplementationSpend[]> {
  const rows = await tx.query<Omit<ImplementationSpend, "amountMinor" | "countsIn"> & { amount: string; recordedAt: Date }>(
    `select use_case_id as "useCaseId", period_key as period, category, treatment, amount_minor as amount, recorded_at as "recordedAt" from costs.implementation_cost where programme_id = $1 order by recorded_at, id`,
    [tx.scope.programme.id],
  );
  return rows.map(({ amount, recordedAt, ...row }) => ({ ...row, amountMinor: BigInt(amount), countsIn: knownFrom(row.period, recordedAt, closed) }));
}

/** Implementation cost that counts in one of the months, capitalised or expensed; of every month for null. */
export async function implementationCosts(tx: TenantTransaction, periods: readonly string[] | null): Promise<ImplementationSpend[]> {
  return (await spend(tx, await cutOffs(tx))).filter(({ countsIn }) => periods === null || periods.includes(countsIn));
}

/** Implementation cost, capitalised and expensed, of everything that counts up to the end of a month. Minor units. */
export async function investedThrough(tx: TenantTransaction, period: string): Promise<bigint> {
  return (await spend(tx, await cutOffs(tx))).reduce((sum, each) => (each.countsIn <= period ? sum + each.amountMinor : sum), 0n);
}

/** Amortisation and impairment of the months by asset. Of a closed month they never change: what comes late is caught up in the first open one. */
export async function amortisation(tx: TenantTransaction, periods: readonly string[]): Promise<Amortisation[]> {
  return amortise(await assetFacts(tx), periods);
}

async function assetFacts(tx: TenantTransaction): Promise<AssetFacts[]> {
  const closed = await cutOffs(tx);
  const capitalised = (await spend(tx, closed)).filter(({ treatment }) => treatment === "CAPITALISE");
  const rows = await tx.query<{ id: string; useCaseId: string; goLive: string; usefulMonths: number; recordedAt: Date; retired: string | null; retiredAt: Date | null }>(
    `select a.id, a.use_case_id as "useCaseId", a.go_live as "goLive", a.useful_months as "usefulMonths", a.recorded_at as "recordedAt", r.period_key as retired, r.recorded_at as "retiredAt"
     from costs.asset a left join costs.asset_retirement r on r.programme_id = $1 and r.asset_id = a.id
     where a.programme_id = $1 order by a.id`,
    [tx.scope.programme.id],
  );
  return rows.map(({ id, useCaseId, goLive, usefulMonths, recordedAt, retired, retiredAt }) => ({
    assetId: id, useCaseId, goLive, usefulMonths, knownFrom: knownFrom(goLive, recordedAt, closed),
    retirement: retired === null ? null : { period: retired, knownFrom: knownFrom(retired, retiredAt!, closed) },
    costs: capitalised.filter((each) => each.useCaseId === useCaseId).map(({ period, countsIn, amountMinor }) => ({ period, knownFrom: countsIn, amountMinor })),
  }));
}

/** An asset as it is shown: what it cost and what of it is taken to profit by the end of a month. Minor units. */
export interface AssetView {
  readonly id: string;
  readonly useCaseId: string;
  readonly goLive: string;
  readonly usefulMonths: number;
  readonly contractMonths: number;
  readonly retiredIn: string | null;
  readonly capitalisedMinor: string;
}

/** Assets by use case. */
export function listAssets(tx: TenantTransaction): Promise<AssetView[]> {
  return tx.query(
    `select a.id, a.use_case_id as "useCaseId", a.go_live as "goLive", a.useful_months as "usefulMonths", a.contract_months as "contractMonths", r.period_key as "retiredIn",
       (select coalesce(sum(i.amount_minor), 0) from costs.implementation_cost i where i.programme_id = $1 and i.use_case_id = a.use_case_id and i.treatment = 'CAPITALISE') as "capitalisedMinor"
     from costs.asset a join tenancy.use_case c on c.programme_id = $1 and c.id = a.use_case_id left join costs.asset_retirement r on r.programme_id = $1 and r.asset_id = a.id
     where a.programme_id = $1 order by c.code collate "C"`,
    [tx.scope.programme.id],
  );
}

/** A booked implementation cost as it is shown. */
export interface StoredImplementationCost {
  readonly id: string;
  readonly externalId: string;
  readonly useCaseId: string;
  readonly period: string;
  readonly category: ImplementationCategory;
  readonly treatment: Treatment;
  readonly policyVersion: number;
  readonly amountMinor: string;
  readonly description: string | null;
  readonly vendor: string | null;
  readonly invoice: string | null;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

const STORED = `
  select i.id, i.external_id as "externalId", i.use_case_id as "useCaseId", i.period_key as period, i.category, i.treatment, i.policy_version as "policyVersion", i.amount_minor as "amountMinor", i.description, i.vendor, i.invoice,
    i.recorded_by as "recordedBy", i.recorded_at as "recordedAt"
  from costs.implementation_cost i join tenancy.use_case c on c.programme_id = $1 and c.id = i.use_case_id where i.programme_id = $1`;

export async function findStoredImplementationCost(tx: TenantTransaction, externalId: string): Promise<StoredImplementationCost | null> {
  return (await tx.query<StoredImplementationCost>(`${STORED} and i.external_id = $2`, [tx.scope.programme.id, externalId]))[0] ?? null;
}

/** Booked implementation cost by externalId. */
export async function listImplementationCosts(tx: TenantTransaction, where: { readonly period: string | null; readonly useCase: string | null }, page: PageRequest): Promise<Page<StoredImplementationCost>> {
  const position = decodeCursor(page.after, ["text"]);
  const rows = await tx.query<StoredImplementationCost>(
    `${STORED} and ($2::text is null or i.external_id collate "C" > $2) and ($3::text is null or i.period_key = $3) and ($4::text is null or c.code = $4) order by i.external_id collate "C" limit $5`,
    [tx.scope.programme.id, position?.[0] ?? null, where.period, where.useCase, page.first + 1],
  );
  return toPage(rows, page, (row) => [row.externalId]);
}
