import { RequestListener, Server, createServer } from "node:http";
import { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { LARGEST_KEY_SET_BYTES, downloadKeySet } from "../../src/app/download-key-set";

let answer: RequestListener;
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const PATIENCE_MS = 20_000;
const download = (patienceMs = PATIENCE_MS): Promise<string> => downloadKeySet(url, fetch, patienceMs);

describe("a key set is fetched", () => {
  it("whatever its type is called, as it is encoded, up to its largest size", async () => {
    const seen: unknown[] = [];
    answer = ({ method, url: path, headers: { accept, authorization } }, response) => {
      seen.push([method, path, accept, authorization]);
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end(gzipSync("\uFEFF{}".padEnd(LARGEST_KEY_SET_BYTES - 2)));
    };
    expect((await download()).trim()).toBe("{}");
    expect(seen).toEqual([["GET", "/keys", "application/jwk-set+json, application/json", undefined]]);
  });

  it("but not when it is larger, however small it comes", async () => {
    answer = (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(64 * 1024 * 1024, " ")));
    await expect(download()).rejects.toThrow(`it answered with more than ${LARGEST_KEY_SET_BYTES} bytes`);
  });

  it("nor when it never ends", async () => {
    let isGone = false;
    answer = (_, response) => {
      const more = (): void => void (isGone || response.write(Buffer.alloc(65_536, " "), more));
      response.writeHead(200).on("close", () => (isGone = true));
      more();
    };
    await expect(download()).rejects.toThrow("it answered with more than");
    while (!isGone) await new Promise((done) => setTimeout(done, 5));
  });

  it.each<[string, RequestListener]>([
    ["no answer", () => undefined],
    ["an answer that stops after its headers", (_, response) => void response.writeHead(200, { "content-length": "100" }).write("{")],
  ])("nor when it comes too late: %s", async (_, slow) => {
    answer = slow;
    await expect(download(50)).rejects.toThrow("it did not answer within 50 ms");
  });

  it.each([204, 301, 302, 307, 401, 404, 429, 500, 503])("nor with status %s, from another address neither", async (status) => {
    const asked: string[] = [];
    answer = (request, response) => {
      asked.push(request.url!);
      response.writeHead(request.url === "/keys" ? status : 200, { location: "/elsewhere" }).end(status === 204 ? undefined : '{"keys":[]}');
    };
    await expect(download()).rejects.toThrow(`it answered with status ${status}`);
    expect(asked).toEqual(["/keys"]);
  });

  it("nor from where nobody listens, nor when the connection breaks; the reason names what happened", async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, "127.0.0.1", done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    await expect(downloadKeySet(`http://127.0.0.1:${port}/keys`)).rejects.toThrow("ECONNREFUSED");
    answer = (request) => void request.socket.destroy();
    await expect(download()).rejects.toThrow(/UND_ERR_SOCKET|ECONNRESET/);
    answer = (_, response) => void response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
    await expect(download()).rejects.toThrow(/UND_ERR_SOCKET|ECONNRESET|terminated/);
  });
});
