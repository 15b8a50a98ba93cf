const SCHEME = /^(?:tel|sips?|callto|phone|whatsapp):\s*/i;
/** What may follow a number: a host, parameters, an extension. */
const AFTER = /(?:@.*|;.*|\s*(?:ext\.?|x|#)\s*\p{Nd}{1,6})$/iu;
const SPELLING = /^[\p{Nd}\s+().\-/\u2010-\u2015\u2212]+$/u;
/** The ways out of a country: what follows them is the number. */
const EXIT = /^(?:00|011)/;
const FEWEST_DIGITS = 7;
/** E.164. */
const MOST_DIGITS = 15;

/**
 * True for text that reads as a telephone number in clear: nothing but 7 to 15 digits (E.164) and what people write between
 * them, with or without a scheme, an exit code or an extension. A hash has letters or more digits.
 */
export function looksLikeTelephoneNumber(text: string): boolean {
  const number = text.normalize("NFKC").trim().replace(SCHEME, "").replace(AFTER, "");
  if (!SPELLING.test(number)) return false;
  const digits = number.replace(/\P{Nd}/gu, "").replace(EXIT, "").length;
  return digits >= FEWEST_DIGITS && digits <= MOST_DIGITS;
}
