import DataLoader from "dataloader";
import { Clock } from "../kernel/clock";
import { Vault } from "../kernel/vault";
import { AuditNote } from "./audit-note";
import { Database, TenantTransaction, TransactionOptions } from "./database.store";
import { Principal } from "./principal";
import { Role } from "./role";
import { Scope } from "./scope";
import { ScopeResolver } from "./scope-resolver.store";
import { Wall } from "./wall";

/** Adds to the audit trail, in the transaction of the fact it speaks of. */
export type RecordAudit = (tx: TenantTransaction, note: AuditNote) => Promise<void>;

/** One request: who asks, and the only way from there to the data. Made anew for every request. */
export class RequestContext {
  private scoped: Promise<Scope> | null = null;
  private readonly loaders = new Map<string, DataLoader<string, unknown>>();
  readonly database: Database;

  constructor(
    readonly principal: Principal,
    database: Database,
    readonly clock: Clock,
    private readonly scopes: ScopeResolver,
    readonly record: RecordAudit,
    /** The operations that the caller's role may use. */
    readonly permissions: readonly string[],
    /** Keeps secrets; null where the installation has no key for that. */
    readonly vault: Vault | null = null,
    /** The datasets that a role may export. */
    readonly datasetsOf: (role: Role) => readonly string[] = () => [],
    /** How long the request may take in all. */
    readonly wall: Wall,
  ) {
    this.database = database.within(wall);
  }

  /** The tenant that the token names; FORBIDDEN when it names none that exists. */
  scope(): Promise<Scope> {
    this.scoped ??= this.scopes.resolve(this.principal);
    return this.scoped;
  }

  async withTenant<T>(work: (tx: TenantTransaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.database.withTenant(await this.scope(), work, options);
  }

  /** A loader of this request, keyed by what it loads and by the tenant; made when it is first asked for. */
  async loader<V>(name: string, load: (tx: TenantTransaction, keys: readonly string[]) => Promise<ReadonlyMap<string, V>>): Promise<DataLoader<string, V | null>> {
    const { programme } = await this.scope();
    const key = `${programme.id}/${name}`;
    const existing = this.loaders.get(key);
    if (existing) return existing as DataLoader<string, V | null>;
    const made = new DataLoader<string, V | null>(async (keys) => {
      const found = await this.withTenant((tx) => load(tx, keys));
      return keys.map((each) => found.get(each) ?? null);
    });
    this.loaders.set(key, made as DataLoader<string, unknown>);
    return made;
  }
}
