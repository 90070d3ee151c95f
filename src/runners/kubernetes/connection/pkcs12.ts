/**
 * The certificates of a PKCS#12 file that holds no key: a trust store. OpenSSL, and Node with it, reads such files only
 * along with a key.
 */

/**
 * As PEM, one after the other.
 * @throws Error when it is no such file, or the passphrase is another
 */
export async function pkcs12Certificates(file: Buffer, passphrase: string): Promise<string[]> {
  const { default: forge } = await import('node-forge');
  const store = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(file.toString('binary')), passphrase);
  const bagType = forge.pki.oids.certBag as string;
  return (store.getBags({ bagType })[bagType] ?? []).flatMap(({ cert, asn1 }) => {
    // Only RSA keys are known to it; of another kind it gives the certificate as it stands.
    const encoded = cert ? forge.pki.certificateToAsn1(cert) : asn1;
    const body = forge.util.encode64(forge.asn1.toDer(encoded).getBytes(), 64);
    return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  });
}
