/** An object of a JSON file, or why the rest of the file cannot be read. */
export type JsonElement = { readonly text: Buffer } | { readonly error: string };

const LARGEST_BYTES = 24 * 1024 * 1024;
const QUOTE = 34, BACKSLASH = 92, OPEN = 123, CLOSE = 125, LIST_OPEN = 91, LIST_CLOSE = 93, COMMA = 44;
const isBlank = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

/**
 * The objects of a JSON file in order, without reading the file as a whole: those of its list, or the one that it is. Keeps
 * no more than one of them, of at most 24 MB. What is no object, or breaks off, is the last that is told.
 */
export async function* jsonElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<JsonElement, void, undefined> {
  let parts: Buffer[] = [];
  let bytes = 0, depth = 0, inText = false, isEscaped = false, inList = false;
  for await (const chunk of chunks) {
    let start = depth > 0 ? 0 : -1;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index]!;
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (depth === 0) {
        if (byte === OPEN) {
          depth = 1;
          start = index;
        } else if (byte === LIST_OPEN && !inList) inList = true;
        else if (!(isBlank(byte) || (inList && (byte === COMMA || byte === LIST_CLOSE)))) return yield { error: "Something that is no object stands here: a file holds an object, or a list of them." };
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN || byte === LIST_OPEN) depth += 1;
      else if (byte === CLOSE || byte === LIST_CLOSE) {
        depth -= 1;
        if (depth > 0) continue;
        yield { text: Buffer.concat([...parts, chunk.subarray(start, index + 1)]) };
        parts = [];
        bytes = 0;
        start = -1;
      }
    }
    if (start < 0) continue;
    bytes += chunk.length - start;
    if (bytes > LARGEST_BYTES) return yield { error: `An object is larger than ${LARGEST_BYTES / 1024 / 1024} MB. Save the records as NDJSON, one to a line.` };
    parts.push(chunk.subarray(start));
  }
  if (depth > 0) yield { error: "The file breaks off in the middle of an object." };
}
