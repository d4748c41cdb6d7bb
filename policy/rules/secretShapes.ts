/** What is told by the text itself to be a credential. */
const shapes: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{20,}/],
  ["an access key of AWS", /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,})/],
  ["a key of NVIDIA NGC", /\bnvapi-[\w-]{20,}/],
  ["a key of an OpenAI-like API", /\bsk-[A-Za-z0-9][\w-]{19,}/],
  ["a key of Google's APIs", /\bAIza[\w-]{35}/],
  ["a token of Slack", /\bxox[abprs]-[\w-]{10,}/],
  ["a JSON Web Token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ["an address with a password", /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s:@$]+@/i],
];

/** Names of variables and settings that hold credentials. */
const credentialName =
  /(^|[_.-])(token|secret|password|passwd|passphrase|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key)$/i;

/** A key in values of charts that ends in "Secret" names a Secret, as a rule. */
const secretsName = /(?<!client)(?<!client[_-])secret$/i;

/** What a text looks like; undefined for what looks like no credential. */
export function shapeOf(text: string): string | undefined {
  return shapes.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Whether a name says that a credential is meant, such as `HF_TOKEN`, and not a place where one lies, such as `HF_TOKEN_PATH`. */
export function namesCredential(name: string): boolean {
  return credentialName.test(name.replace(/([a-z0-9])([A-Z])/g, "$1_$2"));
}

/** The same of a key in a ConfigMap or in a chart's values. */
export function keyNamesCredential(key: string): boolean {
  return namesCredential(key) && !secretsName.test(key);
}
