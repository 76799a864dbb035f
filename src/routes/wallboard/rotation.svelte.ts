import type { WallScene } from '$lib/contract/wall.ts';

/** Which scene is on. It is kept by name, so that scenes may come, go and move while it stands. */
export class Rotation {
  id = $state('');
  /** Grows with every change, so that a single scene also begins anew. */
  turn = $state(0);

  at(scenes: readonly WallScene[]): number {
    return Math.max(
      0,
      scenes.findIndex((scene) => scene.id === this.id),
    );
  }

  next(scenes: readonly WallScene[]): void {
    this.id = scenes[(this.at(scenes) + 1) % scenes.length]?.id ?? '';
    this.turn++;
  }
}
