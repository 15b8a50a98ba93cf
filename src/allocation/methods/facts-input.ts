import { AllocationMethod, EmptyDriverRule, IdleRule, NegativeDriverRule, ServiceRule, SpillRule, TierRule } from "./method";

type Maybe<T> = T | null | undefined;

/** Literal facts as they are sent: decimals are text, absent is null. */
export interface FactsInput {
  readonly currency: string;
  readonly receivers: ReadonlyArray<{ readonly code: string; readonly parent?: Maybe<string>; readonly directCost?: Maybe<string> }>;
  readonly drivers?: Maybe<readonly DriverInput[]>;
  readonly pools: readonly PoolInput[];
  readonly services?: Maybe<ServiceRule>;
  readonly order?: Maybe<readonly string[]>;
}

export interface DriverInput {
  readonly code: string;
  readonly quantities: ReadonlyArray<{ readonly of: string; readonly quantity: string; readonly unit?: Maybe<string> }>;
  readonly weights?: Maybe<ReadonlyArray<{ readonly unit: string; readonly weight: string }>>;
}

export interface PoolInput {
  readonly code: string;
  readonly amount: string;
  readonly currency?: Maybe<string>;
  readonly parts: readonly PartInput[];
  readonly exclude?: Maybe<readonly string[]>;
  readonly limits?: Maybe<ReadonlyArray<{ readonly receiver?: Maybe<string>; readonly minimum?: Maybe<string>; readonly maximum?: Maybe<string> }>>;
  readonly spill?: Maybe<SpillRule>;
}

export interface PartInput {
  readonly method: AllocationMethod;
  readonly fraction?: Maybe<string>;
  readonly to?: Maybe<readonly string[]>;
  readonly driver?: Maybe<string>;
  readonly capacityDriver?: Maybe<string>;
  readonly shares?: Maybe<ReadonlyArray<{ readonly to: string; readonly percent: string }>>;
  readonly capacity?: Maybe<string>;
  readonly fixedAmount?: Maybe<string>;
  readonly fixedRate?: Maybe<string>;
  readonly rate?: Maybe<string>;
  readonly ratePer?: Maybe<string>;
  readonly tiers?: Maybe<ReadonlyArray<{ readonly upTo?: Maybe<string>; readonly rate: string }>>;
  readonly tierRule?: Maybe<TierRule>;
  readonly idle?: Maybe<IdleRule>;
  readonly priorPool?: Maybe<string>;
  readonly prior?: Maybe<ReadonlyArray<{ readonly receiver: string; readonly amount: string }>>;
  readonly zeroDriver?: Maybe<EmptyDriverRule>;
  readonly negative?: Maybe<NegativeDriverRule>;
}
