import { Refusal } from "../kernel/refusal";
import { Programme } from "./programme";
import { Principal } from "./principal";

/**
 * Who asks, and for which tenant: the first argument of everything that touches data. There is no scope that means
 * "all by default": a scope names its reach.
 */
export interface Scope {
  readonly principal: Principal;
  readonly programme: Programme;
  readonly reach: "programme" | "units" | "ingest";
  /** Ids of the units it may touch; empty unless reach is "units" or "ingest". */
  readonly unitIds: readonly string[];
}

/** The scope of somebody who may see every unit of the programme. FORBIDDEN when theirs is narrower. */
export function requireWholeProgramme(scope: Scope): void {
  if (scope.reach !== "programme") throw new Refusal("FORBIDDEN", "This needs a role that covers the whole programme.");
}
