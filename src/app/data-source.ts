import type { EventEmitter } from "node:events";
import { DataSource } from "typeorm";
import { migrations } from "../../migrations";
import { CostEntryEntity, CostPoolEntity, ExchangeRateEntity, accrualEntities } from "../costs/costs.entity";
import { capitalisationEntities } from "../costs/capitalisation/capitalisation.entity";
import { AuditEntryEntity, AuditHeadEntity, PeriodEntity } from "../governance/governance.entity";
import { CONNECTION_WAIT_MS } from "../tenancy/database.store";
import { KeptRowsEntity } from "../exports/kept-rows.entity";
import { BiGrantEntity } from "../tenancy/bi/bi-grant.entity";
import { apiKeyEntities } from "../tenancy/keys/api-key.entity";
import { BusinessUnitClosingEntity, BusinessUnitEntity, BusinessUnitParentEntity, OwnershipChangeEntity, ProgrammeEntity, UseCaseEntity, UseCaseOwnershipEntity } from "../tenancy/tenancy.entity";
import { allocationEntities } from "../allocation/allocation.entity";
import { adjustmentEntities } from "../chargeback/adjustment.entity";
import { statementEntities } from "../chargeback/statement.entity";
import { businessCaseEntities } from "../business-cases/business-cases.entity";
import { benefitEntities } from "../benefits/benefits.entity";
import { budgetEntities } from "../budgets/budgets.entity";
import { closingEntities } from "../closing/closing.entity";
import { correctionEntities } from "../corrections/correction.entity";
import { connectionEntities } from "../metering/connections/connections.entity";
import { programmeEntities } from "../programme/programme.entity";
import { journalEntities } from "../journals/journals.entity";
import { ratingEntities } from "../rating/rating.entity";
import { meteringEntities } from "../metering/metering.entity";
import { sourceEntities } from "../metering/sources/sources.entity";

export const entities = [
  ProgrammeEntity, BusinessUnitEntity, UseCaseEntity, UseCaseOwnershipEntity, OwnershipChangeEntity, BusinessUnitClosingEntity, BusinessUnitParentEntity, ...apiKeyEntities, BiGrantEntity, PeriodEntity, AuditEntryEntity, AuditHeadEntity,
  CostPoolEntity, CostEntryEntity, ExchangeRateEntity, ...accrualEntities, ...capitalisationEntities, ...ratingEntities, ...meteringEntities, ...sourceEntities, ...connectionEntities, ...allocationEntities,
  ...adjustmentEntities, ...statementEntities, ...correctionEntities, ...budgetEntities, ...benefitEntities, ...closingEntities, ...journalEntities, ...businessCaseEntities, ...programmeEntities, KeptRowsEntity,
];

export interface ConnectOptions {
  readonly purpose: "serve" | "migrate";
  readonly poolSize?: number;
}

/** Reads of the API end after 5 s; jobs set a time of their own. */
const STATEMENT_TIMEOUT_MS = 5_000;

/** Longest wait for somebody else's lock, in milliseconds. */
const LOCK_WAIT_MS = 10_000;

/**
 * An error of a connection between its first "ready" and its first use has no listener in the pool, and an event without
 * one ends the process. The query that meets the broken connection reports it.
 */
const hearErrors = (client: EventEmitter): void => void client.on("error", () => undefined);

/** A data source that is not yet connected. The query cache stays off: under row-level security it would leak across tenants. */
export function connect(url: string, options: ConnectOptions): DataSource {
  const serving = options.purpose === "serve";
  return new DataSource({
    type: "postgres",
    url,
    entities,
    migrations: [...migrations],
    migrationsTableName: "applied",
    schema: "migrations",
    synchronize: false,
    cache: false,
    applicationName: serving ? "apportion" : "apportion-migrate",
    poolSize: options.poolSize ?? 12,
    // Requests give up before that: Database sees to it.
    connectTimeoutMS: CONNECTION_WAIT_MS.job,
    extra: serving ? { statement_timeout: STATEMENT_TIMEOUT_MS, lock_timeout: LOCK_WAIT_MS, idle_in_transaction_session_timeout: 60_000, onConnect: hearErrors, options: "-c TimeZone=UTC" } : { options: "-c TimeZone=UTC" },
    poolErrorHandler: () => undefined,
  });
}
