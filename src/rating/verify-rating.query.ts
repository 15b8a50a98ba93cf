import { Proof, ProofNotes } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { planPostings } from "./plan-postings";
import { hashOfCard } from "./propose-rate-card";
import { RateCardDocument } from "./rate-card";
import { hashLines } from "./rating-hash";
import { linesOfRun } from "./rating-lines.query";
import { ratingRunStore } from "./rating-run.store";
import { hashOfStatement } from "./vendor-statement";
import { vendorStatementStore } from "./vendor-statement.store";

/** Proves that every rate card still hashes to what was approved, and that a second person approved it. */
export async function verifyRateCards(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const cards = await tx.query<{ version: number; document: RateCardDocument; hash: string; proposedBy: string; approvedBy: string | null }>(
    `select c.version, c.document, c.document_hash as hash, c.proposed_by as "proposedBy", a.approved_by as "approvedBy" from rating.rate_card c
       left join rating.rate_card_approval a on a.programme_id = $1 and a.version = c.version where c.programme_id = $1 order by c.version`,
    [tx.scope.programme.id],
  );
  for (const { version, document, hash, proposedBy, approvedBy } of cards) {
    if (hashOfCard(document) !== hash) notes.differs(`rate card ${version}: its text does not hash to what was stored`);
    if (proposedBy === approvedBy) notes.differs(`rate card ${version}: proposed and approved by ${proposedBy}`);
  }
  return notes.proof("rate card hash = hash of its document", `${cards.length} versions`);
}

/** Proves that the stored lines of every rating still hash to its result. */
export async function verifyRatingRuns(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const runs = await ratingRunStore(tx).runs();
  let count = 0;
  for (const run of runs) {
    const lines = await linesOfRun(tx, run.id);
    count += lines.length;
    const now = hashLines(run.periodKey, lines);
    if (now !== run.resultHash) notes.differs(`rating ${run.periodKey}/${run.sequence}: hash ${run.resultHash.slice(0, 12)}…, its lines hash to ${now.slice(0, 12)}…`);
  }
  return notes.proof("rating hash = hash of its lines", `${runs.length} ratings, ${count} lines`);
}

/** Proves that what is posted of every rated month equals the lines of its newest rating, and that every posting is booked as it was planned. */
export async function verifyRatingPostings(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const store = ratingRunStore(tx);
  const periods = [...new Set((await store.runs()).map(({ periodKey }) => periodKey))];
  for (const period of periods) {
    const run = await store.latestRun(period);
    const open = planPostings(period, await linesOfRun(tx, run!.id), await store.posted(period));
    for (const each of open) notes.differs(`${period} ${each.vendor} ${each.component} ${each.useCase ? `${each.useCase} of ${each.businessUnit}` : each.pool}: posted and rated differ by ${each.amountMinor} minor units`);
  }
  const wrong = await tx.query<{ externalId: string }>(
    `select x.external_id as "externalId" from rating.posting x left join costs.cost_entry e on e.programme_id = $1 and e.external_id = x.external_id
     where x.programme_id = $1 and (e.id is null or e.amount_minor <> x.amount_minor or e.pool_id <> x.pool_id or e.period_key <> x.period_key or e.business_unit_id is distinct from x.business_unit_id) order by 1`,
    [tx.scope.programme.id],
  );
  for (const { externalId } of wrong) notes.differs(`${externalId}: the cost entry is not what the rating posted`);
  return notes.proof("posted usage cost = rated lines", `${periods.length} rated months`);
}

/** Proves that every vendor statement still hashes to what was booked. */
export async function verifyVendorStatements(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const store = vendorStatementStore(tx);
  const periods = await tx.query<{ period: string }>("select distinct period_key as period from rating.vendor_statement where programme_id = $1 order by 1", [tx.scope.programme.id]);
  let count = 0;
  for (const { period } of periods) {
    for (const { id, vendor, kind, externalId, currency, total, replaces, payloadHash } of await store.statementsOf(period, null)) {
      count += 1;
      const lines = (await store.linesOf([id])).map(({ description, component, callRef, quantity, unit, amount }) => ({ description, component, callRef, quantity, unit, amount }));
      if (hashOfStatement({ vendor, period, kind, externalId, currency, total, lines, replaces }) !== payloadHash) notes.differs(`${vendor} ${externalId}: its lines do not hash to what was booked`);
    }
  }
  return notes.proof("vendor statement hash = hash of its lines", `${count} statements`);
}
