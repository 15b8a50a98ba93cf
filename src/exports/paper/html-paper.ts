import { createHash } from "node:crypto";
import { PaperColumn, PaperDocument, PaperRow, PaperTable } from "./paper";

/** One stylesheet for screen and printer: tables repeat their header on every page, rows stay whole, names keep their own direction of writing. */
const STYLE = `@page{size:A4 landscape;margin:14mm 12mm}
body{font:13px/1.45 system-ui,"Segoe UI","Noto Sans",sans-serif;color:#111;background:#fff;margin:2rem auto;max-width:76rem;padding:0 1rem}
h1{font-size:1.6em;margin:0}h2{font-size:1.15em;margin:2em 0 .4em;break-after:avoid}p{margin:.3em 0}.subject{font-size:1.1em;color:#444}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1.2em;margin:1.2em 0}dt{color:#555}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.85em}thead{display:table-header-group}tfoot{display:table-row-group;font-weight:700}tr{break-inside:avoid}
th{text-align:start;vertical-align:bottom;border-bottom:1.5px solid #111;padding:.3em .6em .3em 0}td{vertical-align:top;border-bottom:1px solid #ddd;padding:.25em .6em .25em 0;white-space:pre-wrap;overflow-wrap:anywhere}
td,dd,.subject{unicode-bidi:isolate}.figure{text-align:end;font-variant-numeric:tabular-nums}td.whole{white-space:nowrap}tfoot td{border-top:1.5px solid #111;border-bottom:0}
.words,.empty{color:#444}.notes{margin-top:2.5em;color:#444;font-size:.9em}
@media print{body{font-size:9pt;margin:0;max-width:none;padding:0}}`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE, "utf8").digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** Of the answer: no script, no picture, no frame, nothing from elsewhere, and this one stylesheet. */
export const HTML_POLICY = `${POLICY}; frame-ancestors 'none'`;

/** A page that prints well. Every text is escaped; a file that somebody keeps brings its policy along. */
export function htmlPaper({ title, subject, facts, tables, notes }: PaperDocument): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${escaped(POLICY)}"><meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>${escaped(`${title}: ${subject}`)}</title>
<style>${STYLE}</style></head>
<body><header><h1>${escaped(title)}</h1><p class="subject" dir="auto">${escaped(subject)}</p></header>
<dl>
${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd dir="auto">${escaped(value)}</dd>`).join("\n")}
</dl>
${tables.map(section).join("\n")}
<footer class="notes">${notes.map((note) => `<p>${escaped(note)}</p>`).join("\n")}</footer>
</body></html>
`;
}

function section({ title, words, columns, rows, total, empty }: PaperTable): string {
  const head = `<section><h2>${escaped(title)}</h2>${words === null ? "" : `<p class="words" dir="auto">${escaped(words)}</p>`}`;
  if (rows.length === 0) return `${head}<p class="empty">${escaped(empty)}</p></section>`;
  const header = columns.map((column) => `<th scope="col"${column.type === "text" ? "" : ` class="figure"`}>${escaped(column.title)}</th>`).join("");
  const foot = total === null ? "" : `\n<tfoot><tr>${cells(total, columns)}</tr></tfoot>`;
  return `${head}
<table><thead><tr>${header}</tr></thead><tbody>
${rows.map((row) => `<tr>${cells(row, columns)}</tr>`).join("\n")}
</tbody>${foot}</table></section>`;
}

/** Figures are never broken between lines, except for exact fractions, which may be of any length. */
function cells(row: PaperRow, columns: readonly PaperColumn[]): string {
  return row.map((value, index) => {
    const { type } = columns[index]!;
    const attributes = type === "text" ? ` dir="auto"` : ` class="figure${type === "exact" ? "" : " whole"}"`;
    return `<td${attributes}>${value === null ? "" : escaped(value)}</td>`;
  }).join("");
}

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => SIGNS[sign]!);
