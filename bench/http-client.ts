import { Agent, request } from "node:http";

/** Keeps its connections open, at most `connections` of them. */
export function keepAlive(connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections });
}

/** Sends a body of JSON and answers the response's; throws on any status but 200. */
export function post(url: string, token: string, body: Buffer, agent: Agent): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length, authorization: `Bearer ${token}` };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}: ${text.slice(0, 500)}`));
        else resolve(JSON.parse(text) as Record<string, unknown>);
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Runs a GraphQL operation; throws when it answers errors. */
export async function ask<T>(origin: string, token: string, query: string, variables: Record<string, unknown> = {}, agent?: Agent): Promise<T> {
  const answer = await post(`${origin}/graphql`, token, Buffer.from(JSON.stringify({ query, variables })), agent ?? new Agent());
  if (answer.errors) throw new Error(JSON.stringify(answer.errors).slice(0, 500));
  return answer.data as T;
}
