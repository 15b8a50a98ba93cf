import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { Refusal } from "../kernel/refusal";
import { payload } from "../kernel/user-error.type";
import { asWhole } from "../budgets/month-facts.query";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { approveCase } from "./approve-case";
import { CaseRecord, versionOf } from "./business-case";
import { approveCasePorts, commitFundsPorts, grantCasePorts, proposeCasePorts, retireCasePorts, tranchePorts } from "./business-cases-ports.store";
import { caseLedger } from "./case-ledger.query";
import { CaseView, toCaseView, toFigures, toGrantView } from "./case-view.type";
import { caseStore } from "./case.store";
import {
  ApproveBusinessCaseInput, BookCaseCommitmentInput, GrantBusinessCaseInput, ProposeBusinessCaseInput, ReleaseTrancheInput, RequestTrancheInput, RetireBusinessCaseInput, RevokeBusinessCaseGrantInput,
} from "./case-input.type";
import { BusinessCaseGrantPayload, BusinessCasePayload, BusinessCaseType, CaseFiguresType, CaseGrantConnection, CaseGrantType } from "./case.type";
import { commitFunds } from "./commit-funds";
import { grantCase, revokeGrant } from "./grant-case";
import { proposeCase } from "./propose-case";
import { releaseTranche, requestTranche } from "./release-tranche";
import { retireCase } from "./retire-case";
import { seenCase } from "./seen-cases.query";

/** Cost of closed months is gathered month by month: longer than a read of the API may take. */
const LEDGER_TIMEOUT_MS = 60_000;

