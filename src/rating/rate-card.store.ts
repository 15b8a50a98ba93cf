import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { RateCard, RateCardDocument } from "./rate-card";
import { CardOfMonth, allCardsOfMonth } from "./rate-card-dates";

interface Row {
  readonly version: number; readonly document: RateCardDocument; readonly documentHash: string; readonly proposedBy: string; readonly proposedAt: Date; readonly approvedBy: string | null; readonly approvedAt: Date | null;
}

const SELECT = `
  select c.version, c.document, c.document_hash as "documentHash", c.proposed_by as "proposedBy", c.proposed_at as "proposedAt", a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from rating.rate_card c left join rating.rate_card_approval a on a.programme_id = c.programme_id and a.version = c.version
  where c.programme_id = $1`;

const toCard = ({ document, ...row }: Row): RateCard => ({ ...document, ...row });

/** Versions of rate cards and their approvals. Both are only ever added to. */
export function rateCardStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const hold = (): Promise<unknown> => tx.query("select pg_advisory_xact_lock(hashtextextended($1, 18))", [programmeId]);
  const find = async (version: number): Promise<RateCard | null> => (await tx.query<Row>(`${SELECT} and c.version = $2`, [programmeId, version])).map(toCard)[0] ?? null;
  return {
    findCard: find,
    /** Holds proposals of the programme back until this transaction ends, so that two retries at once cannot both be new. */
    findByIdempotencyKey: async (key: string): Promise<RateCard | null> => {
      await hold();
      return (await tx.query<Row>(`${SELECT} and c.idempotency_key = $2`, [programmeId, key])).map(toCard)[0] ?? null;
    },
    approvedCards: async (vendor: string, component: string): Promise<RateCard[]> => {
      await hold();
      return (await tx.query<Row>(`${SELECT} and a.version is not null and c.vendor = $2 and c.component = $3 order by c.version`, [programmeId, vendor, component])).map(toCard);
    },
    /** True where the programme has a card of any month, approved or not. */
    hasCards: async (): Promise<boolean> => (await tx.query("select 1 from rating.rate_card where programme_id = $1 limit 1", [programmeId])).length > 0,
    /** The cards in effect in a month, by vendor, component, series and day. */
    cardsOfMonth: async (period: string): Promise<Array<CardOfMonth<RateCard>>> => {
      const approved = (await tx.query<Row>(`${SELECT} and a.version is not null order by c.vendor collate "C", c.component collate "C", c.version`, [programmeId])).map(toCard);
      return allCardsOfMonth(approved, period);
    },
    /** Cards of some versions with the days of a month that they were in effect on, as a rating of it found them. */
    cardsOfRun: async (versions: readonly number[], period: string): Promise<Array<CardOfMonth<RateCard>>> =>
      allCardsOfMonth((await tx.query<Row>(`${SELECT} and c.version = any($2) order by c.vendor collate "C", c.component collate "C", c.version`, [programmeId, versions])).map(toCard), period),
    saveCard: async (document: RateCardDocument, documentHash: string, idempotencyKey: string | null): Promise<RateCard> => {
      await hold();
      const [row] = await tx.query<{ version: number }>(
        `insert into rating.rate_card (programme_id, version, vendor, component, effective_from, effective_to, replaces, document, document_hash, idempotency_key, proposed_by)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from rating.rate_card where programme_id = $1 returning version`,
        [programmeId, document.vendor, document.component, document.effectiveFrom, document.effectiveTo, document.replaces, JSON.stringify(document), documentHash, idempotencyKey, tx.scope.principal.subject],
      );
      const saved = await find(row!.version);
      invariant(saved, "a rate card that was just saved is not there");
      return saved;
    },
    saveApproval: async (version: number): Promise<RateCard> => {
      await tx.query("insert into rating.rate_card_approval (programme_id, version, approved_by) values ($1, $2, $3)", [programmeId, version, tx.scope.principal.subject]);
      const saved = await find(version);
      invariant(saved?.approvedBy, "an approval that was just saved is not there");
      return saved;
    },
    list: async (where: { readonly vendor?: string | null; readonly component?: string | null }, page: PageRequest): Promise<Page<RateCard>> => {
      const position = decodeCursor(page.after, ["version"]);
      const rows = await tx.query<Row>(
        `${SELECT} and ($2::int is null or c.version > $2) and ($4::text is null or c.vendor = $4) and ($5::text is null or c.component = $5) order by c.version limit $3`,
        [programmeId, position?.[0] ?? null, page.first + 1, where.vendor ?? null, where.component ?? null],
      );
      return toPage(rows.map(toCard), page, (row) => [String(row.version)]);
    },
  };
}
