import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vaultOf } from "../../src/app/installation";
import { createVault } from "../../src/app/vault";

const [OLD, NEW] = ["the old key, 32 bytes and more of it", "the new key, 32 bytes and more of it"];
const folder = mkdtempSync(join(tmpdir(), "apportion-vault-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("what is sealed", () => {
  const old = createVault(OLD), changing = createVault(NEW, OLD), changed = createVault(NEW);
  const sealed = old.seal("a secret", "key/1");

  it("opens with the key and the previous one, and only about the same", () => {
    expect([old, changing, changed].map((vault) => vault.open(sealed, "key/1"))).toEqual(["a secret", "a secret", null]);
    expect([old, changing].map((vault) => vault.open(sealed, "key/2"))).toEqual([null, null]);
    expect([old, changing, changed].map((vault) => vault.isCurrent(sealed, "key/1"))).toEqual([true, false, false]);
  });

  it("is sealed with the key alone, never with the previous one", () => {
    const anew = changing.seal("a secret", "key/1");
    expect([changed.open(anew, "key/1"), changing.isCurrent(anew, "key/1"), old.open(anew, "key/1")]).toEqual(["a secret", true, null]);
  });

  it("opens with nothing once it was changed", () => {
    for (let place = 0; place < sealed.length; place += 7) {
      const other = Buffer.from(sealed);
      other[place]! ^= 1;
      expect([place, changing.open(other, "key/1")]).toEqual([place, null]);
    }
    expect(changing.open(sealed.subarray(0, 10), "key/1")).toBeNull();
  });

  it("beside an embedded database opens with the key that was made there, when the first one is configured", () => {
    const place = { databaseUrl: null, dataDirectory: folder, previousSecretsKey: null };
    const made = vaultOf({ ...place, secretsKey: null })!;
    const kept = made.seal("a secret", "key/1");
    const configured = vaultOf({ ...place, secretsKey: NEW })!;
    expect([configured.open(kept, "key/1"), configured.isCurrent(kept, "key/1")]).toEqual(["a secret", false]);
    expect(vaultOf({ ...place, secretsKey: NEW, previousSecretsKey: OLD })!.open(kept, "key/1")).toBeNull();
    expect([vaultOf({ ...place, databaseUrl: "postgres://x", secretsKey: null }), vaultOf({ ...place, databaseUrl: "postgres://x", secretsKey: NEW })!.open(kept, "key/1")]).toEqual([null, null]);
  });
});
