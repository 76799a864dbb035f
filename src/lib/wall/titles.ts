import type { WallScene } from '../contract/wall.ts';
import { type Setting, timeOfDay } from '../format.ts';
import { named, t } from '../words.ts';

/** The name of a scene as it stands above it. */
export function titleOf(scene: WallScene, setting: Setting): string {
  if (scene.kind === 'board') {
    if (!scene.view) return t('wall.title');
    const when = named(`window.now.${scene.view.window.name}`, '');
    return [scene.view.name, when].filter(Boolean).join(' · ');
  }
  if (scene.kind === 'team-race') return t(scene.view?.by === 'points' ? 'wall.race.points' : 'wall.race.score');
  if (scene.kind === 'queue-health')
    return scene.view ? t('wall.queues.since', { time: timeOfDay(scene.view.from, setting) }) : t('wall.queues');
  return t('wall.recognition');
}
