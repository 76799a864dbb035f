import { type Consumer, touched } from '#server/log/consumer.ts';

/** Derives nothing: who changed a screen is written where it was changed. The screen is told. */
export const wallConsumer: Consumer = {
  name: 'walls',
  wants: ['device.saved', 'device.revoked', 'scenes.saved'],
  tables: [],
  forget: () => {},
  apply: async (batch) => {
    for (const event of batch.events)
      if (wallConsumer.wants.includes(event.type)) touched(batch).devices.add(String(event.data.device));
  },
};
