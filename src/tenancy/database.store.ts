import { DataSource, EntityManager, QueryRunner } from "typeorm";
import { escapeLiteral, type PoolClient } from "pg";
import { BrokenBelief, Refusal } from "../kernel/refusal";
import { Principal } from "./principal";
import { Programme } from "./programme";
import { Reader, readingRoleSql } from "./reading-role";
import { Scope } from "./scope";
import { Wall, tookTooLong } from "./wall";

/** What work inside a transaction may use. It is only ever handed out with the tenant set. */
export interface TenantTransaction {
  readonly scope: Scope;
  readonly manager: EntityManager;
  /** Runs SQL written by us with bound parameters. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /**
   * The same for a statement whose planning costs as much as its work: the connection keeps it prepared under its own
   * text. Only for texts that come in few variants, never for one with values in it.
   */
  prepared<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]>;
  /** The connection itself, for COPY into a staging table. */
  connection(): Promise<PoolClient>;
  /** Widens or narrows what row-level security lets through, for the rest of this transaction. */
  setReach(reach: Scope["reach"]): Promise<void>;
  /**
   * Runs reads under the privileges of a reading role alone: what belongs to the other report, and every write, is denied
   * by the database. Tenant and reach hold as before. Not to be run beside other work of the same transaction.
   */
  readingAs<T>(reader: Reader, work: () => Promise<T>): Promise<T>;
}

type TenantOnly = "scope" | "setReach" | "readingAs";

/** Work that finds or makes programmes: no tenant yet. */
export interface InstallationTransaction extends Omit<TenantTransaction, TenantOnly> {
  /** Goes on inside a programme, in the same transaction. */
  enter(principal: Principal, programme: Programme): Promise<TenantTransaction>;
}

export interface TransactionOptions {
  /** Longest time that one statement may take, in milliseconds. 0 is for jobs that have no limit of their own. */
  readonly statementTimeoutMs?: number;
  readonly isolation?: "READ COMMITTED" | "REPEATABLE READ";
}

const ATTEMPTS = 5;

/** Longest wait for a connection, a free one or a new one, in milliseconds: whoever sent a request is to be told within a second, a job has nobody to tell. */
export const CONNECTION_WAIT_MS = { request: 850, job: 15_000 } as const;

/**
 * The only road to the data. Opens a transaction, sets the tenant for that transaction alone, and commits or rolls back.
 * A deadlock, a serialisation failure or a key taken at the same moment is tried again, up to five times with a growing
 * random pause; a lost database is UNAVAILABLE, a statement over its time TIMEOUT. `work` may therefore run more than
 * once and keeps no state outside.
 */
export class Database {
  constructor(private readonly dataSource: DataSource, private readonly random: () => number = Math.random, private readonly patience: keyof typeof CONNECTION_WAIT_MS = "job", private readonly wall: Wall | null = null) {}

  /** The same data for another kind of work, over the same connections. */
  for(work: keyof typeof CONNECTION_WAIT_MS): Database {
    return new Database(this.dataSource, this.random, work, this.wall);
  }

  /** The same data for one request, which ends at its wall. */
  within(wall: Wall): Database {
    return new Database(this.dataSource, this.random, this.patience, wall);
  }

  async withTenant<T>(scope: Scope, work: (tx: TenantTransaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (!scope?.programme?.id) throw new BrokenBelief("withTenant without a tenant");
    return this.transact(options, reachSettings(scope, scope.reach), async (runner) => work(tenantHandles(runner, scope, this.wall)));
  }

  /** For finding and making programmes. `principal` says who; it must not be a token bound to another programme. */
  async withInstallation<T>(principal: Principal | "authentication", work: (tx: InstallationTransaction) => Promise<T>): Promise<T> {
    if (principal !== "authentication" && principal.role !== "ADMIN") throw new Refusal("FORBIDDEN", "Only an administrator may do this.");
    return this.transact({}, { "app.reach": "installation" }, (runner) => work({ ...handles(runner, this.wall), enter: (who, programme) => enterTenant(runner, { principal: who, programme, reach: "programme", unitIds: [] }, this.wall) }));
  }

  /** True when the database answers; it never throws. */
  async isReachable(): Promise<boolean> {
    try {
      const runner = await this.connected();
      try {
        await runner.query("select 1");
        return true;
      } finally {
        await runner.release().catch(() => undefined);
      }
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async transact<T>(options: TransactionOptions, settings: Settings, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(options, settings, work);
      } catch (error) {
        const state = sqlState(error);
        // A key that somebody else took at the same moment (23505) is found by the next attempt, which then answers what is there.
        if ((state === "40P01" || state === "40001" || state === "23505") && attempt < ATTEMPTS) {
          await new Promise((resolve) => setTimeout(resolve, attempt * 20 * (0.5 + this.random())));
          continue;
        }
        throw asRefusal(error, state);
      }
    }
  }

  private async once<T>(options: TransactionOptions, settings: Settings, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    this.wall?.check();
    if (options.statementTimeoutMs !== undefined) this.wall?.extend(options.statementTimeoutMs);
    const runner = await this.connected();
    try {
      await begin(runner, options, settings);
      const result = await work(runner);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  /** A runner with its connection, waited for as long as this work may; one that comes too late goes back to the pool. */
  private async connected(): Promise<QueryRunner> {
    const runner = this.dataSource.createQueryRunner();
    const connecting = runner.connect();
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        // Not before it has its connection: a runner that is released first keeps it for ever.
        connecting.then(() => runner.release()).catch(() => undefined);
        reject(new Refusal("UNAVAILABLE", NO_ANSWER));
      }, CONNECTION_WAIT_MS[this.patience]);
    });
    try {
      await Promise.race([connecting, tooLong]);
      return runner;
    } finally {
      clearTimeout(timer);
    }
  }
}

