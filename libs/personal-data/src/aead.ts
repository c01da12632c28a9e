import { createCipheriv, createDecipheriv } from 'node:crypto';
import { createRequire } from 'node:module';

/** What both ways of a message have in common. */
export interface Sealing {
  /** 32 bytes. */
  readonly secret: Buffer;
  /** 12 bytes, never twice with the same secret. */
  readonly vector: Buffer;
  /** What the message is bound to. */
  readonly context: Buffer;
}

/** ChaCha20-Poly1305 (RFC 8439); `sealed` is the ciphertext and behind it the tag, 16 bytes longer than the plain bytes. */
export interface Aead {
  readonly name: 'libsodium' | 'node';
  /** Fills `sealed`. */
  encrypt(sealed: Buffer, plain: Buffer, sealing: Sealing): void;
  /** Fills `plain`, which may begin where `sealed` does. Throws when anything is not as it was when it was encrypted. */
  decrypt(plain: Buffer, sealed: Buffer, sealing: Sealing): void;
}

export const VECTOR_BYTES = 12;
export const TAG_BYTES = 16;
export const SECRET_BYTES = 32;

const OPTIONS = { authTagLength: TAG_BYTES } as const;

/** Node makes a stream object for every message: three times the work of libsodium, but there wherever Node is. */
export const nodeAead: Aead = {
  name: 'node',
  encrypt(sealed, plain, { secret, vector, context }) {
    const cipher = createCipheriv('chacha20-poly1305', secret, vector, OPTIONS);
    cipher.setAAD(context, { plaintextLength: plain.length });
    sealed.set(cipher.update(plain));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plain.length);
  },
  decrypt(plain, sealed, { secret, vector, context }) {
    const decipher = createDecipheriv('chacha20-poly1305', secret, vector, OPTIONS);
    decipher.setAAD(context, { plaintextLength: plain.length });
    decipher.setAuthTag(sealed.subarray(plain.length));
    plain.set(decipher.update(sealed.subarray(0, plain.length)));
    decipher.final();
  },
};

/** The two functions used of libsodium (manual, "The IETF ChaCha20-Poly1305 construction"). */
interface Sodium {
  crypto_aead_chacha20poly1305_ietf_encrypt(c: Buffer, m: Buffer, ad: Buffer, nsec: null, npub: Buffer, k: Buffer): void;
  crypto_aead_chacha20poly1305_ietf_decrypt(m: Buffer, nsec: null, c: Buffer, ad: Buffer, npub: Buffer, k: Buffer): void;
}

function libsodium(): Aead | undefined {
  let sodium: Sodium;
  try {
    sodium = createRequire(__filename)('sodium-native') as Sodium;
  } catch {
    // There is no build of it for this platform.
    return undefined;
  }
  return {
    name: 'libsodium',
    encrypt: (sealed, plain, { secret, vector, context }) =>
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, plain, context, null, vector, secret),
    decrypt: (plain, sealed, { secret, vector, context }) =>
      sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plain, null, sealed, context, vector, secret),
  };
}

export const aead: Aead = libsodium() ?? nodeAead;
