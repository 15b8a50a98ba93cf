import { requireText } from "../../kernel/code";
import { formatUnits, requireDecimal, trimDecimal } from "../../kernel/decimal";
import { given } from "../../kernel/given";
import { Currency } from "../../kernel/money";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { Benefit, METHODS_OF } from "../benefit";
import { Baseline, isLate, lockedBaseline } from "../baselines/baseline";
import { maximumOf, BenefitPool } from "../pools/benefit-pool";
import { AttributionModel, modelOf } from "../pools/attribution-model";
import { Claim, ClaimDocument, hashOfClaim } from "./claim";
import { EvidenceTier, requireConfidence } from "./evidence-tier";
import { BenefitMethod, Figure, FigureInput, MONEY_FIGURES, MeteredFigure, MissedCallMode, readFigureInputs } from "./figures";
import { Ladder, climb } from "./ladder";

export interface ClaimBenefitInput {
  readonly benefit: string;
  readonly period: string;
  readonly currency: string;
  readonly method: BenefitMethod;
  readonly mode?: MissedCallMode | null;
  readonly figures: readonly FigureInput[];
  readonly tier: EvidenceTier;
  readonly confidence: string;
  readonly cashableShare: string;
  readonly ledgerLine?: string | null;
  readonly note?: string | null;
  /** The version that this one answers; null for the first. */
  readonly revises?: number | null;
  readonly reason?: string | null;
}

export interface ClaimBenefitPorts {
  readonly currency: Currency;
  /** Others who write benefits wait until this transaction ends. */
  hold(): Promise<void>;
  /** The caller's benefit; null for what is not. */
  findBenefit(code: string): Promise<Benefit | null>;
  /** The month, so that it cannot close before this transaction ends; false where nothing fell into it yet. */
  holdMonth(period: string): Promise<boolean>;
  /** Code of the unit that owns the use case when the month ends; NOT_FOUND when it is not the caller's. */
  ownerAtEnd(useCase: string, period: string): Promise<string>;
  firstUsage(useCase: string): Promise<string | null>;
  baselinesOf(useCase: string): Promise<readonly Baseline[]>;
  findPool(code: string): Promise<BenefitPool | null>;
  models(): Promise<readonly AttributionModel[]>;
  measure(useCase: string, period: string, figure: MeteredFigure): Promise<string>;
  /** Versions of a benefit's claim of a month, oldest first. */
  versionsOf(benefit: Benefit, period: string): Promise<readonly Claim[]>;
  saveClaim(document: ClaimDocument, ladder: Ladder, more: { readonly benefit: Benefit; readonly businessUnit: string; readonly version: number; readonly reason: string | null; readonly hash: string }): Promise<Claim>;
  audit(before: Claim | null, after: Claim): Promise<void>;
}

/**
 * Claims what a benefit brought in a month. Nothing is recognised before finance signs off. A further version answers the newest
 * one by its number (CONFLICT otherwise) and says why; the same again answers the newest.
 */
export async function claimBenefit(ports: ClaimBenefitPorts, input: ClaimBenefitInput): Promise<Claim> {
  const period = requirePeriodKey(input.period);
  if (input.currency !== ports.currency.code) throw new Refusal("CURRENCY_MISMATCH", `Benefits are in the programme's currency, ${ports.currency.code}: convert the figures first.`, ["currency"]);
  const mode = input.mode ?? null;
  const inputs = readFigureInputs(input.method, mode, input.figures);
  const words = (text: string | null | undefined, field: string): string | null => (given(text) ? requireText(text, [field], 500) : null);
  const [ledgerLine, note, reason] = [words(input.ledgerLine, "ledgerLine"), words(input.note, "note"), words(input.reason, "reason")];
  await ports.hold();
  const benefit = await ports.findBenefit(input.benefit);
  if (!benefit) throw new Refusal("NOT_FOUND", `There is no benefit ${input.benefit.slice(0, 64)}.`, ["benefit"]);
  const businessUnit = await ports.ownerAtEnd(benefit.useCase, period);
  if (!METHODS_OF[benefit.kind].includes(input.method)) throw new Refusal("BAD_USER_INPUT", `A benefit of kind ${benefit.kind} is worked out by ${METHODS_OF[benefit.kind].join(" or ")}.`, ["method"]);
  const cashableShare = requireCashable(benefit, input.cashableShare, ledgerLine);
  if (!(await ports.holdMonth(period))) throw new Refusal("NOT_FOUND", `There is nothing in ${period} yet: no usage and no cost.`, ["period"]);
  const { baseline, model, share } = await requireGround(ports, benefit, period);
  const reconstructed = baseline.reconstructed || isLate(baseline, baseline.capturedOn, await ports.firstUsage(benefit.useCase));
  const document: ClaimDocument = {
    benefit: benefit.code, period, method: input.method, mode, figures: await resolve(ports, benefit, period, inputs, baseline), share, tier: input.tier,
    confidence: requireConfidence(input.tier, input.confidence, input.method, reconstructed), cashableShare, baselineVersion: baseline.version, reconstructed, modelVersion: model.version, ledgerLine, note,
  };
  const ladder = climb(document, ports.currency);
  const hash = hashOfClaim(document, ladder);
  const newest = (await ports.versionsOf(benefit, period)).at(-1) ?? null;
  if (newest?.hash === hash && newest.decision?.decision !== "REJECTED") return newest;
  requireAnswer(newest, input.revises ?? null, reason);
  const saved = await ports.saveClaim(document, ladder, { benefit, businessUnit, version: (newest?.version ?? 0) + 1, reason: newest === null ? null : reason, hash });
  await ports.audit(newest, saved);
  return saved;
}

