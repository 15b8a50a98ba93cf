import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { toMoney } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { PeriodKeyScalar } from "../kernel/scalars";
import { payload } from "../kernel/user-error.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction, TransactionOptions } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { AccountMapping } from "./account-mapping";
import { accountMappingStore } from "./account-mapping.store";
import { AccountMappingConnection, AccountMappingPayload, AccountMappingType, ApproveAccountMappingInput, ProposeAccountMappingInput, UnmappedAccountType } from "./account-mapping.type";
import { approveAccountMapping } from "./approve-account-mapping";
import { generateJournal } from "./generate-journal";
import { Journal } from "./journal";
import { toJournal } from "./journal-view.resolver";
import { findJournal, listJournals } from "./journal.query";
import { GenerateJournalInput, GenerateJournalPayload, JournalConnection, JournalType, JournalWhere } from "./journal.type";
import { approveAccountMappingPorts, generateJournalPorts, proposeAccountMappingPorts } from "./journals-ports.store";
import { proposeAccountMapping } from "./propose-account-mapping";
import { unmappedAccounts } from "./unmapped-accounts.query";

/** A whole month is drafted, written and proved at once: longer than a read of the API may take. */
const WHOLE_MONTH: TransactionOptions = { statementTimeoutMs: 120_000 };

@Resolver()
export class JournalsResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => AccountMappingConnection, { description: "Versions of the account mapping, oldest first." })
  async accountMappings(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<AccountMappingType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => accountMappingStore(tx).list(page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toMapping(node) })) };
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => [UnmappedAccountType], { description: "What a closed month charges and the account mapping has no account for: empty when a journal can be made. PERIOD_OPEN before the close, NOT_READY before the statements." })
  async unmappedAccounts(
    @Ctx() context: RequestContext,
    @Arg("period", () => PeriodKeyScalar) period: string,
    @Arg("mapping", () => Int, { nullable: true, description: "A version, to try it before it is approved; the one in effect when left out." }) mapping?: number | null,
  ): Promise<UnmappedAccountType[]> {
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      return (await unmappedAccounts(tx, period, mapping ?? null)).map(({ missing, amountMinor, ...each }) => ({ ...each, missing: [missing], amount: toMoney(amountMinor, currency) }));
    });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => JournalConnection, { description: "Journals by month and version, a reversal before the posting of its version." })
  async journals(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => JournalWhere, { nullable: true }) where?: JournalWhere | null,
  ): Promise<Page<JournalType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => {
      const found = await listJournals(tx, where?.period ?? null, page);
      return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: viewed(tx, node) })) };
    });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => JournalType, { nullable: true, description: "Null when there is none of that id." })
  async journal(@Ctx() context: RequestContext, @Arg("externalId", () => String) externalId: string): Promise<JournalType | null> {
    return context.withTenant(async (tx) => {
      const found = await findJournal(tx, externalId);
      return found && viewed(tx, found);
    });
  }

  @Allow("FINANCE")
  @Mutation(() => AccountMappingPayload, { description: "Proposes which accounts charges are posted to, by pool, unit and kind. It takes effect when a second person approves it. CONFLICT names rules that overlap." })
  async proposeAccountMapping(@Ctx() context: RequestContext, @Arg("input", () => ProposeAccountMappingInput) input: ProposeAccountMappingInput): Promise<AccountMappingPayload> {
    return payload(async () => ({ mapping: toMapping(await context.withTenant((tx) => proposeAccountMapping(proposeAccountMappingPorts(tx, context.record), input, input.idempotencyKey ?? null))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => AccountMappingPayload, { description: "Approves a proposed mapping; SAME_PERSON for its proposer. Naturally idempotent. Journals that are made stay as they are." })
  async approveAccountMapping(@Ctx() context: RequestContext, @Arg("input", () => ApproveAccountMappingInput) input: ApproveAccountMappingInput): Promise<AccountMappingPayload> {
    return payload(async () => ({ mapping: toMapping(await context.withTenant((tx) => approveAccountMapping(approveAccountMappingPorts(tx, context.record), input.version))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => GenerateJournalPayload, { description: "Makes the journal of a closed month and writes it for an ERP. Naturally idempotent: while the statements stand as they are it answers the same journal, with the same id and bytes; when one has a newer version, it takes the journal back and posts anew. NOT_READY names every account that is missing." })
  async generateJournal(@Ctx() context: RequestContext, @Arg("input", () => GenerateJournalInput) input: GenerateJournalInput): Promise<GenerateJournalPayload> {
    return payload(() => context.withTenant(async (tx) => ({ journals: (await generateJournal(generateJournalPorts(tx, context.record), input)).map((each) => viewed(tx, each)) }), WHOLE_MONTH));
  }
}

const viewed = (tx: TenantTransaction, journal: Journal): JournalType => toJournal(journal, programmeCurrency(tx.scope.programme));

function toMapping(mapping: AccountMapping): AccountMappingType {
  return {
    ...mapping, status: mapping.approvedBy === null ? "PROPOSED" : "APPROVED",
    rules: mapping.rules.map((rule) => ({ ...rule, debit: { ...rule.debit, segments: [...rule.debit.segments] }, credit: { ...rule.credit, segments: [...rule.credit.segments], entity: null } })),
    profiles: mapping.profiles.map(({ profile, constants, headings, dateFormat }) => ({ profile, constants: [...constants], headings: [...headings], dateFormat })),
  };
}
