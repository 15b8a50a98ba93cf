import { once } from "node:events";
import { request } from "node:http";

/** The last line of the answer to an upload. */
export interface UploadEnd {
  readonly complete: boolean;
  readonly lines: number;
  readonly accepted: number;
  readonly code?: string;
  readonly message?: string;
}

/**
 * Sends NDJSON as fast as the server takes it, and passes over the result lines but the last, whose counts it answers.
 * `answered` hears how many more lines of results came. Throws when the answer is not complete.
 */
export async function sendUpload(origin: string, token: string, source: string, pieces: Iterable<Buffer>, answered?: (lines: number) => void): Promise<UploadEnd> {
  const sent = request(`${origin}/usage?source=${encodeURIComponent(source)}`, { method: "POST", headers: { "content-type": "application/x-ndjson", authorization: `Bearer ${token}` } });
  const end = new Promise<UploadEnd>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      let tail = "";
      response.on("error", reject);
      response.on("data", (chunk: Buffer) => {
        if (answered) answered(countOf(LF, chunk));
        tail = (tail + chunk.toString("latin1")).slice(-1_000);
      });
      response.on("end", () => {
        const last = tail.trimEnd().split("\n").at(-1)!;
        const parsed = response.statusCode === 200 ? (JSON.parse(last) as UploadEnd) : null;
        if (parsed?.complete) resolve(parsed);
        else reject(new Error(`status ${response.statusCode}: ${last}`));
      });
    });
  });
  end.catch(() => undefined);
  for (const piece of pieces) if (!sent.write(piece)) await Promise.race([once(sent, "drain"), end]);
  sent.end();
  return end;
}

const LF = 10;

function countOf(byte: number, chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(byte); at >= 0; at = chunk.indexOf(byte, at + 1)) count += 1;
  return count;
}