const NO_ANSWER = "The database does not answer. Send the same request again in a moment: what was stored before is not stored twice.";

type Settings = Readonly<Record<string, string>>;

/** Opens the transaction and puts its settings in place in one round trip; typeorm alone would take one for each. */
async function begin(runner: QueryRunner, options: TransactionOptions, settings: Settings): Promise<void> {
  const timeout: Settings = options.statementTimeoutMs === undefined ? {} : { statement_timeout: String(Math.trunc(options.statementTimeoutMs)) };
  await runner.query(`start transaction isolation level ${options.isolation ?? "READ COMMITTED"}; ${setLocally({ ...settings, ...timeout })}`);
  // What startTransaction would have noted: commit, rollback and nested work of typeorm go by it.
  Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
}

const setLocally = (settings: Settings): string =>
  `select ${Object.entries(settings).map(([name, value]) => `set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, true)`).join(", ")}`;

function reachSettings(scope: Scope, reach: Scope["reach"]): Settings {
  return { "app.programme": scope.programme.id, "app.reach": reach, "app.units": `{${scope.unitIds.join(",")}}` };
}

function tenantHandles(runner: QueryRunner, scope: Scope, wall: Wall | null): TenantTransaction {
  return {
    ...handles(runner, wall), scope,
    setReach: async (reach) => void (await runner.query(setLocally(reachSettings(scope, reach)))),
    readingAs: (reader, work) => readingAs(runner, reader, work),
  };
}

async function readingAs<T>(runner: QueryRunner, reader: Reader, work: () => Promise<T>): Promise<T> {
  await runner.query(`select set_config('role', ${readingRoleSql(reader)}, true)`);
  try {
    return await work();
  } finally {
    // A transaction that failed takes no command, and its end takes the role back.
    await runner.query("select set_config('role', 'none', true)").catch(() => undefined);
  }
}

async function enterTenant(runner: QueryRunner, scope: Scope, wall: Wall | null): Promise<TenantTransaction> {
  const tx = tenantHandles(runner, scope, wall);
  await tx.setReach(scope.reach);
  return tx;
}

function handles(runner: QueryRunner, wall: Wall | null): Omit<TenantTransaction, TenantOnly> {
  return {
    manager: runner.manager,
    query: async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      wall?.check();
      return (await runner.query(sql, parameters as unknown[])) as Row[];
    },
    prepared: async <Row>(sql: string, parameters: readonly unknown[]) => {
      wall?.check();
      const client = (await runner.connect()) as PoolClient;
      return (await client.query({ name: statementName(sql), text: sql, values: [...parameters] })).rows as Row[];
    },
    connection: () => runner.connect() as Promise<PoolClient>,
  };
}

const statementNames = new Map<string, string>();

/** A name for a text, the same on every connection of this process. */
function statementName(sql: string): string {
  let name = statementNames.get(sql);
  if (name === undefined) {
    name = `apportion_${statementNames.size + 1}`;
    statementNames.set(sql, name);
  }
  return name;
}

function sqlState(error: unknown): string {
  const found = error as { code?: unknown; driverError?: { code?: unknown } } | null;
  const code = found?.driverError?.code ?? found?.code;
  return typeof code === "string" ? code : "";
}

/** What drivers say of a connection that went away; typeorm releases the runner of one between two statements. */
const LOST_CONNECTION = /Query runner already released|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Driver not Connected|client was closed/i;

/** What a fault of the database means to a caller; the fault itself when it means nothing to one. */
function asRefusal(error: unknown, state: string): unknown {
  if (error instanceof Refusal) return error;
  if (state === "22021" || state === "22P05") return new Refusal("BAD_USER_INPUT", "A text holds a character that cannot be stored (NUL or half of a surrogate pair).");
  if (state === "57014") return tookTooLong();
  if (state === "55P03") return new Refusal("UNAVAILABLE", "Somebody else is working on the same period. Try again in a moment.");
  const lost = state.startsWith("08") || state.startsWith("57P") || state.startsWith("53") || state === "40P01" || state === "40001";
  if (lost || LOST_CONNECTION.test(error instanceof Error ? `${state} ${error.message}` : state)) {
    return new Refusal("UNAVAILABLE", NO_ANSWER);
  }
  return error;
}
