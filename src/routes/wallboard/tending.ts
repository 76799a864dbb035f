import { updated } from '$app/state';

const CHECK_MS = 5 * 60_000;
const NIGHT_HOUR = 4;

/** Keeps a screen that nobody touches awake and new: wake lock, reload at night and on a new version. Returns the undo. */
export function tend(): () => void {
  let lock: WakeLockSentinel | undefined;
  const stayAwake = async () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    lock = await navigator.wakeLock.request('screen').catch(() => undefined);
  };
  void stayAwake();
  document.addEventListener('visibilitychange', stayAwake);
  const check = setInterval(() => void renewIfNew(), CHECK_MS);
  const night = setTimeout(() => void reloadWhenThere(), untilNight(new Date()));
  return () => {
    document.removeEventListener('visibilitychange', stayAwake);
    clearInterval(check);
    clearTimeout(night);
    void lock?.release();
  };
}

async function renewIfNew(): Promise<void> {
  if (await updated.check().catch(() => false)) await reloadWhenThere();
}

/** A reload into a server that is away would leave a browser error on the wall. */
async function reloadWhenThere(): Promise<void> {
  const there = await fetch('/healthz').then(
    (answer) => answer.ok,
    () => false,
  );
  if (there) location.reload();
  else setTimeout(() => void reloadWhenThere(), CHECK_MS);
}

/** Milliseconds to the next quiet hour, spread over ten minutes so that a floor of screens does not come at once. */
function untilNight(at: Date): number {
  const night = new Date(at);
  night.setHours(NIGHT_HOUR, 0, 0, 0);
  if (night <= at) night.setDate(night.getDate() + 1);
  return night.getTime() - at.getTime() + Math.random() * 600_000;
}
