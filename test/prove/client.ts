import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** What became of a request. */
export interface Reply {
  /** 0: no answer came. */
  readonly status: number;
  /** "OK", the code of the first error, "NONE" without an answer, "UNTYPED" for an answer that is not one of ours. */
  readonly code: string;
  readonly retryAfter: string | null;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- proofs read what they asked for
  readonly data: any;
  readonly body: string;
}

/** Sends one request and tells what became of it; never throws. */
export async function send(origin: string, token: string, query: string, variables: unknown): Promise<Reply> {
  let status = 0;
  try {
    const response = await fetch(`${origin}/graphql`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query, variables }) });
    status = response.status;
    const body = await response.text();
    return { status, retryAfter: response.headers.get("retry-after"), body, ...read(body) };
  } catch (error) {
    const cause = (error as Error).cause;
    return { status: 0, code: "NONE", retryAfter: null, data: null, body: String(cause ?? error) };
  }
}

function read(body: string): Pick<Reply, "code" | "data"> {
  try {
    const { data, errors } = JSON.parse(body) as { data?: unknown; errors?: Array<{ extensions?: { code?: string } }> };
    return { code: errors ? (errors[0]?.extensions?.code ?? "UNTYPED") : data === undefined ? "UNTYPED" : "OK", data };
  } catch {
    return { code: "UNTYPED", data: null };
  }
}

/** Status of a route, on a connection of its own; 0 when nobody answers within `limitMs`. */
export function statusOf(origin: string, path: string, limitMs = 2_000): Promise<number> {
  return new Promise((resolve) => {
    const request = get(`${origin}${path}`, { agent: false, timeout: limitMs }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(0));
  });
}

/** Waits until a condition holds; throws when it does not within `limitMs`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 60_000, everyMs = 10): Promise<void> {
  for (const began = Date.now(); !(await holds()); await pause(everyMs)) {
    if (Date.now() - began > limitMs) throw new Error(`not in ${limitMs} ms: ${what}`);
  }
}
