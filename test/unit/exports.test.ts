import { strFromU8, unzipSync } from "fflate";
import fc from "fast-check";
import { parse } from "csv-parse/sync";
import { Column, ExportRequest, encodePosition, inMajorUnits, readExportRequest, renderDictionary } from "../../src/exports";
import { DATASETS } from "../../src/exports/dataset-list.query";
import { FORMAT_SPECS } from "../../src/exports/formats/formats";
import { Format } from "../../src/exports/export-request";
import { withoutFormula } from "../../src/kernel/csv";
import { ApiKeySecret, bearerOf, endOf, hashSecret, isGood, newKeyId, newSecret, programmeOfKey, readBasic, readBearer, statusOf } from "../../src/tenancy";

/** The reader is an ES module. */
let parquetMetadata: typeof import("hyparquet", { with: { "resolution-mode": "import" } }).parquetMetadata;
let parquetReadObjects: typeof import("hyparquet", { with: { "resolution-mode": "import" } }).parquetReadObjects;
beforeAll(async () => {
  ({ parquetMetadata, parquetReadObjects } = await import("hyparquet"));
});

const column = (name: string, type: Column["type"], more: Partial<Column> = {}): Column => ({ name, type, unit: null, nullable: true, description: "", sql: "", ...more });
const COLUMNS = [column("words", "text"), column("amount", "decimal", { precision: 38, scale: 12 }), column("count", "integer"), column("day", "date"), column("at", "instant"), column("yes", "boolean")];
type Values = Array<string | null>;

async function written(format: Format, batches: Values[][], more: { columns?: Column[]; decimalsAsNumbers?: boolean } = {}): Promise<Uint8Array> {
  const writer = await FORMAT_SPECS[format].write({ columns: COLUMNS, title: "test", decimalsAsNumbers: false, bom: false, ...more });
  const bytes = (piece: string | Uint8Array): Uint8Array => (typeof piece === "string" ? Buffer.from(piece) : piece);
  return Buffer.concat([bytes(writer.begin()), ...batches.map((batch) => bytes(writer.rows(batch))), bytes(writer.end())]);
}

const decimal = fc.tuple(fc.bigInt(-(10n ** 26n) + 1n, 10n ** 26n - 1n), fc.integer({ min: 0, max: 12 }), fc.bigInt(0n, 10n ** 12n - 1n)).map(([whole, places, rest]) => (places === 0 ? String(whole) : `${whole}.${String(rest).padStart(12, "0").slice(0, places)}`));
const maybe = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null });
const row = fc.tuple(
  maybe(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("=1+1", "+1", "-5.00", "@x", "\t=1", " =1", "\uff1dx", "a,b", 'q"q', "line\r\nline", "", "'", " x "))).map((text) => (text === null ? null : text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|\p{Surrogate}/gu, ""))),
  maybe(decimal), maybe(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String)),
  maybe(fc.date({ min: new Date("1970-01-01"), max: new Date("2199-12-31"), noInvalidDate: true }).map((day) => day.toISOString().slice(0, 10))),
  maybe(fc.date({ min: new Date("1970-01-01"), max: new Date("2199-12-31"), noInvalidDate: true }).map((at) => at.toISOString())), maybe(fc.constantFrom("true", "false")),
) as fc.Arbitrary<Values>;
const batches = fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { maxLength: 3 });

/** Decimal text with as many places as the column has. */
const scaled = (value: string): bigint => {
  const [whole, rest = ""] = value.replace("-", "").split(".") as [string, string?];
  return BigInt(whole + rest.padEnd(12, "0")) * (value.startsWith("-") ? -1n : 1n);
};

