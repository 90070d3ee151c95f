/** Which environment variables are the server's own, so that no program of a flow inherits them. */

/**
 * Prefixes of Windlass's own variables, of secrets, and of those settings of Kestra that hold passwords and keys: a
 * setting may be given as a variable, `kestra.encryption.secret-key` as KESTRA_ENCRYPTION_SECRET_KEY.
 */
const own =
  /^(?:WINDLASS_|SECRET_|DATASOURCES_|KESTRA_(?:CONFIGURATION$|ENCRYPTION_|SECRET_|(?:STORAGE|SERVER|QUEUE|REPOSITORY)_.*(?:PASSWORD|KEY|TOKEN|SECRET)))/i;

/** Settings whose value is a secret, by their dotted name; a database's address may hold its password. */
const secretSetting = /datasources|pass(?:word|wd|phrase)|secret|token|credential|(?:access|api|private|account)-?key/i;

/** Programs need them, whatever a configuration uses them for. */
const ordinary = new Set(['HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'SHELL', 'TEMP', 'TMP', 'TMPDIR', 'TZ', 'USER']);

/** True for a variable that is the server's own whatever the configuration says. */
export function isServerSecret(name: string): boolean {
  return own.test(name);
}

/** True for a variable that a configuration reads by `${NAME}` at a setting that holds a secret. */
export function isSecretSource(name: string, setting: string): boolean {
  return secretSetting.test(setting) && !ordinary.has(name.toUpperCase());
}
