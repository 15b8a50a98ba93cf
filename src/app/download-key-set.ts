const TIMEOUT_MS = 5_000;
export const LARGEST_KEY_SET_BYTES = 262_144;

/** Fetches a key set from its address and no other, within a time and a size. Throws a sentence about "it", the address. */
export async function downloadKeySet(url: string, fetcher: typeof fetch = fetch, timeoutMs: number = TIMEOUT_MS): Promise<string> {
  try {
    const response = await fetcher(url, { headers: { accept: "application/jwk-set+json, application/json" }, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`it answered with status ${response.status}`);
    }
    return await readBounded(response.body);
  } catch (error) {
    throw new Error(reasonOf(error, timeoutMs), { cause: error });
  }
}

async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early cancels the rest.
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > LARGEST_KEY_SET_BYTES) throw new Error(`it answered with more than ${LARGEST_KEY_SET_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Of a fetch that failed, `cause` says how. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, message, cause } = error as { name: string; message: string; cause?: { code?: string; message?: string } };
  return name === "TimeoutError" ? `it did not answer within ${timeoutMs} ms` : cause?.code || cause?.message || message;
}
