import { Vault } from "../../kernel/vault";

/** Keys of providers by what they are sealed under: the current key, the previous one, or neither. */
export interface SealTally {
  readonly current: number;
  /** Under the previous key before, under the current one now. */
  readonly resealed: number;
  /** Nobody can read these: the providers' secrets have to be given anew, with rotateProviderKey. */
  readonly unreadable: number;
}

/** A secret as it is kept, and what it is about. */
export interface Sealed {
  readonly id: string;
  readonly about: string;
  readonly sealed: Buffer;
}

export interface ResealPorts {
  /** Every key of the programme, ended ones too: their secrets are secrets still. */
  sealed(): Promise<Sealed[]>;
  /** False when it was sealed by somebody else in the meantime. */
  saveSealed(key: Sealed, sealed: Buffer): Promise<boolean>;
  audit(tally: SealTally): Promise<void>;
}

/** Seals what opens with the previous key only under the current one, secret by secret the same; what neither opens is left and counted. Again: nothing is left to do. */
export async function resealProviderKeys(ports: ResealPorts, vault: Vault): Promise<SealTally> {
  const tally = { current: 0, resealed: 0, unreadable: 0 };
  for (const key of await ports.sealed()) {
    const secret = vault.open(key.sealed, key.about);
    if (secret === null) tally.unreadable += 1;
    else if (!vault.isCurrent(key.sealed, key.about) && (await ports.saveSealed(key, vault.seal(secret, key.about)))) tally.resealed += 1;
    else tally.current += 1;
  }
  if (tally.resealed > 0) await ports.audit(tally);
  return tally;
}

/** What resealing would do; changes nothing. */
export function tallySeals(keys: readonly Sealed[], vault: Vault): SealTally {
  const of = (is: (key: Sealed) => boolean): number => keys.filter(is).length;
  const [current, unreadable] = [of(({ sealed, about }) => vault.isCurrent(sealed, about)), of(({ sealed, about }) => vault.open(sealed, about) === null)];
  return { current, unreadable, resealed: keys.length - current - unreadable };
}
