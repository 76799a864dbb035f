import { fc, it as prop } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { addressOf, isRange, trustIn } from '../../server/foundation/addresses.ts';

describe('who knocks', () => {
  const proxies = trustIn(['loopback', '10.1.0.0/16', '2001:db8::7']);
  it.each([
    ['without a proxy, whatever is claimed', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['behind one', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['behind two', '10.1.2.3', '198.51.100.1, 10.1.9.9', '198.51.100.1'],
    ['with a claim before the proxy’s word', '127.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['with no word of the proxy', '127.0.0.1', undefined, '127.0.0.1'],
    ['with rubbish', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['in the clothes of IPv6', '::ffff:127.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['over IPv6', '2001:db8::7', '2001:db8::99', '2001:db8::99'],
  ])('%s', (_name, remote, forwarded, found) => expect(addressOf(remote, forwarded, proxies)).toBe(found));

  prop.prop([fc.string(), fc.string()])('nobody is believed where no proxy is', (remote, forwarded) => {
    expect(addressOf(`${remote}`, forwarded, trustIn([]))).toBe(addressOf(remote, undefined, trustIn([])));
  });
});

it('a range is loopback, an address or a block', () => {
  const right = ['loopback', '10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'];
  const wrong = ['', 'all', '10.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/', '1.2.3.4 '];
  expect(right.filter((one) => !isRange(one))).toEqual([]);
  expect(wrong.filter(isRange)).toEqual([]);
});
