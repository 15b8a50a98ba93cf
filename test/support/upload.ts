import { Agent, ClientRequest, IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import { Actor } from "./server";

export interface UploadResult { readonly line: number; readonly eventId: string; readonly outcome: string; readonly code?: string; readonly message?: string }
export interface UploadEnd {
  readonly complete: boolean; readonly lines: number; readonly code?: string; readonly message?: string; readonly id?: string;
  readonly accepted: number; readonly duplicate: number; readonly superseded: number; readonly conflict: number; readonly rejected: number; readonly held: number;
}

/** What POST /usage answered; `body` is the JSON of a whole answer, `results` and `end` are the lines of a streamed one. */
export interface Uploaded {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  readonly body: any;
  readonly results: UploadResult[];
  readonly end: UploadEnd | null;
}

export const NDJSON = "application/x-ndjson";
export const ndjson = (events: readonly unknown[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join("");

/** A request that is still being sent, and its answer as it comes. */
export interface OpenUpload {
  readonly sent: ClientRequest;
  readonly answer: Promise<Uploaded>;
  /** The next line of the answer; null at its end. */
  nextLine(): Promise<string | null>;
}

interface Options { readonly path?: string; readonly type?: string | null; readonly headers?: Record<string, string>; readonly method?: string; readonly agent?: Agent }

/** Opens an upload; the caller writes and ends it. */
export function openUpload(url: string, actor: Actor | null, { path = "/usage?source=test://bulk", type = NDJSON, headers = {}, method = "POST", agent }: Options = {}): OpenUpload {
  const sent = request(url + path, { method, agent, headers: { ...(actor ? { authorization: `Bearer ${actor.token}` } : {}), ...(type === null ? {} : { "content-type": type }), ...headers } });
  const lines: string[] = [];
  const waiting: Array<(line: string | null) => void> = [];
  let isOver = false;
  const answer = new Promise<Uploaded>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      const all: string[] = [];
      response.on("error", reject);
      const reader = createInterface({ input: response });
      reader.on("error", reject);
      reader.on("line", (line) => {
        all.push(line);
        const next = waiting.shift();
        if (next) next(line);
        else lines.push(line);
      });
      reader.on("close", () => {
        isOver = true;
        for (const next of waiting) next(null);
        resolve(uploaded(response, all));
      });
    });
  });
  answer.catch(() => undefined);
  return { sent, answer, nextLine: () => (lines.length > 0 ? Promise.resolve(lines.shift()!) : isOver ? Promise.resolve(null) : new Promise((resolve) => void waiting.push(resolve))) };
}

/** Sends a whole body. */
export function upload(url: string, actor: Actor | null, body: string | Buffer, options: Options = {}): Promise<Uploaded> {
  const { sent, answer } = openUpload(url, actor, options);
  sent.end(body);
  return answer;
}

function uploaded(response: IncomingMessage, all: readonly string[]): Uploaded {
  const isStream = response.headers["content-type"]?.startsWith(NDJSON) ?? false;
  const parsed = isStream ? all.map((line) => JSON.parse(line) as UploadResult | UploadEnd) : [];
  const last = parsed.at(-1);
  const end = last && "complete" in last ? last : null;
  const text = all.join("\n");
  return {
    status: response.statusCode!, headers: response.headers, text, body: isStream || text === "" ? null : JSON.parse(text),
    results: (end ? parsed.slice(0, -1) : parsed) as UploadResult[], end,
  };
}
