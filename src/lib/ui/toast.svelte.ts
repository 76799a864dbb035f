export type Note = { id: number; text: string; tone: 'plain' | 'below' | 'met' };

const LINGER_MS = 6000;

class Toasts {
  notes: Note[] = $state([]);
  #next = 1;

  /** Says something in passing. Nothing that must be acted on belongs here. */
  say(text: string, tone: Note['tone'] = 'plain'): void {
    const id = this.#next++;
    this.notes.push({ id, text, tone });
    setTimeout(() => this.drop(id), LINGER_MS);
  }

  drop(id: number): void {
    this.notes = this.notes.filter((note) => note.id !== id);
  }
}

export const toasts = new Toasts();
