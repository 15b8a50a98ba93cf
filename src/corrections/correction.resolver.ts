import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { payload } from "../kernel/user-error.type";
import { readBatch } from "../metering";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { addToBackfill } from "./add-to-backfill";
import { addToBackfillPorts } from "./backfill.store";
import { AddToBackfillInput, ApproveCorrectionInput, DecideCorrectionInput, PreviewCorrectionInput, ProposeCorrectionInput, SetCorrectionRulesInput } from "./correction-input.type";
import { CorrectionTools, runApproveCorrection, runPreviewCorrection, runProposeCorrection, runRejectCorrection, runRevertCorrection, setCorrectionRulesPorts } from "./correction-ports.store";
import { setCorrectionRules } from "./correction-rules";
import { correctionRulesStore } from "./correction-rules.store";
import { toCorrectionView, toEffect, toRules } from "./correction-view.type";
import { findCorrectionView } from "./correction-fields.resolver";
import { AddToBackfillPayload, CorrectionConnection, CorrectionPayload, CorrectionPreviewType, CorrectionRulesPayload, CorrectionRulesType, CorrectionType, CorrectionsWhere, ProposeCorrectionPayload } from "./correction.type";
import { listCorrections } from "./corrections.query";

/** A batch of thousands of events is checked against the whole usage. */
const BACKFILL_TIMEOUT_MS = 60_000;

@Resolver()
export class CorrectionResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => CorrectionConnection, { description: "Corrections of usage, in the order in which they were proposed." })
  async corrections(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => CorrectionsWhere, { nullable: true }) where?: CorrectionsWhere,
  ): Promise<Page<CorrectionType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => listCorrections(tx, where ?? {}, page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toCorrectionView(node) })) };
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => CorrectionType, { nullable: true, description: "Null when there is none of that id." })
  async correction(@Ctx() context: RequestContext, @Arg("id", () => ID) id: string): Promise<CorrectionType | null> {
    return findCorrectionView(context, id);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => CorrectionRulesType, { description: "Up to where one person may correct alone." })
  async correctionRules(@Ctx() context: RequestContext): Promise<CorrectionRulesType> {
    return context.withTenant(async (tx) => toRules(await correctionRulesStore(tx).currentRules(), programmeCurrency(tx.scope.programme)));
  }

  @Allow("FINANCE")
  @Query(() => CorrectionPreviewType, {
    description: "What a correction would do to usage and money, per month and unit, on the facts as they are now. Stores nothing. TIMEOUT when it takes longer than 20 s a step, UNAVAILABLE when others hold its legs for longer than 2 s; LIMIT_EXCEEDED over 50,000 legs or 24 months.",
  })
  async previewCorrection(@Ctx() context: RequestContext, @Arg("input", () => PreviewCorrectionInput) input: PreviewCorrectionInput): Promise<CorrectionPreviewType> {
    const { change, effect, planHash, needsSecondPerson } = await runPreviewCorrection(await tools(context), input);
    return {
      legs: change.legs.length, unchanged: change.unchanged, leftOut: [...change.leftOut], planHash, needsSecondPerson,
      effect: await context.withTenant((tx) => toEffect(tx, effect)),
    };
  }

  @Allow("FINANCE")
  @Mutation(() => AddToBackfillPayload, { description: "Puts events into a named batch, to be proposed as a BACKFILL: nothing of it counts before. One verdict per event; safe to send again. CONFLICT once the batch is proposed." })
  async addToBackfill(@Ctx() context: RequestContext, @Arg("input", () => AddToBackfillInput) input: AddToBackfillInput): Promise<AddToBackfillPayload> {
    const answer = await payload(async () => {
      const batch = readBatch({ source: input.source, events: input.events }, context.clock.now());
      return context.withTenant((tx) => addToBackfill(addToBackfillPorts(tx, context.record), input, batch), { statementTimeoutMs: BACKFILL_TIMEOUT_MS });
    });
    return { ...answer, results: answer.results ?? [] };
  }

  @Allow("FINANCE")
  @Mutation(() => ProposeCorrectionPayload, { description: "Previews a correction and proposes exactly that. Within the limits of correctionRules it is applied at once, above them a second person approves. In closed months it becomes an adjustment; nothing closed changes." })
  async proposeCorrection(@Ctx() context: RequestContext, @Arg("input", () => ProposeCorrectionInput) input: ProposeCorrectionInput): Promise<ProposeCorrectionPayload> {
    const answer = await payload(async () => {
      const { correction, leftOut } = await runProposeCorrection(await tools(context), input);
      return { correction: toCorrectionView(correction), leftOut: [...leftOut] };
    });
    return { ...answer, leftOut: answer.leftOut ?? [] };
  }

  @Allow("FINANCE")
  @Mutation(() => CorrectionPayload, { description: "A second person applies what was proposed: SAME_PERSON for the proposer, CONFLICT when its legs changed since or it waits no more." })
  async approveCorrection(@Ctx() context: RequestContext, @Arg("input", () => ApproveCorrectionInput) input: ApproveCorrectionInput): Promise<CorrectionPayload> {
    return payload(async () => ({ correction: toCorrectionView(await runApproveCorrection(await tools(context), input.correction)) }));
  }

  @Allow("FINANCE")
  @Mutation(() => CorrectionPayload, { description: "Turns down a proposal, or a request to revert; who made it may take it back so. CONFLICT when nothing waits." })
  async rejectCorrection(@Ctx() context: RequestContext, @Arg("input", () => DecideCorrectionInput) input: DecideCorrectionInput): Promise<CorrectionPayload> {
    return payload(async () => ({ correction: toCorrectionView(await runRejectCorrection(await tools(context), input)) }));
  }

  @Allow("FINANCE")
  @Mutation(() => CorrectionPayload, { description: "Takes an applied correction back as a whole: its legs count as they would without it, with what their provider sent meanwhile. Above the limits of correctionRules the first call asks for it and another person's does it (SAME_PERSON otherwise). CONFLICT when it is not applied, or later corrections stand on its legs." })
  async revertCorrection(@Ctx() context: RequestContext, @Arg("input", () => DecideCorrectionInput) input: DecideCorrectionInput): Promise<CorrectionPayload> {
    return payload(async () => ({ correction: toCorrectionView(await runRevertCorrection(await tools(context), input)) }));
  }

  @Allow("FINANCE")
  @Mutation(() => CorrectionRulesPayload, { description: "Sets up to where one person may correct alone, from now on. What is left out stays; the same again changes nothing. Until it is called, two people always." })
  async setCorrectionRules(@Ctx() context: RequestContext, @Arg("input", () => SetCorrectionRulesInput) input: SetCorrectionRulesInput): Promise<CorrectionRulesPayload> {
    return payload(() => context.withTenant(async (tx) => {
      const ports = setCorrectionRulesPorts(tx, context.record);
      return { rules: toRules(await setCorrectionRules(ports, input), ports.currency) };
    }));
  }
}

async function tools(context: RequestContext): Promise<CorrectionTools> {
  return { database: context.database, scope: await context.scope(), clock: context.clock, record: context.record };
}
