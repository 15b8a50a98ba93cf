import { hashOf } from "../kernel/hash";

/** A place in a chain: the number of an entry, from 1 without gaps, and its hash. What is written down outside is one of these. */
export interface ChainLink {
  readonly sequence: number;
  readonly hash: string;
}

/** An entry of the audit trail as it is hashed: each part exactly as the database holds it. */
export interface ChainedEntry extends ChainLink {
  readonly programmeId: string;
  /** Hash of the entry before it in the same programme; of the first one `FIRST_PREVIOUS_HASH`. */
  readonly previousHash: string;
  readonly id: string;
  /** Whole microseconds since 1970, as text: more digits than JavaScript's clock has. */
  readonly recordedAtMicros: string;
  readonly subject: string;
  readonly role: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectKey: string;
  readonly reason: string | null;
  /** The JSON as the database writes it out: it keeps neither blanks nor the order of keys, but every digit. */
  readonly beforeJson: string | null;
  readonly afterJson: string | null;
}

/** What stands for the hash before the first entry: 64 zeros. Every entry names its programme, so no two chains are alike. */
export const FIRST_PREVIOUS_HASH = "0".repeat(64);

/**
 * The hash of an entry: SHA-256 over the canonical text of everything in it, its number and the hash before it included.
 * The form is fixed for ever, because the hashes are stored.
 */
export function hashEntry(entry: Omit<ChainedEntry, "hash">): string {
  const { programmeId, sequence, previousHash, id, recordedAtMicros, subject, role, action, subjectKind, subjectKey, reason, beforeJson, afterJson } = entry;
  return hashOf({ programmeId, sequence, previousHash, id, recordedAtMicros, subject, role, action, subjectKind, subjectKey, reason, before: beforeJson, after: afterJson });
}

/** The entry that comes after `head` (null: the first of its programme), hashed. */
export function chainEntry(head: ChainLink | null, contents: Omit<ChainedEntry, "sequence" | "previousHash" | "hash">): ChainedEntry {
  const entry = { ...contents, sequence: (head?.sequence ?? 0) + 1, previousHash: head?.hash ?? FIRST_PREVIOUS_HASH };
  return { ...entry, hash: hashEntry(entry) };
}

/** "sequence:hash": how a place in the chain is written down outside the database. */
export function anchorText({ sequence, hash }: ChainLink): string {
  return `${sequence}:${hash}`;
}

/** What `anchorText` wrote; null when it is not that. */
export function readAnchor(text: string): ChainLink | null {
  const match = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text.trim());
  return match ? { sequence: Number(match[1]), hash: match[2]!.toLowerCase() } : null;
}

/** What an anchor says against the chain as it is now, in one sentence; null when the chain passes through it. */
export function contradictionOf(anchor: ChainLink, hashThere: string | null, head: ChainLink | null): string | null {
  if (hashThere === anchor.hash) return null;
  if (hashThere !== null) return `anchor ${anchor.sequence}: entry ${anchor.sequence} has the hash ${hashThere}, the anchor says ${anchor.hash}: the chain was made anew up to there, or the anchor is of another programme`;
  const end = head?.sequence ?? 0;
  return `anchor ${anchor.sequence}: there is no entry ${anchor.sequence}; ${end < anchor.sequence ? `the chain ends at ${end}: its tail was cut off, or the anchor is of another programme` : "it was deleted"}`;
}