describe("formats", () => {
  it("CSV is read back cell by cell: figures as they are, text without formulas", async () => {
    await fc.assert(fc.asyncProperty(batches, async (given) => {
      const read = parse(Buffer.from(await written("csv", given)), { record_delimiter: "\r\n" }) as string[][];
      expect(read).toEqual([COLUMNS.map(({ name }) => name), ...given.flat().map((values) => values.map((value, index) => (value === null ? "" : index === 0 ? withoutFormula(value) : value)))]);
      for (const [text] of read) expect(text).not.toMatch(/^[\s\u00a0\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
    }), { numRuns: 60 });
    expect(Buffer.from(await written("csv", [[["-5.00", "-5.00", "-5", null, null, null]]])).toString()).toBe("words,amount,count,day,at,yes\r\n'-5.00,-5.00,-5,,,\r\n");
  });

  it("JSON and NDJSON are the same rows, and no digit is lost", async () => {
    await fc.assert(fc.asyncProperty(batches, async (given) => {
      const rows = given.flat().map(([words, amount, count, day, at, yes]) => ({ words, amount, count: count === null ? null : Number.isSafeInteger(Number(count)) ? Number(count) : count, day, at, yes: yes === null ? null : yes === "true" }));
      expect(JSON.parse(Buffer.from(await written("json", given)).toString())).toEqual(rows);
      expect(Buffer.from(await written("ndjson", given)).toString().split("\n").slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual(rows);
    }), { numRuns: 60 });
    expect(Buffer.from(await written("ndjson", [[[null, "12345678901234567890.12", null, null, null, null]]], { decimalsAsNumbers: true })).toString()).toContain('"amount":12345678901234567890.12,');
  });

  it("Parquet holds every value", async () => {
    await fc.assert(fc.asyncProperty(batches, async (given) => {
      const file = new Uint8Array(await written("parquet", given)).buffer as ArrayBuffer;
      const read = await parquetReadObjects({ file });
      expect(read.map(({ words, count, day, at, yes }) => [words, count, day === null ? null : (day as Date).toISOString().slice(0, 10), at === null ? null : (at as Date).toISOString(), yes]).map((each) => each.map((value) => value ?? null))).toEqual(
        given.flat().map(([words, , count, day, at, yes]) => [words, count === null ? null : BigInt(count!), day, at, yes === null ? null : yes === "true"]));
      // The reader makes binary numbers of decimals; without their type it gives the bytes that are stored.
      const metadata = parquetMetadata(file);
      for (const element of metadata.schema) if (element.converted_type === "DECIMAL") delete element.converted_type;
      const raw = await parquetReadObjects({ file, metadata });
      expect(raw.map(({ amount }) => (amount ? BigInt.asIntN(128, BigInt(`0x${Buffer.from(amount as Uint8Array).toString("hex")}`)) : null))).toEqual(given.flat().map((values) => (values[1] === null ? null : scaled(values[1]!))));
    }), { numRuns: 30 });
  });

  it("XLSX holds figures as numbers with all their digits, and no formula", async () => {
    await fc.assert(fc.asyncProperty(batches, async (given) => {
      const sheet = strFromU8(unzipSync(await written("xlsx", given))["xl/worksheets/sheet1.xml"]!);
      expect(sheet).not.toContain("<f>");
      expect([...sheet.matchAll(/<c r="B\d+"><v>([^<]*)<\/v>/g)].map(([, value]) => value)).toEqual(given.flat().flatMap((values) => (values[1] === null ? [] : [values[1]])));
      expect([...sheet.matchAll(/<c r="A\d+" s="3"/g)].length).toBe(given.flat().filter(([words]) => words !== null && withoutFormula(words!) !== words).length);
    }), { numRuns: 20 });
  });

  it("writes the same rows as the same bytes, and more rows than a group in several groups", async () => {
    const few = [[["w", "1.5", "1", "2025-10-01", "2025-10-01T00:00:00.000Z", "true"] as Values]];
    for (const format of ["parquet", "xlsx"] as const) expect(Buffer.from(await written(format, few)).equals(Buffer.from(await written(format, few)))).toBe(true);
    const many = Array.from({ length: 11 }, (_, batch) => Array.from({ length: 2_000 }, (_, index): Values => [String(batch * 2_000 + index)]));
    const file = new Uint8Array(await written("parquet", many, { columns: [COLUMNS[2]!] })).buffer as ArrayBuffer;
    expect(parquetMetadata(file).row_groups.map(({ num_rows }) => num_rows)).toEqual([20_000n, 2_000n]);
    expect((await parquetReadObjects({ file })).map(({ count }) => Number(count))).toEqual(Array.from({ length: 22_000 }, (_, index) => index));
  });
});

describe("datasets", () => {
  const [lines] = DATASETS;
  const read = (parameters: Record<string, string | string[]>): ExportRequest => readExportRequest(lines!, "csv", parameters);

  it("have names once, a key that is never null or is told from null, and filters and time among their columns", () => {
    expect(new Set(DATASETS.map(({ name }) => name)).size).toBe(DATASETS.length);
    for (const { name, columns, key, filters, time, superseding, readers } of DATASETS) {
      const names = columns.map((each) => each.name);
      expect([name, new Set(names).size]).toEqual([name, names.length]);
      for (const each of [...key, ...filters.map(({ column: of }) => of), ...(time === null ? [] : [time]), ...(superseding ? Object.values(superseding) : [])]) expect([name, names]).toEqual([name, expect.arrayContaining([each])]);
      for (const each of columns) {
        expect([name, each.name, each.name]).toEqual([name, each.name, expect.stringMatching(name.startsWith("focus_") ? /^(x_)?[A-Z][A-Za-z]*$/ : /^[a-z][a-z_]*$/)]);
        expect([name, each.name, each.description.length > 3, each.type === "decimal"]).toEqual([name, each.name, true, each.precision !== undefined && each.scale !== undefined]);
      }
      expect(readers).not.toContain("INTEGRATION");
    }
    expect(renderDictionary(DATASETS).split("\n").filter((line) => line.startsWith("## ")).length).toBe(DATASETS.length);
  });

  it("take ranges as tools write them", () => {
    for (const from of ["2025-10", "2025-10-01", "2025-10-01T00:00:00", "2025-10-01T00:00:00Z", "2025-10-01T00:00:00.000+00:00", "2025-10-01 00:00"]) expect(read({ from }).from).toBe("2025-10-01");
    for (const from of ["2025-10-01T01:00:00Z", "2025-13", "10/01/2025", ["2025-10", "2025-11"]]) expect(() => read({ from })).toThrow("from is");
    expect(() => read({ from: "2025-11", to: "2025-10" })).toThrow("half-open");
    expect(read({ business_unit: ["retail,claims", "retail"] }).filters).toEqual(new Map([["business_unit", ["claims", "retail"]]]));
    expect(read({ fields: "amount,period" }).columns.map(({ name }) => name)).toEqual(["amount", "period"]);
  });

  it("take only cursors of their own", () => {
    const key = ["2025-10", "2", "retail", "order-status", "platform"];
    expect(read({ cursor: encodePosition(lines!, key) }).after).toEqual(key);
    const [, daily] = DATASETS;
    for (const cursor of ["x", encodePosition(daily!, key), encodePosition(lines!, key.slice(1)), encodePosition(lines!, ["2025-10", "2'", "a", "b", "c"]), encodePosition(lines!, ["2025-1", "2", "a", "b", "c"])]) expect(() => read({ cursor })).toThrow("cursor is not one of allocation_line");
  });

  it("show amounts in the major unit without dividing", () => {
    expect([inMajorUnits("money(l.amount_minor)", 2), inMajorUnits("money(coalesce(x, 0))", 0), inMajorUnits("money(y)", 3)]).toEqual(["(0.01::numeric * l.amount_minor)", "(1::numeric * coalesce(x, 0))", "(0.001::numeric * y)"]);
  });
});

describe("keys", () => {
  const PROGRAMME = "0189abcd-0000-4000-8000-00000000cafe";
  const at = (hours: number): Date => new Date(Date.UTC(2025, 0, 1, hours));
  const secret = (version: number, expires: number, previousUntil: number | null): ApiKeySecret => ({ version, secretHash: hashSecret(`secret-${version}`), expiresAt: at(expires), previousUntil: previousUntil === null ? null : at(previousUntil) });

  it("lead to their programme and are read back from both ways of sending them", () => {
    const credentials = { keyId: newKeyId(PROGRAMME), secret: newSecret() };
    expect(programmeOfKey(credentials.keyId)).toBe(PROGRAMME);
    expect(readBearer(bearerOf(credentials))).toEqual(credentials);
    expect(readBasic(Buffer.from(`${credentials.keyId}:${credentials.secret}`).toString("base64"))).toEqual(credentials);
    expect(newKeyId(PROGRAMME)).not.toBe(credentials.keyId);
    for (const broken of ["", "apk_", credentials.keyId, `${credentials.keyId}.`, `${credentials.keyId}.short`, `${bearerOf(credentials)}x`, `apk_${"!".repeat(32)}.${credentials.secret}`]) expect(readBearer(broken)).toBeNull();
    expect(programmeOfKey("apk_short")).toBeNull();
  });

  it("hold until their end or until a later secret's overlap is over", () => {
    const [one, two, three] = [secret(1, 100, null), secret(2, 200, 10), secret(3, 300, 5)];
    expect([one, two, three].map((each) => endOf(each, [one, two, three]))).toEqual([at(5), at(5), at(300)]);
    expect(endOf(one, [one, two])).toEqual(at(10));
    const good = (name: string, hours: number): boolean => isGood(name, [one, two], at(hours).getTime());
    expect([good("secret-1", 9), good("secret-1", 10), good("secret-2", 199), good("secret-2", 200), good("secret-3", 1)]).toEqual([true, false, true, false, false]);
    expect(isGood("secret-1", [], 0)).toBe(false);
    expect([statusOf([one], null, at(99).getTime()), statusOf([one], null, at(100).getTime()), statusOf([one], { revokedAt: at(1), revokedBy: "x", reason: "y" }, at(2).getTime())]).toEqual(["ACTIVE", "EXPIRED", "REVOKED"]);
  });
});
