import { GraphQLInterfaceType, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, assertValidSchema, isInterfaceType, isObjectType, lexicographicSortSchema, printSchema, valueFromASTUntyped } from "graphql";
import { MapperKind, mapSchema } from "@graphql-tools/utils";
import { NonEmptyArray, buildSchemaSync } from "type-graphql";
import { toNodeId } from "../kernel/node-id";
import { AllocationResolver } from "../allocation/allocation.resolver";
import { DriverBookingResolver } from "../allocation/drivers/driver-booking.resolver";
import { PolicyComparisonResolver } from "../allocation/policy-comparison.resolver";
import { AllocationExplanationResolver, UsageEventChargesResolver } from "../allocation/explanation.type";
import { RunDiffResolver } from "../allocation/bridge/run-diff.resolver";
import { AdjustmentResolver } from "../chargeback/adjustment.resolver";
import { ChargeBridgeResolver } from "../chargeback/bridge/charge-bridge.resolver";
import { PlanBridgeResolver } from "../chargeback/bridge/plan-bridge.resolver";
import { StatementRulesResolver } from "../chargeback/deadlines/statement-rules.resolver";
import { RestatementResolver } from "../chargeback/restatement/restatement.resolver";
import { TrueUpResolver } from "../chargeback/true-up/true-up.resolver";
import { DisputeResolutionFieldResolver, StatementDisputeFieldResolver, StatementFieldResolver, StatementLineFieldResolver } from "../chargeback/statement-view.resolver";
import { StatementRollUpResolver } from "../chargeback/rollup/roll-up.resolver";
import { StatementResolver } from "../chargeback/statement.resolver";
import { BusinessCaseResolver } from "../business-cases/case.resolver";
import { BudgetResolver } from "../budgets/budget.resolver";
import { CommitmentResolver } from "../budgets/commitment.resolver";
import { FundingResolver } from "../budgets/funding/funding.resolver";
import { BenefitsResolver } from "../benefits/benefits.resolver";
import { ClaimsResolver } from "../benefits/claims/claims.resolver";
import { ClosingResolver } from "../closing/closing.resolver";
import { CloseDutyResolver } from "../closing/duties/close-duty.resolver";
import { ClosePreviewResolver } from "../closing/preview/close-preview.resolver";
import { CorrectionFieldResolver, UsageEventCorrectionResolver } from "../corrections/correction-fields.resolver";
import { AddToBackfillInput } from "../corrections/correction-input.type";
import { CorrectionResolver } from "../corrections/correction.resolver";
import { AccrualResolver } from "../costs/accruals/accrual.resolver";
import { CapitalisationResolver } from "../costs/capitalisation/capitalisation.resolver";
import { CostsResolver } from "../costs/costs.resolver";
import { ExchangeRateResolver } from "../costs/exchange-rate.resolver";
import { GovernanceResolver } from "../governance/governance.resolver";
import { JournalFieldResolver, JournalLineFieldResolver, JournalLineSourceFieldResolver } from "../journals/journal-view.resolver";
import { JournalsResolver } from "../journals/journals.resolver";
import { MutationError } from "../kernel/user-error.type";
import { ConnectionsResolver } from "../metering/connections/connections.resolver";
import { MeteringResolver } from "../metering/metering.resolver";
import { QuestionsResolver } from "../metering/questions/questions.resolver";
import { SourceCompletenessFieldResolver, SourceFieldResolver, SourcesResolver } from "../metering/sources/sources.resolver";
import { HierarchyResolver } from "../metering/ownership/hierarchy.resolver";
import { BusinessUnitClosingResolver, OwnershipResolver } from "../metering/ownership/ownership.resolver";
import { AttributionRuleResolver } from "../metering/unattributed/attribution-rule.resolver";
import { UnattributedQueueResolver } from "../metering/unattributed/unattributed-queue.resolver";
import { ReportUsageInput } from "../metering/usage.type";
import { ProgrammePlanResolver } from "../programme/programme-plan.resolver";
import { ProgrammeResolver } from "../programme/programme.resolver";
import { RateCardResolver } from "../rating/rate-card.resolver";
import { RatingResolver } from "../rating/rating.resolver";
import { ReconciliationResolver } from "../rating/reconciliation.resolver";
import { SimulateRatingResolver } from "../rating/simulate-rating.resolver";
import { UsageCostExplanationResolver } from "../rating/usage-cost-explanation.type";
import { RequestContext } from "../tenancy/request-context";
import { ApiKeyResolver } from "../tenancy/keys/api-key.resolver";
import { TenancyResolver } from "../tenancy/tenancy.resolver";
import { NodeResolver } from "./node.resolver";

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the form that type-graphql asks for
const RESOLVERS: NonEmptyArray<Function> = [
  TenancyResolver, ApiKeyResolver, GovernanceResolver, MeteringResolver, QuestionsResolver, CostsResolver, ExchangeRateResolver, RateCardResolver, RatingResolver, ReconciliationResolver, SimulateRatingResolver, UsageCostExplanationResolver, AllocationResolver, AllocationExplanationResolver, UsageEventChargesResolver, DriverBookingResolver, PolicyComparisonResolver, AdjustmentResolver, ClosingResolver, NodeResolver,
  CloseDutyResolver, ClosePreviewResolver, AccrualResolver, CapitalisationResolver, RestatementResolver, TrueUpResolver,
  CorrectionResolver, CorrectionFieldResolver, UsageEventCorrectionResolver,
  RunDiffResolver, ChargeBridgeResolver, PlanBridgeResolver,
  StatementResolver, StatementRulesResolver, StatementRollUpResolver, StatementFieldResolver, StatementLineFieldResolver, StatementDisputeFieldResolver, DisputeResolutionFieldResolver,
  JournalsResolver, JournalFieldResolver, JournalLineFieldResolver, JournalLineSourceFieldResolver,
  SourcesResolver, SourceFieldResolver, SourceCompletenessFieldResolver,
  ConnectionsResolver,
  BudgetResolver, CommitmentResolver, FundingResolver,
  BusinessCaseResolver,
  BenefitsResolver, ClaimsResolver,
  ProgrammeResolver, ProgrammePlanResolver,
  OwnershipResolver, HierarchyResolver, BusinessUnitClosingResolver, AttributionRuleResolver, UnattributedQueueResolver,
];

