import { randomUUID } from "node:crypto";
import { invariant } from "../kernel/refusal";
import { Period } from "../governance";
import { periodStore } from "../governance/period.store";
import { BusinessUnit, programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { EliminatedCell, eliminatedCells } from "./benefit-cells";
import { Figure, UnitGroup } from "./disclose";
import { GrantUnitViewInput, GrantUnitViewPorts, UnitGrant } from "./grant-unit-view";
import { planStore } from "./plan.store";
import { PnlCell } from "./pnl";
import { PnlLine } from "./pnl-line";
import { ReadBenefits, pnlMonth } from "./pnl-facts.query";
import { eliminations } from "./read-benefits.query";
import { Aggregate, SignPnlPorts, SignedCells, SignedStatement } from "./sign-programme-pnl";

const STATEMENT = `
  select period_key as period, version, hash, sources, groups_version as "groupsVersion", for_executives as "forExecutives", signed_by as "signedBy", signed_at as "signedAt" from programme.statement where programme_id = $1`;

const GRANT = `
  select g.id, g.subject, u.code as "businessUnit", g.from_period as "from", g.to_period as "to", g.reason, g.granted_by as "grantedBy", g.granted_at as "grantedAt", e.revoked_by as "revokedBy", e.revoked_at as "revokedAt"
  from programme.unit_grant g join tenancy.business_unit u on u.programme_id = $1 and u.id = g.business_unit_id left join programme.unit_grant_end e on e.programme_id = $1 and e.grant_id = g.id
  where g.programme_id = $1`;

/** Signed statements, what executives see of them, and grants. Only ever added to. */
export function statementStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const signed = (from: string, to: string): Promise<SignedStatement[]> => tx.query<SignedStatement>(`${STATEMENT} and period_key between $2 and $3 order by period_key, version`, [programmeId, from, to]);
  const cellsOf = async (period: string, version: number): Promise<PnlCell[]> =>
    (await tx.query<Omit<PnlCell, "amountMinor"> & { amount: string }>(
      `select x.line, u.code as "businessUnit", c.code as "useCase", x.amount_minor as amount from programme.statement_cell x
         left join tenancy.business_unit u on u.programme_id = $1 and u.id = x.business_unit_id left join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
       where x.programme_id = $1 and x.period_key = $2 and x.version = $3 order by x.position`,
      [programmeId, period, version],
    )).map(({ amount, ...cell }) => ({ ...cell, amountMinor: BigInt(amount) }));
  const aggregatesOf = async (period: string, version: number): Promise<Aggregate[]> =>
    (await tx.query<{ group: string; groupName: string; line: PnlLine; amount: string | null }>(
      `select group_code as "group", group_name as "groupName", line, amount_minor as amount from programme.statement_aggregate where programme_id = $1 and period_key = $2 and version = $3 order by group_code, line`,
      [programmeId, period, version],
    )).map(({ amount, ...figure }) => ({ ...figure, amountMinor: amount === null ? null : BigInt(amount) }));
  const eliminatedOf = async (period: string): Promise<EliminatedCell[]> => eliminatedCells(await eliminations(tx, period));
  const seenCells = async (statement: SignedStatement): Promise<SignedCells> => {
    const scheme = (await planStore(tx).schemes()).find(({ version }) => version === statement.groupsVersion);
    const shown = (await aggregatesOf(statement.period, statement.version)).filter(({ amountMinor }) => amountMinor !== null).map(({ group, line }): Figure => ({ group, line }));
    return { cells: await cellsOf(statement.period, statement.version), eliminated: await eliminatedOf(statement.period), groups: (scheme?.groups ?? []) as readonly UnitGroup[], shown };
  };
  return {
    signed, cellsOf, aggregatesOf, eliminatedOf, seenCells,
    grants: (): Promise<UnitGrant[]> => tx.query<UnitGrant>(`${GRANT} order by g.granted_at, g.id`, [programmeId]),
    hold: (): Promise<unknown> => tx.query("select pg_advisory_xact_lock(hashtextextended($1, 313))", [programmeId]),
    /** Of each month of a range the newest version that executives see. */
    seenBetween: async (from: string, to: string): Promise<SignedStatement[]> =>
      [...new Map((await signed(from, to)).filter(({ forExecutives }) => forExecutives).map((each) => [each.period, each])).values()],
    /** Of each month of a range the newest version. */
    newestBetween: async (from: string, to: string): Promise<SignedStatement[]> => [...new Map((await signed(from, to)).map((each) => [each.period, each])).values()],
  };
}

/** What executives were ever shown of a range of months, later versions after earlier ones: who saw both can subtract them. */
async function everSeen(store: ReturnType<typeof statementStore>, from: string, to: string): Promise<Array<SignedCells & { readonly period: string }>> {
  const found: Array<SignedCells & { readonly period: string }> = [];
  for (const statement of (await store.signed(from, to)).filter(({ forExecutives }) => forExecutives)) found.push({ period: statement.period, ...(await store.seenCells(statement)) });
  return found;
}

