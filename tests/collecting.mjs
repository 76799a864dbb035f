// Loaded before the product, with --expose-gc: rubbish is collected every second, so that resident memory is what the
// process holds, and not what the collector has not yet come to (V8 lets a young heap grow threefold before it looks).
setInterval(() => globalThis.gc(), 1_000).unref();
