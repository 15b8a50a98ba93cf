import { isCleanText, isCode, requireCode, requireText, slug } from "../../src/kernel/code";
import { Refusal } from "../../src/kernel/refusal";

function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code} ${error.field?.join(".")}: ${error.message}`;
  }
}

describe("codes", () => {
  test.each(["a", "Z", "0", "police", "north.lost-card", "A_1", "9lives", "a".repeat(64)])("%s is one", (code) => {
    expect(isCode(code)).toBe(true);
    expect(requireCode(code, ["code"])).toBe(code);
  });

  test.each([
    "", " ", "a b", " a", "a ", "a\n", "a\t", "-a", ".a", "_a", "a/b", "a:b", "a|b", "a,b", "é", "ａ", "\u0430", "a\u200b", "a\u0000", "a\ud800", "😀", "a'--", "__proto__", "a".repeat(65),
  ])("%j is none", (code) => {
    expect(isCode(code)).toBe(false);
    expect(outcome(() => requireCode(code, ["useCase", "code"]))).toBe(`BAD_USER_INPUT useCase.code: "${code}" is not a code. Use 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or digit.`);
  });

  test("a refusal quotes 80 characters at most", () => {
    expect(outcome(() => requireCode("x".repeat(10_000), ["code"]))).toBe(`BAD_USER_INPUT code: "${"x".repeat(80)}" is not a code. Use 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or digit.`);
  });
});

describe("text for people", () => {
  test.each([
    ["  Retail bank ",      "Retail bank"],
    ["Cafe\u0301",          "Caf\u00e9"],
    ["العربية",             "العربية"],
    ["a\u200bb",            "a\u200bb"],
    ["😀",                  "😀"],
    ["x".repeat(200),       "x".repeat(200)],
    [` ${"x".repeat(200)} `,"x".repeat(200)],
    ["e\u0301".repeat(200), "\u00e9".repeat(200)],
  ])("%j is kept as %j", (text, kept) => {
    expect(requireText(text, ["name"])).toBe(kept);
  });

  test.each(["", "   ", "\t\n", "a\u0000b", "a\nb", "a\u007f", "\ud800", "a\udc00b", "\udc00\ud800", "x".repeat(201)])("%j is refused", (text) => {
    expect(outcome(() => requireText(text, ["name"]))).toBe("BAD_USER_INPUT name: name must be 1 to 200 characters of text without control characters.");
  });

  test("the longest length is the caller's", () => {
    expect(requireText("abc", ["note"], 3)).toBe("abc");
    expect(outcome(() => requireText("abcd", ["rules", "note"], 3))).toBe("BAD_USER_INPUT rules.note: rules.note must be 1 to 3 characters of text without control characters.");
  });

  test.each<[string, boolean]>([
    ["", true], ["plain", true], ["\u0080", true], ["😀", true], ["\u2028", true], ["\u0000", false], ["\u001f", false], ["\t", false], ["\r\n", false], ["\u007f", false],
    ["\ud83d", false], ["\ude00", false], ["a\ud83d\ud83d\ude00", false], ["\ud83d\ude00\ude00", false],
  ])("%j clean: %s", (text, clean) => {
    expect(isCleanText(text)).toBe(clean);
  });

  test.each([
    ["POLICE Lost Card (new)", "police-lost-card-new"],
    ["Straße & Café",          "stra-e-cafe"],
    ["--A--B--",               "a-b"],
    ["v1.2_x",                 "v1.2_x"],
    ["_.-x-._",                "x"],
    ["ﬁre １",                  "fire-1"],
    ["!!!",                    ""],
    ["",                       ""],
    ["x".repeat(100),          "x".repeat(64)],
  ])("%j becomes the code %j", (text, code) => {
    expect(slug(text)).toBe(code);
  });
});
