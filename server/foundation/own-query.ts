import pg from 'pg';

const NAME = 'own';
const TEXT = "select from set_config('floorlight.org', $1, true)";

/** Within a transaction: everything up to its end is this organisation's. */
export const localOrg = (orgId: number): string => `set local floorlight.org = '${orgId}'`;

/** Gets a new connection ready for `queryAs`. */
export function prepareOwn(client: pg.ClientBase): void {
  // a line that dies here fails whoever waits for it too
  client.query({ name: NAME, text: TEXT, values: [''] }).catch(() => {});
}

/**
 * One statement as a transaction of its own, for one organisation: the setting and the statement leave in one message and
 * share its transaction, so the setting costs no round trip and nothing of it is left on the connection.
 */
export const queryAs = (pool: pg.Pool, orgId: number, config: pg.QueryConfig): Promise<pg.QueryResult> =>
  pool.query(new OwnQuery(config, orgId)) as unknown as Promise<pg.QueryResult>;

type Wire = {
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

class OwnQuery extends Query {
  private readonly orgId: number;
  private isSet = false;

  constructor(config: pg.QueryConfig, orgId: number) {
    super({ ...config, queryMode: 'extended' } as pg.QueryConfig);
    this.orgId = orgId;
  }

  override prepare(wire: Wire): void {
    wire.bind({ statement: NAME, values: [String(this.orgId)] });
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
