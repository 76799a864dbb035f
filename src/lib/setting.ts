import { getContext, setContext } from 'svelte';
import type { Setting } from './format.ts';

const key = Symbol('setting');

/** Locale, zone and currency of the place, given once by a layout and read by everything that writes numbers. */
export const setSetting = (give: () => Setting): void => {
  setContext(key, give);
};

/** Read inside the component's initialisation; the answer is reactive. */
export const getSetting = (): (() => Setting) =>
  getContext<() => Setting>(key) ?? (() => ({ locale: 'en', timeZone: 'UTC', currency: 'EUR' }));
