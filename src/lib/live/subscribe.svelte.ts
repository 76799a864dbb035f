import { Topic } from './topic.svelte.ts';

const open = new Map<string, { topic: Topic<unknown>; count: number }>();

/**
 * A topic followed for as long as the component lives; several components share one subscription. Name and first value
 * (from `load`) may change, which moves the subscription.
 */
export function follow<Value>(name: () => string, first: () => Value): { readonly current: Topic<Value> } {
  const topic = $derived.by(() => shared(name(), first()));
  $effect(() => hold(topic as Topic<unknown>));
  return {
    get current() {
      return topic;
    },
  };
}

function shared<Value>(name: string, first: Value): Topic<Value> {
  return (open.get(name)?.topic as Topic<Value> | undefined) ?? new Topic<Value>(name, first);
}

function hold(topic: Topic<unknown>): () => void {
  const held = open.get(topic.name) ?? { topic, count: 0 };
  open.set(topic.name, held);
  if (held.count++ === 0) held.topic.open();
  return () => {
    if (--held.count > 0) return;
    open.delete(topic.name);
    held.topic.close();
  };
}
