import { Column } from "../dataset";

/** Values as the database writes them, then whatever stands behind the columns. */
export type Values = ReadonlyArray<string | null>;

/** Makes a file of rows, piece by piece. What is handed out is whole; nothing of it is kept. */
export interface RowWriter {
  begin(): string | Uint8Array;
  rows(batch: readonly Values[]): string | Uint8Array;
  end(): string | Uint8Array;
}

export interface WriterOptions {
  readonly columns: readonly Column[];
  /** Name of the sheet and of what a reader says of the file. */
  readonly title: string;
  readonly decimalsAsNumbers: boolean;
  readonly bom: boolean;
}
