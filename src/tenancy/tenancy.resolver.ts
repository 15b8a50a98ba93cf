import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { payload } from "../kernel/user-error.type";
import { Refusal } from "../kernel/refusal";
import { Allow, READS_NAMES } from "./access";
import { BusinessUnit } from "./business-unit";
import { createBusinessUnit } from "./create-business-unit";
import { createProgramme } from "./create-programme";
import { createUseCase } from "./create-use-case";
import { Programme } from "./programme";
import { RequestContext } from "./request-context";
import { createBusinessUnitPorts, createProgrammePorts, createUseCasePorts } from "./tenancy-ports.store";
import { listBusinessUnits, listUseCases } from "./tenancy.query";
import { tenancyStore } from "./tenancy.store";
import {
  BusinessUnitConnection, BusinessUnitPayload, BusinessUnitType, CreateBusinessUnitInput, CreateProgrammeInput, CreateUseCaseInput,
  ProgrammePayload, ProgrammeType, UseCaseConnection, UseCasePayload, UseCaseType, UseCaseWhere, Viewer,
} from "./tenancy.type";
import { UseCase } from "./use-case";
import { ROLES } from "./role";

@Resolver()
export class TenancyResolver {
  @Allow(...ROLES)
  @Query(() => Viewer, { description: "Who the token speaks for and what it may do." })
  async viewer(@Ctx() context: RequestContext): Promise<Viewer> {
    const { subject, role, programme, businessUnits } = context.principal;
    const scope = programme === null ? null : await context.scope();
    const units = businessUnits.length === 0 ? [] : await context.withTenant((tx) => tenancyStore(tx).findBusinessUnits(businessUnits));
    return { id: subject, subject, role, permissions: [...context.permissions], programme: scope?.programme ?? null, businessUnits: units };
  }

  @Allow(...READS_NAMES, "EXECUTIVE")
  @Query(() => ProgrammeType, { description: "The programme that the token names." })
  async programme(@Ctx() context: RequestContext): Promise<Programme> {
    return (await context.scope()).programme;
  }

  @Allow(...READS_NAMES)
  @Query(() => BusinessUnitConnection, { description: "Business units by code; a token bound to units sees its own." })
  async businessUnits(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<BusinessUnit>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant((tx) => listBusinessUnits(tx, page));
  }

  @Allow(...READS_NAMES)
  @Query(() => BusinessUnitType, { nullable: true, description: "Null when there is none of that code, or none that is yours." })
  async businessUnit(@Ctx() context: RequestContext, @Arg("code", () => String) code: string): Promise<BusinessUnit | null> {
    return context.withTenant((tx) => tenancyStore(tx).findBusinessUnit(code));
  }

  @Allow(...READS_NAMES)
  @Query(() => UseCaseConnection, { description: "Use cases by code; a token bound to units sees those of its units." })
  async useCases(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => UseCaseWhere, { nullable: true }) where?: UseCaseWhere,
  ): Promise<Page<UseCase>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant((tx) => listUseCases(tx, where?.businessUnit ?? null, new Date(context.clock.now()), page));
  }

  @Allow(...READS_NAMES)
  @Query(() => UseCaseType, { nullable: true, description: "Null when there is none of that code, or none that is yours." })
  async useCase(@Ctx() context: RequestContext, @Arg("code", () => String) code: string): Promise<UseCase | null> {
    return (await context.withTenant((tx) => tenancyStore(tx).findUseCase(code)))?.useCase ?? null;
  }

  @Allow("ADMIN")
  @Mutation(() => ProgrammePayload, { description: "Makes a programme. Naturally idempotent: the same request again answers the same programme." })
  async createProgramme(@Ctx() context: RequestContext, @Arg("input", () => CreateProgrammeInput) input: CreateProgrammeInput): Promise<ProgrammePayload> {
    const { principal } = context;
    return payload(async () => {
      if (principal.programme !== null && principal.programme !== input.code) throw new Refusal("FORBIDDEN", "This token is bound to another programme.");
      return { programme: await context.database.withInstallation(principal, (tx) => createProgramme(createProgrammePorts(tx, principal, context.record), input)) };
    });
  }

  @Allow("FINANCE", "ADMIN")
  @Mutation(() => BusinessUnitPayload, { description: "Makes a business unit. Naturally idempotent by code." })
  async createBusinessUnit(@Ctx() context: RequestContext, @Arg("input", () => CreateBusinessUnitInput) input: CreateBusinessUnitInput): Promise<BusinessUnitPayload> {
    return payload(async () => ({ businessUnit: await context.withTenant((tx) => createBusinessUnit(createBusinessUnitPorts(tx, context.record), input)) }));
  }

  @Allow("PROGRAMME_LEAD", "ADMIN")
  @Mutation(() => UseCasePayload, { description: "Makes a use case, owned by a business unit. Naturally idempotent by code." })
  async createUseCase(@Ctx() context: RequestContext, @Arg("input", () => CreateUseCaseInput) input: CreateUseCaseInput): Promise<UseCasePayload> {
    return payload(async () => ({ useCase: await context.withTenant((tx) => createUseCase(createUseCasePorts(tx, context.record), input)) }));
  }
}
