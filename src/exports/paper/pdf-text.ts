/** Scripts that run from right to left: shown in the order of the file they would be read backwards. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Marks that say how the sign before them is drawn; without it they are nothing. */
const SELECTORS = /[\ufe00-\ufe0f\u200c\u200d]/g;

/** Text that a font can show, and how many signs of it were replaced. */
export interface Shown {
  readonly text: string;
  readonly replaced: number;
}

/** Every sign that the font does not hold, and every one that runs from right to left, as U+FFFD: seen to be missing, never left out. */
export function shownWith(text: string, holds: (codePoint: number) => boolean): Shown {
  let replaced = 0;
  const signs = Array.from(text.normalize("NFC").replace(SELECTORS, "").replaceAll("\t", " "), (sign) => {
    if (sign === "\n" || (holds(sign.codePointAt(0)!) && !RIGHT_TO_LEFT.test(sign))) return sign;
    replaced += 1;
    return "\ufffd";
  });
  return { text: signs.join(""), replaced };
}

/** Lines no wider than `width`: broken at blanks and line ends, else anywhere, so that a long word never leaves its column. Nothing but a blank at a break is lost. */
export function wrapped(text: string, width: number, widthOf: (sign: string) => number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "", used = 0;
    const end = (): void => {
      lines.push(line.trimEnd());
      [line, used] = ["", 0];
    };
    for (const word of paragraph.match(/ +|[^ ]+/g) ?? []) {
      const signs = Array.from(word);
      const length = signs.reduce((sum, sign) => sum + widthOf(sign), 0);
      const isBlank = word.startsWith(" ");
      if (used > 0 && used + length > width) {
        end();
        if (isBlank) continue;
      }
      if (length <= width) {
        line += word;
        used += length;
        continue;
      }
      for (const sign of isBlank ? [" "] : signs) {
        if (used > 0 && used + widthOf(sign) > width) end();
        line += sign;
        used += widthOf(sign);
      }
    }
    end();
    return lines;
  });
}

/**
 * Widths of columns that together are `width`: figures get what they need first, text shares the rest by what it would take; where
 * even figures do not fit, all are made smaller alike.
 */
export function columnWidths(natural: readonly number[], isText: readonly boolean[], width: number, least: number): number[] {
  const sum = (of: boolean): number => natural.reduce((total, each, index) => total + (isText[index] === of ? each : 0), 0);
  const [figures, texts] = [sum(false), sum(true)];
  const count = isText.filter(Boolean).length;
  if (count === 0 || figures + count * least > width) return natural.map((each) => (each / (figures + texts)) * width);
  const rest = width - figures - count * least;
  const wanted = natural.map((each, index) => (isText[index] ? Math.max(each - least, 0) : 0));
  const total = wanted.reduce((all, each) => all + each, 0);
  return natural.map((each, index) => (!isText[index] ? each : least + (total === 0 ? rest / count : (wanted[index]! / total) * rest)));
}
