import { ChainLink, ChainedEntry, FIRST_PREVIOUS_HASH, hashEntry } from "./audit-chain";

/** What happened to the first entry that is not as it was recorded. */
export type ChainFaultKind = "EDITED" | "MISSING_BEFORE" | "INSERTED" | "SWAPPED" | "CUT_OFF" | "HEAD_LOST";

export interface ChainFault {
  readonly kind: ChainFaultKind;
  /** The first bad entry; for a tail cut off the last one that is there, null when none is left. */
  readonly entry: ChainedEntry | null;
  /** What is wrong with it, after its name: "was edited: ...". */
  readonly what: string;
}

/** What came of reading a chain from its beginning: up to its end, or to the first fault. */
export interface CheckedChain {
  /** So many entries are as they were recorded. */
  readonly sound: number;
  readonly head: ChainLink | null;
  readonly fault: ChainFault | null;
}

export interface VerifyChainPorts {
  /** Where the chain ends, as the database notes it; null when it notes nothing. */
  head(): Promise<ChainLink | null>;
  /** The next entries by number and id after `last`, the first ones after null; none at the end. Any number at once. */
  entriesAfter(last: ChainedEntry | null): Promise<readonly ChainedEntry[]>;
  /** An entry other than `besides` that names `hash` as the one before it; null when there is none. */
  entryAfterHash(hash: string, besides: ChainedEntry): Promise<ChainedEntry | null>;
}

/**
 * Reads a chain in order, holding one page, and stops at the first entry that is not as it was recorded. Everything of
 * an entry is in its hash, and its hash is in the next entry or, for the last one, in the head: so what was changed is
 * found unless everything after it and the head were made anew, which only an anchor outside the database finds.
 */
export async function verifyChain(ports: VerifyChainPorts): Promise<CheckedChain> {
  const head = await ports.head();
  let last: ChainedEntry | null = null;
  // The last one read turns out to be edited only when what comes after it contradicts it.
  const ended = (fault: ChainFault | null): CheckedChain => ({ sound: (last?.sequence ?? 0) - (fault?.kind === "EDITED" && fault.entry === last ? 1 : 0), head, fault });
  for (;;) {
    const page: readonly ChainedEntry[] = await ports.entriesAfter(last);
    if (page.length === 0) return ended(faultAtEnd(last, head));
    for (const entry of page) {
      const fault: ChainFault | null = follows(last, entry) ? beyond(entry, head) : await faultAt(last, entry, head, ports);
      if (fault) return ended(fault);
      last = entry;
    }
  }
}

const hashOfLast = (last: ChainLink | null): string => last?.hash ?? FIRST_PREVIOUS_HASH;
const due = (last: ChainLink | null): number => (last?.sequence ?? 0) + 1;
const isWhole = (entry: ChainedEntry): boolean => hashEntry(entry) === entry.hash;

function follows(last: ChainLink | null, entry: ChainedEntry): boolean {
  return entry.sequence === due(last) && entry.previousHash === hashOfLast(last) && isWhole(entry);
}

function beyond(entry: ChainedEntry, head: ChainLink | null): ChainFault | null {
  if (head === null || entry.sequence <= head.sequence) return null;
  return { kind: "INSERTED", entry, what: `stands behind the head of the chain, which is ${head.sequence}: it was inserted, or the head was set back` };
}

function faultAtEnd(last: ChainedEntry | null, head: ChainLink | null): ChainFault | null {
  if (head === null) return last && { kind: "HEAD_LOST", entry: last, what: "is the last one there is, and the head of the chain was deleted" };
  if (head.sequence > (last?.sequence ?? 0)) return { kind: "CUT_OFF", entry: last, what: `is followed by nothing: ${range(due(last), head.sequence)} missing, the tail was cut off` };
  if (last && head.hash !== last.hash) return { kind: "EDITED", entry: last, what: `was edited and hashed anew, or the head of the chain was: that has the hash ${head.hash}, the entry ${last.hash}` };
  return null;
}

/** Tells what happened to an entry that does not follow `last`. */
async function faultAt(last: ChainedEntry | null, entry: ChainedEntry, head: ChainLink | null, ports: VerifyChainPorts): Promise<ChainFault> {
  const number = due(last);
  const edited = (what: string, bad: ChainedEntry = entry): ChainFault => ({ kind: "EDITED", entry: bad, what });
  if (hashEntry({ ...entry, sequence: number, previousHash: hashOfLast(last) }) === entry.hash) {
    return edited(entry.sequence === number ? "was edited: it names another hash before it than it was recorded with" : `was edited: it was recorded as entry ${number}`);
  }
  // Whoever else says that it comes after the last sound entry is the one that belongs here.
  const rightful = await ports.entryAfterHash(hashOfLast(last), entry);
  if (entry.sequence > number) {
    if (rightful && isWhole({ ...rightful, sequence: number })) return edited(`was edited: it was recorded as entry ${number}`, rightful);
    return { kind: "MISSING_BEFORE", entry, what: `has a gap before it: ${range(number, entry.sequence - 1)} missing` };
  }
  if (rightful) {
    const swapped = rightful.sequence !== entry.sequence && isWhole({ ...entry, sequence: rightful.sequence });
    if (swapped) return { kind: "SWAPPED", entry, what: `was swapped: it was recorded as entry ${rightful.sequence}, and ${rightful.id} belongs here` };
    return { kind: "INSERTED", entry, what: `was inserted: ${rightful.id} is what follows entry ${number - 1}` };
  }
  if (entry.sequence < number || (head && entry.sequence > head.sequence)) return { kind: "INSERTED", entry, what: "was inserted: it stands where the chain has no place for it" };
  if (entry.previousHash === hashOfLast(last)) return edited(`was edited: its contents hash to ${hashEntry(entry)}, it was recorded with ${entry.hash}`);
  if (!isWhole(entry)) {
    const was = formerNumber(entry);
    if (was !== null) return { kind: "MISSING_BEFORE", entry, what: `was recorded as entry ${was}: ${range(number, was - 1)} missing before it` };
    return edited("was edited: neither its contents nor the hash before it are those it was recorded with");
  }
  const attested = head?.hash === entry.hash || (await ports.entryAfterHash(entry.hash, entry)) !== null;
  if (last && attested) return edited(`was edited and hashed anew: entry ${entry.sequence} was recorded after one with the hash ${entry.previousHash}`, last);
  return edited("was edited and hashed anew: it names another hash before it than that of the entry before it");
}

/** So many entries deleted in one place, and the rest moved up, are still told from an edit. */
const FURTHEST = 1_000;

/** The higher number that an entry was recorded with, when its own was all that changed; null when that explains nothing. */
function formerNumber(entry: ChainedEntry): number | null {
  for (let sequence = entry.sequence + 1; sequence <= entry.sequence + FURTHEST; sequence += 1) {
    if (isWhole({ ...entry, sequence })) return sequence;
  }
  return null;
}

function range(from: number, to: number): string {
  return from === to ? `entry ${from} is` : `entries ${from} to ${to} are`;
}
