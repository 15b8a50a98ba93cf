import { Refusal } from "../kernel/refusal";
import { Database } from "./database.store";
import { Principal } from "./principal";
import { Programme } from "./programme";
import { isBoundToUnits } from "./role";
import { Scope } from "./scope";
import { programmeStore, tenancyStore } from "./tenancy.store";

/**
 * Turns what a token says (codes) into a scope (ids). Codes never change and are never deleted, so what was found is
 * kept for the life of the process; what was not found is asked again each time.
 */
export class ScopeResolver {
  private readonly programmes = new Map<string, Programme>();
  private readonly units = new Map<string, Map<string, string>>();

  constructor(private readonly database: Database) {}

  /** The programme of a code; null when there is none. */
  async programme(code: string): Promise<Programme | null> {
    const known = this.programmes.get(code);
    if (known) return known;
    const found = await this.database.withInstallation("authentication", (tx) => programmeStore(tx).findProgramme(code));
    if (found) this.programmes.set(code, found);
    return found;
  }

  /** The programme of an id; null when there is none. */
  async programmeById(id: string): Promise<Programme | null> {
    for (const known of this.programmes.values()) if (known.id === id) return known;
    const found = await this.database.withInstallation("authentication", (tx) => programmeStore(tx).findProgrammeById(id));
    if (found) this.programmes.set(found.code, found);
    return found;
  }

  /** FORBIDDEN for a token without a programme or with one that does not exist. Units that do not exist give no access. */
  async resolve(principal: Principal): Promise<Scope> {
    if (principal.programme === null) throw new Refusal("FORBIDDEN", "This token names no programme. Use one that does.");
    const programme = await this.programme(principal.programme);
    if (!programme) throw new Refusal("FORBIDDEN", "This token's programme does not exist here.");
    if (!isBoundToUnits(principal.role)) return { principal, programme, reach: "programme", unitIds: [] };
    return { principal, programme, reach: "units", unitIds: await this.unitIds(principal, programme) };
  }

  private async unitIds(principal: Principal, programme: Programme): Promise<string[]> {
    const known = this.units.get(programme.id) ?? new Map<string, string>();
    this.units.set(programme.id, known);
    const missing = principal.businessUnits.filter((code) => !known.has(code));
    if (missing.length > 0) {
      const whole: Scope = { principal, programme, reach: "programme", unitIds: [] };
      const found = await this.database.withTenant(whole, (tx) => tenancyStore(tx).unitIds(missing));
      for (const [code, id] of found) known.set(code, id);
    }
    return principal.businessUnits.flatMap((code) => known.get(code) ?? []);
  }
}
