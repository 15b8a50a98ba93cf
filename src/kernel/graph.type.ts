import { ClassType, Field, ID, InterfaceType, ObjectType } from "type-graphql";
import { CurrencyCodeScalar, DecimalScalar } from "./scalars";

@InterfaceType({ description: "Anything that node(id) finds." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque and stable." })
  id: string;
}

@ObjectType({ simpleResolvers: true, description: "An exact amount of money." })
export class Money {
  @Field(() => DecimalScalar, { description: "In the currency's major unit, with exactly its decimals." })
  amount: string;
  @Field(() => CurrencyCodeScalar, { description: "ISO 4217." })
  currency: string;
}

@ObjectType({ simpleResolvers: true, description: "Where a page stands in its list." })
export class PageInfo {
  @Field(() => Boolean, { description: "More of the list comes after this page." })
  hasNextPage: boolean;
  @Field(() => Boolean, { description: "The page was asked for with `after`: something stands before it." })
  hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: "Position of the first of the page; null where it is empty." })
  startCursor: string | null;
  @Field(() => String, { nullable: true, description: "Position of the last of the page: pass it as `after` for the next one. Null where it is empty." })
  endCursor: string | null;
}

/** The Relay connection type of a node type: `<Name>Connection` with `edges` and `pageInfo`. */
export function connectionOf<T extends object>(node: ClassType<T>, name: string): ClassType {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A ${name} and its position in the list.` })
  class Edge {
    @Field(() => node, { description: `The ${name}.` })
    node: T;
    @Field(() => String, { description: "Its opaque position: as `after` it begins the next page behind it." })
    cursor: string;
  }
  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of a list of ${name}.` })
  class Connection {
    @Field(() => [Edge], { description: "In the order of the list, as many as `first` asked for or fewer." })
    edges: Edge[];
    @Field(() => PageInfo, { description: "Whether there is more, and where the next page begins." })
    pageInfo: PageInfo;
  }
  return Connection;
}

/** The object form of a list of words, as enums of the schema are made of. */
export function enumOf<T extends string>(values: readonly T[]): { [K in T]: K } {
  return Object.fromEntries(values.map((value) => [value, value])) as { [K in T]: K };
}

