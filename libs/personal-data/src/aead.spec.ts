import fc from 'fast-check';
import { aead, nodeAead, SECRET_BYTES, TAG_BYTES, VECTOR_BYTES, type Aead, type Sealing } from './aead';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
const some = fc.uint8Array({ maxLength: 2_000 }).map((array) => Buffer.from(array));

function encrypted(by: Aead, plain: Buffer, sealing: Sealing): Buffer {
  const sealed = Buffer.alloc(plain.length + TAG_BYTES);
  by.encrypt(sealed, plain, sealing);
  return sealed;
}

function decrypted(by: Aead, sealed: Buffer, sealing: Sealing): Buffer {
  const plain = Buffer.alloc(sealed.length - TAG_BYTES);
  by.decrypt(plain, sealed, sealing);
  return plain;
}

function decryptedInPlace(by: Aead, sealed: Buffer, sealing: Sealing): Buffer {
  const place = Buffer.from(sealed);
  const plain = place.subarray(0, sealed.length - TAG_BYTES);
  by.decrypt(plain, place, sealing);
  return plain;
}

const header = (): object => (process.report.getReport() as { readonly header: object }).header;

it('is libsodium where there is a build of it', () => {
  const expected = ['darwin', 'win32'].includes(process.platform) || 'glibcVersionRuntime' in header() ? 'libsodium' : aead.name;
  expect(aead.name).toBe(expected);
});

describe.each([aead, nodeAead])('ChaCha20-Poly1305 by $name', (one) => {
  it('makes of the example of RFC 8439, section 2.8.2, what is printed there', () => {
    const hex = (text: string): Buffer => Buffer.from(text, 'hex');
    const plain = Buffer.from(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const sealed = encrypted(one, plain, {
      secret: hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'),
      vector: hex('070000004041424344454647'),
      context: hex('50515253c0c1c2c3c4c5c6c7'),
    });
    expect(sealed.subarray(0, 16).toString('hex')).toBe('d31a8d34648e60db7b86afbc53ef7ec2');
    expect(sealed.subarray(plain.length).toString('hex')).toBe('1ae10b594f09e26a7e902ecbd0600691');
  });

  it('opens what the other has sealed, and nothing that is changed by one bit', () => {
    const sealings = fc.record({ secret: bytes(SECRET_BYTES), vector: bytes(VECTOR_BYTES), context: some });
    fc.assert(
      fc.property(some, sealings, fc.nat(), (plain, sealing, at) => {
        const sealed = encrypted(nodeAead, plain, sealing);
        expect(encrypted(one, plain, sealing)).toEqual(sealed);
        expect(decrypted(one, sealed, sealing)).toEqual(plain);
        expect(decryptedInPlace(one, sealed, sealing)).toEqual(plain);
        for (const part of [sealed, ...Object.values(sealing)].filter(({ length }) => length > 0)) {
          const index = at % part.length;
          part[index] = (part[index] ?? 0) ^ 1;
          expect(() => decrypted(one, sealed, sealing)).toThrow();
          part[index] = (part[index] ?? 0) ^ 1;
        }
      }),
      { numRuns: 100 },
    );
  });
});
