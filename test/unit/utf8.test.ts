import fc from "fast-check";
import { textOf } from "../../src/kernel/utf8";

describe("text of bytes", () => {
  it.each(["", "plain", "tab\tand\nline", "\u007f", "é", "\ufeffmark", "日本", "🙂"])("gives %j back", (text) => {
    expect(textOf(Buffer.from(text, "utf8"))).toBe(text);
  });

  it("reads any bytes as the decoder does, broken ones too", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => textOf(Buffer.from(bytes)) === new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)));
  });
});
