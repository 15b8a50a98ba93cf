import fc from "fast-check";
import { ChainFaultKind, ChainLink, ChainedEntry, CheckedChain, FIRST_PREVIOUS_HASH, anchorText, chainEntry, contradictionOf, hashEntry, readAnchor, verifyChain } from "../../src/governance";
import { hashText } from "../../src/kernel/hash";

const RUNS = { numRuns: 300, seed: 20251031 };
const PROGRAMME = "8a4f8f0e-0000-4000-8000-000000000001";

type Contents = Omit<ChainedEntry, "sequence" | "previousHash" | "hash">;

const contents = (number: number, more: Partial<Contents> = {}): Contents => ({
  programmeId: PROGRAMME, id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`, recordedAtMicros: String(1_761_901_200_123_456 + number), subject: "ann", role: "FINANCE",
  action: "bookCost", subjectKind: "CostEntry", subjectKey: `inv-${number}`, reason: null, beforeJson: null, afterJson: `{"pool": "platform", "amount": "${number}.00"}`, ...more,
});

function chainOf(all: readonly Contents[]): ChainedEntry[] {
  const chain: ChainedEntry[] = [];
  for (const each of all) chain.push(chainEntry(chain.at(-1) ?? null, each));
  return chain;
}

const numbered = (length: number): ChainedEntry[] => chainOf(Array.from({ length }, (_, index) => contents(index + 1)));
const headOf = (chain: readonly ChainedEntry[]): ChainLink | null => { const last = chain.at(-1); return last ? { sequence: last.sequence, hash: last.hash } : null; };
const rehashed = (entry: ChainedEntry, more: Partial<ChainedEntry>): ChainedEntry => ({ ...entry, ...more, hash: hashEntry({ ...entry, ...more }) });

/** Checks what a database with these rows and this head would hold. */
function check(rows: readonly ChainedEntry[], head: ChainLink | null, page = 3): Promise<CheckedChain> {
  const sorted = [...rows].sort((a, b) => a.sequence - b.sequence || (a.id < b.id ? -1 : 1));
  return verifyChain({
    head: async () => head,
    entriesAfter: async (last) => sorted.filter((row) => last === null || row.sequence > last.sequence || (row.sequence === last.sequence && row.id > last.id)).slice(0, page),
    entryAfterHash: async (hash, besides) => sorted.find((row) => row.previousHash === hash && row.id !== besides.id) ?? null,
  });
}

describe("the hash of an entry", () => {
  const first = chainEntry(null, contents(1, { reason: "därför", beforeJson: "{}" }));

  test("is over a fixed text: stored hashes depend on it", () => {
    const text = [
      "m13:", "s6:action;s8:bookCost;", "s5:after;s38:{\"pool\": \"platform\", \"amount\": \"1.00\"};", "s6:before;s2:{};", "s2:id;s36:00000000-0000-4000-8000-000000000001;",
      `s12:previousHash;s64:${"0".repeat(64)};`, `s11:programmeId;s36:${PROGRAMME};`, "s6:reason;s8:därför;", "s16:recordedAtMicros;s16:1761901200123457;", "s4:role;s7:FINANCE;",
      "s8:sequence;i1;", "s7:subject;s3:ann;", "s10:subjectKey;s5:inv-1;", "s11:subjectKind;s9:CostEntry;",
    ].join("");
    expect(first.hash).toBe(hashText(text));
    expect(first.hash).toBe("d912012093ef71e3e2dcb5b47a3f794ffd39ccec78c2b8e8d7baf711d0a09dda");
  });

  test("begins with 64 zeros, and goes on with the hash before", () => {
    const second = chainEntry(first, contents(2));
    expect([first.sequence, first.previousHash]).toEqual([1, FIRST_PREVIOUS_HASH]);
    expect([second.sequence, second.previousHash]).toEqual([2, first.hash]);
    expect(FIRST_PREVIOUS_HASH).toMatch(/^0{64}$/);
  });

  test("is another one in another programme", () => {
    expect(chainEntry(null, contents(1)).hash).not.toBe(chainEntry(null, contents(1, { programmeId: "8a4f8f0e-0000-4000-8000-000000000002" })).hash);
  });

  test.each<[keyof Contents, string | null]>([
    ["id", "00000000-0000-4000-8000-000000000009"], ["recordedAtMicros", "1761901200123458"], ["subject", "ben"], ["role", "ADMIN"], ["action", "x"], ["subjectKind", "x"], ["subjectKey", "x"],
    ["reason", null], ["reason", ""], ["beforeJson", null], ["beforeJson", "null"], ["afterJson", '{"pool": "platform", "amount": "1.0"}'],
  ])("is another one with another %s: %p", (field, value) => {
    expect(hashEntry({ ...first, [field]: value })).not.toBe(first.hash);
  });
});

describe("an anchor", () => {
  const hash = hashText("x");

  test("is read as it was written", () => {
    expect(readAnchor(anchorText({ sequence: 12, hash }))).toEqual({ sequence: 12, hash });
    expect(readAnchor(` 12:${hash.toUpperCase()}\n`)).toEqual({ sequence: 12, hash });
  });

  test.each(["", "12", `0:${hash}`, `-1:${hash}`, `1.5:${hash}`, `01:${hash}`, `12:${hash}0`, `12:${hash.slice(1)}`, `12-${hash}`, `1234567890123456:${hash}`, `12:${"g".repeat(64)}`])("%p is none", (text) => {
    expect(readAnchor(text)).toBeNull();
  });

  test("agrees with the hash that is there, and says what is wrong with another", () => {
    const anchor = { sequence: 12, hash };
    expect(contradictionOf(anchor, hash, { sequence: 20, hash: "h" })).toBeNull();
    expect(contradictionOf(anchor, "other", { sequence: 20, hash: "h" })).toBe(`anchor 12: entry 12 has the hash other, the anchor says ${hash}: the chain was made anew up to there, or the anchor is of another programme`);
    expect(contradictionOf(anchor, null, { sequence: 9, hash: "h" })).toBe("anchor 12: there is no entry 12; the chain ends at 9: its tail was cut off, or the anchor is of another programme");
    expect(contradictionOf(anchor, null, null)).toBe("anchor 12: there is no entry 12; the chain ends at 0: its tail was cut off, or the anchor is of another programme");
    expect(contradictionOf(anchor, null, { sequence: 20, hash: "h" })).toBe("anchor 12: there is no entry 12; it was deleted");
  });
});

describe("a chain of eight entries", () => {
  const sound = numbered(8);
  const at = (number: number): ChainedEntry => sound[number - 1]!;
  const change = (number: number, more: Partial<ChainedEntry>): ChainedEntry[] => sound.map((entry) => (entry.sequence === number ? { ...entry, ...more } : entry));
  const stranger: ChainedEntry = rehashed(at(4), { ...contents(99), previousHash: hashText("nothing") });
  const movedUp = sound.filter(({ sequence }) => sequence !== 4).map((entry) => (entry.sequence > 4 ? { ...entry, sequence: entry.sequence - 1 } : entry));
  const movedDown = sound.map((entry) => (entry.sequence >= 4 ? { ...entry, sequence: entry.sequence + 1 } : entry));
  const fromFourAnew = chainOf(sound.map((entry) => (entry.sequence === 4 ? { ...entry, subject: "eve" } : entry)));

  test.each<[string, ChainedEntry[], ChainLink | null | undefined, ChainFaultKind | null, number | null, string]>([
    //  what was done                                        rows                                             head       what verify says  first bad  in words
    ["nothing",                                              sound,                                           undefined, null,             null, ""],
    ["nothing was ever recorded",                            [],                                              null,      null,             null, ""],
    ["one edited",                                           change(4, { subject: "eve" }),                   undefined, "EDITED",         4, "was edited: its contents hash to"],
    ["two edited: the first is named",                       change(6, { subject: "eve" }).map((e) => (e.sequence === 3 ? { ...e, reason: "x" } : e)), undefined, "EDITED", 3, "was edited: its contents hash to"],
    ["the first edited",                                     change(1, { afterJson: null }),                  undefined, "EDITED",         1, "was edited: its contents hash to"],
    ["the last edited",                                      change(8, { role: "ADMIN" }),                    undefined, "EDITED",         8, "was edited: its contents hash to"],
    ["a hash edited",                                        change(4, { hash: hashText("x") }),              undefined, "EDITED",         4, "was edited: its contents hash to"],
    ["a previous hash edited",                               change(4, { previousHash: hashText("x") }),      undefined, "EDITED",         4, "was edited: it names another hash before it"],
    ["a previous hash and the contents edited",              change(4, { previousHash: hashText("x"), role: "x" }), undefined, "EDITED",    4, "was edited: neither its contents nor"],
    ["two previous hashes exchanged",                        change(4, { previousHash: at(6).previousHash }).map((e) => (e.sequence === 6 ? { ...e, previousHash: at(4).previousHash } : e)), undefined, "EDITED", 4, "names another hash before it"],
    ["a number edited to one behind the end",                change(4, { sequence: 40 }),                     undefined, "EDITED",         40, "was edited: it was recorded as entry 4"],
    ["the last number edited",                               change(8, { sequence: 9 }),                      undefined, "EDITED",         9, "was edited: it was recorded as entry 8"],
    ["one edited and hashed anew",                           sound.map((e) => (e.sequence === 4 ? rehashed(e, { subject: "eve" }) : e)), undefined, "EDITED", 4, "hashed anew: entry 5 was recorded after one with"],
    ["the last edited and hashed anew",                      sound.map((e) => (e.sequence === 8 ? rehashed(e, { subject: "eve" }) : e)), undefined, "EDITED", 8, "hashed anew, or the head of the chain was"],
    ["one edited, linked to nothing and hashed anew",        sound.map((e) => (e.sequence === 4 ? rehashed(e, { previousHash: hashText("x") }) : e)), undefined, "EDITED", 4, "names another hash before it than that of the entry before it"],
    ["made anew from the fourth on, but not the head",       fromFourAnew,                                    undefined, "EDITED",         8, "hashed anew, or the head of the chain was"],
    ["made anew from the fourth on, with the head",          fromFourAnew,                                    headOf(fromFourAnew), null,  null, ""],
    ["one deleted",                                          sound.filter((e) => e.sequence !== 4),           undefined, "MISSING_BEFORE", 5, "has a gap before it: entry 4 is missing"],
    ["three deleted",                                        sound.filter((e) => e.sequence < 4 || e.sequence > 6), undefined, "MISSING_BEFORE", 7, "has a gap before it: entries 4 to 6 are missing"],
    ["the first deleted",                                    sound.slice(1),                                  undefined, "MISSING_BEFORE", 2, "entry 1 is missing"],
    ["one deleted and the rest moved up",                    movedUp,                                         undefined, "MISSING_BEFORE", 4, "was recorded as entry 5: entry 4 is missing before it"],
    ["one inserted and the rest moved down",                 [...movedDown, stranger],                        undefined, "INSERTED",       4, `was inserted: ${at(4).id} is what follows entry 3`],
    ["one inserted beside another of its number",            [...sound, { ...stranger, sequence: 5 }],        undefined, "INSERTED",       5, `was inserted: ${at(6).id} is what follows entry 5`],
    ["one inserted beside the last",                         [...sound, { ...stranger, sequence: 8 }],        undefined, "INSERTED",       8, "was inserted: it stands where the chain has no place for it"],
    ["one inserted before the first",                        [...sound, { ...stranger, sequence: 0 }],        undefined, "INSERTED",       0, `was inserted: ${at(1).id} is what follows entry 0`],
    ["one added behind the head, linked",                    [...sound, chainEntry(at(8), contents(9))],      undefined, "INSERTED",       9, "stands behind the head of the chain, which is 8"],
    ["one added behind the head, linked to nothing",         [...sound, { ...stranger, sequence: 9 }],        undefined, "INSERTED",       9, "was inserted"],
    ["two swapped",                                          sound.map((e) => ({ ...e, sequence: ({ 3: 6, 6: 3 } as Record<number, number>)[e.sequence] ?? e.sequence })), undefined, "SWAPPED", 3, `was swapped: it was recorded as entry 6, and ${at(3).id} belongs here`],
    ["two neighbours swapped",                               sound.map((e) => ({ ...e, sequence: ({ 7: 8, 8: 7 } as Record<number, number>)[e.sequence] ?? e.sequence })), undefined, "SWAPPED", 7, "was recorded as entry 8"],
    ["the tail cut off",                                     sound.slice(0, 5),                               undefined, "CUT_OFF",        5, "is followed by nothing: entries 6 to 8 are missing, the tail was cut off"],
    ["the last cut off",                                     sound.slice(0, 7),                               undefined, "CUT_OFF",        7, "entry 8 is missing, the tail was cut off"],
    ["everything deleted",                                   [],                                              undefined, "CUT_OFF",        null, "entries 1 to 8 are missing"],
    ["the tail cut off and the head set back",               sound.slice(0, 5),                               headOf(sound.slice(0, 5)), null, null, ""],
    ["the head deleted",                                     sound,                                           null,      "HEAD_LOST",      8, "the head of the chain was deleted"],
    ["the head set back",                                    sound,                                           headOf(sound.slice(0, 5)), "INSERTED", 6, "the head was set back"],
    ["the head's hash edited",                               sound,                                           { sequence: 8, hash: hashText("x") }, "EDITED", 8, "or the head of the chain was"],
  ])("%s", async (_, rows, head, kind, sequence, words) => {
    const found = await check(rows, head === undefined ? headOf(sound) : head);
    expect({ kind: found.fault?.kind ?? null, sequence: found.fault?.entry?.sequence ?? null }).toEqual({ kind, sequence });
    expect(found.fault?.what ?? "").toContain(words);
  });

  test.each<[string, ChainedEntry[], number]>([
    ["untouched", sound, 8],
    ["the fourth edited", change(4, { subject: "eve" }), 3],
    ["the fourth edited and hashed anew", sound.map((e) => (e.sequence === 4 ? rehashed(e, { subject: "eve" }) : e)), 3],
    ["the last edited and hashed anew", sound.map((e) => (e.sequence === 8 ? rehashed(e, { subject: "eve" }) : e)), 7],
    ["the fourth deleted", sound.filter((e) => e.sequence !== 4), 3],
    ["cut off after the fifth", sound.slice(0, 5), 5],
  ])("%s: counts the entries before the fault", async (_, rows, expected) => {
    expect((await check(rows, headOf(sound))).sound).toBe(expected);
  });
});

describe("whatever is done to a chain", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 6 });
  const json = fc.option(fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)));
  const note = fc.record({ subject: text, role: text, action: text, subjectKind: text, subjectKey: text, reason: fc.option(text), beforeJson: json, afterJson: json });
  const chains = fc.array(note, { minLength: 4, maxLength: 12 }).map((notes) => chainOf(notes.map((each, index) => contents(index + 1, each))));
  const page = fc.integer({ min: 1, max: 5 });
  /** A chain with a page size and two different places in it, the first before the second. */
  const places = fc.tuple(chains, page).chain(([chain, size]) =>
    fc.uniqueArray(fc.integer({ min: 1, max: chain.length }), { minLength: 2, maxLength: 2 }).map(([a, b]) => ({ chain, size, first: Math.min(a!, b!), second: Math.max(a!, b!) })));
  const verdict = async (rows: readonly ChainedEntry[], chain: readonly ChainedEntry[], size: number): Promise<[ChainFaultKind | null, string | null]> => {
    const { fault } = await check(rows, headOf(chain), size);
    return [fault?.kind ?? null, fault?.entry?.id ?? null];
  };

  test("an untouched one holds, and its whole length was read", () =>
    fc.assert(fc.asyncProperty(chains, page, async (chain, size) => {
      expect(await check(chain, headOf(chain), size)).toEqual({ sound: chain.length, head: headOf(chain), fault: null });
    }), RUNS));

  const FIELDS = ["recordedAtMicros", "subject", "role", "action", "subjectKind", "subjectKey", "reason", "beforeJson", "afterJson", "previousHash", "hash"] as const;
  test("an edit of any field names the entry", () =>
    fc.assert(fc.asyncProperty(places, fc.constantFrom(...FIELDS), text, async ({ chain, size, first }, field, value) => {
      const entry = chain[first - 1]!;
      fc.pre(entry[field] !== value);
      expect(await verdict(chain.map((each) => (each === entry ? { ...entry, [field]: value } : each)), chain, size)).toEqual(["EDITED", entry.id]);
    }), RUNS));

  test("an edit of its id names the entry", () =>
    fc.assert(fc.asyncProperty(places, fc.uuid(), async ({ chain, size, first }, id) => {
      expect(await verdict(chain.map((each, index) => (index === first - 1 ? { ...each, id } : each)), chain, size)).toEqual(["EDITED", id]);
    }), RUNS));

  test("an edit hashed anew names the entry, because the next one or the head tells", () =>
    fc.assert(fc.asyncProperty(places, async ({ chain, size, first }) => {
      expect(await verdict(chain.map((each, index) => (index === first - 1 ? rehashed(each, { subject: `${each.subject}!` }) : each)), chain, size)).toEqual(["EDITED", chain[first - 1]!.id]);
    }), RUNS));

  test("a deletion names the entry after it", () =>
    fc.assert(fc.asyncProperty(places, async ({ chain, size, first, second }) => {
      expect(await verdict(chain.filter((each) => each.sequence < first || each.sequence >= second), chain, size)).toEqual(["MISSING_BEFORE", chain[second - 1]!.id]);
    }), RUNS));

  test("a deletion with the numbers closed up names the entry after it", () =>
    fc.assert(fc.asyncProperty(places, async ({ chain, size, first, second }) => {
      const left = chain.filter((each) => each.sequence < first || each.sequence >= second).map((each, index) => ({ ...each, sequence: index + 1 }));
      expect(await verdict(left, chain, size)).toEqual(["MISSING_BEFORE", chain[second - 1]!.id]);
    }), RUNS));

  test("an insertion names the inserted one", () =>
    fc.assert(fc.asyncProperty(places, note, fc.boolean(), async ({ chain, size, first }, what, honest) => {
      const inserted = { ...contents(99, what), sequence: first, previousHash: hashText("whatever"), hash: hashText("made up") };
      const rows = [...chain.map((each) => (each.sequence >= first ? { ...each, sequence: each.sequence + 1 } : each)), honest ? rehashed(inserted, {}) : inserted];
      expect(await verdict(rows, chain, size)).toEqual(["INSERTED", inserted.id]);
    }), RUNS));

  test("a swap names the first of the two places", () =>
    fc.assert(fc.asyncProperty(places, async ({ chain, size, first, second }) => {
      const rows = chain.map((each) => ({ ...each, sequence: each.sequence === first ? second : each.sequence === second ? first : each.sequence }));
      expect(await verdict(rows, chain, size)).toEqual(["SWAPPED", chain[second - 1]!.id]);
    }), RUNS));

  test("a tail cut off names the last that is left", () =>
    fc.assert(fc.asyncProperty(places, async ({ chain, size, first }) => {
      expect(await verdict(chain.slice(0, first - 1), chain.slice(0), size)).toEqual(["CUT_OFF", chain[first - 2]?.id ?? null]);
    }), RUNS));

  test("a chain made anew from some entry on, head and all, contradicts every anchor from there on and none before", () =>
    fc.assert(fc.asyncProperty(places, async ({ chain, size, first }) => {
      const anew = chainOf(chain.map((each) => (each.sequence === first ? { ...each, reason: `${each.reason ?? ""}!` } : each)));
      expect(await verdict(anew, anew, size)).toEqual([null, null]);
      const contradicted = chain.map((each) => contradictionOf(each, anew[each.sequence - 1]!.hash, headOf(anew)) !== null);
      expect(contradicted).toEqual(chain.map((each) => each.sequence >= first));
    }), RUNS));
});
