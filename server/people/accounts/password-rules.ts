export const PASSWORD_LEAST = 12;
export const PASSWORD_MOST = 256;

/** Who a password is for: what others know of them is no secret. */
export type Owner = { email: string; name: string };

/**
 * Why a password is refused, null where it is taken. Length counts, composition does not (NIST SP 800-63B, OWASP).
 */
export function weaknessOf(password: string, { email, name }: Owner): string | null {
  const given = plain(password);
  if ([...password].length < PASSWORD_LEAST) return `must have at least ${PASSWORD_LEAST} characters`;
  if ([...password].length > PASSWORD_MOST) return `must have at most ${PASSWORD_MOST} characters`;
  if (COMMON.has(given) || isMonotonous(given)) return 'is one of the first that somebody would try';
  if ([email, email.split('@')[0] ?? '', name].some((known) => known !== '' && plain(known) === given))
    return 'must not be the e-mail address or the name';
  return null;
}

/** The one form of a password that is digested: the same characters, however a keyboard composes them. */
export const composed = (password: string): string => password.normalize('NFKC');

const plain = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');

/** One character, or one short piece, again and again; or a row of the keyboard. */
function isMonotonous(text: string): boolean {
  return /^(.{1,4})\1+.{0,3}$/u.test(text) || ROWS.some((row) => row.includes(text));
}

const ROWS = [
  '01234567890123456789',
  '98765432109876543210',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
];

// the commonest of twelve characters and more in what has leaked
const COMMON: ReadonlySet<string> = new Set(
  `password1234 password12345 password123456 passwordpassword mypassword123 administrator administrator1 adminadmin123
   welcome12345 welcome123456 letmein12345 iloveyou1234 iloveyou12345 changeme1234 changemeplease qwerty123456 qwertyuiop123
   qwertyuiop12 qwerty12345678 1q2w3e4r5t6y 1q2w3e4r5t6y7u8i q1w2e3r4t5y6 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsxcde3 zaq1zaq1zaq1
   abcd12345678 abc123456789 a1b2c3d4e5f6 123456789abc 1234567890ab 123qweasdzxc qweasdzxc123 asdfghjkl123 football1234
   monkey123456 dragon123456 sunshine1234 princess1234 superman1234 trustno1trustno1 correcthorsebatterystaple
   floorlight123 floorlight1234 floorlightfloorlight callcenter123 callcentre123 contactcenter contactcentre`.split(
    /\s+/,
  ),
);
