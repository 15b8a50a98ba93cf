import { Canonical } from "../../kernel/canonical";
import { hashOf } from "../../kernel/hash";
import { HTML_POLICY, htmlPaper } from "./html-paper";
import { PaperDocument } from "./paper";
import { pdfPaper } from "./pdf-paper";
import { xlsxPaper } from "./xlsx-paper";

export const PAPER_FORMATS = ["html", "pdf", "xlsx"] as const;
export type PaperFormat = (typeof PAPER_FORMATS)[number];

interface PaperSpec {
  readonly contentType: string;
  /** Whether a browser shows it or keeps it. */
  readonly disposition: "inline" | "attachment";
  readonly headers: Readonly<Record<string, string>>;
  readonly render: (document: PaperDocument) => string | Uint8Array | Promise<Uint8Array>;
}

const NOTHING_ELSE = "default-src 'none'; frame-ancestors 'none'";

export const PAPER_SPECS: Readonly<Record<PaperFormat, PaperSpec>> = {
  html: { contentType: "text/html; charset=utf-8", disposition: "inline", headers: { "content-security-policy": HTML_POLICY }, render: htmlPaper },
  pdf: { contentType: "application/pdf", disposition: "inline", headers: { "content-security-policy": NOTHING_ELSE }, render: pdfPaper },
  xlsx: { contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", disposition: "attachment", headers: { "content-security-policy": NOTHING_ELSE }, render: xlsxPaper },
};

/** Counts the changes of how documents are written; part of the tag. */
const PAPER_VERSION = 1;

/** A strong tag: the bytes hang on the document and on how it is written alone. */
export function tagOf(document: PaperDocument, format: PaperFormat): string {
  return `"${hashOf({ paper: PAPER_VERSION, format, document: document as unknown as Canonical })}"`;
}

export const isPaperFormat = (text: string): text is PaperFormat => (PAPER_FORMATS as readonly string[]).includes(text);
