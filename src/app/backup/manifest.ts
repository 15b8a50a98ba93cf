import { createHash } from "node:crypto";
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { Refusal } from "../../kernel/refusal";

const MANIFEST_FILE = "manifest.json";
const FORMAT = "apportion-backup/1";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.number().int().min(0);

const ManifestShape = z.strictObject({
  format: z.literal(FORMAT),
  /** The moment that all files show, by the database's clock. */
  takenAt: z.string(),
  postgresql: z.string(),
  migrations: z.array(z.string()),
  tables: z.array(z.strictObject({ name: z.string(), file: z.string().regex(/^[a-z0-9_.]+\.copy$/), columns: z.array(z.string()).min(1), rows: whole, bytes: whole, sha256 })),
  /** The number that each sequence gives next. */
  sequences: z.array(z.strictObject({ name: z.string(), next: z.string().regex(/^-?\d+$/) })),
  figures: z.strictObject({
    runs: z.array(z.strictObject({ programme: z.string(), period: z.string(), sequence: z.number().int(), inputHash: z.string(), resultHash: z.string() })),
    auditHeads: z.array(z.strictObject({ programme: z.string(), anchor: z.string() })),
  }),
});

/** What a backup holds: one file per table, in the text format of COPY, and what must be true of it. */
export type Manifest = z.infer<typeof ManifestShape>;
export type TableFile = Manifest["tables"][number];

/** A finished backup: its folder, what it says of itself, and the SHA-256 of the manifest, which vouches for all the rest. */
export interface Backup {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
}

/** Writes the manifest; done last, so that a folder without one is no backup. */
export function writeManifest(folder: string, contents: Omit<Manifest, "format">): Backup {
  const manifest: Manifest = { format: FORMAT, ...contents };
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  writeFileSync(join(folder, MANIFEST_FILE), text, { mode: 0o600, flag: "wx", flush: true });
  return { folder, manifest, manifestSha256: digest(text) };
}

/** Reads a backup and every byte of its files. BAD_USER_INPUT names the file that is missing, cut short or changed. */
export async function readBackup(folder: string): Promise<Backup> {
  const text = readManifestText(folder);
  const manifest = parseManifest(folder, text);
  for (const table of manifest.tables) await checkFile(folder, table);
  return { folder, manifest, manifestSha256: digest(text) };
}

function readManifestText(folder: string): string {
  try {
    return readFileSync(join(folder, MANIFEST_FILE), "utf8");
  } catch (error) {
    throw new Refusal("BAD_USER_INPUT", `${folder} is not a finished backup: ${MANIFEST_FILE} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
}

function parseManifest(folder: string, text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = ManifestShape.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal("BAD_USER_INPUT", `${join(folder, MANIFEST_FILE)} was changed or is of another version of the product (${[...(issue?.path ?? []), issue?.message].join(": ")}).`);
}

async function checkFile(folder: string, { file, bytes, sha256: expected }: TableFile): Promise<void> {
  const hash = createHash("sha256");
  let length = 0;
  try {
    await pipeline(createReadStream(join(folder, file)), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        length += chunk.length;
      }
    });
  } catch (error) {
    throw new Refusal("BAD_USER_INPUT", `The backup is not whole: ${join(folder, file)} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
  if (length !== bytes) throw new Refusal("BAD_USER_INPUT", `The backup is not whole: ${join(folder, file)} has ${length} bytes, and had ${bytes} when it was made.`);
  if (hash.digest("hex") !== expected) throw new Refusal("BAD_USER_INPUT", `The backup is not what was made: ${join(folder, file)} was changed afterwards.`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