/** What `signProgrammePnl` needs, over one transaction. */
export function signPnlPorts(tx: TenantTransaction, record: RecordAudit, readBenefits: ReadBenefits): SignPnlPorts {
  const store = statementStore(tx);
  const currency = programmeCurrency(tx.scope.programme).code;
  return {
    subject: tx.scope.principal.subject,
    currency,
    holdMonth: async (key): Promise<Period> => {
      await store.hold();
      return periodStore(tx).lockAlone(key);
    },
    readMonth: (key) => tx.readingAs("PROGRAMME", () => pnlMonth(tx, key, readBenefits)),
    readEliminated: (key) => store.eliminatedOf(key),
    newest: async (key) => (await store.newestBetween(key, key))[0] ?? null,
    seenByExecutives: (key) => everSeen(store, key, key),
    groups: () => planStore(tx).approvedScheme(),
    grantedUnits: async (key) => (await store.grants()).filter(({ from, to }) => from <= key && key <= to).map(({ businessUnit }) => businessUnit),
    save: (statement, cells, aggregates) => save(tx, statement, cells, aggregates, currency),
    audit: ({ period, version, hash, forExecutives, sources }) => record(tx, { action: "signProgrammePnl", subjectKind: "ProgrammePnl", subjectKey: period, after: { version, hash, forExecutives, sources } }),
  };
}

async function save(tx: TenantTransaction, statement: Omit<SignedStatement, "signedBy" | "signedAt">, cells: readonly PnlCell[], aggregates: readonly Aggregate[], currency: string): Promise<SignedStatement> {
  const { period, version, hash, sources, groupsVersion, forExecutives } = statement;
  const place = [tx.scope.programme.id, period, version];
  await tx.query(
    "insert into programme.statement (programme_id, period_key, version, currency, hash, sources, groups_version, for_executives, signed_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [...place, currency, hash, JSON.stringify(sources), groupsVersion, forExecutives, tx.scope.principal.subject],
  );
  const written = await tx.query(
    `insert into programme.statement_cell (programme_id, period_key, version, position, line, business_unit_id, use_case_id, amount_minor)
     select $1, $2, $3, x.position, x.line, u.id, c.id, x.amount from unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::bigint[]) x (position, line, unit, use_case, amount)
       left join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case
     where (x.unit is null or u.id is not null) and (x.use_case is null or c.id is not null) returning 1`,
    [...place, cells.map((_, index) => index + 1), cells.map(({ line }) => line), cells.map(({ businessUnit }) => businessUnit), cells.map(({ useCase }) => useCase), cells.map(({ amountMinor }) => String(amountMinor))],
  );
  invariant(written.length === cells.length, "not every cell of a statement was stored");
  await tx.query(
    `insert into programme.statement_aggregate (programme_id, period_key, version, group_code, group_name, line, amount_minor)
     select $1, $2, $3, x.code, x.name, x.line, x.amount from unnest($4::text[], $5::text[], $6::text[], $7::bigint[]) x (code, name, line, amount)`,
    [...place, aggregates.map(({ group }) => group), aggregates.map(({ groupName }) => groupName), aggregates.map(({ line }) => line), aggregates.map(({ amountMinor }) => (amountMinor === null ? null : String(amountMinor)))],
  );
  const [saved] = await tx.query<SignedStatement>(`${STATEMENT} and period_key = $2 and version = $3`, place);
  invariant(saved, "a statement that was just saved is not there");
  return saved;
}

/** What granting a view of a unit and revoking it need, over one transaction. */
export function grantUnitViewPorts(tx: TenantTransaction, record: RecordAudit): GrantUnitViewPorts {
  const store = statementStore(tx);
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const found = async (id: string): Promise<UnitGrant> => {
    const grant = (await store.grants()).find((each) => each.id === id);
    invariant(grant, "a grant that was just saved is not there");
    return grant;
  };
  return {
    subject,
    findBusinessUnit: async (code): Promise<BusinessUnit | null> => (await tenancyStore(tx).findBusinessUnits([code]))[0] ?? null,
    holdGrants: async () => {
      await store.hold();
      return store.grants();
    },
    signedBetween: (from, to) => everSeen(store, from, to),
    saveGrant: async (grant: GrantUnitViewInput, unit) => {
      const id = randomUUID();
      await tx.query("insert into programme.unit_grant (programme_id, id, subject, business_unit_id, from_period, to_period, reason, granted_by) values ($1, $2, $3, $4, $5, $6, $7, $8)", [programmeId, id, grant.subject, unit.id, grant.from, grant.to, grant.reason, subject]);
      return found(id);
    },
    saveRevocation: async ({ id }, reason) => {
      await tx.query("insert into programme.unit_grant_end (programme_id, grant_id, reason, revoked_by) values ($1, $2, $3, $4)", [programmeId, id, reason, subject]);
      return found(id);
    },
    audit: (action, grant, reason) => record(tx, { action, subjectKind: "UnitPnlGrant", subjectKey: grant.id, reason, after: { subject: grant.subject, businessUnit: grant.businessUnit, from: grant.from, to: grant.to } }),
  };
}
