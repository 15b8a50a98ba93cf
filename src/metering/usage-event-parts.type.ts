import { Field, Int, ObjectType } from "type-graphql";
import { CurrencyCodeScalar, DecimalScalar, LongScalar } from "../kernel/scalars";
import { CostBasisEnum, CostComponentEnum } from "./usage-input.type";

const optional = { nullable: true } as const;

@ObjectType({ simpleResolvers: true, description: "Tokens that a leg used; null where the provider did not say." })
export class TokenUsage {
  @Field(() => LongScalar, optional) in: number | null;
  @Field(() => LongScalar, optional) out: number | null;
  @Field(() => LongScalar, optional) cached: number | null;
  @Field(() => LongScalar, optional) audioIn: number | null;
  @Field(() => LongScalar, optional) audioOut: number | null;
}

@ObjectType({ simpleResolvers: true, description: "What happened in a leg; null means unknown." })
export class UsageFlags {
  @Field(() => Boolean, optional) humanRequested: boolean | null;
  @Field(() => Boolean, optional) optOut: boolean | null;
  @Field(() => Boolean, optional) distress: boolean | null;
  @Field(() => Boolean, optional) disclosed: boolean | null;
  @Field(() => Boolean, optional) consent: boolean | null;
  @Field(() => Boolean, optional) voicemail: boolean | null;
  @Field(() => Boolean, optional) complaint: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: "Writes to other systems that a leg needed and that succeeded." })
export class Writes {
  @Field(() => Int, optional) required: number | null;
  @Field(() => Int, optional) succeeded: number | null;
}

@ObjectType({ simpleResolvers: true, description: "Cost of one component of a leg, as it was reported, rated or estimated." })
export class CostItem {
  @Field(() => CostComponentEnum) component: string;
  @Field(() => DecimalScalar, optional) quantity: string | null;
  @Field(() => String, { nullable: true, description: "MINUTE, SECOND, TOKEN_1M and the like." }) unit: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Exact, in currency." }) amount: string | null;
  @Field(() => CurrencyCodeScalar, optional) currency: string | null;
  @Field(() => CostBasisEnum) basis: string;
}
