import { Clock } from "../kernel/clock";
import { Refusal } from "../kernel/refusal";
import { KeyCredentials, Principal, isKeyBearer, readBasic, readBearer } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { authenticateKey } from "../tenancy/keys/authenticate-key.store";
import { ScopeResolver } from "../tenancy/scope-resolver.store";
import { TokenVerifier } from "./token";

/** One way from what a request says of itself to whom it speaks for: people's tokens and the keys of service accounts. */
export interface Authenticator {
  /**
   * UNAUTHENTICATED without saying what is wrong. Basic is for exports alone, which cannot change anything: a browser sends it by
   * itself. A key that was made for some datasets is FORBIDDEN anything but exports.
   */
  principalOf(authorization: string | undefined, door: "api" | "exports"): Promise<Principal>;
}

interface Parts {
  readonly verifier: TokenVerifier;
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly clock: Clock;
}

const LARGEST_BASIC_CHARS = 400;

export function createAuthenticator({ verifier, database, scopes, clock }: Parts): Authenticator {
  const byKey = async (credentials: KeyCredentials | null): Promise<Principal> => {
    const principal = credentials && (await authenticateKey(database, scopes, credentials, clock.now()));
    if (!principal) throw unauthenticated();
    return principal;
  };
  return {
    principalOf: async (authorization, door) => {
      const [, scheme, credentials] = /^(Bearer|Basic) ([^\s]+)$/i.exec(authorization ?? "") ?? [];
      if (scheme === undefined || credentials === undefined) throw unauthenticated();
      if (scheme.toLowerCase() === "basic") {
        if (door !== "exports") throw unauthenticated();
        return byKey(credentials.length > LARGEST_BASIC_CHARS ? null : readBasic(credentials));
      }
      if (!isKeyBearer(credentials)) return verifier.verify(credentials);
      const principal = await byKey(readBearer(credentials));
      if (door === "api" && principal.key?.datasets) throw new Refusal("FORBIDDEN", `This key was made for exports alone: ${principal.key.datasets.join(", ")}.`);
      return principal;
    },
  };
}

const unauthenticated = (): Refusal => new Refusal("UNAUTHENTICATED", "A valid token is needed: send Authorization: Bearer <token>.");