function requireAnswer(newest: Claim | null, revises: number | null, reason: string | null): void {
  if (newest === null && revises !== null) throw new Refusal("NOT_FOUND", "There is no claim of this month to revise. Leave revises out.", ["revises"]);
  if (newest === null) return;
  if (revises !== newest.version) throw new Refusal("CONFLICT", `The claim of ${newest.benefit} for ${newest.period} is version ${newest.version} and differs. Revise it: revises ${newest.version}, with a reason.`, ["revises"]);
  if (reason === null) throw new Refusal("BAD_USER_INPUT", "A revision says why: give a reason.", ["reason"]);
}

/** Cashable is only what a named line of the ledger shows: a cost that fell, a hire or a contract that was avoided. */
function requireCashable({ kind }: Benefit, text: string, ledgerLine: string | null): string {
  const { units, scale } = requireDecimal(text, ["cashableShare"]);
  if (units < 0n || units > 10n ** BigInt(scale)) throw new Refusal("BAD_USER_INPUT", "cashableShare is 0 to 1: write 0.6 for 60 %.", ["cashableShare"]);
  if (units > 0n && kind === "NON_EBIT") throw new Refusal("BAD_USER_INPUT", "A benefit below EBIT is a memo: its cashableShare is 0.", ["cashableShare"]);
  if (units > 0n && ledgerLine === null) throw new Refusal("BAD_USER_INPUT", "Cashable is what a line of the ledger shows: name it with ledgerLine (a cost that fell, a hire or contract avoided), or claim cashableShare 0.", ["ledgerLine"]);
  return trimDecimal(formatUnits(units, scale));
}

/** What a claim stands on: a locked baseline, a pool with a maximum, and a model that finance agreed to. NOT_READY names what is missing. */
export async function requireGround(ports: Pick<ClaimBenefitPorts, "baselinesOf" | "findPool" | "models">, benefit: Benefit, period: string): Promise<{ baseline: Baseline; model: AttributionModel; share: string }> {
  const baseline = lockedBaseline(await ports.baselinesOf(benefit.useCase));
  if (!baseline) throw new Refusal("NOT_READY", `${benefit.useCase} has no locked baseline. Capture one with captureBaseline and have finance lock it.`, ["benefit"]);
  const pool = await ports.findPool(benefit.pool);
  if (!pool || !maximumOf(pool, period)) throw new Refusal("NOT_READY", `${benefit.pool} has no maximum for ${period}. Define it with defineBenefitPool.`, ["period"]);
  const model = modelOf(await ports.models(), benefit.pool, period);
  if (!model) throw new Refusal("NOT_READY", `No attribution model of ${benefit.pool} is agreed for ${period}. Propose one with proposeAttributionModel and have finance approve it.`, ["period"]);
  const share = model.shares.find(({ project }) => project === benefit.project)?.share;
  if (share === undefined) throw new Refusal("NOT_READY", `Attribution model ${model.version} of ${benefit.pool} gives ${benefit.project} no share.`, ["benefit"]);
  return { baseline, model, share };
}

async function resolve(ports: ClaimBenefitPorts, benefit: Benefit, period: string, inputs: readonly FigureInput[], baseline: Baseline): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [index, { name, value, metered, metric, evidence = null }] of inputs.entries()) {
    if (given(value)) figures.push({ name, value, source: "STATED", evidence, metered: null, metric: null });
    else if (given(metered)) figures.push({ name, value: await ports.measure(benefit.useCase, period, metered), source: "METERED", evidence, metered, metric: null });
    else figures.push({ name, value: ofBaseline(baseline, metric!, MONEY_FIGURES.has(name), ["figures", String(index), "metric"]), source: "BASELINE", evidence, metered: null, metric: metric! });
  }
  return figures;
}

function ofBaseline({ useCase, version, measures }: Baseline, metric: string, isMoney: boolean, field: readonly string[]): string {
  const measure = measures.find((each) => each.metric === metric);
  if (!measure) throw new Refusal("NOT_FOUND", `Baseline ${version} of ${useCase} holds no ${metric.slice(0, 64)}. It holds ${measures.map((each) => each.metric).join(", ")}.`, field);
  if ((measure.currency !== null) !== isMoney) throw new Refusal("BAD_USER_INPUT", isMoney ? `${metric} is in ${measure.unit}, not an amount of money.` : `${metric} is an amount of money, not a quantity or a rate.`, field);
  return measure.value;
}