@Resolver(() => BusinessCaseType)
export class BusinessCaseResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "AUDITOR")
  @Query(() => BusinessCaseType, { nullable: true, description: "The case of a use case: the plan that holds, else the newest, or the version asked for. Null where there is none that the caller may see: a unit sees those of use cases it owns now, an executive those that are granted at this instant." })
  async businessCase(@Ctx() context: RequestContext, @Arg("useCase", () => String) useCase: string, @Arg("version", () => Int, { nullable: true }) version?: number | null): Promise<BusinessCaseType | null> {
    const at = new Date(context.clock.now());
    return context.withTenant((tx) => tx.readingAs("CASES", async () => {
      const record = await seenCase(tx, useCase, at);
      return record && view(tx, record, version ?? null);
    }), { isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "AUDITOR")
  @FieldResolver(() => CaseFiguresType, { description: "Everything that is money. The tornado changes each driver by `tornadoPercent`, 1 to 99." })
  async figures(@Root() root: BusinessCaseType, @Ctx() context: RequestContext, @Arg("tornadoPercent", () => Int, { defaultValue: 20 }) tornadoPercent: number): Promise<CaseFiguresType> {
    if (tornadoPercent < 1 || tornadoPercent > 99) throw new Refusal("BAD_USER_INPUT", "tornadoPercent is 1 to 99.", ["tornadoPercent"]);
    const shown = root as CaseView;
    return context.withTenant(async (tx) => {
      const ledger = await tx.readingAs("CASES", () => asWhole(tx, () => caseLedger(tx, shown.record, context.clock.now())));
      const { timeZone } = tx.scope.programme;
      return toFigures(shown, ledger, programmeCurrency(tx.scope.programme), tornadoPercent, (at) => monthIn(at, timeZone));
    }, { statementTimeoutMs: LEDGER_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => CaseGrantConnection, { description: "Which executives may or might see a case, in the order of granting; revoked ones too." })
  async businessCaseGrants(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<CaseGrantType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => caseStore(tx).listGrants(page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toGrantView(node) })) };
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BusinessCasePayload, { description: "Proposes a plan, or a new version of one. The same again answers the newest. CURRENCY_MISMATCH for flows of another currency, CONFLICT for a case that is retired." })
  async proposeBusinessCase(@Ctx() context: RequestContext, @Arg("input", () => ProposeBusinessCaseInput) input: ProposeBusinessCaseInput): Promise<BusinessCasePayload> {
    return answer(context, async (tx) => {
      const { record, version } = await proposeCase(proposeCasePorts(tx, context.record, context.clock), input);
      return { record, version: version.version };
    });
  }

  @Allow("FINANCE")
  @Mutation(() => BusinessCasePayload, { description: "Approves the newest version, which is frozen from then on; SAME_PERSON for its proposer. CONFLICT for an older version, and for an investment below what is released. Naturally idempotent." })
  async approveBusinessCase(@Ctx() context: RequestContext, @Arg("input", () => ApproveBusinessCaseInput) input: ApproveBusinessCaseInput): Promise<BusinessCasePayload> {
    return answer(context, async (tx) => {
      const { record, version } = await approveCase(approveCasePorts(tx, context.record, context.clock), input);
      return { record, version: version.version };
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BusinessCasePayload, { description: "Ends a case; what was written stays, and no posted figure changes. Naturally idempotent: the first retirement stands." })
  async retireBusinessCase(@Ctx() context: RequestContext, @Arg("input", () => RetireBusinessCaseInput) input: RetireBusinessCaseInput): Promise<BusinessCasePayload> {
    return answer(context, async (tx) => ({ record: await retireCase(retireCasePorts(tx, context.record), input), version: null }));
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BusinessCasePayload, { description: "Asks for the money of the next gate, with evidence. NOT_READY names what is missing; LIMIT_EXCEEDED for more than the gate's share of the approved investment." })
  async requestTranche(@Ctx() context: RequestContext, @Arg("input", () => RequestTrancheInput) input: RequestTrancheInput): Promise<BusinessCasePayload> {
    return answer(context, async (tx) => ({ record: await requestTranche(tranchePorts(tx, context.record), input), version: null }));
  }

  @Allow("FINANCE", "STEERING")
  @Mutation(() => BusinessCasePayload, { description: "Releases what somebody else asked for (SAME_PERSON): G3 by the steering group, G4 by finance, the others by either. Naturally idempotent." })
  async releaseTranche(@Ctx() context: RequestContext, @Arg("input", () => ReleaseTrancheInput) input: ReleaseTrancheInput): Promise<BusinessCasePayload> {
    return answer(context, async (tx) => ({ record: await releaseTranche(tranchePorts(tx, context.record), input), version: null }));
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BusinessCasePayload, { description: "Commits released money, or settles a commitment. LIMIT_EXCEEDED when committed + spent would exceed what is released; NOT_READY before a plan is approved; CONFLICT for an externalId with other content." })
  async bookCaseCommitment(@Ctx() context: RequestContext, @Arg("input", () => BookCaseCommitmentInput) input: BookCaseCommitmentInput): Promise<BusinessCasePayload> {
    return answer(context, async (tx) => ({ record: await commitFunds(commitFundsPorts(tx, context.record), input), version: null }));
  }

  @Allow("FINANCE")
  @Mutation(() => BusinessCaseGrantPayload, { description: "Lets an executive see a case for a while; SAME_PERSON for oneself." })
  async grantBusinessCase(@Ctx() context: RequestContext, @Arg("input", () => GrantBusinessCaseInput) input: GrantBusinessCaseInput): Promise<BusinessCaseGrantPayload> {
    return payload(() => context.withTenant(async (tx) => ({ grant: toGrantView(await grantCase(grantCasePorts(tx, context.record), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => BusinessCaseGrantPayload, { description: "Takes a grant back, from the next request on. Naturally idempotent." })
  async revokeBusinessCaseGrant(@Ctx() context: RequestContext, @Arg("input", () => RevokeBusinessCaseGrantInput) input: RevokeBusinessCaseGrantInput): Promise<BusinessCaseGrantPayload> {
    return payload(() => context.withTenant(async (tx) => ({ grant: toGrantView(await revokeGrant(grantCasePorts(tx, context.record), input.grant, input.reason)) })));
  }
}

async function view(tx: TenantTransaction, record: CaseRecord, version: number | null): Promise<BusinessCaseType | null> {
  const found = versionOf(record, version);
  if (!found) return null;
  const [useCase] = await asWhole(tx, () => tenancyStore(tx).findUseCases([record.useCase]));
  return toCaseView(record, found, useCase!.name);
}

async function answer(context: RequestContext, work: (tx: TenantTransaction) => Promise<{ readonly record: CaseRecord; readonly version: number | null }>): Promise<BusinessCasePayload> {
  return payload(() => context.withTenant(async (tx) => {
    const { record, version } = await work(tx);
    return { businessCase: (await view(tx, record, version))! };
  }, { statementTimeoutMs: LEDGER_TIMEOUT_MS }));
}

/** The month of an instant in a time zone, "2025-10". */
function monthIn(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit" }).formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)!.value;
  return `${part("year")}-${part("month")}`;
}
