import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";
import { CostEntry } from "./cost-entry";
import { CostPool } from "./cost-pool";
import { ExchangeRate } from "./exchange-rate";

export const CostPoolEntity = new EntitySchema<CostPool & { programmeId: string; createdAt: Date }>({
  name: "CostPool", schema: "costs", tableName: "cost_pool",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    id: { type: "uuid", primary: true },
    code: { type: "text" },
    name: { type: "text" },
    kind: { type: "text" },
    createdAt: { type: "timestamptz", name: "created_at", insert: false, default: () => "now()" },
  },
});

export const CostEntryEntity = new EntitySchema<CostEntry & { programmeId: string; recordedAt: Date }>({
  name: "CostEntry", schema: "costs", tableName: "cost_entry",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    id: { type: "uuid", primary: true },
    poolId: { type: "uuid", name: "pool_id" },
    periodKey: { type: "text", name: "period_key" },
    amountMinor: { type: "bigint", name: "amount_minor", transformer: { to: (value: bigint) => value?.toString(), from: (value: string) => BigInt(value) } },
    currency: { type: "text" },
    kind: { type: "text" },
    externalId: { type: "text", name: "external_id" },
    payloadHash: { type: "text", name: "payload_hash" },
    description: { type: "text", nullable: true },
    vendor: { type: "text", nullable: true },
    invoice: { type: "text", nullable: true },
    useCaseId: { type: "uuid", name: "use_case_id", nullable: true },
    businessUnitId: { type: "uuid", name: "business_unit_id", nullable: true },
    originalAmountMinor: { type: "bigint", name: "original_amount_minor", nullable: true, transformer: { to: (value: bigint | null) => value?.toString() ?? null, from: (value: string | null) => (value === null ? null : BigInt(value)) } },
    originalCurrency: { type: "text", name: "original_currency", nullable: true },
    rate: { type: "numeric", name: "exchange_rate", nullable: true },
    rateKind: { type: "text", name: "exchange_rate_kind", nullable: true },
    rateDate: { type: "text", name: "exchange_rate_date", nullable: true },
    rateSource: { type: "text", name: "exchange_rate_source", nullable: true },
    rateRevision: { type: "integer", name: "exchange_rate_revision", nullable: true },
    recordedAt: { type: "timestamptz", name: "recorded_at", insert: false, default: () => "clock_timestamp()" },
    recordedBy: { type: "text", name: "recorded_by" },
  },
});

export const ExchangeRateEntity = new EntitySchema<ExchangeRate & { programmeId: string; recordedAt: Date; recordedBy: string }>({
  name: "ExchangeRate", schema: "costs", tableName: "exchange_rate",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    from: { type: "text", name: "from_currency", primary: true },
    to: { type: "text", name: "to_currency", primary: true },
    kind: { type: "text", primary: true },
    date: { type: "text", name: "on_date", primary: true },
    revision: { type: "integer", primary: true },
    rate: { type: "numeric" },
    source: { type: "text" },
    recordedAt: { type: "timestamptz", name: "recorded_at", insert: false, default: () => "clock_timestamp()" },
    recordedBy: { type: "text", name: "recorded_by" },
  },
});

type Columns = Record<string, EntitySchemaColumnOptions>;
const key = { type: "uuid", primary: true } as const;
const id = { type: "uuid" } as const;
const recorded: Columns = { recorded_at: { type: "timestamptz" }, recorded_by: { type: "text" } };
const table = (name: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name, schema: "costs", tableName, columns: { programme_id: key, ...columns, ...recorded } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const accrualEntities: readonly EntitySchema[] = [
  table("Accrual", "accrual", {
    id: key, external_id: { type: "text" }, entry_id: id, pool_id: id, use_case_id: { ...id, nullable: true }, period_key: { type: "text" }, amount_minor: { type: "bigint" },
    payload_hash: { type: "text" }, reason: { type: "text" }, source: { type: "text" }, renews: { ...id, nullable: true },
  }),
  table("AccrualReversal", "accrual_reversal", { accrual_id: key, entry_id: id, period_key: { type: "text" }, cause: { type: "text" } }),
  table("AccrualAnswer", "accrual_answer", { id: key, accrual_id: id, kind: { type: "text" }, entry_id: { ...id, nullable: true }, reason: { type: "text", nullable: true } }),
];
