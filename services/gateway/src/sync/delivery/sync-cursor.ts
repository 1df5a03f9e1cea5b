import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { FeedPosition } from "../feed/feed-position.ts";

const ivBytes = 12;
const tagBytes = 16;
/** 16 bytes of epoch, 8 bytes of sequence number. */
const plainBytes = 24;

/**
 * Seals feed positions into opaque cursors for clients. Encrypts and not only signs: the sequence counts the changes of all
 * tenants, so a readable position would disclose to every client how much the whole system writes.
 */
export class SyncCursorSeal {
  readonly #key: Uint8Array;

  /** The secret must be the same on every gateway, because a client may resume at any of them. */
  constructor(secret: string) {
    this.#key = new Uint8Array(hkdfSync("sha256", secret, "", "heliograph cursor 1", 32));
  }

  seal(position: FeedPosition): string {
    const plain = Buffer.alloc(plainBytes);
    plain.write(position.epoch.replaceAll("-", ""), 0, 16, "hex");
    plain.writeBigUInt64BE(BigInt(position.seq), 16);
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv);
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("base64url");
  }

  /** @returns undefined for a text that was not sealed with this secret */
  open(text: string): FeedPosition | undefined {
    const bytes = Buffer.from(text, "base64url");
    if (bytes.length !== ivBytes + plainBytes + tagBytes) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, ivBytes));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    let plain: Buffer;
    try {
      plain = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
    } catch {
      return undefined;
    }
    const hex = plain.toString("hex", 0, 16);
    const epoch = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    return { epoch, seq: Number(plain.readBigUInt64BE(16)) };
  }
}
