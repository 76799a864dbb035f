/** A menu made of `details` that closes on Escape, giving the focus back, and on a press beside it. */
export function dismissable(menu: HTMLDetailsElement): () => void {
  const onkeydown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  };
  const onpointerdown = (event: PointerEvent) => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
  };
  window.addEventListener('keydown', onkeydown);
  window.addEventListener('pointerdown', onpointerdown);
  return () => {
    window.removeEventListener('keydown', onkeydown);
    window.removeEventListener('pointerdown', onpointerdown);
  };
}
