import { webcrypto } from 'node:crypto';
import type { Certificates } from '../contract.ts';

/**
 * The library's dependency container refuses to load without the reflection API of decorators, of which it then reads only
 * the parameter types of its own classes; these have none.
 */
async function loadLibrary(): Promise<typeof import('@peculiar/x509')> {
  for (const name of ['getMetadata', 'getOwnMetadata']) {
    if (!(name in Reflect)) Object.defineProperty(Reflect, name, { value: () => undefined, configurable: true });
  }
  return import('@peculiar/x509');
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** TLS checks validity by the machine's clock, which need not be the sandbox's: valid on both, whatever they say. */
const notBefore = new Date('2000-01-01T00:00:00Z');
const notAfter = new Date('2100-01-01T00:00:00Z');

const validity = { notBefore, notAfter, signingAlgorithm: algorithm };

/** A new authority and a server certificate for 127.0.0.1 and localhost. */
export async function newCertificates(name: string): Promise<Certificates> {
  const x509 = await loadLibrary();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const serverKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name} kubernetes`,
    ...validity,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=kube-apiserver',
    issuer: ca.subject,
    ...validity,
    publicKey: serverKeys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey);
  return {
    ca: ca.toString('pem'),
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
  };
}
