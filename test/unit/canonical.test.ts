import fc from "fast-check";
import { Canonical, canonicalText } from "../../src/kernel/canonical";
import { hashOf, hashText, pairKey } from "../../src/kernel/hash";

const RUNS = { numRuns: 1_000, seed: 20251031 };

describe("canonical text", () => {
  test.each<[Canonical, string]>([
    ["",                              "s0:;"],
    ["abc",                           "s3:abc;"],
    ["é",                             "s2:é;"],
    ["s3:abc;",                       "s7:s3:abc;;"],
    [12,                              "i12;"],
    [-12n,                            "i-12;"],
    [12345678901234567890n,           "i12345678901234567890;"],
    [-0,                              "i0;"],
    [true,                            "t;"],
    [false,                           "f;"],
    [null,                            "n;"],
    [undefined,                       "n;"],
    [[],                              "l0:"],
    [["a", null, 1],                  "l3:s1:a;n;i1;"],
    [[[]],                            "l1:l0:"],
    [{},                              "m0:"],
    [{ b: 1, a: "x" },                "m2:s1:a;s1:x;s1:b;i1;"],
    [{ a: undefined, b: null },       "m1:s1:b;n;"],
  ])("%p", (value, text) => {
    expect(canonicalText(value)).toBe(text);
  });

  test.each<[string, Canonical, Canonical]>([
    ["text and number",              "1",               1],
    ["text and nothing",             "n;",              null],
    ["nothing and empty text",       null,              ""],
    ["nothing and an empty list",    null,              []],
    ["list and record",              [],                {}],
    ["two texts and one",            ["a", "b"],        ["ab"],],
    ["where a list ends",            [["a"], "b"],      [["a", "b"]]],
    ["where a text ends",            ["as1:b", ""],     ["a", "s1:b"]],
    ["key and value",                { a: "b" },        { b: "a" }],
    ["true and the letter t",        true,              "t"],
    ["a list in a record",           { a: ["b"] },      { a: "b" }],
    ["composed and decomposed",      "\u00e9",          "e\u0301"],
  ])("%s differ", (_, a, b) => {
    expect(canonicalText(a)).not.toBe(canonicalText(b));
    expect(hashOf(a)).not.toBe(hashOf(b));
  });

  const value: fc.Memo<Canonical> = fc.memo((depth) =>
    depth <= 1
      ? fc.oneof(fc.string({ unit: "grapheme", maxLength: 5 }), fc.constantFrom("s1:", "n;", "l0:", ";", ":"), fc.integer({ min: -9, max: 99 }), fc.bigInt(-5n, 10n ** 20n), fc.boolean(), fc.constant(null))
      : fc.oneof(value(1), fc.array(value(depth - 1), { maxLength: 3 }), fc.dictionary(fc.constantFrom("a", "b", "é", "s1:a;"), value(depth - 1), { maxKeys: 3 })),
  );

  /** Reads canonical text back: what can be read back in one way only cannot stand for two values. */
  function readBack(bytes: Buffer): Canonical {
    let at = 0;
    const until = (end: string): string => {
      const start = at;
      at = bytes.indexOf(end, at) + 1;
      return bytes.subarray(start, at - 1).toString("utf8");
    };
    const read = (): Canonical => {
      const mark = String.fromCharCode(bytes[at++]!);
      if (mark === "s") {
        const length = Number(until(":"));
        const text = bytes.subarray(at, at + length).toString("utf8");
        at += length + 1;
        return text;
      }
      if (mark === "i") return BigInt(until(";"));
      if (mark === "l") return Array.from({ length: Number(until(":")) }, read);
      if (mark === "m") return Object.fromEntries(Array.from({ length: Number(until(":")) }, () => [read() as string, read()]));
      at += 1;
      return mark === "t" ? true : mark === "f" ? false : null;
    };
    const result = read();
    expect(at).toBe(bytes.length);
    return result;
  }
  const asBigInts = (given: Canonical): Canonical =>
    typeof given === "number" ? BigInt(given)
    : Array.isArray(given) ? given.map((each) => asBigInts(each as Canonical))
    : typeof given === "object" && given !== null ? Object.fromEntries(Object.entries(given).map(([key, each]) => [key, asBigInts(each as Canonical)]))
    : given;

  test("no two values share a text: each can be read back", () => {
    fc.assert(fc.property(value(3), (given) => {
      expect(readBack(Buffer.from(canonicalText(given), "utf8"))).toEqual(asBigInts(given));
    }), RUNS);
  });

  test("the order in which a record was filled does not matter", () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: "grapheme", maxLength: 4 }), fc.integer()), { selector: ([key]) => key, maxLength: 6 });
    fc.assert(fc.property(entries.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), ([list, other]) => {
      expect(canonicalText(Object.fromEntries(other))).toBe(canonicalText(Object.fromEntries(list)));
    }), RUNS);
  });
});

describe("hashes", () => {
  test("SHA-256 in hexadecimal", () => {
    expect(hashText("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(hashText("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hashOf("abc")).toBe(hashText("s3:abc;"));
  });

  test("a pair is its two texts, wherever one could be cut", () => {
    expect(pairKey("retell://org", "call-1")).toBe(hashText("12:retell://orgcall-1").slice(0, 32));
    expect(pairKey("ab", "c")).not.toBe(pairKey("a", "bc"));
    expect(pairKey("a", "b")).not.toBe(pairKey("b", "a"));
    expect(pairKey("1:", "a")).not.toBe(pairKey("1", ":a"));
    expect(pairKey("", "1:a")).not.toBe(pairKey("1", "a"));
  });

  test("pairs that differ have keys that differ", () => {
    const text = fc.string({ unit: fc.constantFrom("0", "1", "2", ":", "a", "é"), maxLength: 4 });
    const seen = new Map<string, string>();
    fc.assert(fc.property(text, text, (first, second) => {
      const key = pairKey(first, second);
      const pair = JSON.stringify([first, second]);
      expect(seen.get(key) ?? pair).toBe(pair);
      seen.set(key, pair);
      expect(key).toMatch(/^[0-9a-f]{32}$/);
    }), RUNS);
  });
});
