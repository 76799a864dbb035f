import { BlockList, isIP } from 'node:net';

export type IsTrusted = (address: string) => boolean;

const LOOPBACK = ['127.0.0.0/8', '::1'];

/** Whether a text names addresses: `loopback`, one address, or a range such as `10.0.0.0/8`. */
export function isRange(text: string): boolean {
  if (text === 'loopback') return true;
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Tells the addresses of proxies that are believed from all others. @param ranges each as `isRange` says */
export function trustIn(ranges: readonly string[]): IsTrusted {
  const list = new BlockList();
  for (const range of ranges.flatMap((one) => (one === 'loopback' ? LOOPBACK : [one]))) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (given) => {
    const address = plain(given);
    return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}

/** Who knocks: the last address that a believed proxy has not written itself; else whoever is at the other end. */
export function addressOf(remote: string | undefined, forwarded: string | undefined, isTrusted: IsTrusted): string {
  let address = plain(remote ?? '');
  const named = (forwarded ?? '').split(',').map((one) => plain(one.trim()));
  while (isTrusted(address)) {
    const next = named.pop();
    if (next === undefined || isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** An IPv4 address as it is, where it comes in the clothes of IPv6. */
const plain = (address: string): string => (/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address);
