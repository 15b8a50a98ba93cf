import { Currency } from "../kernel/money";
import { Proof, ProofNotes } from "../kernel/proof";
import { compare, sum, ONE } from "../kernel/fraction";
import { TenantTransaction } from "../tenancy/database.store";
import { baselineStore } from "./baselines/baseline.store";
import { benefitStore } from "./benefit.store";
import { Claim, hashOfClaim, signedVersion } from "./claims/claim";
import { claimStore } from "./claims/claim.store";
import { climb, decimalFraction } from "./claims/ladder";
import { maximumOf } from "./pools/benefit-pool";
import { eliminateOverlap } from "./pools/overlap";
import { poolStore } from "./pools/pool.store";

const EVER = { from: "0000-00", to: "9999-99" } as const;
const ALL = 1_000_000;

const grouped = <T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
};

/**
 * Every row of the ladder recomputes from its stored figures and factors; what sign-offs recognised makes the version that
 * holds; eliminations are those of the claims signed off, and what stays of a pool is never above its maximum; nobody agreed
 * with himself, and no model's shares are above 1.
 */
export async function verifyBenefits(tx: TenantTransaction, currency: Currency): Promise<Proof> {
  const notes = new ProofNotes();
  const store = claimStore(tx);
  const claims = await store.list({ ...EVER, useCases: null, benefits: null }, ALL);
  for (const claim of claims) verifyRow(claim, currency, notes);
  const decided = grouped(claims, ({ benefitId, period }) => `${benefitId}/${period}`);
  for (const versions of decided.values()) verifyRecognised(versions, notes);
  const benefits = await benefitStore(tx).byIds([...new Set(claims.map(({ benefitId }) => benefitId))]);
  const pools = grouped(claims, ({ benefitId, period }) => `${benefits.get(benefitId)!.pool}/${period}`);
  for (const [key, [first]] of pools) {
    const [code, period] = [benefits.get(first!.benefitId)!.pool, first!.period];
    const pool = await poolStore(tx).findPool(code);
    const maximum = pool && maximumOf(pool, period);
    if (!maximum) {
      notes.differs(`${key}: claims on a pool without a maximum`);
      continue;
    }
    const settled = eliminateOverlap(maximum.maximumMinor, await store.signedClaims(code, period));
    const stored = new Map((await store.eliminated({ from: period, to: period }, code)).map((each) => [each.benefitId, each]));
    for (const { benefitId, overlapMinor, cashableMinor, nonCashableMinor } of settled) {
      const found = stored.get(benefitId) ?? { overlapMinor: 0n, cashableMinor: 0n, nonCashableMinor: 0n };
      if (found.overlapMinor !== overlapMinor || found.cashableMinor !== cashableMinor || found.nonCashableMinor !== nonCashableMinor) notes.differs(`${key}: of ${benefits.get(benefitId)!.code} ${found.overlapMinor} is eliminated instead of ${overlapMinor}`);
    }
    const kept = settled.reduce((total, { keptGrossMinor }) => total + (keptGrossMinor > 0n ? keptGrossMinor : 0n), 0n);
    if (kept > maximum.maximumMinor) notes.differs(`${key}: claims make ${kept}, the maximum is ${maximum.maximumMinor}`);
  }
  const agreed = await verifyAgreements(tx, notes);
  return notes.proof("benefits: the ladder recomputes from what is stored", `${claims.length} rows of the ladder, ${pools.size} months of benefit pools, ${agreed} baselines and attribution models`);
}

function verifyRow(claim: Claim, currency: Currency, notes: ProofNotes): void {
  const where = `${claim.benefit} ${claim.period} version ${claim.version}`;
  const ladder = climb(claim, currency);
  for (const [step, minor] of Object.entries(ladder)) {
    const stored = claim[step as keyof typeof ladder];
    if (stored !== minor) notes.differs(`${where}: ${step} is stored as ${stored} and recomputes to ${minor}`);
  }
  if (hashOfClaim(claim, ladder) !== claim.hash) notes.differs(`${where}: its hash is not that of what it says`);
  if (claim.decision?.decidedBy === claim.proposedBy) notes.differs(`${where}: ${claim.proposedBy} decided on what they claimed themselves`);
}

function verifyRecognised(versions: readonly Claim[], notes: ProofNotes): void {
  const signed = signedVersion(versions);
  const made = (pick: (claim: Claim) => bigint): bigint => versions.reduce((total, claim) => total + (claim.decision ? pick(claim) : 0n), 0n);
  const [cashable, nonCashable] = [made(({ decision }) => decision!.cashableMinor), made(({ decision }) => decision!.nonCashableMinor)];
  if (cashable !== (signed?.cashableMinor ?? 0n) || nonCashable !== (signed?.nonCashableMinor ?? 0n)) notes.differs(`${versions[0]!.benefit} ${versions[0]!.period}: sign-offs recognised ${cashable} and ${nonCashable}, the version that holds says otherwise`);
}

async function verifyAgreements(tx: TenantTransaction, notes: ProofNotes): Promise<number> {
  const models = await poolStore(tx).models();
  for (const { version, shares, proposedBy, approvedBy } of models) {
    if (compare(sum(shares.map(({ share }) => decimalFraction(share))), ONE) > 0) notes.differs(`attribution model ${version}: its shares are above 1`);
    if (approvedBy === proposedBy) notes.differs(`attribution model ${version}: ${proposedBy} approved what they proposed`);
  }
  const baselines = (await baselineStore(tx).list(null, { first: ALL })).edges;
  for (const { node } of baselines) if (node.lockedBy === node.capturedBy) notes.differs(`baseline ${node.version} of ${node.useCase}: ${node.capturedBy} locked what they captured`);
  return models.length + baselines.length;
}