/** The schema as clients see it. */
export function buildPublicSchema(): GraphQLSchema {
  // Its own check asks for the whole of the schema; what that would find, this finds for less.
  const schema = buildSchemaSync({ resolvers: RESOLVERS, orphanedTypes: [MutationError], validate: false, skipCheck: true });
  assertValidSchema(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type)) giveOpaqueIds(type);
    if (isInterfaceType(type)) resolveAtOnce(type);
  }
  return schema;
}

/** Objects carry the key of their row; `id` is made opaque where it is asked for. */
function giveOpaqueIds(type: GraphQLObjectType): void {
  const isNode = type.getInterfaces().some((each) => each.name === "Node");
  const id = type.getFields().id;
  if (isNode && id) id.resolve = (source: { id: string }) => toNodeId(type.name, source.id);
}

/** type-graphql answers a promise here, which the compiled executor does not wait for. */
function resolveAtOnce(type: GraphQLInterfaceType): void {
  type.resolveType = type.name === "UserError" ? () => "MutationError" : (value: { __typename?: string }) => value.__typename;
}

/** The input type whose coercion costs more than storing what it holds; read in one pass by metering instead. */
export const HEAVY_INPUT = "UsageEventInput";

/**
 * The schema that requests run on: the public one, except that usage events pass through as they came. Metering judges
 * each on its own, so that one faulty event is REJECTED instead of the whole batch.
 */
export function buildExecutionSchema(publicSchema: GraphQLSchema): GraphQLSchema {
  const metering = new MeteringResolver();
  const corrections = new CorrectionResolver();
  return mapSchema(publicSchema, {
    [MapperKind.TYPE]: (type) =>
      type.name === HEAVY_INPUT
        ? new GraphQLScalarType({ name: type.name, parseValue: (value) => value, parseLiteral: (node, variables) => valueFromASTUntyped(node, variables) })
        : undefined,
    // Called without type-graphql in between: it would make an instance of a class of every event, which costs as much as
    // storing it and leaves out what the class does not know, so that a misspelt field would be lost instead of refused.
    [MapperKind.MUTATION_ROOT_FIELD]: (field, name) => {
      if (name === "reportUsage") return { ...field, resolve: (_root, args: { input: ReportUsageInput }, context: RequestContext) => metering.reportUsage(context, args.input) };
      if (name === "addToBackfill") return { ...field, resolve: (_root, args: { input: AddToBackfillInput }, context: RequestContext) => corrections.addToBackfill(context, args.input) };
      return undefined;
    },
  });
}

/** The public schema as text, sorted: what is committed and served. */
export function printPublicSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
