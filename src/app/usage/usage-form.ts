import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "../../kernel/refusal";
import { isSource } from "../../metering";
import { HttpRefusal } from "../http-manners";

/** In which form usage is sent. */
export interface UsageForm {
  readonly kind: "single" | "batch" | "stream";
  /** Who measured the bare events of a stream; null when it was not said. */
  readonly source: string | null;
  readonly isGzip: boolean;
  /** The attributes of a single event whose body is its data alone (binary mode); null when the body is the envelope. */
  readonly attributes: Readonly<Record<string, string>> | null;
}

const KINDS: Readonly<Record<string, UsageForm["kind"]>> = {
  "application/cloudevents+json": "single",
  "application/cloudevents-batch+json": "batch",
  "application/x-ndjson": "stream",
};

/** Reads the form off the headers and the query; 415 for a type, an alphabet or a compression that is not understood. */
export function readForm(headers: IncomingHttpHeaders, query: Readonly<Record<string, unknown>>): UsageForm {
  const { type, charset } = readContentType(headers["content-type"] ?? "");
  const isBinary = type === "application/json" && headers["ce-specversion"] !== undefined;
  const kind = isBinary ? "single" : KINDS[type];
  if (kind === undefined) throw new HttpRefusal(415, "BAD_USER_INPUT", `Send usage as ${Object.keys(KINDS).join(", ")}; not as ${type === "" ? "a body without a type" : type.slice(0, 80)}.`, { accept: Object.keys(KINDS).join(", ") });
  if (charset !== null && charset !== "utf-8" && charset !== "utf8") throw new HttpRefusal(415, "BAD_USER_INPUT", "Usage is read as UTF-8. Send it in that alphabet.");
  const encoding = (headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (!["identity", "gzip", "x-gzip", ""].includes(encoding)) throw new HttpRefusal(415, "BAD_USER_INPUT", "Bodies are read as they are, or compressed with gzip.", { "accept-encoding": "gzip" });
  return { kind, source: kind === "stream" ? readSource(query.source) : null, isGzip: encoding.endsWith("gzip"), attributes: isBinary ? readAttributes(headers) : null };
}

function readContentType(header: string): { type: string; charset: string | null } {
  const [type, ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((part) => part.startsWith("charset="));
  return { type: type!, charset: charset === undefined ? null : charset.slice(8).replace(/^"(.*)"$/, "$1") };
}

function readSource(source: unknown): string | null {
  if (source === undefined) return null;
  if (typeof source !== "string" || !isSource(source)) throw new Refusal("BAD_USER_INPUT", "source must be a URI of 1 to 200 characters, named once.", ["source"]);
  return source;
}

/** The attributes of a CloudEvent that came as headers, ce-id and so on; anything but plain ASCII is percent-encoded there. */
function readAttributes(headers: IncomingHttpHeaders): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of ["specversion", "id", "source", "type", "time"]) {
    const value = headers[`ce-${name}`];
    if (typeof value === "string") attributes[name] = decoded(value);
  }
  return attributes;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
