/** The time of day as an argument: rules and jobs ask it, tests bring their own. Milliseconds since 1970 UTC. */
export type Clock = { now(): number };

export const systemClock: Clock = { now: () => Date.now() };
