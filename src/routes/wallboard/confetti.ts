type Piece = { x: number; y: number; vx: number; vy: number; turn: number; spin: number; size: number; colour: string };

const PIECES = 160;
const FALL = 0.00055;
const LAST_MS = 5_000;

/** Paper in the colours of the light, thrown once over a canvas. An attachment; returns how to stop. */
export function confetti(canvas: HTMLCanvasElement): () => void {
  const style = getComputedStyle(canvas);
  const colours = ['--lamp', '--glow', '--ink', '--met', '--exceeded'].map((name) => style.getPropertyValue(name));
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  const pieces = Array.from({ length: PIECES }, (_, n) => thrown(n, colours));
  let frame = 0;
  const from = performance.now();
  let last = from;
  const draw = (at: number) => {
    const step = Math.min(50, at - last);
    last = at;
    pen?.clearRect(0, 0, width, height);
    for (const piece of pieces) {
      move(piece, step);
      if (pen) paint(pen, piece, { width, height, fade: Math.min(1, (LAST_MS - (at - from)) / 1000) });
    }
    if (at - from < LAST_MS) frame = requestAnimationFrame(draw);
  };
  frame = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(frame);
}

function thrown(n: number, colours: string[]): Piece {
  const left = n % 2 === 0;
  return {
    x: left ? 0.02 : 0.98,
    y: 0.95,
    vx: (left ? 1 : -1) * (0.15 + Math.random() * 0.5) * 0.001,
    vy: -(0.55 + Math.random() * 0.6) * 0.001,
    turn: Math.random() * 6,
    spin: (Math.random() - 0.5) * 0.01,
    size: 0.004 + Math.random() * 0.006,
    colour: colours[n % colours.length] ?? '',
  };
}

function move(piece: Piece, ms: number): void {
  piece.x += piece.vx * ms;
  piece.y += piece.vy * ms;
  piece.vx *= 0.998 ** ms;
  piece.vy = piece.vy * 0.999 ** ms + FALL * 0.001 * ms;
  piece.turn += piece.spin * ms;
}

function paint(pen: CanvasRenderingContext2D, piece: Piece, at: { width: number; height: number; fade: number }): void {
  const side = piece.size * at.width;
  pen.save();
  pen.globalAlpha = Math.max(0, at.fade);
  pen.translate(piece.x * at.width, piece.y * at.height);
  pen.rotate(piece.turn);
  pen.fillStyle = piece.colour;
  pen.fillRect(-side / 2, -side / 4, side, side / 2);
  pen.restore();
}
