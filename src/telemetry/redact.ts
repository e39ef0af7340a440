/**
 * What keys and passwords look like, whoever wrote them into a text. Each takes time in proportion to the length of a
 * text, which anybody may have written: none begins again in the middle of what it has to read to the end.
 */
const LOOKS = [
  /\bhpk_[0-9a-f]{12}_[\w-]{20,}/g,
  /\bwhsec_[A-Za-z0-9+/=]{20,}/g,
  /\b(?:sk|pk|rk|lsv2|ghp|gho|xox[abp])[-_][\w-]{12,}/g,
  /(?<![\w-])(?:(?!\beyJ)[\w-])*\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+/g,
];

const BEARER = /\b(bearer|basic) +[\w.~+/=-]{8,}/gi;
const IN_URL = /(\b\w+:\/\/[^\s:@/"']*):[^\s@/"']+@/g;
const NAMES = '(?:api[-_]?key|password|passwd|secret|token|authorization)';
const NAMED = new RegExp(String.raw`(${NAMES}["']?\s*[:=]\s*["']?)[^\s"',;}\\]{6,}`, 'gi');
/** The same where JSON has a number, or a list that begins with one: a text takes its place. */
const NAMED_NUMBER = new RegExp(String.raw`(${NAMES}"\s*:\s*\[*)[\d.e+-]{6,}`, 'gi');

/** Environment variables whose value is a secret, by their name. */
const SECRET_NAME = /KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL/i;
/** A setting of ours with such a name, whose values are words that every log has. */
const NO_SECRET = 'HOLDPOINT_KEYS';
const SHORTEST = 8;

/** The values of this process's secrets. */
export const secretsIn = (env: Record<string, string | undefined>): string[] =>
  Object.entries(env).flatMap(([name, value = '']) =>
    SECRET_NAME.test(name) && name !== NO_SECRET
      ? value.split(',').filter((one) => one.length >= SHORTEST)
      : [],
  );

/** A text as it stands in JSON, without its quotes. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The text without what is known, or looks, to be secret. What is JSON stays JSON. */
export const createRedact = (secrets: readonly string[]): ((text: string) => string) => {
  const known = [...new Set(secrets.flatMap((secret) => [secret, inJson(secret)]))].toSorted(
    (a, b) => b.length - a.length,
  );
  return (text) => {
    let safe = text;
    for (const secret of known) safe = safe.replaceAll(secret, '[redacted]');
    for (const look of LOOKS) safe = safe.replace(look, '[redacted]');
    return safe
      .replace(BEARER, '$1 [redacted]')
      .replace(IN_URL, '$1:[redacted]@')
      .replace(NAMED_NUMBER, '$1"[redacted]"')
      .replace(NAMED, '$1[redacted]');
  };
};

/** Characters of a text that are kept: some errors quote all that a tool or a server has sent. */
const LONGEST_TEXT = 20_000;

/** The text, or its beginning and how much more there was. */
export const shortened = (text: string): string => {
  const more = text.length - LONGEST_TEXT;
  return more > 0 ? `${text.slice(0, LONGEST_TEXT)}… (${more} more characters)` : text;
};

const withoutSecrets = createRedact([]);

/** What an error says, as it may be stored and shown to whoever may see the run. */
export const tellable = (message: string): string => withoutSecrets(shortened(message));
