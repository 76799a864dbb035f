import pg from 'pg';

const NAME = 'own';
const TEXT = "select from set_config('floorlight.org', $1, true)";

/** Whose a transaction is: an organisation's, or the lobby's, where it is not known yet. */
export type Whose = number | 'lobby';

/** Within a transaction: everything up to its end is theirs. */
export const localOrg = (whose: Whose): string => `set local floorlight.org = '${whose}'`;

/**
 * One statement as a transaction of its own, for one of them: the setting and the statement leave in one message and
 * share its transaction, so the setting costs no round trip and nothing of it is left on the connection.
 */
export const queryAs = (pool: pg.Pool, whose: Whose, config: pg.QueryConfig): Promise<pg.QueryResult> =>
  pool.query(new OwnQuery(config, whose)) as unknown as Promise<pg.QueryResult>;

type Wire = {
  parse(prepared: { name: string; text: string }): void;
  bind(bound: { statement: string; values: string[] }): void;
  execute(portal: { portal: string }): void;
};
/** What the driver's own query does with the wire; its types do not say so. */
type DriverQuery = pg.Query & {
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
};
const Query = pg.Query as unknown as new (config: pg.QueryConfig) => DriverQuery;

/** Connections that know the statement which sets. One whose statement fails is given up by the pool, and is none of these. */
const ready = new WeakSet<Wire>();

class OwnQuery extends Query {
  private readonly whose: Whose;
  private isSet = false;

  constructor(config: pg.QueryConfig, whose: Whose) {
    super({ ...config, queryMode: 'extended' } as pg.QueryConfig);
    this.whose = whose;
  }

  override prepare(wire: Wire): void {
    if (!ready.has(wire)) wire.parse({ name: NAME, text: TEXT });
    ready.add(wire);
    wire.bind({ statement: NAME, values: [String(this.whose)] });
    wire.execute({ portal: '' });
    super.prepare(wire);
  }

  override handleDataRow(message: unknown): void {
    if (this.isSet) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.isSet) super.handleCommandComplete(message, wire);
    this.isSet = true;
  }
}
