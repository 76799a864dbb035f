-- What is added to a transaction's id before it becomes a position. A database whose log came from another server
-- sets it, so that new positions come after the old ones (server/log/base-store.ts). A function, not a row: it is
-- read with every write, and costs nothing where it is a constant.
CREATE FUNCTION log_base() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 0::bigint';
