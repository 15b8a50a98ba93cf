import type PDFDocumentType from "pdfkit";
import { PaperDocument } from "./paper";
import { shownWith, wrapped } from "./pdf-text";

/** Sans of the DejaVu fonts, embedded with the signs that are used: Latin, Greek, Cyrillic, Armenian, Georgian and many marks. */
const FONTS = { plain: require.resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf"), bold: require.resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf") } as const;
export type Face = keyof typeof FONTS;

const MARGIN = 34;
const FOOT = 18;
/** What sums of the same widths in another order may differ by, in points. */
const TOLERANCE = 0.01;

/** What pdfkit keeps of the font in use; its types do not tell. */
interface FontInUse { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } }

/** Pages that are written from top to bottom; a pencil that knows what its font can show. */
export class PdfPages {
  private readonly pdf: PDFKit.PDFDocument;
  private readonly chunks: Buffer[] = [];
  private readonly widths = new Map<string, number>();
  /** Signs that were shown as U+FFFD. */
  replaced = 0;
  y = MARGIN;

  constructor({ title, subject, dated }: PaperDocument, private readonly footer: string) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded with the first paper: a start does not wait for it
    const PDFDocument = require("pdfkit") as typeof PDFDocumentType;
    const at = new Date(dated);
    this.pdf = new PDFDocument({
      size: "A4", layout: "landscape", margin: 0, bufferPages: true, lang: "en", displayTitle: true, pdfVersion: "1.7",
      info: { Title: title, Subject: subject, Creator: "apportion", Producer: "apportion", CreationDate: at, ModDate: at },
    });
    this.pdf.on("data", (chunk: Buffer) => this.chunks.push(chunk));
    for (const [face, file] of Object.entries(FONTS)) this.pdf.registerFont(face, file);
  }

  readonly left = MARGIN;
  get width(): number { return this.pdf.page.width - 2 * MARGIN; }
  get bottom(): number { return this.pdf.page.height - MARGIN - FOOT; }
  get room(): number { return this.bottom - this.y; }

  turn(): void {
    this.pdf.addPage();
    this.y = MARGIN;
  }

  /** Lines of text in a column of this width. */
  lines(text: string, face: Face, size: number, width: number): string[] {
    this.pdf.font(face);
    const shown = shownWith(text, (codePoint) => (this.pdf as unknown as { readonly _font: FontInUse })._font.font.hasGlyphForCodePoint(codePoint));
    this.replaced += shown.replaced;
    return wrapped(shown.text, width + TOLERANCE, (sign) => this.signWidth(sign, face) * size);
  }

  /** The width of the longest line of a text when nothing breaks it. */
  natural(text: string, face: Face, size: number): number {
    return Math.max(...text.split("\n").map((line) => this.lineWidth(line, face, size)));
  }

  write(line: string, x: number, y: number, face: Face, size: number, right?: number): void {
    if (line === "") return;
    this.pdf.font(face).fontSize(size).fillColor("#111111").text(line, right === undefined ? x : right - this.lineWidth(line, face, size), y, { lineBreak: false });
  }

  rule(y: number, weight: number, colour: string): void {
    this.pdf.moveTo(this.left, y).lineTo(this.left + this.width, y).lineWidth(weight).strokeColor(colour).stroke();
  }

  /** The file, once every page has its number. */
  async end(): Promise<Buffer> {
    const { count } = this.pdf.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      this.pdf.switchToPage(page);
      const y = this.pdf.page.height - MARGIN - FOOT / 2;
      this.write(this.lines(this.footer, "plain", 6.5, this.width - 80)[0]!, this.left, y, "plain", 6.5);
      this.write(`page ${page + 1} of ${count}`, 0, y, "plain", 6.5, this.left + this.width);
    }
    const ended = new Promise<void>((resolve, reject) => this.pdf.once("end", resolve).once("error", reject));
    this.pdf.end();
    await ended;
    return Buffer.concat(this.chunks);
  }

  private lineWidth(line: string, face: Face, size: number): number {
    return Array.from(line).reduce((sum, sign) => sum + this.signWidth(sign, face), 0) * size;
  }

  /** At size 1: a sign is measured once. */
  private signWidth(sign: string, face: Face): number {
    const key = face + sign;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    const width = this.pdf.font(face).fontSize(100).widthOfString(sign) / 100;
    this.widths.set(key, width);
    return width;
  }
}
