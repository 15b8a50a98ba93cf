import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { Vault } from "../kernel/vault";

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * A vault of AES-256-GCM under a key that is derived from the installation's secret; what a secret is about is authenticated
 * with it. While that secret changes, what was sealed under the previous one still opens; nothing is sealed under it any more.
 */
export function createVault(installationSecret: string, previousSecret: string | null = null): Vault {
  const key = keyOf(installationSecret);
  const previous = previousSecret === null ? null : keyOf(previousSecret);
  return {
    seal(secret, about) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(about, "utf8"));
      const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), sealed]);
    },
    open: (sealed, about) => openWith(key, sealed, about) ?? (previous && openWith(previous, sealed, about)),
    isCurrent: (sealed, about) => openWith(key, sealed, about) !== null,
  };
}

const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync("sha256", secret, "", "apportion/vault/v1", 32));

function openWith(key: Buffer, sealed: Buffer, about: string): string | null {
  if (sealed.length < HEAD_BYTES || sealed[0] !== VERSION) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 1 + NONCE_BYTES)).setAAD(Buffer.from(about, "utf8"));
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}
