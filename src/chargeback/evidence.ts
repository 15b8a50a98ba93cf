import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";

/** What somebody points at: a link or a reference, with the hash of what it leads to, or words. Files are kept elsewhere. */
export type Evidence = {
  readonly reference: string | null;
  /** SHA-256 of the document that the reference leads to. */
  readonly sha256: string | null;
  readonly text: string | null;
};

export interface EvidenceInput {
  readonly reference?: string | null;
  readonly sha256?: string | null;
  readonly text?: string | null;
}

const MOST_EVIDENCE = 20;
const LONGEST_REFERENCE = 500;
const LONGEST_TEXT = 4_000;

/** BAD_USER_INPUT for a piece that points at nothing and says nothing, for a hash without what it is of, for too many of them. */
export function readEvidence(pieces: readonly EvidenceInput[] | null | undefined, field: readonly string[]): Evidence[] {
  const given = pieces ?? [];
  if (given.length > MOST_EVIDENCE) throw new Refusal("BAD_USER_INPUT", `At most ${MOST_EVIDENCE} pieces of evidence at a time.`, field);
  return given.map((piece, index) => {
    const at = (name: string): string[] => [...field, String(index), name];
    const read = (name: "reference" | "text", longest: number): string | null => (piece[name] === null || piece[name] === undefined ? null : requireText(piece[name], at(name), longest));
    const [reference, text] = [read("reference", LONGEST_REFERENCE), read("text", LONGEST_TEXT)];
    if (reference === null && text === null) throw new Refusal("BAD_USER_INPUT", "A piece of evidence is a reference or a text. Give one of them.", [...field, String(index)]);
    return { reference, sha256: readHash(piece.sha256, reference, at("sha256")), text };
  });
}

function readHash(hash: string | null | undefined, reference: string | null, field: readonly string[]): string | null {
  if (hash === null || hash === undefined) return null;
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new Refusal("BAD_USER_INPUT", "sha256 must be 64 digits 0-9, a-f.", field);
  if (reference === null) throw new Refusal("BAD_USER_INPUT", "sha256 is of what the reference leads to. Give the reference, too.", field);
  return hash;
}

/** Evidence as it was stored: once a reference was all that there could be. */
export const toEvidence = (stored: ReadonlyArray<string | Evidence>): Evidence[] => stored.map((piece) => (typeof piece === "string" ? { reference: piece, sha256: null, text: null } : piece));
