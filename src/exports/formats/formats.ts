import { Format } from "../export-request";
import { csvWriter } from "./csv";
import { jsonWriter, ndjsonWriter } from "./json";
import { parquetWriter } from "./parquet";
import { RowWriter, WriterOptions } from "./row-writer";
import { xlsxWriter } from "./xlsx";

interface FormatSpec {
  readonly contentType: string;
  readonly write: (options: WriterOptions) => RowWriter | Promise<RowWriter>;
}

export const FORMAT_SPECS: Readonly<Record<Format, FormatSpec>> = {
  csv: { contentType: "text/csv; charset=utf-8; header=present", write: csvWriter },
  json: { contentType: "application/json; charset=utf-8", write: jsonWriter },
  ndjson: { contentType: "application/x-ndjson; charset=utf-8", write: ndjsonWriter },
  xlsx: { contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write: xlsxWriter },
  parquet: { contentType: "application/vnd.apache.parquet", write: parquetWriter },
};

/** Counts the changes of how files are written; part of the ETag. */
export const FORMAT_VERSION = 1;
