import { requireText } from "../../kernel/code";
import { given } from "../../kernel/given";
import { Refusal, invariant } from "../../kernel/refusal";
import { Benefit } from "../benefit";
import { maximumOf } from "../pools/benefit-pool";
import { Overlap, PoolClaim, eliminateOverlap } from "../pools/overlap";
import { Claim, ClaimDecision, signedVersion } from "./claim";
import { ClaimBenefitPorts, requireGround } from "./claim-benefit";

/** What is eliminated of a benefit, so far or from now on, of one month of origin. */
export type Eliminated = Pick<Overlap, "benefitId" | "overlapMinor" | "cashableMinor" | "nonCashableMinor">;

export interface DecideClaimPorts extends Pick<ClaimBenefitPorts, "hold" | "findBenefit" | "holdMonth" | "baselinesOf" | "findPool" | "models" | "measure" | "versionsOf"> {
  readonly subject: string;
  /** The first month from the given one on that is not closed, held so that it cannot close before this transaction ends; null: there is none yet. */
  holdFirstOpen(period: string): Promise<string | null>;
  /** Signed claims of a month on a pool, one per benefit. */
  signedClaims(pool: string, period: string): Promise<readonly PoolClaim[]>;
  /** What is eliminated so far of a month's claims on a pool, one row per benefit. */
  eliminated(pool: string, period: string): Promise<readonly Eliminated[]>;
  saveDecision(claim: Claim, decision: Omit<ClaimDecision, "decidedBy" | "decidedAt">): Promise<Claim>;
  saveElimination(claim: Claim, pool: string, recognisedIn: string, difference: Eliminated): Promise<void>;
  audit(action: "signOffBenefit" | "rejectBenefit", after: Claim, eliminations: readonly Eliminated[]): Promise<void>;
}

export interface DecideClaimInput {
  readonly benefit: string;
  readonly period: string;
  readonly version: number;
  readonly note?: string | null;
}

/**
 * Signs a claim off for finance: from then on it is recognised, in its own month or, where that is closed, in the first open one
 * as the difference from what was recognised before. The overlap on its pool is settled anew. The claimant cannot
 * (SAME_PERSON); again answers it as it stands. CONFLICT where metering, baseline or model say otherwise by now.
 */
export async function signOffBenefit(ports: DecideClaimPorts, input: DecideClaimInput): Promise<Claim> {
  const { benefit, claim, versions, note } = await find(ports, input, "signs off");
  if (claim.decision?.decision === "SIGNED_OFF") return claim;
  await requireStill(ports, benefit, claim);
  const recognisedIn = await ports.holdFirstOpen(claim.period);
  if (recognisedIn === null) throw new Refusal("NOT_READY", `${claim.period} is closed and no later month has begun: there is none to recognise this in.`, ["period"]);
  const before = signedVersion(versions);
  const signed = await ports.saveDecision(claim, {
    decision: "SIGNED_OFF", recognisedIn, note, cashableMinor: claim.cashableMinor - (before?.cashableMinor ?? 0n), nonCashableMinor: claim.nonCashableMinor - (before?.nonCashableMinor ?? 0n),
  });
  const differences = await settleOverlap(ports, benefit, claim.period);
  for (const difference of differences) await ports.saveElimination(signed, benefit.pool, recognisedIn, difference);
  await ports.audit("signOffBenefit", signed, differences);
  return signed;
}

/** Rejects a claim for finance and says why; the claimant may revise it. What was signed off stays recognised. */
export async function rejectBenefit(ports: DecideClaimPorts, input: DecideClaimInput): Promise<Claim> {
  const { claim, note } = await find(ports, input, "rejects");
  if (note === null) throw new Refusal("BAD_USER_INPUT", "A rejection says why: give a note.", ["note"]);
  if (claim.decision?.decision === "REJECTED") return claim;
  if (claim.decision) throw new Refusal("CONFLICT", "This is signed off: it is recognised. A correction is a new version of the claim.", ["version"]);
  const rejected = await ports.saveDecision(claim, { decision: "REJECTED", recognisedIn: null, cashableMinor: 0n, nonCashableMinor: 0n, note });
  await ports.audit("rejectBenefit", rejected, []);
  return rejected;
}

async function find(ports: DecideClaimPorts, input: DecideClaimInput, does: string): Promise<{ benefit: Benefit; claim: Claim; versions: readonly Claim[]; note: string | null }> {
  const note = given(input.note) ? requireText(input.note, ["note"], 500) : null;
  await ports.hold();
  const benefit = await ports.findBenefit(input.benefit);
  const versions = benefit ? await ports.versionsOf(benefit, input.period) : [];
  const claim = versions.find(({ version }) => version === input.version);
  if (!benefit || !claim) throw new Refusal("NOT_FOUND", `There is no claim ${input.version} of ${input.benefit.slice(0, 64)} for ${input.period}.`, ["version"]);
  if (claim.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", `A second person ${does} what you claimed.`, ["version"]);
  const newest = versions.at(-1)!;
  if (claim.decision === null && newest !== claim) throw new Refusal("CONFLICT", `Version ${newest.version} was claimed since. Decide on that one.`, ["version"]);
  if (does === "signs off" && claim.decision?.decision === "REJECTED") throw new Refusal("CONFLICT", "This was rejected. It is claimed anew as the next version.", ["version"]);
  return { benefit, claim, versions, note };
}

/** What finance signs is what holds: the same baseline and model, and of metered figures what the usage report says now. */
async function requireStill(ports: DecideClaimPorts, benefit: Benefit, claim: Claim): Promise<void> {
  const { baseline, model } = await requireGround(ports, benefit, claim.period);
  if (baseline.version !== claim.baselineVersion) throw new Refusal("CONFLICT", `Baseline ${baseline.version} was locked since; the claim is held against ${claim.baselineVersion}. Have it claimed anew.`, ["version"]);
  if (model.version !== claim.modelVersion) throw new Refusal("CONFLICT", `Attribution model ${model.version} was agreed since; the claim is by ${claim.modelVersion}. Have it claimed anew.`, ["version"]);
  for (const { name, metered, value } of claim.figures) {
    const now = metered && (await ports.measure(benefit.useCase, claim.period, metered));
    if (now !== null && now !== value) throw new Refusal("CONFLICT", `${name} was ${value} (${metered}) when it was claimed and is ${now} now: usage came in since. Have it claimed anew.`, ["version"]);
  }
}

/** What the eliminations of a pool and month change by, benefit by benefit, so that they are those of the claims signed off now. */
async function settleOverlap(ports: DecideClaimPorts, benefit: Benefit, period: string): Promise<Eliminated[]> {
  const pool = await ports.findPool(benefit.pool);
  const maximum = pool && maximumOf(pool, period);
  invariant(maximum, "a claim was signed off on a pool without a maximum");
  const soFar = new Map((await ports.eliminated(benefit.pool, period)).map((each) => [each.benefitId, each]));
  return eliminateOverlap(maximum.maximumMinor, await ports.signedClaims(benefit.pool, period)).flatMap(({ benefitId, overlapMinor, cashableMinor, nonCashableMinor }) => {
    const old = soFar.get(benefitId) ?? { overlapMinor: 0n, cashableMinor: 0n, nonCashableMinor: 0n };
    const difference = { benefitId, overlapMinor: overlapMinor - old.overlapMinor, cashableMinor: cashableMinor - old.cashableMinor, nonCashableMinor: nonCashableMinor - old.nonCashableMinor };
    return difference.overlapMinor === 0n && difference.cashableMinor === 0n && difference.nonCashableMinor === 0n ? [] : [difference];
  });
}
