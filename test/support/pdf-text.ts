import { inflateSync } from "node:zlib";

/** What a PDF says, as a reader of it finds out: the lines of every page, by the file's own table of what its signs mean. */
export function pdfPages(file: Uint8Array): string[][] {
  const text = Buffer.from(file).toString("latin1");
  const objects = new Map([...text.matchAll(/(?:^|\n)(\d+) 0 obj\n([^]*?)\nendobj/g)].map(([, id, body]) => [id!, body!]));
  const dictionaryOf = (id: string): string => objects.get(id)!.split("stream\n")[0]!;
  const streamOf = (id: string): string => {
    const body = objects.get(id)!;
    const bytes = Buffer.from(body.slice(body.indexOf("stream\n") + 7, body.lastIndexOf("\nendstream")), "latin1");
    return (dictionaryOf(id).includes("/FlateDecode") ? inflateSync(bytes) : bytes).toString("latin1");
  };
  const meanings = new Map<string, Map<number, string>>();
  for (const body of objects.values()) {
    for (const [, name, id] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const map = objects.has(id!) && /\/ToUnicode (\d+) 0 R/.exec(dictionaryOf(id!));
      if (map && !meanings.has(name!)) meanings.set(name!, meaningOf(streamOf(map[1]!)));
    }
  }
  const root = [...objects.values()].find((body) => /\/Type \/Pages/.test(body))!;
  const pages = [.../\/Kids \[([^\]]*)\]/.exec(root)![1]!.matchAll(/(\d+) 0 R/g)].map(([, id]) => id!);
  return pages.map((page) => linesOf(streamOf(/\/Contents (\d+) 0 R/.exec(objects.get(page)!)![1]!), meanings));
}

function meaningOf(map: string): Map<number, string> {
  const meaning = new Map<number, string>();
  const signs = (hex: string): string => Buffer.from(hex.replaceAll(" ", ""), "hex").swap16().toString("utf16le");
  for (const [, from, , list] of map.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/gi)) {
    [...list!.matchAll(/<([0-9a-f ]*)>/gi)].forEach(([, hex], index) => meaning.set(parseInt(from!, 16) + index, signs(hex!)));
  }
  return meaning;
}

/** Each piece that is shown is a line of its own. */
function linesOf(content: string, meanings: ReadonlyMap<string, ReadonlyMap<number, string>>): string[] {
  let font: ReadonlyMap<number, string> = new Map();
  return [...content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)].flatMap(([, name, shown]) => {
    if (name !== undefined) {
      font = meanings.get(name)!;
      return [];
    }
    const glyphs = [...shown!.matchAll(/<([0-9a-f]+)>/gi)].flatMap(([, hex]) => hex!.match(/.{4}/g)!.map((each) => parseInt(each, 16)));
    return [glyphs.map((glyph) => font.get(glyph) ?? "?").join("")];
  });
}
