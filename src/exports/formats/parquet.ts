import type { ParquetWriter } from "hyparquet-writer" with { "resolution-mode": "import" };
import { invariant } from "../../kernel/refusal";
import { Column } from "../dataset";
import { RowWriter, Values, WriterOptions } from "./row-writer";

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];

/** Rows of a row group: what is in memory at any moment. */
const GROUP_ROWS = 20_000;
const DAY_MS = 86_400_000;

/** Parquet with DECIMAL, DATE and TIMESTAMP; required where a column is never null. Without rows it still has its schema. */
export async function parquetWriter({ columns, title }: WriterOptions): Promise<RowWriter> {
  const { ByteWriter, ParquetWriter: Writer } = await import("hyparquet-writer");
  const bytes = new ByteWriter(1 << 20) as InstanceType<typeof ByteWriter> & { index: number };
  const file = new Writer({ writer: bytes, schema: schemaOf(columns), createdBy: "apportion", kvMetadata: [{ key: "dataset", value: title }] });
  const convert = columns.map(converterOf);
  let held: Values[] = [];
  const taken = (): Uint8Array => {
    const copy = bytes.getBytes().slice();
    bytes.index = 0;
    return copy;
  };
  const writeGroup = (): void => {
    if (held.length === 0) return;
    const group = held;
    held = [];
    void file.write({ columnData: columns.map(({ name }, index) => ({ name, data: group.map((values) => (values[index] === null ? null : convert[index]!(values[index]!))) as never })), rowGroupSize: group.length });
  };
  return {
    begin: taken,
    rows: (batch) => {
      held.push(...batch);
      if (held.length >= GROUP_ROWS) writeGroup();
      return taken();
    },
    end: () => {
      writeGroup();
      void file.finish();
      return taken();
    },
  };
}

function schemaOf(columns: readonly Column[]): Schema {
  return [{ name: "root", num_children: columns.length }, ...columns.map((column) => ({ name: column.name, repetition_type: column.nullable ? "OPTIONAL" : "REQUIRED", ...typeOf(column) }))] as Schema;
}

function typeOf({ type, precision, scale }: Column): object {
  switch (type) {
    case "decimal": return { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, converted_type: "DECIMAL", precision, scale };
    case "integer": return { type: "INT64" };
    case "date": return { type: "INT32", converted_type: "DATE" };
    case "instant": return { type: "INT64", converted_type: "TIMESTAMP_MILLIS" };
    case "boolean": return { type: "BOOLEAN" };
    case "text": return { type: "BYTE_ARRAY", converted_type: "UTF8" };
  }
}

function converterOf(column: Column): (value: string) => unknown {
  switch (column.type) {
    case "decimal": return (value) => unscaled(value, column);
    case "integer": return (value) => BigInt(value);
    case "date": return (value) => Date.parse(`${value}T00:00:00.000Z`) / DAY_MS;
    case "instant": return (value) => BigInt(Date.parse(value));
    case "boolean": return (value) => value === "true";
    case "text": return (value) => value;
  }
}

/** Decimal text as the whole number of its last place. */
function unscaled(value: string, { name, precision, scale }: Column): bigint {
  const dot = value.indexOf(".");
  const places = dot < 0 ? 0 : value.length - dot - 1;
  const digits = (dot < 0 ? value : value.slice(0, dot) + value.slice(dot + 1)) + "0".repeat(Math.max(scale! - places, 0));
  invariant(places <= scale! && digits.length - (value.startsWith("-") ? 1 : 0) <= precision!, `${name} does not hold ${value}`);
  return BigInt(digits);
}
