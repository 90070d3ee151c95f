/** Who asks, as a header says it. */
export function basicAuthorization(user: { readonly name: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
}
