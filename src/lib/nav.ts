import type { Session } from './contract/people.ts';
import type { Role } from './contract/words.ts';
import { hasOwnDay } from './session.ts';
import type { Word } from './words.ts';

export type Group = 'floor' | 'desk' | 'office' | 'account' | 'help';
export type Place = { href: string; key: Word; group: Group; may: (session: Session) => boolean };

const has =
  (...roles: Role[]) =>
  (session: Session) =>
    session.roles.some((role) => roles.includes(role));
const anybody = () => true;
const leads = has('supervisor', 'manager', 'admin');
const defines = has('manager', 'admin');
const administers = has('admin');

/** Every place that a menu may lead to, in order. A place without a page is not shown, so a line here may come first. */
const PLACES: readonly Place[] = [
  { href: '/today', key: 'nav.today', group: 'floor', may: hasOwnDay },
  { href: '/team', key: 'nav.team', group: 'desk', may: has('supervisor', 'manager', 'admin', 'executive') },
  { href: '/flags', key: 'nav.flags', group: 'desk', may: leads },
  { href: '/coaching', key: 'nav.coaching', group: 'desk', may: (who) => leads(who) || hasOwnDay(who) },
  { href: '/grants', key: 'nav.grants', group: 'desk', may: leads },
  { href: '/boards', key: 'nav.boards', group: 'floor', may: anybody },
  { href: '/badges', key: 'nav.badges', group: 'floor', may: hasOwnDay },
  { href: '/rewards', key: 'nav.rewards', group: 'floor', may: hasOwnDay },
  { href: '/admin/organisation', key: 'nav.organisation', group: 'office', may: administers },
  { href: '/admin/people', key: 'nav.people', group: 'office', may: defines },
  { href: '/admin/agents', key: 'nav.agents', group: 'office', may: defines },
  { href: '/admin/kpis', key: 'nav.measures', group: 'office', may: defines },
  { href: '/admin/targets', key: 'nav.targets', group: 'office', may: defines },
  { href: '/admin/scorecards', key: 'nav.scorecards', group: 'office', may: defines },
  { href: '/admin/rewards', key: 'nav.catalogue', group: 'office', may: defines },
  { href: '/admin/sources', key: 'nav.sources', group: 'office', may: defines },
  { href: '/admin/devices', key: 'nav.devices', group: 'office', may: leads },
  { href: '/admin/keys', key: 'nav.keys', group: 'office', may: administers },
  { href: '/admin/audit', key: 'nav.audit', group: 'office', may: administers },
  { href: '/me', key: 'nav.me', group: 'account', may: hasOwnDay },
  { href: '/account', key: 'nav.own', group: 'account', may: anybody },
  { href: '/help/kpis', key: 'nav.kpis', group: 'help', may: anybody },
];

/** What this session may go to, of some groups or of all. */
export function placesOf(session: Session, ...groups: Group[]): Place[] {
  return PLACES.filter(
    ({ href, group, may }) => PAGES.has(href) && (groups.length === 0 || groups.includes(group)) && may(session),
  );
}

/** Whether an address lies at a place or below it. */
export const isAt = (href: string, path: string): boolean => path === href || path.startsWith(`${href}/`);

const PAGES = new Set(
  Object.keys(import.meta.glob('../routes/**/+page.svelte')).map(
    (file) =>
      file
        .replace('../routes', '')
        .replace(/\/\([^)]*\)/g, '')
        .replace(/\/\+page\.svelte$/, '') || '/',
  ),
);
